"""The ball of distributions that count as unchanged, and the likeliest one in it.

Place: the geometry of the tolerant detector, apart from its evidence. Private.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["divergence", "likeliest", "reference_error"]

_Array = np.ndarray[Any, Any]
_STEPS = 60
_CLOSE = 1e-13


def divergence(centre: _Array, shares: _Array) -> float:
    """KL(centre || shares) in nats; infinite where a share is 0."""
    if not shares.all():
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


def reference_error(alphas: _Array, delta: float) -> float:
    """(1 - delta) quantile of KL(mean || pi) for pi ~ Dirichlet(alphas), in nats.

    Parameters
    ----------
    alphas : floats, shape (K,), above 0
    delta : float
        In (0, 0.5).

    Notes
    -----
    With a = sum of alphas and z = s / a the cumulant function is known exactly, as the
    mean has the shares alphas / a:

        C(s) = s sum p ln p + lnG(a) - lnG(a - s) + sum lnG(alpha (1 - z)) - lnG(alpha)

    and the tail follows by Lugannani and Rice's saddlepoint formula (Advances in
    Applied Probability 12, 1980, 475-490); no draws, alike at each replay.
    """
    if len(alphas) < 2:
        return 0.0

    def beyond(odds: float) -> tuple[float, float]:
        log_p, r = _log_tail(alphas, 1.0 / (1.0 + math.exp(-odds)))
        return log_p - math.log(delta), r

    # at w = 0, the mean, the formula divides nothing by nothing: begin a little above
    z = min(0.2 * math.sqrt(2.0 / (len(alphas) - 1.0)), 0.2)
    low, high = math.log(z / (1.0 - z)), 12.0
    (above, _), (below, r) = beyond(low), beyond(high)
    for _ in range(_STEPS):
        middle = (low * below - high * above) / (below - above)
        if not low < middle < high:
            middle = (low + high) / 2.0
        excess, r = beyond(middle)
        if abs(excess) < 1e-7:
            break
        # regula falsi; an end that stays counts half the next time (Illinois)
        if excess > 0:
            low, above, below = middle, excess, below / 2.0
        else:
            high, below, above = middle, excess, above / 2.0
    return r


def _log_tail(alphas: _Array, z: float) -> tuple[float, float]:
    """Ln P(KL > r) and r at the saddlepoint s = z sum(alphas)."""
    from scipy.special import gammaln, log_ndtr, psi, zeta

    total = float(alphas.sum())
    shares, s = alphas / total, z * total
    left, rest = alphas * (1.0 - z), total * (1.0 - z)
    own = float(shares @ np.log(shares))
    logs = float((gammaln(left) - gammaln(alphas)).sum())
    cumulant = s * own + float(gammaln(total) - gammaln(rest)) + logs
    r = own + float(psi(rest)) - float(shares @ psi(left))
    # zeta(2, x) is the trigamma function
    curve = float(shares**2 @ zeta(2.0, left)) - float(zeta(2.0, rest))
    w = math.sqrt(max(2.0 * (s * r - cumulant), 1e-300))
    u = s * math.sqrt(max(curve, 1e-300))
    # P = Q(w) + phi(w) (1/u - 1/w), by its logarithm
    log_q = float(log_ndtr(-w))
    log_phi = -0.5 * w * w - 0.5 * math.log(2.0 * math.pi)
    ratio = 1.0 + math.exp(log_phi - log_q) * (1.0 / u - 1.0 / w)
    return log_q + math.log(max(ratio, 1e-300)), r
