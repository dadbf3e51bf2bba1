"""Histograms and effect marks as inline SVG: no script, no library, hover by title.

Draws what the contexts hold and decides nothing. Colours come from classes, so that one
set of tokens serves light, dark and print; the reference is filled and lies behind, the
current sample is an outline, so that nobody has to tell two colours apart.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from leeboard.pages.contexts import Bar, EffectMark, Histogram
from leeboard.pages.printable import shorten
from leeboard.pages.words import share

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["effect", "full", "moved_most", "plain", "small"]

_LEFT, _TOP, _WIDE, _HIGH = 50.0, 12.0, 404.0, 150.0
_FULL_WIDTH = 460
_ROW = 22.0
_LABEL_CHARACTERS = 20


def _n(value: float) -> str:
    """Write a coordinate in as few characters as it needs."""
    text = f"{value:.1f}"
    return text.removesuffix(".0")


def _markup(parts: list[str]) -> Markup:
    from markupsafe import Markup

    # every text among the parts has gone through _text
    return Markup("".join(parts))  # noqa: S704


def _text(text: str) -> str:
    from markupsafe import escape

    return str(escape(text))


# ── outlines shared by the small and the full drawing ────────────────────────────────


def _steps(
    bars: tuple[Bar, ...], sample: str, frame: tuple[float, float, float, float]
) -> str:
    """Path of one sample's density over the open cells, closed on the base line."""
    left, top, wide, high = frame
    base = top + high
    path: list[str] = []
    end = None
    for bar in bars:
        if bar.left == bar.right:
            continue
        x0, x1 = _n(left + bar.left * wide), _n(left + bar.right * wide)
        y = _n(base - min(getattr(bar, sample), 1.0) * high)
        if end is None:
            path.append(f"M{x0} {_n(base)}")
        elif end != x0:
            path.append(f"V{_n(base)}H{x0}")
        path.append(f"V{y}H{x1}")
        end = x1
    if path:
        path.append(f"V{_n(base)}")
    return "".join(path)


def _stems(
    bars: tuple[Bar, ...], frame: tuple[float, float, float, float], widest: float
) -> list[str]:
    """Single values: a filled bar for the reference, an outlined one before it."""
    left, top, wide, high = frame
    base = top + high
    points = [bar for bar in bars if bar.left == bar.right]
    places = sorted(bar.left for bar in points)
    gaps = [b - a for a, b in pairwise(places)]
    room = min(min(gaps, default=0.2) * wide * 0.7, widest)
    parts = []
    for sample, style, width in (
        ("reference", "r", max(room, 1.5)),
        ("current", "c", max(room * 0.55, 1.0)),
    ):
        path = []
        for bar in points:
            tall = min(getattr(bar, sample), 1.0) * high
            if tall <= 0:
                continue
            x = left + bar.left * wide - width / 2
            path.append(f"M{_n(x)} {_n(base)}v{_n(-tall)}h{_n(width)}v{_n(tall)}")
        if path:
            parts.append(f'<path class="{style}" d="{"".join(path)}"/>')
    return parts


def _beside(
    sides: tuple[Bar, ...], frame: tuple[float, float, float, float]
) -> list[str]:
    """Rows beyond the axis: bars of their own, as high as their share of all rows."""
    left, top, wide, high = frame
    base = top + high
    parts = []
    for bar in sides:
        x, width = left + bar.left * wide, (bar.right - bar.left) * wide
        for style, held, part in (
            ("r", bar.reference, 1.0),
            ("c", bar.current, 0.6),
        ):
            if held > 0:
                at, tall = x + width * (1.0 - part) / 2.0, _n(held * high)
                span = _n(width * part)
                parts.append(
                    f'<path class="{style}" d="M{_n(at)} {_n(base)}v-{tall}'
                    f'h{span}v{tall}"/>'
                )
    return parts


# ── the small one ────────────────────────────────────────────────────────────────────


def small(histogram: Histogram) -> Markup:
    """Draw the two distributions over each other, the size of a table cell."""
    frame = (1.0, 2.0, 118.0, 27.0)
    parts = [
        (
            '<svg class="small" viewBox="0 0 120 31" width="120" height="31" '
            'aria-hidden="true">'
        )
    ]
    if histogram.form == "density":
        parts.append(
            f'<path class="r" d="{_steps(histogram.bars, "reference", frame)}"/>'
        )
        parts.append(
            f'<path class="c" d="{_steps(histogram.bars, "current", frame)}"/>'
        )
        parts += _stems(histogram.bars, frame, 7.0)
        parts += _beside(histogram.sides, frame)
    else:
        every = (*histogram.bars, *histogram.sides)
        places = len(every) or 1
        spread = tuple(
            Bar(
                (i + 0.5) / places,
                (i + 0.5) / places,
                bar.reference,
                bar.current,
                "",
                "",
                bar.marked,
            )
            for i, bar in enumerate(every)
        )
        parts += _stems(spread, frame, 16.0)
    parts.append('<path class="base" d="M0 29.5h120"/></svg>')
    return _markup(parts)


def plain(histogram: Histogram) -> Markup:
    """Draw the small one where no style sheet is: colours stand at the paths."""
    grey = 'class="r" fill="#9aa3ad" fill-opacity=".45" stroke="#8a939d"'
    blue = 'class="c" fill="#4a86e8" fill-opacity=".15" stroke="#4a86e8"'
    drawn = str(small(histogram)).replace('class="r"', grey)
    drawn = drawn.replace('class="c"', f'{blue} stroke-width="1.25"')
    return _markup([drawn.replace('class="base"', 'stroke="#8a939d"')])


# ── the full one ─────────────────────────────────────────────────────────────────────


def moved_most(histogram: Histogram) -> str:
    """Name the marked cells and what happened to their share of the rows."""
    marked = {bar.label: bar.shares for bar in histogram.bars if bar.marked}
    for row in histogram.apart:
        # rows outside the reference may be drawn and told apart: named once
        if row.marked and row.label not in marked:
            marked[row.label] = (
                f"reference {row.reference_text}, current {row.current_text}"
            )
    return "; ".join(f"{label} ({shares})" for label, shares in marked.items())


def full(histogram: Histogram, name: str) -> Markup:
    """Draw the whole distribution with axes, hover texts and marked cells."""
    moved = moved_most(histogram)
    says = f"Distribution of {shorten(name, 80)} in the reference and now. " + (
        f"Moved most: {moved}." if moved else "No cell moved clearly."
    )
    density = histogram.form == "density"
    rows = len(histogram.bars) + len(histogram.sides)
    height = _TOP + _HIGH + 40 if density else _ROW * rows + 8
    parts = [
        (
            f'<svg class="full" viewBox="0 0 {_FULL_WIDTH} {_n(height)}" role="img" '
            f'aria-label="{_text(says)}">'
        )
    ]
    parts += _full_density(histogram) if density else _full_levels(histogram)
    parts.append("</svg>")
    return _markup(parts)


def _full_density(histogram: Histogram) -> list[str]:
    frame = (_LEFT, _TOP, _WIDE, _HIGH)
    base = _TOP + _HIGH
    parts: list[str] = []
    for tick in histogram.heights:
        y = _n(base - tick.at * _HIGH)
        parts.append(f'<path class="grid" d="M{_n(_LEFT)} {y}h{_n(_WIDE)}"/>')
        parts.append(
            f'<text class="y" x="{_n(_LEFT - 6)}" y="{y}">{_text(tick.label)}</text>'
        )
    sides = histogram.sides
    parts += [_band(bar) for bar in (*histogram.bars, *sides) if bar.marked]
    parts.append(f'<path class="r" d="{_steps(histogram.bars, "reference", frame)}"/>')
    parts.append(f'<path class="c" d="{_steps(histogram.bars, "current", frame)}"/>')
    parts += _stems(histogram.bars, frame, 12.0)
    parts += _beside(sides, frame)
    parts += [_cut_off(bar) for bar in histogram.bars if _tallest(bar) > 1]
    parts.append(f'<path class="base" d="M{_n(_LEFT)} {_n(base)}h{_n(_WIDE)}"/>')
    parts += _value_ticks(histogram, base)
    parts += [_side_name(bar, base) for bar in sides]
    parts.append('<g class="h">')
    parts += [_hover(bar) for bar in (*histogram.bars, *sides)]
    parts.append("</g>")
    parts.append(
        f'<text class="axis" x="{_n(_LEFT + _WIDE / 2)}" y="{_n(base + 33)}">'
        f"{_text(histogram.value_axis)}</text>"
    )
    return parts


def _value_ticks(histogram: Histogram, base: float) -> list[str]:
    parts = []
    for tick in histogram.ticks:
        x = _LEFT + tick.at * _WIDE
        parts.append(f'<path class="base" d="M{_n(x)} {_n(base)}v4"/>')
        edge = " end" if tick.at > 0.93 else " start" if tick.at < 0.07 else ""
        parts.append(
            f'<text class="x{edge}" x="{_n(x)}" y="{_n(base + 16)}">'
            f"{_text(tick.label)}</text>"
        )
    return parts


def _side_name(bar: Bar, base: float) -> str:
    """Name a bar beside the axis, and the share that it shows now."""
    x = _LEFT + (bar.left + bar.right) / 2.0 * _WIDE
    return (
        f'<text class="x" x="{_n(x)}" y="{_n(base + 16)}">{_text(bar.label)}</text>'
        f'<text class="x" x="{_n(x)}" y="{_n(base + 29)}">{share(bar.current)}</text>'
    )


def _tallest(bar: Bar) -> float:
    return max(bar.reference, bar.current)


def _place(bar: Bar) -> tuple[float, float]:
    """Left end and width of the strip over a bar, at least wide enough to point at."""
    x0, x1 = _LEFT + bar.left * _WIDE, _LEFT + bar.right * _WIDE
    if x1 - x0 < 4:
        middle = (x0 + x1) / 2
        x0, x1 = middle - 2, middle + 2
    return x0, x1 - x0


def _band(bar: Bar) -> str:
    x, width = _place(bar)
    middle = x + width / 2
    return (
        f'<rect class="band" x="{_n(x)}" y="{_n(_TOP)}" width="{_n(width)}" '
        f'height="{_n(_HIGH)}"/><path class="mark" d="M{_n(middle)} {_n(_TOP)}'
        f'l-4 -7h8z"/>'
    )


def _cut_off(bar: Bar) -> str:
    x, width = _place(bar)
    middle = x + width / 2
    return (
        f'<path class="cut" d="M{_n(middle - 7)} {_n(_TOP + 9)}l14 -5'
        f'M{_n(middle - 7)} {_n(_TOP + 13)}l14 -5"/>'
    )


def _hover(bar: Bar) -> str:
    x, width = _place(bar)
    says = _text(f"{bar.label}: {bar.shares}")
    return (
        f'<path d="M{_n(x)} {_n(_TOP)}h{_n(width)}v{_n(_HIGH)}h{_n(-width)}z">'
        f"<title>{says}</title></path>"
    )


def _full_levels(histogram: Histogram) -> list[str]:
    parts: list[str] = []
    start, room = 150.0, 170.0
    rows = (*histogram.bars, *histogram.sides)
    for i, bar in enumerate(rows):
        y = 4 + i * _ROW
        label = shorten(bar.label, _LABEL_CHARACTERS)
        now = bar.shares.removeprefix("reference ").replace(", current ", " → ")
        if bar.marked:
            parts.append(
                f'<rect class="band" x="0" y="{_n(y - 1)}" width="{_FULL_WIDTH}" '
                f'height="{_n(_ROW - 2)}"/>'
                f'<path class="mark" d="M{_n(start - 6)} {_n(y + 9)}l-7 -4v8z"/>'
            )
        parts.append(
            f'<text class="level" x="{_n(start - 18)}" y="{_n(y + 9)}">{_text(label)}'
            f'</text><rect class="r" x="{_n(start)}" y="{_n(y + 1)}" '
            f'width="{_n(bar.reference * room)}" height="16"/><rect class="c" '
            f'x="{_n(start)}" y="{_n(y + 5)}" width="{_n(bar.current * room)}" '
            f'height="8"/><text class="now" x="{_n(start + room + 8)}" '
            f'y="{_n(y + 9)}">{_text(now)}</text><rect class="h" x="0" '
            f'y="{_n(y - 1)}" width="{_FULL_WIDTH}" height="{_n(_ROW - 2)}"><title>'
            f"{_text(f'{bar.label}: {bar.shares}')}</title></rect>"
        )
    foot = _n(4 + _ROW * len(rows))
    parts.append(f'<path class="base" d="M{_n(start)} 2V{foot}"/>')
    return parts


# ── the effect ───────────────────────────────────────────────────────────────────────


def effect(mark: EffectMark) -> Markup:
    """Draw the size of a change with its interval against the two lines."""
    left, wide, middle = 4.0, 152.0, 11.0
    at, low, high = (left + wide * x for x in (mark.at, mark.low, mark.high))
    negligible, large = left + wide * mark.negligible, left + wide * mark.large
    parts = [
        (
            '<svg class="effect" viewBox="0 0 164 22" width="164" height="22" '
            'aria-hidden="true">'
            f'<rect class="zone" x="{_n(left)}" y="3" width="{_n(negligible - left)}" '
            f'height="16"/><path class="line" d="M{_n(negligible)} 2v18"/>'
            f'<path class="line far" d="M{_n(large)} 2v18"/>'
            f'<path class="span" d="M{_n(low)} {_n(middle)}H{_n(high)}'
            f'M{_n(low)} 7v8"/>'
        )
    ]
    if mark.beyond:
        end = left + wide
        parts.append(f'<path class="span" d="M{_n(end - 4)} 7l5 4l-5 4"/>')
    else:
        parts.append(f'<path class="span" d="M{_n(high)} 7v8"/>')
    parts.append(f'<circle class="dot" cx="{_n(at)}" cy="{_n(middle)}" r="4"/></svg>')
    return _markup(parts)
