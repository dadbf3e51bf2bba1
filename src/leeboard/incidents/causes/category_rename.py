"""Levels are gone, and levels never seen hold their share.

Place: a cause; on the path.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from leeboard.incidents.causes._cause import ColumnCause, Found
from leeboard.incidents.causes._numbers import percent
from leeboard.incidents.causes._view import View
from leeboard.profiles.cells import CategoryCells
from leeboard.profiles.counts import CategoryCounts

__all__ = ["CAUSE"]

_CHANCE = 1e-4
_LEAST = 0.02
_SHOWN = 4


def _look(view: View) -> Found | None:
    cells, current = view.cells, view.current
    if not isinstance(cells, CategoryCells) or not isinstance(current, CategoryCounts):
        return None
    present = view.present
    if present < 8 or current.unseen == 0:
        return None
    p, q = view.shares
    levels = p[: cells.inner]
    # a level that no row has although its usual share says some should
    absent = (1.0 - levels) ** min(view.m, present) < _CHANCE
    gone = np.flatnonzero((q[: cells.inner] == 0.0) & absent)
    if len(gone) == 0:
        return None
    lost, new = float(levels[gone].sum()), current.unseen / present
    error = sqrt(lost * (1.0 - lost) * (1.0 / view.m + 1.0 / view.n))
    if abs(lost - new) > 4.0 * error + _LEAST:
        return None
    names = ", ".join(repr(cells.levels[at]) for at in gone[:_SHOWN])
    names += f" and {len(gone) - _SHOWN} more" if len(gone) > _SHOWN else ""
    return Found(
        text=f"calls {names} by another name",
        facts=(
            f"no row has {names}, usually {percent(lost)} of the rows",
            f"{current.unseen:,} of {present:,} rows are of levels never seen before",
        ),
    )


CAUSE = ColumnCause("category rename", 25, _look)
