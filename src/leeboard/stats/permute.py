"""Permutation tests of two samples: which rows are the current ones is drawn anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["permutation_p", "tallies"]

_Array = np.ndarray[Any, Any]

_CLOSE = 1e-12


def tallies(reference: _Array, current: _Array) -> tuple[_Array, _Array, _Array]:
    """Distinct values of both samples, and how often each has them; shapes (k,)."""
    pooled = np.concatenate([reference, current])
    distinct, code = np.unique(pooled, return_inverse=True)
    size = len(distinct)
    both = [
        np.bincount(part, minlength=size)
        for part in (code[: len(reference)], code[len(reference) :])
    ]
    return distinct, both[0], both[1]


def permutation_p(
    statistic: Callable[[_Array], float],
    reference: _Array,
    current: _Array,
    *,
    permutations: int,
    seed: int,
) -> float:
    """Chance of so large a statistic if the rows are exchangeable; exact for every n.

    Parameters
    ----------
    statistic : callable
        Of the reference's tally, shape (k,); larger is more change.
    reference, current : int arrays, shape (k,)
        Tallies of the distinct values.
    permutations : int
        At least 1.
    seed : int

    Returns
    -------
    float
        ``(1 + as large) / (permutations + 1)`` (Phipson and Smyth, 2010).
    """
    generator = np.random.default_rng(seed)
    owner = np.repeat(np.arange(len(reference)), reference + current)
    n = int(reference.sum())
    seen = statistic(reference)
    least = seen - _CLOSE * abs(seen)
    as_large = 0
    for _ in range(permutations):
        drawn = generator.permutation(owner)[:n]
        as_large += statistic(np.bincount(drawn, minlength=len(reference))) >= least
    return (1 + as_large) / (permutations + 1)
