"""Figures over time as inline SVG: lines with bands, and areas; no script.

The drawing stretches with the page; texts do not, so that a phone shows the same chart
with readable labels. Draws what it is given and decides nothing but the axes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from leeboard.pages.axes import Axis
from leeboard.pages.words import number

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Point", "Series", "Timeline", "draw_timeline"]

_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_WIDE = 1000.0
_MOST_TICKS = 5
_LAST_LABEL = 0.9
"""Place after which a label would leave the chart."""

_LOW = 120
"""Height in pixels of a chart that has room for three values on its axis."""


@dataclass(frozen=True, slots=True)
class Point:
    """A figure of one window.

    Parameters
    ----------
    start, end : date
        The window is from ``start`` on and before ``end``.
    value : float or None
        None: a gap.
    low, high : float or None
        Ends of its interval.
    """

    start: date
    end: date
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One figure over time.

    Parameters
    ----------
    name : str
    role : str
        ``current`` is drawn as a line, ``reference`` as a dashed one, ``share`` as an
        area.
    points : tuple of Point
        In order.
    """

    name: str
    role: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A chart: figures of one unit over one time.

    Parameters
    ----------
    title : str
        What the chart shows, as a finding.
    unit : str
    series : tuple of Series
    height : int
        In pixels.
    level : (str, float) or None
        A steady figure to compare with, and its name.
    top : float or None
        Upper end of the axis; None: by the figures.
    """

    title: str
    unit: str
    series: tuple[Series, ...]
    height: int = 220
    level: tuple[str, float] | None = None
    top: float | None = None


def draw_timeline(chart: Timeline) -> Markup:
    """Draw a chart as SVG; its text alternative is the title."""
    from markupsafe import Markup, escape

    span = _span(chart)
    axis = Axis(0.0, chart.top or _top(chart))
    whole = f'width="100%" height="{chart.height + 24}" role="img"'
    inner = f'width="100%" height="{chart.height}" viewBox="0 0 {_WIDE:g} 100"'
    parts = [
        f'<svg class="timeline" {whole} aria-label="{escape(chart.title)}">',
        *_grid(chart, axis),
        *_months(chart, span),
        f'<svg {inner} preserveAspectRatio="none">',
        *(part for one in chart.series for part in _series(one, axis, span)),
        *_level(chart, axis),
        "</svg>",
        *_hits(chart, span),
        "</svg>",
    ]
    # every text among the parts has been escaped
    return Markup("".join(parts))  # noqa: S704


def _span(chart: Timeline) -> tuple[date, date]:
    points = [point for one in chart.series for point in one.points]
    return min(p.start for p in points), max(p.end for p in points)


def _top(chart: Timeline) -> float:
    values = [
        value
        for one in chart.series
        for point in one.points
        for value in (point.value, point.high)
        if value is not None
    ]
    values += [chart.level[1]] if chart.level else []
    return max(values, default=1.0) * 1.06 or 1.0


def _x(day: date, span: tuple[date, date]) -> float:
    whole = (span[1] - span[0]).days or 1
    return (day - span[0]).days / whole


def _middle(point: Point, span: tuple[date, date]) -> float:
    return (_x(point.start, span) + _x(point.end, span)) / 2


def _y(value: float, axis: Axis) -> float:
    return 100.0 * (1.0 - axis.at(value))


def _grid(chart: Timeline, axis: Axis) -> Iterator[str]:
    ticks = axis.ticks()
    every = max(1, len(ticks) // 2) if chart.height < _LOW else 1
    for tick in ticks[::every]:
        y = f"{chart.height * (1.0 - tick.at):.1f}"
        yield f'<line class="grid" x1="0" x2="100%" y1="{y}" y2="{y}"/>'
        yield f'<text class="value" x="-8" y="{y}" dy=".35em">{tick.label}</text>'


def _months(chart: Timeline, span: tuple[date, date]) -> Iterator[str]:
    firsts = [
        date(year, month, 1)
        for year in range(span[0].year, span[1].year + 1)
        for month in range(1, 13)
        if span[0] <= date(year, month, 1) < span[1]
    ]
    every = next(n for n in (1, 2, 3, 6, 12, 24) if len(firsts) <= n * _MOST_TICKS)
    for day in firsts:
        if (day.month - 1) % min(every, 12) == 0:
            place = _x(day, span)
            x = f"{100.0 * place:.2f}%"
            label = f"{_MONTHS[day.month - 1]} {day.year}"
            label = label if place < _LAST_LABEL else ""
            yield f'<line class="grid" x1="{x}" x2="{x}" y1="0" y2="{chart.height}"/>'
            yield f'<text class="time" x="{x}" y="{chart.height + 17}">{label}</text>'


def _series(one: Series, axis: Axis, span: tuple[date, date]) -> Iterator[str]:
    for run in _runs(one.points):
        if one.role == "share":
            yield f'<path class="area" d="{_area(run, axis, span)}"/>'
            continue
        if all(point.low is not None for point in run):
            yield f'<path class="band {one.role}" d="{_band(run, axis, span)}"/>'
        line = "L".join(_at(p, p.value, axis, span) for p in run)
        yield f'<path class="line {one.role}" d="M{line}"/>'


def _runs(points: Sequence[Point]) -> Iterator[list[Point]]:
    """Yield points that follow one another without a gap."""
    run: list[Point] = []
    for point in points:
        if point.value is None:
            if run:
                yield run
            run = []
        else:
            run.append(point)
    if run:
        yield run


def _at(point: Point, value: float | None, axis: Axis, span: tuple[date, date]) -> str:
    y = _y(0.0 if value is None else value, axis)
    return f"{_middle(point, span) * _WIDE:.1f} {y:.2f}"


def _band(run: Sequence[Point], axis: Axis, span: tuple[date, date]) -> str:
    upper = [_at(p, p.high, axis, span) for p in run]
    lower = [_at(p, p.low, axis, span) for p in reversed(run)]
    return f"M{'L'.join([*upper, *lower])}Z"


def _area(run: Sequence[Point], axis: Axis, span: tuple[date, date]) -> str:
    steps = [
        f"L{_x(p.start, span) * _WIDE:.1f} {_y(p.value or 0.0, axis):.2f}"
        f"H{_x(p.end, span) * _WIDE:.1f}"
        for p in run
    ]
    first, last = (_x(day, span) * _WIDE for day in (run[0].start, run[-1].end))
    return f"M{first:.1f} 100{''.join(steps)}L{last:.1f} 100Z"


def _level(chart: Timeline, axis: Axis) -> Iterator[str]:
    if chart.level is not None:
        y = _y(chart.level[1], axis)
        yield f'<path class="level" d="M0 {y:.2f}H{_WIDE:g}"/>'


def _hits(chart: Timeline, span: tuple[date, date]) -> Iterator[str]:
    """One invisible column a window, with all its figures as a tooltip."""
    from markupsafe import escape

    texts: dict[tuple[date, date], list[str]] = {}
    for one in chart.series:
        for point in one.points:
            told = texts.setdefault((point.start, point.end), [])
            if point.value is not None:
                told.append(f"{one.name} {_told(point)} {chart.unit}".rstrip())
    for (start, end), told in texts.items():
        x, width = 100.0 * _x(start, span), 100.0 * (_x(end, span) - _x(start, span))
        text = escape("\n".join([f"week of {start}", *told]))
        yield (
            f'<rect class="hit" x="{x:.2f}%" width="{width:.2f}%" y="0"'
            f' height="{chart.height}"><title>{text}</title></rect>'
        )


def _told(point: Point) -> str:
    between = ""
    if point.low is not None and point.high is not None:
        between = f" ({number(point.low, 3)} to {number(point.high, 3)})"
    return f"{number(point.value, 3)}{between}"
