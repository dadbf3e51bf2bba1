"""Columns by evidence and size: what surely changed, and how much, at one look."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leeboard.pages.printable import printable, shorten

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["EvidenceField", "Mark", "draw_field"]

_LEFT, _TOP, _WIDE, _HIGH = 44.0, 14.0, 1040.0, 230.0
_END_SIZE, _END_EVIDENCE = 5.0, 100.0
_MOST_NAMED = 8
_MOST_DOTS = 300
_GAP = 12.0


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
    share = math.log1p(max(size, 0.0) / 0.02) / math.log1p(_END_SIZE / 0.02)
    return _LEFT + _WIDE * min(share, 1.0)


def _y(evidence: float) -> float:
    share = math.log1p(max(evidence, 0.0)) / math.log1p(_END_EVIDENCE)
    return _TOP + _HIGH * (1.0 - min(share, 1.0))


def draw_field(field: EvidenceField) -> Markup:
    """Draw the field as SVG; beyond the first 300, dots are one path."""
    from markupsafe import Markup

    frame = f'viewBox="0 0 {_LEFT + _WIDE + 16:g} {_TOP + _HIGH + 40:g}" role="img"'
    says = _text(field.title)
    parts = [f'<svg class="evidence" {frame} aria-label="{says}">', *_axes()]
    rest = field.marks[_MOST_DOTS:]
    if rest:
        path = "".join(f"M{_x(m.size):.0f} {_y(m.evidence):.0f}h0" for m in rest)
        parts.append(f'<path class="rest" d="{path}"/>')
    parts += [_dot(mark) for mark in reversed(field.marks[:_MOST_DOTS])]
    parts += _names(field.marks)
    parts.append("</svg>")
    # every text among the parts has gone through _text
    return Markup("".join(parts))  # noqa: S704


def _dot(mark: Mark) -> str:
    place = f'cx="{_x(mark.size):.1f}" cy="{_y(mark.evidence):.1f}" r="4.5"'
    title = f"<title>{_text(_says(mark))}</title>"
    return f'<circle class="{mark.state}" {place}>{title}</circle>'


def _says(mark: Mark) -> str:
    name = shorten(mark.name, 60)
    return f"{name}: PSI {mark.size:.2g}, evidence {mark.evidence:.2g} of the threshold"


def _text(text: str) -> str:
    from markupsafe import escape

    return str(escape(printable(text)))


def _axes() -> list[str]:
    base, right = _TOP + _HIGH, _LEFT + _WIDE
    parts = []
    for size, label in ((0.02, "0.02"), (0.1, "0.1"), (0.5, "0.5"), (2.0, "2")):
        x = f"{_x(size):.1f}"
        kind = "line" if size < 0.5 else "grid"
        parts.append(f'<path class="{kind}" d="M{x} {_TOP:g}V{base:g}"/>')
        parts.append(f'<text class="x" x="{x}" y="{base + 14:g}">{label}</text>')
    for evidence, label in ((0.0, "0"), (1.0, "1"), (5.0, "5"), (25.0, "25")):
        y = f"{_y(evidence):.1f}"
        kind = "line far" if evidence == 1.0 else "grid"
        parts.append(f'<path class="{kind}" d="M{_LEFT:g} {y}H{right:g}"/>')
        parts.append(f'<text class="y" x="{_LEFT - 6:g}" y="{y}">{label}</text>')
    middle = _LEFT + _WIDE / 2
    parts.append(
        f'<text class="axis" x="{middle:g}" y="{base + 30:g}">'
        "size of the change: PSI, nats (lines: negligible 0.02, large 0.1)</text>"
    )
    parts.append(f'<text class="top" x="{_LEFT:g}" y="9">evidence by threshold</text>')
    return parts


def _names(marks: tuple[Mark, ...]) -> list[str]:
    """Name the strongest, where their names do not lie on one another."""
    taken: list[tuple[float, float]] = []
    parts = []
    for mark in marks[: 4 * _MOST_NAMED]:
        x, y = _x(mark.size), _y(mark.evidence)
        crowded = any(abs(y - b) < _GAP and abs(x - a) < 110.0 for a, b in taken)
        if crowded or len(taken) >= _MOST_NAMED:
            continue
        taken.append((x, y))
        side = x > _LEFT + _WIDE - 120.0
        place = f'class="name end" x="{x - 8:.1f}"' if side else f'x="{x + 8:.1f}"'
        text = _text(shorten(mark.name, 18))
        parts.append(f'<text {place} y="{y:.1f}" dy=".35em">{text}</text>')
    return parts
