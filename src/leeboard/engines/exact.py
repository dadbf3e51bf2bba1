"""Row metrics in the same pass that counts: each numeric column is sorted once.

Only for checks that ask for exact figures. The reference's sorted columns are kept
until the current column of the same name has been measured against them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.engines.arrays import NumberCounter
from leeboard.engines.values import numbers
from leeboard.metrics import metrics
from leeboard.metrics._metric import Measurement, Rows
from leeboard.profiles.cells import NumericCells
from leeboard.profiles.counts import NumericCounts
from leeboard.schema import Kind

__all__ = ["EXACT", "ExactPass"]

EXACT = ("ks", "wasserstein")
"""Metrics measured on the rows of every numeric column."""


class ExactPass:
    """Sorted reference columns on their way to be measured.

    Attributes
    ----------
    measured : dict of column name to dict of metric name to Measurement
    """

    def __init__(self) -> None:
        self._kept: dict[str, Rows] = {}
        self.measured: dict[str, dict[str, Measurement]] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._kept

    def keep(self, name: str, ordered: np.ndarray[Any, Any], missing: int) -> None:
        """Keep a reference column: finite values in ascending order."""
        self._kept[name] = Rows(ordered, missing, Kind.NUMERIC, ascending=True)

    def count(
        self, name: str, data: pa.ChunkedArray, cells: NumericCells
    ) -> NumericCounts:
        """Count a whole current column, and measure it; the reference is let go."""
        pieces = [numbers(chunk) for chunk in data.chunks]
        values = np.sort(
            np.concatenate([piece for piece, _ in pieces] or [np.empty(0)])
        )
        nulls = sum(count for _, count in pieces)
        counts = NumberCounter(cells).count_sorted(values, nulls)
        infinite = 0
        if values.dtype.kind == "f":
            values = values[: int(np.searchsorted(values, np.nan, side="left"))]
            infinite = int(counts.cells[cells.minus_inf : cells.missing].sum())
        now = Rows(values, counts.missing, Kind.NUMERIC, infinite, ascending=True)
        before = self._kept.pop(name)
        found = {}
        for metric in EXACT:
            on_rows = metrics()[metric].on_rows
            if on_rows is not None:
                found[metric] = on_rows(before, now)
        self.measured[name] = found
        return counts
