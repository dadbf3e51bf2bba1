"""Columns by evidence and size: what surely changed, and how much, at one look."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leeboard.pages.printable import printable, shorten

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["EvidenceField", "Mark", "draw_field"]

_TOP, _HIGH, _UNDER = 16.0, 230.0, 40.0
"""In pixels: above the field, of the field, and for the axis under it."""

_REST = 1000.0
"""Width of the drawing of dots that are one path; it is stretched to the field's."""

_END_SIZE, _END_EVIDENCE = 5.0, 100.0
_MOST_NAMED = 8
_MOST_DOTS = 300
_GAP = 13.0
_NARROW, _PHONE = 560.0, 260.0
"""Pixels of the field's width on a small window, and on a phone."""

_CHARACTER, _BESIDE = 7.0, 8.0
"""Pixels that a character of a name takes, at most, and from a dot to its name."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One column.

    Parameters
    ----------
    name : str
    size : float
        PSI in nats.
    evidence : float
        By its threshold: from 1 on it has crossed.
    state : str
    """

    name: str
    size: float
    evidence: float
    state: str


@dataclass(frozen=True, slots=True)
class EvidenceField:
    """The field.

    Parameters
    ----------
    title, note : str
    marks : tuple of Mark
        The strongest first.
    """

    title: str
    note: str
    marks: tuple[Mark, ...]
    part: str = "field"


def _x(size: float) -> float:
    """Place of a size, from 0 to 1."""
    share = math.log1p(max(size, 0.0) / 0.02) / math.log1p(_END_SIZE / 0.02)
    return min(share, 1.0)


def _y(evidence: float) -> float:
    share = math.log1p(max(evidence, 0.0)) / math.log1p(_END_EVIDENCE)
    return _TOP + (_HIGH - _GAP) * (1.0 - min(share, 1.0))


def draw_field(field: EvidenceField) -> Markup:
    """Draw the field as SVG as wide as there is room; texts keep their size.

    Beyond the first 300, dots are one path.
    """
    from markupsafe import Markup

    size = f'width="100%" height="{_TOP + _HIGH + _UNDER:g}" role="img"'
    says = _text(field.title)
    parts = [f'<svg class="evidence" {size} aria-label="{says}">', *_axes()]
    parts += _rest(field.marks[_MOST_DOTS:])
    parts += [_dot(mark) for mark in reversed(field.marks[:_MOST_DOTS])]
    parts += _names(field.marks)
    parts.append("</svg>")
    # every text among the parts has gone through _text
    return Markup("".join(parts))  # noqa: S704


def _rest(marks: tuple[Mark, ...]) -> list[str]:
    if not marks:
        return []
    high = _TOP + _HIGH
    box = f'viewBox="0 0 {_REST:g} {high:g}" preserveAspectRatio="none"'
    path = "".join(f"M{_REST * _x(m.size):.0f} {_y(m.evidence):.0f}h0" for m in marks)
    dots = f'<path class="rest" d="{path}"/>'
    return [f'<svg width="100%" height="{high:g}" {box}>{dots}</svg>']


def _dot(mark: Mark) -> str:
    place = f'cx="{100 * _x(mark.size):.2f}%" cy="{_y(mark.evidence):.1f}" r="4.5"'
    title = f"<title>{_text(_says(mark))}</title>"
    return f'<circle class="{mark.state}" {place}>{title}</circle>'


def _says(mark: Mark) -> str:
    name = shorten(mark.name, 60)
    return f"{name}: PSI {mark.size:.2g}, evidence {mark.evidence:.2g} of the threshold"


def _text(text: str) -> str:
    from markupsafe import escape

    return str(escape(printable(text)))


def _axes() -> list[str]:
    base = _TOP + _HIGH
    parts = []
    for size, label in ((0.02, "0.02"), (0.1, "0.1"), (0.5, "0.5"), (2.0, "2")):
        x = f"{100 * _x(size):.2f}%"
        kind = "line" if size < 0.5 else "grid"
        ends = f'x1="{x}" x2="{x}" y1="{_TOP:g}" y2="{base:g}"'
        parts.append(f'<line class="{kind}" {ends}/>')
        parts.append(f'<text class="x" x="{x}" y="{base + 15:g}">{label}</text>')
    for evidence, label in ((0.0, "0"), (1.0, "1"), (5.0, "5"), (25.0, "25")):
        y = f"{_y(evidence):.1f}"
        kind = "line far" if evidence == 1.0 else "grid"
        parts.append(f'<line class="{kind}" x1="0" x2="100%" y1="{y}" y2="{y}"/>')
        parts.append(f'<text class="y" x="-8" y="{y}">{label}</text>')
    parts.append(
        f'<text class="axis" x="50%" y="{base + 33:g}">'
        "size: PSI less its noise, nats; lines: negligible 0.02, large 0.1</text>"
    )
    parts.append('<text class="top" x="-36" y="8">evidence by threshold</text>')
    return parts


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a name lies: sideways as a share of the field's width, and in pixels."""

    left: float
    right: float
    y: float

    def free(self, taken: Sequence[_Box]) -> bool:
        """Tell whether it is in the field, and on no other name."""
        return (
            self.left >= 0.0
            and self.right <= 1.0
            and not any(
                abs(self.y - one.y) < _GAP
                and self.left < one.right
                and one.left < self.right
                for one in taken
            )
        )


def _box(mark: Mark, text: str, way: tuple[bool, float], wide: float) -> _Box:
    """Where a name lies in a field so many pixels wide, to the left or right."""
    to_left, lower = way
    x, long = _x(mark.size), (len(text) * _CHARACTER + _BESIDE) / wide
    ends = (x - long, x) if to_left else (x, x + long)
    return _Box(*ends, _y(mark.evidence) + lower)


def _names(marks: tuple[Mark, ...]) -> list[str]:
    """Name the strongest, beside, above or below, where no other name lies."""
    taken: list[_Box] = []
    on_phone: list[_Box] = []
    parts = []
    for mark in marks[: 4 * _MOST_NAMED]:
        text = shorten(mark.name, 18)
        ways = [(side, lower) for lower in (0.0, -_GAP, _GAP) for side in (False, True)]
        way = next((w for w in ways if _box(mark, text, w, _NARROW).free(taken)), None)
        if way is None or len(taken) >= _MOST_NAMED:
            continue
        taken.append(_box(mark, text, way, _NARROW))
        kind = "called end" if way[0] else "called"
        phone = _box(mark, text, way, _PHONE)
        if phone.free(on_phone):
            on_phone.append(phone)
        else:
            kind += " wider"
        x, y = 100 * _x(mark.size), _y(mark.evidence) + way[1]
        step = -_BESIDE if way[0] else _BESIDE
        place = f'x="{x:.2f}%" dx="{step:g}" y="{y:.1f}" dy=".35em"'
        parts.append(f'<text class="{kind}" {place}>{_text(text)}</text>')
    return parts
