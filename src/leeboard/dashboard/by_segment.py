"""Performance by segment, beside what was kept of each segment of the reference."""

from __future__ import annotations

import numpy as np

from leeboard.alarms.look import RESIDUAL
from leeboard.dashboard.asked import Asked
from leeboard.dashboard.reading import Row
from leeboard.dashboard.standing import metric_name, when
from leeboard.errors import LeeboardError
from leeboard.monitor.baseline import Baseline
from leeboard.pages.dashboard.parts import Cell, Head, Table
from leeboard.pages.words import interval_in_words, number
from leeboard.profiles.cells import NumericCells

__all__ = ["interval_of", "segment_reference", "segments_table"]

_MOST = 50
_LATEST = 12
"""Windows among which one with labels of segments is looked for."""


def segments_table(asked: Asked, metric: str) -> Table:
    """Draw the figure of each segment in the latest window that has it."""
    rows: list[Row] = []
    where = ""
    for done in reversed(asked.windows[-_LATEST:]):
        rows = [
            row
            for row in asked.reader.figures(
                asked.plan.name, done.window, subject="performance", metric=metric
            )
            if row["segment"] and row["basis"] in {"realised", "provisional"}
        ]
        if rows:
            latest = done is asked.windows[-1]
            where = f", window of {when(done.window.start)}"
            where += "" if latest else ", the latest with labels by segment"
            break
    rows.sort(key=lambda row: -(row["value"] or 0.0))
    known = _baseline(asked)
    heads = ("Segment", "Reference", "Current", "95 % interval", "Labels")
    return Table(
        name="segments",
        title=f"{metric_name(metric)} by segment{where}",
        head=tuple(Head(text, number=i > 0) for i, text in enumerate(heads)),
        rows=tuple(_row(asked, known, row) for row in rows[:_MOST]),
        empty="No segment has labels yet.",
    )


def _row(asked: Asked, known: Baseline | None, row: Row) -> tuple[Cell, ...]:
    beside = row["reference"]
    if beside is None and known is not None:
        beside = segment_reference(known, row["segment"], row["metric"])
    return (
        Cell(row["segment"], asked.here(segment=row["segment"])),
        Cell(number(beside, 3), number=True),
        Cell(number(row["value"], 3), number=True),
        Cell(interval_of(row), number=True),
        Cell(f"{row['n_current']:,}", number=True),
    )


def _baseline(asked: Asked) -> Baseline | None:
    try:
        return asked.reader.baseline(asked.plan)
    except LeeboardError:  # the page of the reference says what is wrong with it
        return None


def segment_reference(known: Baseline, segment: str, metric: str) -> float | None:
    """Return a segment's figure in the reference; None where it was not kept.

    The accuracy as it was measured; the MAE from the residual's cells, each error put
    in the middle of its cell.
    """
    kept = known.segments.get(segment)
    if kept is None:
        return None
    if metric == "accuracy":
        return kept.accuracy
    profile = known.adopted.profiles.get(RESIDUAL)
    if metric != "mae" or profile is None or kept.residual is None:
        return None
    cells = profile.cells[RESIDUAL]
    if not isinstance(cells, NumericCells) or len(kept.residual) != cells.size:
        return None
    rows = np.array(kept.residual[1 : cells.inner + 1], np.float64)
    total = float(rows.sum())
    return float(rows @ np.abs(cells.middles)) / total if total else None


def interval_of(row: Row) -> str:
    """Write the interval of a figure; a dash where it has none."""
    ends = row["low"], row["high"]
    return interval_in_words(None if None in ends else ends)
