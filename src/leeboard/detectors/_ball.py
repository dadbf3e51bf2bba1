"""The ball of distributions that count as unchanged, and the likeliest one in it.

Place: the geometry of the tolerant detector, apart from its evidence. Private.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["divergence", "edges", "likeliest", "reference_error", "reference_errors"]

_Array = np.ndarray[Any, Any]
_STEPS = 60
_CLOSE = 1e-13
_OUTSIDE = 1e-11


def divergence(centre: _Array, shares: _Array) -> float:
    """KL(centre || shares) in nats; infinite where a share is 0."""
    if shares.min() <= 0.0:
        return math.inf
    return max(-float(centre @ np.log(shares / centre)), 0.0)


def likeliest(centre: _Array, shares: _Array, radius: float) -> _Array:
    """Distribution in the ball that gives counts in these shares the most likelihood.

    Maximises sum x ln p over KL(centre || p) <= radius. By the Lagrangian the solution
    lies on the segment from the centre to the shares: one unknown, its place v.

    Parameters
    ----------
    centre : floats, shape (K,), above 0, sum 1
    shares : floats, shape (K,), at least 0, sum 1
    radius : float, at least 0

    Returns
    -------
    floats, shape (K,)
        The divergence is ``radius`` to 1e-13 and never below it by more, unless the
        shares lie inside.
    """
    if divergence(centre, shares) <= radius:
        return shares
    away = shares / centre - 1.0
    spread = float(centre @ (away * away))
    # near the centre the root of the divergence is a straight line of this slope
    low, high, v = 0.0, 1.0, min(math.sqrt(2.0 * radius / spread), 0.5)
    for _ in range(_STEPS):
        grown = v * away
        excess = -float(centre @ np.log1p(grown)) - radius
        if abs(excess) <= _CLOSE * max(radius, 1e-3) or high - low < _CLOSE:
            break
        low, high = (v, high) if excess < 0 else (low, v)
        # Newton on the root of the divergence, kept between what is known
        slope = -float(centre @ (away / (1.0 + grown)))
        root = math.sqrt(max(excess + radius, 0.0))
        ahead = v - (root - math.sqrt(radius)) * 2.0 * root / slope if slope else high
        v = ahead if low < ahead < high else (low + high) / 2.0
    result: _Array = centre * (1.0 + v * away)
    return result


def edges(centre: _Array, outside: _Array, radius: float) -> _Array:
    """Points of the ball that are nearest to distributions outside it.

    Parameters
    ----------
    centre : floats, shape (K,), above 0, sum 1
    outside : floats, shape (D, K), above 0, sum 1
        Each further from the centre than ``radius``.
    radius : float, above 0, in nats

    Returns
    -------
    floats, shape (D, K)
        As ``likeliest``, but never inside by more than rounding: a ball a little larger
        keeps what is promised of this one.
    """
    away = outside / centre - 1.0
    low, high = np.zeros(len(away)), np.ones(len(away))
    v = np.minimum(np.sqrt(2.0 * radius / ((away * away) @ centre)), 0.5)
    for _ in range(_STEPS):
        grown = v[:, None] * away
        value = -(np.log1p(grown) @ centre)
        low = np.where(value < radius, v, low)
        high = np.where(value < radius, high, v)
        if ((value >= radius) & (value <= radius + _OUTSIDE)).all():
            break
        # Newton on the root of the divergence, kept between what is known; aimed a
        # little beyond
        slope = -((away / (1.0 + grown)) @ centre)
        root = np.sqrt(np.maximum(value, 1e-300))
        ahead = v - (root - math.sqrt(radius + _OUTSIDE / 2.0)) * 2.0 * root / slope
        v = np.where((low <= ahead) & (ahead <= high), ahead, (low + high) / 2.0)
    result: _Array = centre * (1.0 + high[:, None] * away)
    return result


def reference_error(alphas: _Array, delta: float) -> float:
    """Return the error of one reference; see ``reference_errors``."""
    return float(reference_errors([alphas], delta)[0])


def reference_errors(alphas: Sequence[_Array], delta: float) -> _Array:
    """(1 - delta) quantiles of KL(mean || pi) for pi ~ Dirichlet(alphas), in nats.

    Parameters
    ----------
    alphas : sequence of floats, shape (K,), above 0
        Of each reference; K may differ.
    delta : float
        In (0, 0.5).

    Returns
    -------
    floats, shape (references,)

    Notes
    -----
    With a = sum of alphas and z = s / a the cumulant function is known exactly, as the
    mean has the shares alphas / a:

        C(s) = s sum p ln p + lnG(a) - lnG(a - s) + sum lnG(alpha (1 - z)) - lnG(alpha)

    and the tail follows by Lugannani and Rice's saddlepoint formula (Advances in
    Applied Probability 12, 1980, 475-490); no draws, alike at each replay.
    """
    found = np.zeros(len(alphas))
    some = [k for k, own in enumerate(alphas) if len(own) >= 2]
    if some:
        found[some] = _quantiles(_Table.of([alphas[k] for k in some]), delta)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """References side by side, shape (D, K); those with fewer cells end in dummies."""

    alphas: _Array
    there: _Array
    total: _Array
    shares: _Array
    own: _Array

    @classmethod
    def of(cls, rows: Sequence[_Array]) -> _Table:
        width = max(map(len, rows))
        alphas = np.array([np.pad(row, (0, width - len(row))) for row in rows])
        there = np.arange(width) < np.array([[len(row)] for row in rows])
        total = alphas.sum(axis=1)
        shares = alphas / total[:, None]
        own = np.where(there, shares * np.log(np.where(there, shares, 1.0)), 0.0)
        dummies = np.where(there, alphas, 1.0)
        return cls(dummies, there, total, shares, own.sum(axis=1))


def _quantiles(table: _Table, delta: float) -> _Array:
    """Solve tail = delta for each reference, by the logarithm and in ln of the odds."""
    from scipy.special import ndtri

    freedom = table.there.sum(axis=1) - 1.0
    # where 2 a KL is chi-square the tilt of its quantile is 1 - freedom / quantile
    # (Wilson and Hilferty, 1931); at the mean the formula divides nothing by nothing
    step = 2.0 / (9.0 * freedom)
    chi2 = freedom * (1.0 - step - float(ndtri(delta)) * np.sqrt(step)) ** 3
    least = np.minimum(0.2 * np.sqrt(2.0 / freedom), 0.2)
    z = np.clip(1.0 - freedom / np.maximum(chi2, freedom), least, None)
    low, high = np.log(least / (1.0 - least)), np.full(len(z), 12.0)
    at = np.log(z / (1.0 - z))
    r = np.zeros(len(z))
    for _ in range(_STEPS):
        z = 1.0 / (1.0 + np.exp(-at))
        log_p, r, slope = _log_tails(table, z)
        excess = log_p - math.log(delta)
        low = np.where(excess > 0, at, low)
        high = np.where(excess < 0, at, high)
        if ((np.abs(excess) < 1e-7) | (high - low < 1e-9)).all():
            break
        # d ln P / dr is about -s - 1 / s curve; kept between what is known
        ahead = at + excess / (slope * z * (1.0 - z))
        inside = (ahead > low) & (ahead < high)
        at = np.where(inside, ahead, (low + high) / 2.0)
    return r


def _log_tails(table: _Table, z: _Array) -> tuple[_Array, _Array, _Array]:
    """Ln P(KL > r), r, and about -d ln P / dz at the saddlepoint s = z sum(alphas)."""
    from scipy.special import gammaln, log_ndtr, psi, zeta

    alphas, there, shares = table.alphas, table.there, table.shares
    s = z * table.total
    left, rest = alphas * (1.0 - z)[:, None], table.total * (1.0 - z)
    logs = np.where(there, gammaln(left) - gammaln(alphas), 0.0).sum(axis=1)
    cumulant = s * table.own + gammaln(table.total) - gammaln(rest) + logs
    r = table.own + psi(rest) - (shares * psi(left)).sum(axis=1)
    # zeta(2, x) is the trigamma function
    curve = (shares**2 * zeta(2.0, left)).sum(axis=1) - zeta(2.0, rest)
    w = np.sqrt(np.maximum(2.0 * (s * r - cumulant), 1e-300))
    u = s * np.sqrt(np.maximum(curve, 1e-300))
    # P = Q(w) + phi(w) (1/u - 1/w), by its logarithm
    log_q = log_ndtr(-w)
    log_phi = -0.5 * w * w - 0.5 * math.log(2.0 * math.pi)
    ratio = 1.0 + np.exp(log_phi - log_q) * (1.0 / u - 1.0 / w)
    log_p = log_q + np.log(np.maximum(ratio, 1e-300))
    # phi(w) / Q(w) dw, with w dw = s dr and dr = curve sum(alphas) dz
    slope = np.exp(log_phi - log_q) * s * curve * table.total / w
    return log_p, r, slope
