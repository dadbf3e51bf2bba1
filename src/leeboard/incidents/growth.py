"""A change that grew: did ever more rows change, or did all rows change ever more.

Place: on the path, beside ``pattern``, which cannot tell the two apart from sizes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from leeboard.stats.tables import chi_square_p

__all__ = ["mixture_share", "mixtures"]

_Array = np.ndarray[Any, Any]
_HALVINGS = 40
_FITS = 0.001
_EXPECTED = 5.0


def mixture_share(before: _Array, after: _Array, counts: _Array) -> float:
    """Share a of rows from ``after`` in a mixture (1 - a) · before + a · after.

    Parameters
    ----------
    before, after : array, shape (K,)
        Shares of cells, all above 0.
    counts : array, shape (K,)
        Rows of one window.

    Returns
    -------
    float
        In [0, 1]: of greatest likelihood. The likelihood is concave in a, so that the
        root of its slope is found by halving.
    """
    low, high = 0.0, 1.0
    difference = after - before
    for _ in range(_HALVINGS):
        a = 0.5 * (low + high)
        slope = float(counts @ (difference / (before + a * difference)))
        low, high = (a, high) if slope > 0.0 else (low, a)
    return 0.5 * (low + high)


def mixtures(before: _Array, after: _Array, windows: Sequence[_Array]) -> float:
    """p-value of "every window is a mixture of the two laws, in shares of its own".

    Parameters
    ----------
    before, after : array, shape (K,)
        Counts of rows by cell, before the change and when it was complete.
    windows : sequence of array, shape (K,)
        Counts of the windows between.

    Returns
    -------
    float
        In [0, 1], from a chi-square of observed and expected counts; low where rows
        lie in cells that neither law has, as on the way of a mean that moves. 1 where
        there is nothing to test.
    """
    p = (before + 0.5) / (before + 0.5).sum()
    q = (after + 0.5) / (after + 0.5).sum()
    statistic, freedom = 0.0, 0
    for counts in windows:
        m = float(counts.sum())
        share = mixture_share(p, q, counts)
        law = p + share * (q - p)
        group = _groups(law * m)
        expected = np.bincount(group, weights=law * m)
        observed = np.bincount(group, weights=counts)
        # both laws are counted from rows too, and vary as they do
        noise = 1.0 + m * ((1.0 - share) ** 2 / before.sum() + share**2 / after.sum())
        statistic += float(((observed - expected) ** 2 / expected).sum()) / noise
        freedom += max(0, len(expected) - 2)
    return chi_square_p(statistic, freedom)


def _groups(expected: _Array) -> _Array:
    """Neighbouring cells together, until each group expects five rows."""
    group = np.zeros(len(expected), np.intp)
    held, number = 0.0, 0
    for at, rows in enumerate(expected):
        group[at] = number
        held += rows
        if held >= _EXPECTED:
            held, number = 0.0, number + 1
    if held < _EXPECTED and number:
        group[group == number] = number - 1
    return group
