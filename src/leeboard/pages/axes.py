"""The axis of values: linear or logarithmic, where it ends, and its ticks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from leeboard.pages.contexts import Tick
from leeboard.pages.words import brief, number, share

__all__ = ["Axis", "choose", "duration", "share_ticks"]

_LONG_TAIL = 0.6
"""An end piece wider than this share of all the others makes a long tail."""

_MAX_CUT = 0.1
_LOG_RATIO = 50.0
_UNITS_US = (
    (86_400_000_000.0 * 365.25, "year"),
    (86_400_000_000.0 * 30, "30 days"),
    (86_400_000_000.0 * 7, "week"),
    (86_400_000_000.0, "day"),
    (3_600_000_000.0, "hour"),
    (60_000_000.0, "minute"),
    (1_000_000.0, "second"),
)

_Piece = tuple[float, float, float]
"""Low end, high end, share of the reference."""


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from ``low`` to ``high``.

    Parameters
    ----------
    low, high : float
        Ends, in values; low < high.
    log : bool
        Logarithmic; both ends are positive.
    """

    low: float
    high: float
    log: bool = False

    def _place(self, value: float) -> float:
        return math.log2(value) if self.log else value

    def holds(self, low: float, high: float) -> bool:
        """Tell whether a piece lies within the axis."""
        return self.low <= low and high <= self.high and (not self.log or low > 0)

    def at(self, value: float) -> float:
        """Place of a value, in [0, 1]."""
        start, end = self._place(self.low), self._place(self.high)
        if math.isfinite(end - start):
            along = (self._place(value) - start) / (end - start)
        else:
            # halves, so that an axis from -1e308 to 1e308 does not overflow; of an
            # axis of denormals nothing would be left of half
            along = (self._place(value) / 2 - start / 2) / (end / 2 - start / 2)
        return min(max(along, 0.0), 1.0)

    def span(self, low: float, high: float) -> float:
        """Length of a piece: values, or doublings on a logarithmic axis."""
        return self._place(high) - self._place(low)

    def borders(self, low: float, high: float) -> bool:
        """Tell whether a piece lies beside the axis and is no longer than it."""
        if self.log and low <= 0:
            return False
        start, end = self._place(self.low) / 2, self._place(self.high) / 2
        left, right = self._place(low) / 2, self._place(high) / 2
        room = (end - start) * (0.5 if self.log else 1.0)
        # the next whole number after the end is beside it, too
        near = max(right, start) - left <= room and right - min(left, end) <= room
        return near and (low >= self.high or high <= self.low)

    def step(self) -> float:
        """Length that heights are told for: a round one, or one doubling."""
        if self.log:
            return 1.0
        width = self.high / 30 - self.low / 30
        for unit, _ in _UNITS_US if width > 1e10 else ():
            if width > unit / 3:
                return unit
        return _round_step(width)

    def stretched(self, pieces: Sequence[tuple[float, float]]) -> Axis:
        """Return the axis widened to hold these pieces, with a little air."""
        low = min([self.low, *(p[0] for p in pieces)])
        high = max([self.high, *(p[1] for p in pieces)])
        return replace(self, low=low, high=high)

    def brief_ticks(self) -> tuple[Tick, ...]:
        """Round places, at most seven, with labels for a narrow margin."""
        places = self._round() if not self.log else self._powers()
        labels = brief(places)
        return tuple(
            Tick(self.at(place), label)
            for place, label in zip(places, labels, strict=True)
        )

    def _round(self) -> list[float]:
        step = _round_step(self.high / 6 - self.low / 6)
        first = math.ceil(self.low / step)
        places = [step * (first + i) for i in range(8)]
        return [v for v in places if self.low <= v <= self.high]

    def ticks(self, write: Callable[[float], str] | None = None) -> tuple[Tick, ...]:
        """Round places on the axis, at most seven; ``write`` labels moments."""
        if self.log:
            return tuple(Tick(self.at(v), number(v)) for v in self._powers())
        if write is not None:
            places = [self.low + (self.high - self.low) * i / 3 for i in range(4)]
            return tuple(Tick(i / 3, write(v)) for i, v in enumerate(places))
        return tuple(Tick(self.at(v), number(v)) for v in self._round())

    def _powers(self) -> list[float]:
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        every = max(1, -(-(last - first) // 6))
        powers = [10.0**p for p in range(first, last + 1, every)]
        inside = [v for v in powers if self.low <= v <= self.high]
        if len(inside) < 3:
            finer = [f * 10.0**p for p in range(first, last + 1) for f in (1, 2, 5)]
            inside = [v for v in finer if self.low <= v <= self.high]
        return inside


def choose(pieces: Sequence[_Piece]) -> Axis:
    """Choose the axis for these pieces, in order: linear if nothing speaks against it.

    Where an end piece is wider than most of the others together, a logarithmic axis is
    taken if all values are positive and range over a factor of 50; else the axis ends
    before such pieces, while they hold at most 10 % of the reference.
    """
    if not pieces:
        return Axis(0.0, 1.0)
    linear = _cut(pieces)
    low, high = pieces[0][0], pieces[-1][1]
    if (linear.low, linear.high) == (low, high):
        return _open(linear)
    positive = [p for p in pieces if p[0] > 0]
    rest = [p for p in pieces if p[0] <= 0]
    # a zero that many rows share may stand apart from a logarithmic axis
    if positive and all(p[1] == 0 for p in rest):
        low = positive[0][0]
        if high / low > _LOG_RATIO:
            as_logs = [(math.log2(p[0]), math.log2(p[1]), p[2]) for p in positive]
            cut = _cut(as_logs)
            kept = [
                p
                for p, q in zip(positive, as_logs, strict=True)
                if cut.low <= q[0] and q[1] <= cut.high
            ]
            return _open(Axis(kept[0][0], kept[-1][1], log=True))
    return _open(linear)


def _cut(pieces: Sequence[_Piece]) -> Axis:
    kept, cut = list(pieces), 0.0
    while len(kept) > 3:
        ends = {0: kept[0], -1: kept[-1]}
        widths = {i: p[1] / 2 - p[0] / 2 for i, p in ends.items()}
        side = 0 if widths[0] > widths[-1] else -1
        rest = kept[1:] if side == 0 else kept[:-1]
        room = rest[-1][1] / 2 - rest[0][0] / 2
        if widths[side] <= _LONG_TAIL * room or cut + ends[side][2] > _MAX_CUT:
            break
        cut += ends[side][2]
        kept = rest
    return Axis(kept[0][0], kept[-1][1])


def _open(axis: Axis) -> Axis:
    if axis.high > axis.low:
        return axis
    if axis.log:
        return replace(axis, low=axis.low / 2, high=axis.high * 2)
    air = abs(axis.low) * 0.5 or 1.0
    return replace(axis, low=axis.low - air, high=axis.high + air)


def _round_step(width: float) -> float:
    if not 1e-300 < width < math.inf:
        return 1.0
    power = 10.0 ** math.floor(math.log10(width))
    for factor in (1, 2, 5):
        if width <= factor * power * (1 + 1e-9):
            return factor * power
    return 10 * power


def duration(microseconds: float) -> str:
    """Name of a length of time that heights are told for."""
    for unit, name in _UNITS_US:
        if microseconds == unit:
            return name
    return f"{number(microseconds / 1e6)} s"


def share_ticks(top: float) -> tuple[Tick, ...]:
    """Two or three round shares from 0 to ``top``."""
    step = _round_step(top / 2.5)
    places = [step * i for i in range(4) if step * i <= top]
    return tuple(Tick(place / top, share(place)) for place in places)
