"""Whether cells and counts read from a text can be those of a column.

A profile is a text that may have been edited, with its hash mended. Cells that do not
ascend, or counts that do not fit them, would give wrong answers without a sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from leeboard.errors import ProfileError
from leeboard.profiles.cells import CategoryCells, Cells, NumericCells
from leeboard.profiles.counts import CategoryCounts, Counts, NumericCounts
from leeboard.profiles.part import Part

__all__ = ["refuse_unsound", "refuse_unsound_counts"]


def refuse_unsound(
    cells: Mapping[str, Cells],
    parts: Mapping[str | None, Part],
    *,
    fixed: bool,
    where: str,
) -> None:
    """Refuse cells and counts that cannot be.

    Parameters
    ----------
    cells : mapping of column name to Cells
    parts : mapping of segment to Part
    fixed : bool
        The counts are those of the rows that fixed the cells, which cover them.
    where : str
        The file, for messages.

    Raises
    ------
    ProfileError
        Naming the column and the index at fault.
    """
    for name, own in cells.items():
        for fault in _cells(own):
            _refuse(where, name, fault)
    for part in parts.values():
        refuse_unsound_counts(cells, part, fixed=fixed, where=where)


def refuse_unsound_counts(
    cells: Mapping[str, Cells], part: Part, *, fixed: bool, where: str
) -> None:
    """Refuse counts that cannot be, in cells that are known to be sound."""
    for name, own in cells.items():
        if name in part.counts:
            for fault in _counts(own, part.counts[name], fixed=fixed):
                _refuse(where, name, fault)


def _refuse(where: str, name: str, fault: str) -> None:
    raise ProfileError(
        code="bad_cells",
        where=f"{where}, column {name!r}",
        found=fault,
        expected="ascending cells that cover the reference, and counts that fit them",
        fix="Profile the reference again.",
    )


def _cells(cells: Cells) -> Iterator[str]:
    if isinstance(cells, CategoryCells):
        for i, level in enumerate(cells.levels):
            if level in cells.levels[:i]:
                yield f"level {i} ({level[:40]!r}) twice"
        if (cells.rare_keys[1:] <= cells.rare_keys[:-1]).any():
            yield "keys of rare levels that do not ascend"
        return
    edges: Any = cells.edges
    if len(edges) < 2:
        yield f"{len(edges)} edge, where one cell has two"
    for i in np.flatnonzero(~np.isfinite(edges)).tolist():
        yield f"edge {i}, which is no finite number"
    for i in np.flatnonzero(~(edges[1:] > edges[:-1])).tolist():
        yield f"edge {i + 1} ({edges[i + 1]}), not above the one before ({edges[i]})"


def _counts(cells: Cells, counts: Counts, *, fixed: bool) -> Iterator[str]:
    numeric = isinstance(cells, NumericCells)
    if numeric != isinstance(counts, NumericCounts):
        yield "counts of another kind than the cells"
        return
    if len(counts.cells) != cells.size:
        yield f"counts of {len(counts.cells)} cells, where there are {cells.size}"
        return
    if counts.cells.min() < 0:
        for i in np.flatnonzero(counts.cells < 0).tolist():
            yield f"cell {i} with {counts.cells[i]} rows"
    if isinstance(counts, CategoryCounts):
        if not isinstance(cells, NumericCells) and not (
            0 <= counts.unseen <= counts.cells[cells.rare]
        ):
            yield f"{counts.unseen} unseen rows, more than are in rare levels"
    elif isinstance(cells, NumericCells):
        yield from _covered(cells, counts, fixed=fixed)


def _covered(
    cells: NumericCells, counts: NumericCounts, *, fixed: bool
) -> Iterator[str]:
    if len(counts.sums) != cells.inner + 2:
        yield f"sums of {len(counts.sums)} cells, where there are {cells.inner + 2}"
    whole = cells.edges.dtype.kind == "i"
    empty = counts.finite == 0
    for value in (counts.minimum, counts.maximum):
        if (value is None) != empty:
            yield "a least or largest value that does not fit the counts"
        elif value is not None:
            # nothing follows the largest whole number: it shares the last cell
            last = min(value, np.iinfo(np.int64).max - 1) if whole else value
            below, above = value < cells.edges[0], last >= cells.edges[-1]
            outside = cells.below if below else cells.above
            if (below or above) and (fixed or counts.cells[outside] == 0):
                yield f"{value}, outside the cells {cells.edges[0]} … {cells.edges[-1]}"
    for outside in (cells.below, cells.above):
        if fixed and counts.cells[outside]:
            yield f"cell {outside}, outside, with {counts.cells[outside]} rows"
