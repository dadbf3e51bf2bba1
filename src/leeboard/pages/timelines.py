"""Figures over time as inline SVG: lines with bands, and areas; no script.

The drawing stretches with the page; texts do not, so that a phone shows the same chart
with readable labels. Draws what it is given and decides nothing but the axes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from leeboard.pages.axes import Axis
from leeboard.pages.printable import printable, shorten
from leeboard.pages.times import Span, moment_of, named, time_ticks
from leeboard.pages.words import number

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = [
    "Plot",
    "Point",
    "Series",
    "Stretch",
    "Timeline",
    "draw_timeline",
    "plot_of",
    "shapes",
]

_LAST_LABEL = 0.9
"""Place after which a label would leave the chart."""

_USUAL_LABEL = 6
"""Characters of a label that the margin of a chart has room for."""

_LOW = 120
"""Height in pixels of a chart that has room for three values on its axis."""


@dataclass(frozen=True, slots=True)
class Point:
    """A figure of one window.

    Parameters
    ----------
    start, end : date or datetime
        The window is from ``start`` on and before ``end``; days are taken as
        beginning at midnight in UTC.
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


@dataclass(frozen=True, slots=True)
class Plot:
    """Where figures stand in a drawing.

    Parameters
    ----------
    axis : Axis
        Of the figures, upwards.
    span : (datetime, datetime)
        From the left to the right.
    wide, high : float
        Of the drawing, in its own units.
    """

    axis: Axis
    span: Span
    wide: float = 1000.0
    high: float = 100.0

    def along(self, day: date) -> float:
        """Place of a moment, from 0 to 1."""
        whole = (self.span[1] - self.span[0]) or timedelta(days=1)
        return (moment_of(day) - self.span[0]) / whole

    def x(self, point: Point) -> float:
        """Middle of a window."""
        return (self.along(point.start) + self.along(point.end)) / 2 * self.wide

    def y(self, value: float) -> float:
        """Height of a figure, from the top."""
        return self.high * (1.0 - self.axis.at(value))


def plot_of(chart: Timeline, wide: float = 1000.0, high: float = 100.0) -> Plot:
    """Choose the axes of a chart: from 0, or from below it where figures are."""
    points = [point for one in chart.series for point in one.points]
    level = [chart.level[1]] if chart.level else []
    values = [*_finite(point.value for point in points), *level]
    ends = _finite(point.high for point in points)
    # an interval that reaches below 0 where no figure does is cut there
    low = min([*values, 0.0]) * 1.06
    top = chart.top or max([*values, *ends, 0.0]) * 1.06
    axis = Axis(low, top if top > low else low + 1.0)
    first = min(moment_of(point.start) for point in points)
    span = first, max(moment_of(point.end) for point in points)
    return Plot(axis, span, wide, high)


def _finite(values: Iterable[float | None]) -> list[float]:
    return [one for one in values if one is not None and math.isfinite(one)]


def draw_timeline(chart: Timeline) -> Markup:
    """Draw a chart as SVG; its text alternative is the title."""
    from markupsafe import Markup, escape

    plot = plot_of(chart)
    whole = f'width="100%" height="{chart.height + 24}" role="img"'
    inner = f'width="100%" height="{chart.height}"'
    title = escape(printable(chart.title))
    box = f'viewBox="0 0 {plot.wide:g} {plot.high:g}"'
    parts = [
        f'<svg class="timeline{_room(plot.axis)}" {whole} aria-label="{title}">',
        *_stretches(chart, plot),
        *_grid(chart, plot.axis),
        *_times(chart, plot.span),
        f'<svg {inner} {box} preserveAspectRatio="none">',
        *shapes(chart, plot),
        "</svg>",
        *_hits(chart, plot),
        "</svg>",
    ]
    # every text among the parts has been escaped
    return Markup("".join(parts))  # noqa: S704


def _room(axis: Axis) -> str:
    """Class that widens the margin, which the usual labels do not need."""
    longest = max((len(tick.label) for tick in axis.brief_ticks()), default=0)
    return " roomy" if longest > _USUAL_LABEL else ""


def _grid(chart: Timeline, axis: Axis) -> Iterator[str]:
    places = axis.brief_ticks()
    if chart.height < _LOW and len(places) > 3:
        # evenly: the middle one only where there is a middle
        middle = places[len(places) // 2 :][: len(places) % 2]
        places = (places[0], *middle, places[-1])
    for tick in places:
        y = f"{chart.height * (1.0 - tick.at):.1f}"
        yield f'<line class="grid" x1="0" x2="100%" y1="{y}" y2="{y}"/>'
        yield f'<text class="value" x="-8" y="{y}" dy=".35em">{tick.label}</text>'


def _times(chart: Timeline, span: Span) -> Iterator[str]:
    for tick in time_ticks(span):
        x = f"{100.0 * tick.at:.2f}%"
        label = tick.label if tick.at < _LAST_LABEL else ""
        yield f'<line class="grid" x1="{x}" x2="{x}" y1="0" y2="{chart.height}"/>'
        yield f'<text class="time" x="{x}" y="{chart.height + 17}">{label}</text>'


def _stretches(chart: Timeline, plot: Plot) -> Iterator[str]:
    from markupsafe import escape

    for one in chart.stretches:
        ends = (plot.along(day) for day in (one.start, one.end))
        left, right = (min(max(place, 0.0), 1.0) for place in ends)
        if right > left:
            yield (
                f'<rect class="stretch {one.tone}" x="{100 * left:.2f}%"'
                f' width="{100 * (right - left):.2f}%" y="0" height="{chart.height}">'
                f"<title>{escape(shorten(one.text, 200))}</title></rect>"
            )


def shapes(chart: Timeline, plot: Plot) -> Iterator[str]:
    """Draw what stands between the axes: bands, lines, areas, the steady figure."""
    if chart.level is not None:  # behind what is compared with it
        y = plot.y(chart.level[1])
        yield f'<path class="level" d="M0 {y:.2f}H{plot.wide:g}"/>'
    for one in chart.series:
        yield from _series(one, plot)


def _series(one: Series, plot: Plot) -> Iterator[str]:
    for run in _runs(one.points):
        if one.role == "share":
            yield f'<path class="area" d="{_area(run, plot)}"/>'
            continue
        if all(point.low is not None for point in run):
            yield f'<path class="band {one.role}" d="{_band(run, plot)}"/>'
        line = "L".join(_at(p, p.value, plot) for p in run)
        # a line of no length is a dot, where its ends are round
        dot = "h0" if len(run) == 1 else ""
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


def _at(point: Point, value: float | None, plot: Plot) -> str:
    y = plot.y(0.0 if value is None else value)
    return f"{plot.x(point):.1f} {y:.2f}"


def _band(run: Sequence[Point], plot: Plot) -> str:
    upper = [_at(p, p.high, plot) for p in run]
    lower = [_at(p, p.low, plot) for p in reversed(run)]
    return f"M{'L'.join([*upper, *lower])}Z"


def _area(run: Sequence[Point], plot: Plot) -> str:
    steps = [
        f"L{plot.along(p.start) * plot.wide:.1f} {plot.y(p.value or 0.0):.2f}"
        f"H{plot.along(p.end) * plot.wide:.1f}"
        for p in run
    ]
    first, last = (plot.along(day) * plot.wide for day in (run[0].start, run[-1].end))
    ground = f"{plot.y(0.0):.2f}".removesuffix(".00")
    return f"M{first:.1f} {ground}{''.join(steps)}L{last:.1f} {ground}Z"


def _hits(chart: Timeline, plot: Plot) -> Iterator[str]:
    """One invisible column a window, with all its figures as a tooltip."""
    from markupsafe import escape

    texts: dict[tuple[date, date], list[str]] = {}
    for one in chart.series:
        for point in one.points:
            told = texts.setdefault((point.start, point.end), [])
            if point.value is not None:
                told.append(f"{one.name} {_told(point)} {chart.unit}".rstrip())
    for (start, end), told in texts.items():
        x, upto = 100.0 * plot.along(start), 100.0 * plot.along(end)
        text = escape("\n".join(map(printable, [named(start, end), *told])))
        yield (
            f'<rect class="hit" x="{x:.2f}%" width="{upto - x:.2f}%" y="0"'
            f' height="{chart.height}"><title>{text}</title></rect>'
        )


def _told(point: Point) -> str:
    between = ""
    if point.low is not None and point.high is not None:
        between = f" ({number(point.low, 3)} to {number(point.high, 3)})"
    return f"{number(point.value, 3)}{between}"
