"""Figures over time as charts: aligned with windows, thinned, said in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leeboard.dashboard.reading import Row
from leeboard.dashboard.standing import metric_name, when
from leeboard.pages.dashboard.parts import Cell, Chart, Head, Table
from leeboard.pages.dashboard.thinning import thinned
from leeboard.pages.timelines import Point, Series, Stretch, Timeline
from leeboard.pages.words import DASH, number
from leeboard.state import Done

__all__ = ["BASES", "MOST_POINTS", "figure_chart", "points_of", "series_table"]

MOST_POINTS = 240
"""Points that a line has at most; the highest and lowest of what is left out stay."""

BASES = {
    "realised": ("from labels", "current"),
    "provisional": ("from labels so far", "provisional"),
    "corrected": ("corrected by labels so far", "corrected"),
    "estimated": ("estimated without labels", "reference"),
    "counted": ("counted", "current"),
}
"""What a figure rests on: in words, and how its line is drawn."""

_MOST_ROWS = 60
_NAMES = {
    "psi": "PSI less its noise, nats",
    "missing": "share of rows",
    "unseen": "share of rows",
}


def points_of(
    windows: Sequence[Done], rows: Sequence[Row], *, scale: float = 1.0
) -> tuple[Point, ...]:
    """One point a window, a gap where it has no figure, thinned where they are many."""
    known: Mapping[object, Row] = {row["window_start"]: row for row in rows}
    points = []
    for one in windows:
        row = known.get(one.window.start)
        figures = (
            (None, None, None)
            if row is None
            else tuple(
                None if row[name] is None else row[name] * scale
                for name in ("value", "low", "high")
            )
        )
        points.append(Point(one.window.start, one.window.end, *figures))
    return thinned(points, MOST_POINTS)


def figure_chart(
    rows: Sequence[Row],
    windows: Sequence[Done],
    *,
    name: str,
    title: str,
    metric: str,
    level: float | None = None,
    level_name: str = "reference",
    stretches: tuple[Stretch, ...] = (),
    note: str = "",
    unit: str | None = None,
) -> Chart | None:
    """Draw one figure, a line for each basis; None where it has no value at all."""
    if not any(row["value"] is not None for row in rows) or not windows:
        return None
    if level is None:
        level = next((r["reference"] for r in rows if r["reference"] is not None), None)
    series = []
    for basis in ("estimated", "corrected", "provisional", "counted", "realised"):
        found = [row for row in rows if row["basis"] == basis]
        if found:
            said, role = BASES[basis]
            series.append(Series(said, role, points_of(windows, found)))
    unit = _NAMES.get(metric, metric_name(metric)) if unit is None else unit
    timeline = Timeline(
        title,
        unit,
        tuple(series),
        height=200,
        level=None if level is None else (level_name, level),
        stretches=stretches,
    )
    return Chart(name, timeline, note, series_table(timeline))


def series_table(chart: Timeline) -> Table:
    """Return the latest drawn figures as a table."""
    times = sorted({(p.start, p.end) for one in chart.series for p in one.points})
    shown = times[-_MOST_ROWS:][::-1]
    by = [{(p.start, p.end): p for p in one.points} for one in chart.series]
    rows = []
    for time in shown:
        told = [Cell(_told(line.get(time)), number=True) for line in by]
        rows.append((Cell(when(time[0])), *told))  # type: ignore[arg-type]  # moments
    names = tuple(Head(one.name, number=True) for one in chart.series)
    return Table(
        name="figures",
        title=f"{chart.title}: the latest figures",
        head=(Head("Window"), *names),
        rows=tuple(rows),
    )


def _told(point: Point | None) -> str:
    if point is None or point.value is None:
        return DASH
    between = ""
    if point.low is not None and point.high is not None:
        between = f" ({number(point.low, 3)} to {number(point.high, 3)})"
    return f"{number(point.value, 3)}{between}"
