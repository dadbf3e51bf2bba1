"""The columns of one window, by how sure and how large their change is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leeboard.dashboard.asked import Asked
from leeboard.dashboard.ranges import moment_of
from leeboard.dashboard.reading import Row
from leeboard.errors import LeeboardError
from leeboard.schema import Column
from leeboard.state import Done
from leeboard.verdicts.verdict import Lines

__all__ = ["ColumnLine", "chosen_window", "column_lines", "schema_of"]

_LINES = Lines()


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column of one window.

    Parameters
    ----------
    name : str
    about : str
        Kind and role, in words.
    size : float or None
        Debiased PSI in nats, that of the verdict where the window had too few rows to
        measure it; None where neither has one.
    reason : str
        Why it was not measured; empty where it was.
    evidence : float
        By its threshold, 0 where the window gave none; from 1 on it has crossed.
    state : str
        Of its distribution in this window; empty where it could not be told. One that
        crossed before and goes on is ``moved``; a size beyond large of which nothing
        was kept is ``unsure``, not ``held``.
    told : bool
        It crossed in an earlier window, and nothing new was said.
    verdict : str
        Its id; empty where nothing was kept, since it held.
    """

    name: str
    about: str
    size: float | None
    reason: str
    evidence: float
    state: str
    verdict: str
    told: bool = False


def chosen_window(asked: Asked) -> Done | None:
    """Return the window that the address names, else the latest that is shown."""
    start = moment_of(asked.get("window"))
    for one in asked.windows if start is not None else ():
        if one.window.start == start:
            return one
    return asked.windows[-1] if asked.windows else None


def column_lines(asked: Asked, done: Done) -> list[ColumnLine]:
    """Return every column that was measured, the surest and largest change first."""
    segment = asked.get("segment")
    sizes = asked.reader.figures(
        asked.plan.name, done.window, metric="psi", segment=segment
    )
    verdicts = {
        row["subject"]: row
        for row in asked.reader.verdicts(
            asked.plan.name, done.window, aspect="distribution", segment=segment
        )
        if row["window_end"] == done.window.end
    }
    schema = schema_of(asked)
    lines = [
        _line(row, verdicts.get(row["subject"]), schema.get(row["subject"]))
        for row in sizes
        if row["window_end"] == done.window.end
    ]
    lines.sort(key=lambda line: (-line.evidence, -(line.size or 0.0), line.name))
    return lines


def _line(size: Row, verdict: Row | None, column: Column | None) -> ColumnLine:
    evidence, id_, value = 0.0, "", size["value"]
    state = _unjudged(value)
    if verdict is not None:
        state, id_ = verdict["state"], verdict["id"]
        value = verdict["value"] if value is None else value  # few rows were enough
        if verdict["evidence"] is not None and verdict["threshold"]:
            evidence = max(0.0, verdict["evidence"] / verdict["threshold"])
    told = state != "moved" and evidence >= 1.0
    if told:
        state = "moved"
    about = "computed" if column is None else f"{column.kind}, {column.role}"
    reason = "" if size["value"] is not None else size["reason"].replace("_", " ")
    return ColumnLine(size["subject"], about, value, reason, evidence, state, id_, told)


def _unjudged(size: float | None) -> str:
    """State of a column of which no verdict was kept, since nothing stood out."""
    if size is None:
        return ""
    return "held" if size < _LINES.large else "unsure"


def schema_of(asked: Asked) -> Mapping[str, Column]:
    """Columns of the reference by name; none if it cannot be read."""
    try:
        schema = asked.reader.baseline(asked.plan).reference.schema
    except LeeboardError:  # the page of the reference says what is wrong with it
        return {}
    return {column.name: column for column in schema.columns}
