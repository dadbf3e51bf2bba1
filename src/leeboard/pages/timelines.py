"""Figures over time as inline SVG: lines with bands, and areas; no script.

The drawing stretches with the page; texts do not, so that a phone shows the same chart
with readable labels. Draws what it is given and decides nothing but the axes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from leeboard.pages.axes import Axis
from leeboard.pages.printable import printable, shorten
from leeboard.pages.times import Span, moment_of, named, ticks
from leeboard.pages.words import number

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Point", "Series", "Stretch", "Timeline", "draw_timeline"]

_WIDE = 1000.0
_LAST_LABEL = 0.9
"""Place after which a label would leave the chart."""

_LOW = 120
"""Height in pixels of a chart that has room for three values on its axis."""


@dataclass(frozen=True, slots=True)
class Point:
    """A figure of one window.

    Parameters
    ----------
    start, end : date or datetime
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
        ``current`` is drawn as a line, ``reference`` as a dashed one, ``provisional``
        and ``corrected`` as dotted ones, ``share`` as an area.
    points : tuple of Point
        In order.
    """

    name: str
    role: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time that is marked on a chart, as one in which an incident ran.

    Parameters
    ----------
    start, end : date or datetime
    tone : str
        ``page``, ``warn``, ``note`` or ``chosen``.
    text : str
    """

    start: date
    end: date
    tone: str
    text: str


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
    stretches : tuple of Stretch
        Marked behind the figures.
    """

    title: str
    unit: str
    series: tuple[Series, ...]
    height: int = 220
    level: tuple[str, float] | None = None
    top: float | None = None
    stretches: tuple[Stretch, ...] = ()


def draw_timeline(chart: Timeline) -> Markup:
    """Draw a chart as SVG; its text alternative is the title."""
    from markupsafe import Markup, escape

    span = _span(chart)
    axis = Axis(_bottom(chart), chart.top or _top(chart))
    whole = f'width="100%" height="{chart.height + 24}" role="img"'
    inner = f'width="100%" height="{chart.height}" viewBox="0 0 {_WIDE:g} 100"'
    parts = [
        f'<svg class="timeline" {whole} aria-label="{escape(printable(chart.title))}">',
        *_stretches(chart, span),
        *_grid(chart, axis),
        *_times(chart, span),
        f'<svg {inner} preserveAspectRatio="none">',
        *(part for one in chart.series for part in _series(one, axis, span)),
        *_level(chart, axis),
        "</svg>",
        *_hits(chart, span),
        "</svg>",
    ]
    # every text among the parts has been escaped
    return Markup("".join(parts))  # noqa: S704


def _span(chart: Timeline) -> Span:
    points = [point for one in chart.series for point in one.points]
    first = min(moment_of(point.start) for point in points)
    return first, max(moment_of(point.end) for point in points)


def _values(chart: Timeline, *, ends: bool) -> list[float]:
    values = [
        value
        for one in chart.series
        for point in one.points
        for value in (point.value, point.high if ends else None)
        if value is not None and math.isfinite(value)
    ]
    return values + ([chart.level[1]] if chart.level else [])


def _bottom(chart: Timeline) -> float:
    """Zero, or lower where figures are negative; intervals are cut there."""
    return min(0.0, *_values(chart, ends=False), 0.0) * 1.06


def _top(chart: Timeline) -> float:
    highest = max(_values(chart, ends=True), default=1.0)
    if highest > 0:
        return highest * 1.06
    return 0.0 if _bottom(chart) < 0 else 1.0


def _x(day: date, span: Span) -> float:
    whole = (span[1] - span[0]) or timedelta(days=1)
    return (moment_of(day) - span[0]) / whole


def _middle(point: Point, span: Span) -> float:
    return (_x(point.start, span) + _x(point.end, span)) / 2


def _y(value: float, axis: Axis) -> float:
    return 100.0 * (1.0 - axis.at(value))


def _grid(chart: Timeline, axis: Axis) -> Iterator[str]:
    places = axis.ticks()
    if chart.height < _LOW and len(places) > 3:
        places = (places[0], places[len(places) // 2], places[-1])
    for tick in places:
        y = f"{chart.height * (1.0 - tick.at):.1f}"
        yield f'<line class="grid" x1="0" x2="100%" y1="{y}" y2="{y}"/>'
        yield f'<text class="value" x="-8" y="{y}" dy=".35em">{tick.label}</text>'


def _times(chart: Timeline, span: Span) -> Iterator[str]:
    """Grid lines at months, days or hours, whichever the span has room for."""
    for moment, label in ticks(span):
        place = _x(moment, span)
        x = f"{100.0 * place:.2f}%"
        shown = label if place < _LAST_LABEL else ""
        yield f'<line class="grid" x1="{x}" x2="{x}" y1="0" y2="{chart.height}"/>'
        yield f'<text class="time" x="{x}" y="{chart.height + 17}">{shown}</text>'


def _stretches(chart: Timeline, span: Span) -> Iterator[str]:
    from markupsafe import escape

    for one in chart.stretches:
        left, right = (min(max(_x(d, span), 0.0), 1.0) for d in (one.start, one.end))
        if right > left:
            yield (
                f'<rect class="stretch {one.tone}" x="{100 * left:.2f}%"'
                f' width="{100 * (right - left):.2f}%" y="0" height="{chart.height}">'
                f"<title>{escape(shorten(one.text, 200))}</title></rect>"
            )


def _series(one: Series, axis: Axis, span: Span) -> Iterator[str]:
    for run in _runs(one.points):
        if one.role == "share":
            yield f'<path class="area" d="{_area(run, axis, span)}"/>'
            continue
        if all(point.low is not None for point in run):
            yield f'<path class="band {one.role}" d="{_band(run, axis, span)}"/>'
        line = "L".join(_at(p, p.value, axis, span) for p in run)
        dot = "h0" if len(run) == 1 else ""  # with round ends, a point
        yield f'<path class="line {one.role}" d="M{line}{dot}"/>'


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


def _at(point: Point, value: float | None, axis: Axis, span: Span) -> str:
    y = _y(0.0 if value is None else value, axis)
    return f"{_middle(point, span) * _WIDE:.1f} {y:.2f}"


def _band(run: Sequence[Point], axis: Axis, span: Span) -> str:
    upper = [_at(p, p.high, axis, span) for p in run]
    lower = [_at(p, p.low, axis, span) for p in reversed(run)]
    return f"M{'L'.join([*upper, *lower])}Z"


def _area(run: Sequence[Point], axis: Axis, span: Span) -> str:
    steps = [
        f"L{_x(p.start, span) * _WIDE:.1f} {_y(p.value or 0.0, axis):.2f}"
        f"H{_x(p.end, span) * _WIDE:.1f}"
        for p in run
    ]
    first, last = (_x(day, span) * _WIDE for day in (run[0].start, run[-1].end))
    foot = f"{_y(0.0, axis):.2f}".removesuffix(".00")
    return f"M{first:.1f} {foot}{''.join(steps)}L{last:.1f} {foot}Z"


def _level(chart: Timeline, axis: Axis) -> Iterator[str]:
    if chart.level is not None:
        y = _y(chart.level[1], axis)
        yield f'<path class="level" d="M0 {y:.2f}H{_WIDE:g}"/>'


def _hits(chart: Timeline, span: Span) -> Iterator[str]:
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
        text = escape("\n".join(map(printable, [named(start, end), *told])))
        yield (
            f'<rect class="hit" x="{x:.2f}%" width="{width:.2f}%" y="0"'
            f' height="{chart.height}"><title>{text}</title></rect>'
        )


def _told(point: Point) -> str:
    between = ""
    if point.low is not None and point.high is not None:
        between = f" ({number(point.low, 3)} to {number(point.high, 3)})"
    return f"{number(point.value, 3)}{between}"
