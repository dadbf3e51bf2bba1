"""Counts of a pair, ready to compare; what a metric needs before it may compute.

Private to the metrics: it knows profiles' cells and nothing of any one metric.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from leeboard.errors import MetricError
from leeboard.metrics._metric import Measurement, Pair, PKind, Rows, undefined
from leeboard.profiles.cells import NumericCells
from leeboard.profiles.counts import SCALE, CategoryCounts, NumericCounts
from leeboard.profiles.merge import Merged
from leeboard.profiles.merge import merge as merge_cells
from leeboard.stats.tables import chi_square_p, pearson

__all__ = [
    "Table",
    "homogeneity_p",
    "lacking_counts",
    "lacking_rows",
    "numeric",
    "p_kind",
    "points",
    "present",
    "sorted_numbers",
    "table_of",
]

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Counts of both samples in the cells that are compared, none empty in both.

    Parameters
    ----------
    reference, current : int arrays, shape (k,)
    n, m : float
        Effective rows: rows over the design effect.
    """

    reference: _Array
    current: _Array
    n: float
    m: float

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.reference)

    @property
    def scale(self) -> float:
        """Variance of a difference of shares, up to the share: 1 / n + 1 / m."""
        return 1.0 / self.n + 1.0 / self.m

    @property
    def pooled(self) -> _Array:
        """Shares of both samples together; shape (k,)."""
        both = self.reference + self.current
        share: _Array = both / both.sum()
        return share


def table_of(pair: Pair, *, merge: bool) -> Table:
    """Counts in merged cells (each expects ten rows), or in the stored ones."""
    reference, current = pair.reference.cells, pair.current.cells
    n = float(reference.sum()) / pair.design_reference
    m = float(current.sum()) / pair.design_current
    if merge:
        merged = _merged(pair)
        return Table(merged.reference, merged.current, n, m)
    used = (reference + current) > 0
    return Table(reference[used], current[used], n, m)


@lru_cache(maxsize=1)
def _merged(pair: Pair) -> Merged:
    """Merged cells of the pair at hand, which a dozen metrics ask for in a row."""
    return merge_cells(
        pair.cells,
        pair.reference.cells,
        pair.current.cells,
        design_reference=pair.design_reference,
        design_current=pair.design_current,
    )


def homogeneity_p(table: Table) -> float:
    """P-value of Pearson's test that both samples have the same shares."""
    if table.size < 2:
        return 1.0
    reference = table.reference * (table.n / table.reference.sum())
    current = table.current * (table.m / table.current.sum())
    return chi_square_p(pearson(reference, current), table.size - 1)


def p_kind(pair: Pair) -> PKind:
    """What a large-sample p-value of this pair rests on."""
    return PKind.APPROXIMATE if pair.blocks else PKind.INDEPENDENT


def present(counts: NumericCounts | CategoryCounts) -> int:
    """Rows that have a value."""
    return counts.rows - counts.missing


def lacking_counts(metric: str, pair: Pair, least: int = 1) -> Measurement | None:
    """Why a metric of the values has nothing to compare; None if it has enough."""
    sizes = (present(pair.reference), present(pair.current))
    return _lacking(metric, sizes, (pair.reference.rows, pair.current.rows), least)


def lacking_rows(
    metric: str, reference: Rows, current: Rows, least: int = 1
) -> Measurement | None:
    """Why a metric of the values has nothing to compare; None if it has enough."""
    sizes = (len(reference.values), len(current.values))
    return _lacking(metric, sizes, (reference.rows, current.rows), least)


def _lacking(
    metric: str, sizes: tuple[int, int], rows: tuple[int, int], least: int
) -> Measurement | None:
    for name, size, total in zip(("reference", "current"), sizes, rows, strict=True):
        if size >= least:
            continue
        if size == 0 and total > 0:
            code = "all_missing" if name == "current" else "reference_all_missing"
            text = f"the {name} column has {total:,} rows and no value"
        else:
            code = "insufficient_data"
            text = f"the {name} column has {size:,} values; {metric} needs {least:,}"
        return undefined(metric, *sizes, code=code, text=text)
    return None


def numeric(pair: Pair) -> tuple[NumericCells, NumericCounts, NumericCounts]:
    """Cells and counts of a numeric pair: cells, reference, current.

    Raises
    ------
    MetricError
        If the pair is of categories.
    """
    cells, reference, current = pair.cells, pair.reference, pair.current
    if (
        isinstance(cells, NumericCells)
        and isinstance(reference, NumericCounts)
        and isinstance(current, NumericCounts)
    ):
        return cells, reference, current
    raise MetricError(
        code="wrong_kind",
        where="a metric of numbers",
        found="counts of categories",
        expected="counts of numbers",
        fix="Choose a metric of categories; `leeboard metrics` lists them.",
    )


def points(pair: Pair) -> _Array:
    """True for each inner cell in which all rows of both samples have one value.

    An atom of whole numbers is the cell [v, v + 1), where a current column of floats
    may hold more than v; then the sum of the cell tells (values nearer to v than
    rounding of that sum cannot be told from v).
    """
    cells, _, current = numeric(pair)
    atoms = cells.atoms.copy()
    whole = cells.edges.dtype.kind == "i"
    if whole and _has_floats(current):
        for k in np.flatnonzero(atoms):
            total = int(current.cells[k + 1]) * int(cells.edges[k])
            atoms[k] = current.sums[k + 1] == float(total) * SCALE
    return atoms


def _has_floats(counts: NumericCounts) -> bool:
    ends = (counts.minimum, counts.maximum)
    return any(isinstance(end, float) for end in ends)


def sorted_numbers(rows: Rows) -> _Array:
    """Values in ascending order; shape (n,)."""
    values: _Array = np.asarray(rows.values)
    return values if rows.ascending else np.sort(values)
