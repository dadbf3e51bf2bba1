"""Drift: columns by evidence and size, the map of windows, one cell, and a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leeboard.dashboard.asked import Asked
from leeboard.dashboard.columns import ColumnLine, chosen_window, column_lines
from leeboard.dashboard.distributions import distribution_of
from leeboard.dashboard.lists import paged
from leeboard.dashboard.mapping import heat_map
from leeboard.dashboard.ranges import stamp_of
from leeboard.dashboard.standing import when
from leeboard.errors import LeeboardError
from leeboard.pages.cards import size_mark
from leeboard.pages.dashboard.fields import EvidenceField, Mark
from leeboard.pages.dashboard.heatmaps import HeatMap
from leeboard.pages.dashboard.parts import (
    Cell,
    Empty,
    Head,
    Notice,
    Part,
    Table,
)
from leeboard.pages.words import DASH, number, plural
from leeboard.state import Done
from leeboard.verdicts.verdict import Lines

__all__ = ["drift_parts"]

_A_PAGE = 50
_MOST_MARKS = 2500
_LINES = Lines()


def drift_parts(asked: Asked) -> Iterator[Part | HeatMap | EvidenceField]:
    """Draw all that is told about the columns of a window and of those before it."""
    done = chosen_window(asked)
    if done is None:
        return
    lines = column_lines(asked, done)
    if not lines:
        yield Empty(
            "No column was compared",
            "The reference has no column that these events have, or `metrics` does not"
            " name psi.",
            'metrics = ["psi", "missing", "unseen", "mean"]',
        )
        return
    yield _field(done, lines)
    found = asked.get("find").strip().lower()
    shown = [line for line in lines if found in line.name.lower()]
    yield heat_map(asked, done, shown)
    yield from _cell(asked, done, lines)
    yield _table(asked, done, shown)


def _href(asked: Asked, name: str, done: Done) -> str:
    there = asked.here(column=name, window=stamp_of(done.window.start))
    return f"{there}#cell"


def _field(done: Done, lines: Sequence[ColumnLine]) -> EvidenceField:
    marks = tuple(
        Mark(
            line.name,
            line.size,
            line.evidence,
            line.state,
        )
        for line in lines[:_MOST_MARKS]
        if line.size is not None
    )
    crossed = [line for line in lines if line.state == "moved"]
    told = plural(len(lines), "column")
    title = f"{len(crossed)} of {told} moved in the window of {when(done.window.start)}"
    if not crossed:
        title = f"None of {told} moved in the window of {when(done.window.start)}"
    return EvidenceField(
        title,
        "To the right: larger changes. Upwards: surer ones; above the line, the"
        " evidence is as much as the budget of false alarms asks for. At the bottom"
        " are columns that held.",
        marks,
    )


def _cell(asked: Asked, done: Done, lines: Sequence[ColumnLine]) -> Iterator[Part]:
    name = asked.get("column") or lines[0].name
    drawn = False
    try:
        for part in distribution_of(
            asked.reader, asked.plan, name, done.window, asked.get("segment")
        ):
            drawn = True
            yield part
    except LeeboardError as error:
        yield Notice("failed", "The reference cannot be read.", str(error))
        drawn = True
    if not drawn:
        yield Notice(
            "unsure",
            f"{name} has no cells in the reference.",
            "Choose another column in the map or the table.",
        )


def _table(asked: Asked, done: Done, lines: Sequence[ColumnLine]) -> Table:
    order = asked.get("sort")
    ranked = list(lines)
    if order == "size":
        ranked.sort(key=lambda line: (-(line.size or 0.0), line.name))
    elif order == "name":
        ranked.sort(key=lambda line: line.name)
    rows, pager = paged(
        ranked, asked.query, _A_PAGE, lambda page: asked.here(page=page) + "#columns"
    )
    heads = (
        Head(
            "Column", href=asked.here(sort="name") + "#columns", sorted=order == "name"
        ),
        Head("Distribution"),
        Head(
            "Evidence, by threshold",
            number=True,
            href=asked.here(sort="") + "#columns",
            sorted=order not in {"size", "name"},
        ),
        Head(
            "Size, PSI less noise",
            number=True,
            href=asked.here(sort="size") + "#columns",
            sorted=order == "size",
        ),
        Head("On the scale: negligible, large"),
    )
    return Table(
        name="columns",
        title=f"{plural(len(lines), 'column')}, window of {when(done.window.start)}",
        head=heads,
        rows=tuple(_row(asked, done, line) for line in rows),
        empty="No column has such a name.",
        pager=pager,
        search=asked.search(),
    )


def _row(asked: Asked, done: Done, line: ColumnLine) -> tuple[Cell, ...]:
    verdict = asked.links.verdict(line.verdict) if line.verdict else ""
    mark = size_mark(line.size, None, _LINES, f"PSI {number(line.size, 2)}")
    meter = min(line.evidence, 2.0) / 2.0
    return (
        Cell(line.name, _href(asked, line.name, done), sub=line.about),
        Cell(
            line.state or "not compared",
            verdict,
            tone=line.state,
            sub="goes on, told before" if line.told else "",
        ),
        Cell(number(line.evidence, 2), number=True, meter=meter),
        Cell(number(line.size, 3), number=True, sub=line.reason),
        Cell("", effect=mark) if mark is not None else Cell(DASH),
    )
