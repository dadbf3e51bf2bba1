"""From two counts of a column to the size of its change and how sure that is."""

from __future__ import annotations

from typing import Any

import numpy as np

from leeboard.metrics._metric import Pair, PKind, Reason
from leeboard.profiles.cells import NumericCells
from leeboard.profiles.merge import MIN_EXPECTED, Merged, merge
from leeboard.stats.homogeneity import chi_square, dirichlet_null
from leeboard.stats.size import Size, shares
from leeboard.stats.tables import chi_square_p
from leeboard.verdicts.exact import is_constant
from leeboard.verdicts.verdict import Evidence, Lines

__all__ = ["DRAWS_UP_TO", "MIN_ROWS", "weigh"]

MIN_ROWS = int(2 * MIN_EXPECTED)
"""Effective rows below which two cells do not expect ten rows each."""

DRAWS_UP_TO = 100_000
"""Above this many rows in the smaller sample the draws agree with the closed form."""


def weigh(pair: Pair, lines: Lines) -> Evidence | Reason:
    """Weigh one column.

    Parameters
    ----------
    pair : Pair
    lines : Lines

    Returns
    -------
    Evidence
        Or a Reason why there is none: too few rows, or all rows in one cell.
    """
    merged = merge(
        pair.cells,
        pair.reference.cells,
        pair.current.cells,
        design_reference=pair.design_reference,
        design_current=pair.design_current,
    )
    n = int(merged.reference.sum()) / pair.design_reference
    m = int(merged.current.sum()) / pair.design_current
    if merged.size < 2:
        return _no_cells(pair, min(n, m))
    p, q = shares(merged.reference), shares(merged.current)
    size = Size.of(p, q, n, m)
    p_value, kind = _no_change(pair, merged, n, m)
    return Evidence(
        size=size,
        p_value=p_value,
        p_kind=kind,
        p_beyond=size.beyond(lines.negligible),
        upper=size.upper(0.95),
    )


def _no_cells(pair: Pair, smaller: float) -> Reason:
    if pair.current.rows == 0 or pair.reference.rows == 0:
        side = "current" if pair.current.rows == 0 else "reference"
        text = f"the {side} data has no rows here; a comparison takes {MIN_ROWS}"
        return Reason("insufficient_data", text)
    if smaller < MIN_ROWS:
        rows = min(pair.reference.rows, pair.current.rows)
        text = f"{_count(rows)} in the smaller sample; a comparison takes {MIN_ROWS}"
        if max(pair.design_reference, pair.design_current) > 1.0:
            text = (
                f"rows that resemble each other weigh as {smaller:.1f} independent "
                f"ones in the smaller sample; a comparison takes {MIN_ROWS}"
            )
        return Reason("insufficient_data", text)
    if is_constant(pair):
        return Reason("constant", "all rows of both samples share one value")
    if isinstance(pair.cells, NumericCells):
        text = "too few rows with a value: two groups of them must expect 10 each"
        return Reason("insufficient_data", text)
    text = (
        f"no two groups of levels have the {MIN_EXPECTED:.0f} rows each that a "
        f"comparison takes; the smaller sample weighs as {smaller:.0f} rows"
    )
    return Reason("rare_levels", text)


def _count(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows:,} rows"


def _no_change(pair: Pair, merged: Merged, n: float, m: float) -> tuple[float, PKind]:
    """p-value of no change at all, and what it rests on."""
    spacings = _spacings(pair, merged)
    if spacings is not None and min(n, m) <= DRAWS_UP_TO:
        return dirichlet_null(merged.reference, merged.current, spacings), PKind.EXACT
    statistic = float(chi_square(merged.reference, merged.current))
    # X² is proportional to nm/(n + m): fewer effective rows, smaller statistic
    rows = merged.reference.sum() * merged.current.sum()
    rows = rows / (merged.reference.sum() + merged.current.sum())
    statistic *= (n * m / (n + m)) / rows
    kind = PKind.APPROXIMATE if pair.blocks else PKind.INDEPENDENT
    return chi_square_p(statistic, merged.size - 1), kind


def _spacings(pair: Pair, merged: Merged) -> np.ndarray[Any, Any] | None:
    """Reference spacings per merged cell, where their law is exact; else None."""
    cells, reference, current = pair.cells, pair.reference.cells, pair.current.cells
    if not isinstance(cells, NumericCells) or not pair.fixed or pair.blocks:
        return None
    if max(pair.design_reference, pair.design_current) > 1.0:
        return None
    specials = reference[cells.minus_inf :].sum() + current[cells.minus_inf :].sum()
    if not cells.continuous or specials:
        return None
    stored = reference.copy()
    stored[cells.below] += 1  # the spacing below the smallest row
    stored[cells.inner] -= 1  # the largest row closes the last inner cell …
    stored[cells.above] += 1  # … and opens the spacing above it
    used = merged.group >= 0
    return np.bincount(
        merged.group[used], weights=stored[used], minlength=merged.size
    ).astype(np.int64)
