"""System health: traffic, latency, what came late or broken, and Leeboard's passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from leeboard.dashboard.asked import Asked
from leeboard.dashboard.latency import latency_parts
from leeboard.dashboard.lines import MOST_POINTS, series_table
from leeboard.dashboard.lists import paged
from leeboard.dashboard.passes import passes_parts
from leeboard.dashboard.standing import when
from leeboard.errors import LeeboardError
from leeboard.pages.dashboard.parts import (
    Cell,
    Chart,
    Head,
    Notice,
    Part,
    Table,
    Tile,
    Tiles,
)
from leeboard.pages.dashboard.thinning import thinned
from leeboard.pages.timelines import Point, Series, Timeline
from leeboard.pages.words import DASH, count, share
from leeboard.state import Done

__all__ = ["system_parts"]

_A_PAGE = 30


def system_parts(asked: Asked) -> Iterator[Part]:
    """Say what came, how fast, what did not, and when passes counted it."""
    windows = asked.windows
    if not windows:
        return
    yield from _logged(asked)
    yield _traffic(asked)
    yield from latency_parts(asked)
    if any(one.late for one in windows):
        yield _late(windows)
    yield from passes_parts(asked.reader.passes(), datetime.now(UTC))
    yield _passes(asked)


def _logged(asked: Asked) -> Iterator[Part]:
    last_pass = max(one.computed_at for one in asked.windows)
    passed = Tile("Last pass that counted", when(last_pass))
    try:
        found = asked.reader.logged(asked.plan.name)
    except LeeboardError as error:
        yield Tiles((passed,))
        yield Notice("failed", "The log cannot be read.", str(error))
        return
    if found is None:
        yield Tiles((passed,))
        if asked.reader.has_log:
            yield Notice("unsure", "The log holds no event of this model.")
        return
    aside, dropped = sum(found.quarantined.values()), sum(found.dropped.values())
    received = when(found.last_received) if found.last_received else DASH
    yield Tiles(
        (
            Tile(
                "Predictions in the log", count(found.predictions), f"last {received}"
            ),
            Tile("Labels", count(found.labels), f"{count(found.joined)} joined"),
            Tile(
                "Set aside",
                count(aside),
                _reasons(found.quarantined),
                "unsure" if aside else "held",
            ),
            Tile(
                "Lost by loggers",
                count(dropped),
                _reasons(found.dropped),
                "moved" if dropped else "held",
            ),
            Tile("Ids with two contents", count(found.conflicts)),
            passed,
        )
    )


def _reasons(by: Mapping[str, int]) -> str:
    ranked = sorted(by.items(), key=lambda pair: -pair[1])[:3]
    return ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in ranked if n)


def _traffic(asked: Asked) -> Chart:
    windows = asked.windows
    points = [Point(o.window.start, o.window.end, float(o.rows)) for o in windows]
    rows = sorted(one.rows for one in windows)
    middle, last = rows[len(rows) // 2], windows[-1].rows
    title = f"{count(last)} predictions in the latest window, {count(middle)} in most"
    series = (Series("predictions", "share", thinned(points, MOST_POINTS)),)
    chart = Timeline(
        title,
        "predictions a window",
        series,
        height=110,
        level=("median of those shown", float(middle)),
        stretches=asked.stretches(),
    )
    return Chart("traffic", chart, "", series_table(chart))


def _late(windows: Sequence[Done]) -> Chart:
    points = [Point(o.window.start, o.window.end, float(o.late)) for o in windows]
    total = sum(one.late for one in windows)
    chart = Timeline(
        f"{count(total)} predictions came after their window had closed",
        "predictions a window",
        (Series("late", "share", thinned(points, MOST_POINTS)),),
        height=80,
    )
    return Chart("late", chart, "They are in the log, and in no figure.")


def _passes(asked: Asked) -> Table:
    """Windows, the latest first, with when passes counted them."""
    rows, pager = paged(
        asked.windows[::-1],
        asked.query,
        _A_PAGE,
        lambda page: asked.here(page=page) + "#passes",
    )
    heads = ("Window", "First counted", "Last counted", "Labels")
    numbers = ("Predictions", "Labelled", "Times counted", "Late")
    return Table(
        name="passes",
        title="Windows, and the passes that counted them",
        head=(*map(Head, heads), *(Head(text, number=True) for text in numbers)),
        rows=tuple(
            (
                Cell(when(one.window.start)),
                Cell(when(one.first_at)),
                Cell(when(one.computed_at)),
                Cell("provisional", tone="provisional")
                if one.provisional
                else Cell("complete"),
                Cell(count(one.rows), number=True),
                Cell(
                    DASH if one.completeness is None else share(one.completeness),
                    number=True,
                ),
                Cell(str(one.revision), number=True),
                Cell(count(one.late), number=True),
            )
            for one in rows
        ),
        pager=pager,
    )
