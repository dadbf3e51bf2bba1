"""Whether the column holds one and the same value in every row that has one."""

from __future__ import annotations

import numpy as np

from leeboard.metrics._cells import lacking_counts, lacking_rows
from leeboard.metrics._metric import (
    ANY,
    Measurement,
    Metric,
    Needs,
    Pair,
    Rows,
    undefined,
)
from leeboard.profiles.cells import Cells, NumericCells
from leeboard.profiles.counts import Counts, NumericCounts

__all__ = ["METRIC"]


def _on_counts(pair: Pair) -> Measurement:
    lacking = lacking_counts("constant", pair)
    if lacking is not None:
        return lacking
    sizes = [c.rows - c.missing for c in (pair.reference, pair.current)]
    ours = _single(pair.cells, pair.reference)
    theirs = _single(pair.cells, pair.current)
    if theirs is None:
        text = "every value is rare; a profile does not tell one rare level from two"
        return undefined("constant", *sizes, code="needs_rows", text=text)
    return _measured((ours, theirs), (sizes[0], sizes[1]))


def _single(cells: Cells, counts: Counts) -> bool | None:
    """Whether all values are one; None if the counts cannot tell."""
    if isinstance(cells, NumericCells) and isinstance(counts, NumericCounts):
        ends = int(counts.cells[cells.minus_inf]), int(counts.cells[cells.plus_inf])
        kinds = sum(map(bool, (*ends, counts.finite)))
        return kinds == 1 and counts.minimum == counts.maximum
    used = np.flatnonzero(counts.cells[:-1])
    if len(used) == 1 and used[0] == len(counts.cells) - 2:
        return True if int(counts.cells[-2]) == 1 else None
    return len(used) == 1


def _on_rows(reference: Rows, current: Rows) -> Measurement:
    lacking = lacking_rows("constant", reference, current)
    if lacking is not None:
        return lacking
    ours, theirs = (
        bool((rows.values == rows.values[0]).all()) for rows in (reference, current)
    )
    return _measured((ours, theirs), (len(reference.values), len(current.values)))


def _measured(found: tuple[bool | None, bool], sizes: tuple[int, int]) -> Measurement:
    ours, theirs = found
    return Measurement(
        "constant",
        float(theirs),
        *sizes,
        reference=None if ours is None else float(ours),
        current=float(theirs),
    )


METRIC = Metric(
    name="constant",
    answers="Does the column hold one and the same value in every row?",
    needs=Needs.COUNTS,
    kinds=ANY,
    unit="1 if so, else 0",
    direction="1 where the reference has 0 is a fault",
    source="of the values that are not missing",
    on_counts=_on_counts,
    on_rows=_on_rows,
)
