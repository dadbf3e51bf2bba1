"""Bets of the tolerant detector on changes of a known shape. Private.

Place: beside ``_ball``. A bet is a distribution q outside the ball; its e-value of a
row in cell k is q_k / p_k, where p is the point of the ball that is nearest to q.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.detectors._ball import edges

__all__ = ["Bets", "following", "shaped"]

_Array = np.ndarray[Any, Any]
_BEYOND = np.array([0.05, 0.12])
"""How far beyond the ball bets lie, as the root of nats; 0.07 is a mean's 0.1 sd."""

_ONE_CELL = np.array([0.08])
_FARTHEST = 64.0
_ROUNDS = 6
_TINY = 1e-12
"""Of a cell's share: bets that it shrinks to less are beyond what floats tell apart."""
_LEAST = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Bets:
    """Bets with their weights.

    Parameters
    ----------
    logs : floats, shape (J, K)
        ln of the e-value of one row in each cell.
    weights : floats, shape (J,), above 0, sum 1
    """

    logs: _Array
    weights: _Array


def shaped(centre: _Array, radius: float, *, ordered: bool) -> Bets:
    """Bets on a cell that grows or shrinks, and on a mean or spread that moves.

    Parameters
    ----------
    centre : floats, shape (K,), above 0, sum 1
    radius : float
        Of the ball, in nats.
    ordered : bool
        Cells follow one another: two in three on the mean's and spread's moves.
    """
    from scipy.special import ndtri

    size = len(centre)
    shapes = [(_both(np.eye(size)), _ONE_CELL, 1.0 if not ordered else 0.2)]
    if ordered:
        normal = ndtri(np.cumsum(centre) - centre / 2.0)
        shapes.append((_both(normal[None]), _BEYOND, 0.53))
        shapes.append((_both(normal[None] ** 2), _BEYOND, 0.27))
    logs, weights = [], []
    for scores, beyond, weight in shapes:
        for step in beyond:
            there = _tilted(centre, scores, (math.sqrt(radius) + step) ** 2)
            logs.append(_log_ratios(centre, there, radius))
            share = weight / len(beyond) / len(scores)
            weights.append(np.full(len(scores), share))
    return Bets(np.concatenate(logs), np.concatenate(weights))


def following(centre: _Array, shares: _Array, radius: float) -> _Array:
    """Bets beyond the ball where earlier windows point, ln as in ``Bets``.

    Parameters
    ----------
    shares : floats, shape (D, K), above 0, sum 1
        Of earlier windows.

    Returns
    -------
    floats, shape (2 D, K)
    """
    scores = np.repeat(np.log(shares / centre), len(_BEYOND), axis=0)
    root = math.sqrt(radius)
    levels = np.tile((root + _BEYOND) ** 2, len(shares))
    return _log_ratios(centre, _tilted(centre, scores, levels), radius)


def _both(scores: _Array) -> _Array:
    return np.concatenate([scores, -scores])


def _tilted(centre: _Array, scores: _Array, radii: _Array | float) -> _Array:
    """Centre times exp(t score), t > 0, about as far as KL(centre || .) = radius."""
    high = scores - scores.max(axis=1, keepdims=True)
    logs, means, wanted = np.log(centre), high @ centre, np.sqrt(radii)
    variance = (high * high) @ centre - means * means
    t = np.minimum(np.sqrt(2.0 * radii / np.maximum(variance, _TINY)), _FARTHEST)
    for _ in range(_ROUNDS):
        grown = np.exp(logs + t[:, None] * high)
        totals = grown.sum(axis=1)
        far = np.sqrt(np.maximum(np.log(totals) - t * means, _TINY))
        # Newton on the root of the divergence, nearly a straight line in t
        slope = np.maximum((grown * high).sum(axis=1) / totals - means, _TINY)
        t = np.clip(t - (far - wanted) * 2.0 * far / slope, 0.0, _FARTHEST)
    grown = np.exp(logs + t[:, None] * high)
    result: _Array = grown / grown.sum(axis=1, keepdims=True)
    return result


def _log_ratios(centre: _Array, there: _Array, radius: float) -> _Array:
    """Ln q / p; where q is not surely outside, a bet that loses a little."""
    some = (there > _TINY * centre).all(axis=1)
    far = np.zeros(len(there))
    far[some] = -(np.log(there[some] / centre) @ centre)
    some &= far > radius * (1.0 + _LEAST)
    logs = np.full(there.shape, -_LEAST)
    if some.any():
        logs[some] = np.log(there[some]) - np.log(edges(centre, there[some], radius))
    return logs
