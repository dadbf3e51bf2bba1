"""Performance of both sides of a check, from their rows.

Place: beside profiling. Figures are computed elsewhere; this knows where rows are.
"""

from __future__ import annotations

from leeboard.engines.named import OutcomeColumns
from leeboard.engines.outcomes import read_outcomes
from leeboard.errors import Note
from leeboard.metrics._metric import Reason
from leeboard.performance import Figure, cells_of, figures, tally_of
from leeboard.schema import Role, Schema, Task
from leeboard.sources import Source
from leeboard.verdicts.performance import Performance, compare_figures

__all__ = ["perform"]


def perform(
    before: Source | None, now: Source, columns: OutcomeColumns, schema: Schema
) -> tuple[Performance, tuple[Note, ...]]:
    """Measure performance on both sides.

    Parameters
    ----------
    before : Source or None
        None: only a profile of the reference is known, and its figures say so.
    now : Source
    columns : OutcomeColumns
    schema : Schema
        Whose time or entity says that rows hang together.

    Raises
    ------
    FrameError
        If a column is not there, or does not hold what it was named for.
    """
    known, notes = None, tuple[Note, ...]()
    if before is not None:
        known, notes = read_outcomes(before, columns)
    outcomes, more = read_outcomes(now, columns, known)
    if known is None:
        current = figures(outcomes)
        reference = _without_rows(current)
    else:
        reference = figures(known)
        current = figures(outcomes, counted=tally_of(outcomes, cells_of(known)))
    performance = Performance(
        outcomes.task,
        columns.label,
        columns.prediction or "",
        columns.score or ", ".join(columns.scores.values()),
        outcomes.classes[-1] if outcomes.task is Task.BINARY else "",
        compare_figures(reference, current),
    )
    return performance, tuple(dict.fromkeys((*notes, *more, *_blocks(schema))))


def _without_rows(current: list[Figure]) -> list[Figure]:
    reason = Reason("needs_rows", "performance needs rows, and a profile holds counts")
    return [Figure(figure.metric, None, 0, reason=reason) for figure in current]


def _blocks(schema: Schema) -> tuple[Note, ...]:
    """Say where rows come in blocks, which the intervals of performance do not know."""
    column = schema.first(Role.ENTITY) or schema.first(Role.TIME)
    if column is None:
        return ()
    text = (
        f"rows that share {column.name!r} resemble one another, and the intervals of"
        " performance are for independent rows: the true ones are wider"
    )
    return (Note("performance_of_blocks", "performance", text),)
