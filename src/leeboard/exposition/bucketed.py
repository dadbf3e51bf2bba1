"""Counts of cells as the buckets of a histogram.

Place: cells are quantiles of the reference, dozens of them; buckets are few, fixed and
the same for every model, so that histograms of several models add.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leeboard.exposition.families import Buckets
from leeboard.profiles.cells import NumericCells
from leeboard.profiles.counts import SCALE, NumericCounts

__all__ = ["bucketed"]


def bucketed(
    cells: NumericCells, counts: NumericCounts, bounds: Sequence[float]
) -> Buckets:
    """Put each cell into the bucket that its mean lies in.

    Exact where no bound lies inside a cell with values; else a cell goes whole to one
    side. Missing values are no observations; infinite ones count, but not in the sum.

    Parameters
    ----------
    cells : NumericCells
    counts : NumericCounts
        In these cells.
    bounds : sequence of float
        Upper ends of the buckets, ascending; one more takes what is above.
    """
    inner = slice(cells.below, cells.above + 1)
    rows = counts.cells[inner]
    filled = rows > 0
    means = counts.sums[filled] / rows[filled] / SCALE
    places = np.searchsorted(np.asarray(bounds, float), means, side="left")
    found = np.bincount(
        places, weights=rows[filled].astype(float), minlength=len(bounds) + 1
    ).astype(np.int64)
    found[0] += counts.cells[cells.minus_inf]
    found[-1] += counts.cells[cells.plus_inf]
    total = float(counts.sums.sum() / SCALE)
    return Buckets(tuple(int(n) for n in found), total)
