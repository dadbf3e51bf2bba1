"""Data quality: what is missing, unknown or beyond the reference, and what crossed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leeboard.dashboard.asked import Asked
from leeboard.dashboard.columns import chosen_window
from leeboard.dashboard.lines import figure_chart
from leeboard.dashboard.lists import paged
from leeboard.dashboard.standing import when
from leeboard.pages.dashboard.parts import (
    Cell,
    Head,
    Notice,
    Part,
    Table,
    Tile,
    Tiles,
)
from leeboard.pages.words import DASH, plural, share
from leeboard.state import Done

__all__ = ["quality_parts"]

_A_PAGE = 50
_MOST_CROSSED = 40
_WHAT = {
    "missing": "missing",
    "unseen": "of a level the reference does not know",
    "range": "beyond the reference's range",
    "constant": "all of one value",
}


@dataclass(frozen=True, slots=True)
class _Line:
    """One kind of odd rows of one column; ``state`` is that of its verdict."""

    column: str
    what: str
    reference: float | None
    current: float | None
    state: str
    verdict: str

    @property
    def growth(self) -> float:
        return (self.current or 0.0) - (self.reference or 0.0)


def quality_parts(asked: Asked) -> Iterator[Part]:
    """Say how many rows are odd, column by column, and when that asked for somebody."""
    done = chosen_window(asked)
    if done is None:
        return
    lines = _lines(asked, done)
    yield _tiles(done, lines)
    yield from _notes(done)
    yield from _chart(asked, lines)
    yield _table(asked, done, lines)
    yield _crossings(asked)


def _lines(asked: Asked, done: Done) -> list[_Line]:
    segment = asked.get("segment")
    verdicts = {
        (row["subject"], row["aspect"]): row
        for row in asked.reader.verdicts(
            asked.plan.name, done.window, watched_as="quality", segment=segment
        )
        if row["window_end"] == done.window.end
    }
    lines = []
    for row in asked.reader.figures(
        asked.plan.name, done.window, metric=("missing", "unseen"), segment=segment
    ):
        if row["window_end"] == done.window.end:
            verdict = verdicts.pop((row["subject"], row["metric"]), None)
            state = verdict["state"] if verdict else "held"
            id_ = verdict["id"] if verdict else ""
            told = row["subject"], row["metric"], row["reference"], row["value"]
            lines.append(_Line(*told, state, id_))
    for (column, aspect), row in verdicts.items():
        told = column, aspect, row["reference"], row["value"]
        lines.append(_Line(*told, row["state"], row["id"]))
    order = {"moved": 0, "failed": 1, "unsure": 2}
    lines.sort(key=lambda one: (order.get(one.state, 3), -one.growth, one.column))
    return lines


def _tiles(done: Done, lines: Sequence[_Line]) -> Tiles:
    grown = [one for one in lines if one.growth > 0]
    moved = [one for one in lines if one.state == "moved"]
    unsure = [one for one in lines if one.state == "unsure"]
    return Tiles(
        (
            Tile(
                "In the latest window",
                f"{len(moved)} crossed" if moved else "nothing crossed",
                when(done.window.start),
                "moved" if moved else "held",
            ),
            Tile("Undecided", str(len(unsure)), "more windows will tell"),
            Tile("Worse than in the reference", str(len(grown)), "of any size"),
            Tile(
                "Late predictions", f"{done.late:,}", "came after their window closed"
            ),
        )
    )


def _notes(done: Done) -> Iterator[Notice]:
    for code, text in done.notes[:12]:
        if code != "labels":
            yield Notice("unsure", text, f"({code.replace('_', ' ')})")


def _chart(asked: Asked, lines: Sequence[_Line]) -> Iterator[Part]:
    """Draw the chosen share over time; the worst one where none is chosen."""
    drawn = [one for one in lines if one.what in {"missing", "unseen"}]
    column, metric = asked.get("column"), asked.get("metric")
    chosen = next(
        (one for one in drawn if (one.column, one.what) == (column, metric)), None
    )
    if chosen is None:
        chosen = max(drawn, key=lambda one: one.growth, default=None)
        if chosen is not None and chosen.growth <= 0:
            return  # a line along zero tells nothing
    if chosen is None:
        return
    rows = asked.reader.figures(
        asked.plan.name,
        asked.whole,
        subject=chosen.column,
        metric=chosen.what,
        segment=asked.get("segment"),
    )
    now, then = _share(chosen.current), _share(chosen.reference)
    chart = figure_chart(
        rows,
        asked.windows,
        name="share",
        title=f"{chosen.column}: {now} of rows {_WHAT[chosen.what]}, {then} in the"
        " reference",
        metric=chosen.what,
        stretches=asked.stretches(),
        note="The table below chooses what is drawn here.",
    )
    if chart is not None:
        yield chart


def _share(value: float | None) -> str:
    return DASH if value is None else share(value)


def _table(asked: Asked, done: Done, lines: Sequence[_Line]) -> Table:
    find = asked.get("find").strip().lower()
    wanted = [one for one in lines if find in one.column.lower()]
    rows, pager = paged(
        wanted, asked.query, _A_PAGE, lambda page: asked.here(page=page) + "#odd"
    )
    heads = ("Column", "Rows that are", "State", "Reference", "Current")
    return Table(
        name="odd",
        title=f"Odd rows in the window of {when(done.window.start)}",
        head=tuple(Head(text, number=i > 2) for i, text in enumerate(heads)),
        rows=tuple(_row(asked, one) for one in rows),
        empty="No column has such a name." if find else "No column was counted.",
        pager=pager,
        search=asked.search(),
    )


def _row(asked: Asked, one: _Line) -> tuple[Cell, ...]:
    drawn = one.what in {"missing", "unseen"}
    verdict = asked.links.verdict(one.verdict) if one.verdict else ""
    href = asked.here(column=one.column, metric=one.what) if drawn else verdict
    return (
        Cell(one.column, href),
        Cell(_WHAT.get(one.what, one.what)),
        Cell(one.state, verdict, tone=one.state),
        Cell(_share(one.reference), number=True),
        Cell(_share(one.current), number=True, meter=min(max(one.current or 0, 0), 1)),
    )


def _crossings(asked: Asked) -> Table:
    """What asked for somebody in the time that is shown, the latest first."""
    rows = asked.reader.verdicts(
        asked.plan.name,
        asked.whole,
        watched_as="quality",
        severity=("warn", "page"),
        segment=asked.get("segment"),
    )
    latest = rows[::-1][:_MOST_CROSSED]
    return Table(
        name="crossings",
        title=f"{plural(len(rows), 'crossing')} in the time shown",
        head=(Head("Window"), Head("Severity"), Head("What was found")),
        rows=tuple(
            (
                Cell(when(row["window_start"]), asked.links.verdict(row["id"])),
                Cell(row["severity"], tone=row["severity"]),
                Cell(row["text"]),
            )
            for row in latest
        ),
        note=f"The latest {len(latest)} are shown." if len(rows) > len(latest) else "",
        empty="None: the data were as the reference's.",
    )
