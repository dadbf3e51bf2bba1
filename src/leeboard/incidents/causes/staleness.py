"""The window repeats the one before, count for count.

Place: a cause; on the path.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from leeboard.incidents.causes._cause import ColumnCause, Found
from leeboard.incidents.causes._view import View
from leeboard.profiles.counts import CategoryCounts, Counts, NumericCounts
from leeboard.stats.tables import chi_square_p

__all__ = ["CAUSE"]

_CHANCE = 1e-6
_DESIGNED = 1e-3


def _look(view: View) -> Found | None:
    previous = view.previous
    if previous is None or view.present < 8 or not _same(previous, view.current):
        return None
    used = int((view.current.cells[:-1] > 0).sum())
    if used < 2 or _repeats(view) > _CHANCE or _by_design(view):
        return None
    return Found(
        text="has the very values of the window before",
        facts=(
            f"all {used} counted values come as often as in the window before",
            f"{view.current.rows:,} rows in both windows",
        ),
    )


def _same(one: Counts, other: Counts) -> bool:
    if not np.array_equal(one.cells, other.cells):
        return False
    if isinstance(one, NumericCounts) and isinstance(other, NumericCounts):
        ends = (one.minimum, one.maximum) == (other.minimum, other.maximum)
        # sums of the same rows in another order differ by rounding alone
        return ends and bool(np.allclose(one.sums, other.sums, rtol=1e-12, atol=0.0))
    if isinstance(one, CategoryCounts) and isinstance(other, CategoryCounts):
        return one.unseen == other.unseen
    return False


def _repeats(view: View) -> float:
    """Chance that two windows have the same counts: about Π (4 π m q)^(-1/2).

    Numbers whose sums agree too are taken for the same in any case.
    """
    p = view.shares[0]
    if isinstance(view.current, NumericCounts) and _many(p):
        return 0.0
    expected = view.m * p[p * view.m > 1.0]
    return float(np.prod(1.0 / np.sqrt(4.0 * np.pi * expected[1:])))


def _many(shares: np.ndarray[Any, Any]) -> bool:
    return int((shares > 0).sum()) >= 10


def _by_design(view: View) -> bool:
    """Whether the window agrees with what is usual better than chance would.

    Such as hours of a day: each comes once in every window, always.
    """
    p = view.shares[0]
    kept = p > 0
    counts = view.current.cells[:-1][kept]
    expected = p[kept] * counts.sum()
    freedom = int(kept.sum()) - 1
    if freedom < 1:
        return True
    statistic = float(((counts - expected) ** 2 / expected).sum())
    return 1.0 - chi_square_p(statistic, freedom) < _DESIGNED


CAUSE = ColumnCause("staleness", 5, _look)
