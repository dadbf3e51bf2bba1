"""A figure over time as a picture of its own: for messages, which show no SVG.

Place: beside the pages; draws what a page's chart draws, with colours and a title of
its own. Turning it into PNG needs vl-convert-python, of the extra ``notify``.
"""

from __future__ import annotations

from collections.abc import Iterator

from leeboard.pages.printable import shorten
from leeboard.pages.timelines import Plot, Stretch, Timeline, plot_of, shapes
from leeboard.pages.times import time_ticks

__all__ = ["draw_picture", "png_of"]

_WIDTH, _HEIGHT = 760, 320
_LEFT, _TOP, _RIGHT, _FOOT = 64, 66, 20, 44
_TITLE = 84
"""Characters of the title that have room."""

_SCALE = 2.0
"""Pixels a unit, so that the picture is sharp on a telephone."""

_EDGE, _LATE = 0.04, 0.8
"""Places beside which a label would leave the drawing."""

_STYLE = """
text { font-family: "Liberation Sans", Arial, sans-serif; font-size: 13px;
  fill: #55606e; }
.title { font-size: 16px; font-weight: bold; fill: #1d2733; }
.value { text-anchor: end; }
.level-name { fill: #2f7d4f; text-anchor: end; }
.since-name { font-size: 12px; fill: #a33a1f; }
.grid { stroke: #e3e7ec; }
.line { fill: none; stroke: #1f5fa8; stroke-width: 2; stroke-linejoin: round;
  stroke-linecap: round; }
.line.reference { stroke: #55606e; stroke-dasharray: 5 4; }
.band { fill: #1f5fa8; fill-opacity: .15; stroke: none; }
.area { fill: #1f5fa8; fill-opacity: .15; stroke: #1f5fa8; }
.level { fill: none; stroke: #2f7d4f; stroke-width: 1.5; stroke-dasharray: 6 4; }
.since { fill: #d9532c; fill-opacity: .08; stroke: none; }
"""


def draw_picture(chart: Timeline) -> str:
    """Draw a chart as an SVG document that stands alone.

    Parameters
    ----------
    chart : Timeline
        ``unit`` names the figure, under the title; the first of its ``stretches`` is
        where it went wrong.
    """
    wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _FOOT
    plot = plot_of(chart, float(wide), float(high))
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}"',
            f' height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}">',
            f"<style>{_STYLE}</style>",
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
            f'<text class="title" x="16" y="26">{_text(chart.title)}</text>',
            f'<text x="16" y="47">{_text(chart.unit)}</text>',
            *_level(chart),
            f'<g transform="translate({_LEFT} {_TOP})">',
            *_axes(plot),
            *(_shaded(one, plot) for one in chart.stretches[:1]),
            *shapes(chart, plot),
            *(_named(one, plot) for one in chart.stretches[:1]),
            "</g></svg>",
        ]
    )


def png_of(svg: str) -> bytes | None:
    """Turn a document of ``draw_picture`` into PNG; None without vl-convert-python."""
    try:
        import vl_convert
    except ImportError:
        return None
    drawn: bytes = vl_convert.svg_to_png(svg, scale=_SCALE)
    return drawn


def _text(text: str) -> str:
    from markupsafe import escape

    return str(escape(shorten(text, _TITLE)))


def _level(chart: Timeline) -> Iterator[str]:
    """Name the steady figure, above the drawing, where it hides nothing."""
    if chart.level is not None:
        right = _WIDTH - _RIGHT
        name = _text(chart.level[0])
        yield f'<text class="level-name" x="{right}" y="47">– – {name}</text>'


def _axes(plot: Plot) -> Iterator[str]:
    for tick in plot.axis.brief_ticks():
        y = f"{plot.high * (1.0 - tick.at):.1f}"
        yield f'<path class="grid" d="M0 {y}H{plot.wide:g}"/>'
        yield f'<text class="value" x="-8" y="{y}" dy="4">{tick.label}</text>'
    for tick in time_ticks(plot.span):
        x = f"{plot.wide * tick.at:.1f}"
        yield f'<path class="grid" d="M{x} 0V{plot.high + 6:g}"/>'
        anchor = "start" if tick.at < _EDGE else "middle"
        anchor = "end" if tick.at > 1.0 - _EDGE else anchor
        yield (
            f'<text x="{x}" y="{plot.high + 22:g}" text-anchor="{anchor}">'
            f"{tick.label}</text>"
        )


def _shaded(one: Stretch, plot: Plot) -> str:
    x, end = (plot.along(moment) * plot.wide for moment in (one.start, one.end))
    return f'<path class="since" d="M{x:.1f} 0H{end:.1f}V{plot.high:g}H{x:.1f}Z"/>'


def _named(one: Stretch, plot: Plot) -> str:
    """Name a shaded stretch, on the side that has room."""
    place = plot.along(one.start)
    step, anchor = (4.0, "start") if place < _LATE else (-4.0, "end")
    return (
        f'<text class="since-name" x="{place * plot.wide + step:.1f}" y="12"'
        f' text-anchor="{anchor}">{_text(one.text)}</text>'
    )
