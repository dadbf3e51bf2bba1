"""A window of the past that is cut where its halves differ."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from leeboard.detectors._detector import Memory, Signal
from leeboard.detectors._parameter import check_number, check_whole, finite

__all__ = ["Adwin"]

_Level = list[tuple[float, float]]  # sum and sum of squared deviations, oldest first


@dataclass(frozen=True, slots=True)
class Adwin:
    """Fires when an older and a newer part of the past differ in their means.

    Parameters
    ----------
    delta : float
        Confidence, between 0 and 1; smaller fires less often.
    clock : int
        It looks for a change once in so many windows.
    max_buckets : int
        Summaries of each size that are kept before two are joined.
    min_window_length : int
        Windows that each part must have.
    grace_period : int
        Windows before it looks for a change.

    Notes
    -----
    The past is kept as sums over 1, 2, 4, 8 … windows, at most ``max_buckets`` of each,
    so memory grows with the logarithm of the past. A cut between n0 older and n1 newer
    windows is made where the means differ by more than
    √(2 m v l) + (2/3) m l, with l = ln(2 ln n / delta), v the variance of the whole and
    m = 1/(n0 - w + 1) + 1/(n1 - w + 1), w the least length. It needs no centre and no
    spread, and begins anew after it fired. The value is the mean of what is kept.

    References
    ----------
    Bifet and Gavaldà (2007), Learning from time-changing data with adaptive windowing,
    SDM 2007, 443-448: ADWIN2, with the cut for large windows that takes the variance
    into account. It agrees with ``river.drift.ADWIN`` step by step.

    Examples
    --------
    >>> chart = Adwin(clock=1)
    >>> memory = chart.start()
    >>> for x in [0.0] * 50 + [1.0] * 50:
    ...     signal = chart.step(memory, x)
    ...     memory = signal.memory
    ...     if signal.fired:
    ...         print("fired")
    fired
    """

    name: ClassVar[str] = "adwin"
    seen: ClassVar[type] = float
    restarts: ClassVar[bool] = True
    promise: ClassVar[str] = (
        "No time between false alarms is promised: delta bounds one look, and there is "
        "a look every few windows."
    )

    delta: float = 0.002
    clock: int = 32
    max_buckets: int = 5
    min_window_length: int = 5
    grace_period: int = 10

    def __post_init__(self) -> None:
        check_number("adwin.delta", self.delta, above=0, below=1)
        check_whole("adwin.clock", self.clock, at_least=1)
        check_whole("adwin.max_buckets", self.max_buckets, at_least=1)
        check_whole("adwin.min_window_length", self.min_window_length, at_least=1)
        check_whole("adwin.grace_period", self.grace_period, at_least=0)

    def start(self) -> Memory:
        """Return ticks, width, sum, squared deviations; levels follow as they come."""
        return (0.0,) * 4

    def step(self, memory: Memory, seen: float) -> Signal:
        """Take in one window; look for a cut when the clock says so."""
        past = _Past.read(memory)
        past.add(finite(self.name, seen), int(self.max_buckets))
        look = past.ticks % self.clock == 0 and past.width > self.grace_period
        fired = look and self._cut(past)
        value = past.total / past.width
        return Signal(
            self.start() if fired else past.memory(), value, None, None, fired
        )

    def _cut(self, past: _Past) -> bool:
        """Drop the oldest windows for as long as some cut is too deep."""
        found = False
        while any(self._too_deep(past, n0, u0) for n0, u0 in past.cuts()):
            found = True
            past.drop_oldest()
        return found

    def _too_deep(self, past: _Past, n0: float, u0: float) -> bool:
        n1, least = past.width - n0, self.min_window_length
        if n0 < least or n1 < least:
            return False
        log_term = math.log(2 * math.log(past.width) / self.delta)
        m = 1 / (n0 - least + 1) + 1 / (n1 - least + 1)
        variance = max(0.0, past.squares) / past.width
        allowed = math.sqrt(2 * m * variance * log_term) + 2 / 3 * log_term * m
        return abs(u0 / n0 - (past.total - u0) / n1) > allowed


@dataclass(slots=True)
class _Past:
    """The kept past while one window is taken in; level i sums over 2**i windows."""

    ticks: float
    width: float
    total: float
    squares: float
    levels: list[_Level]

    @classmethod
    def read(cls, memory: Memory) -> _Past:
        ticks, width, total, squares = memory[:4]
        levels: list[_Level] = []
        at = 4
        while at < len(memory):
            end = at + 1 + 2 * int(memory[at])
            pairs = memory[at + 1 : end]
            levels.append(list(zip(pairs[::2], pairs[1::2], strict=True)))
            at = end
        return cls(ticks, width, total, squares, levels or [[]])

    def memory(self) -> Memory:
        flat = [self.ticks, self.width, self.total, self.squares]
        for level in self.levels:
            flat.append(float(len(level)))
            flat.extend(number for pair in level for number in pair)
        return tuple(flat)

    def add(self, x: float, max_buckets: int) -> None:
        self.ticks += 1
        self.levels[0].append((x, 0.0))
        if self.width > 0:
            gap = x - self.total / self.width
            self.squares += self.width * gap * gap / (self.width + 1)
        self.width += 1
        self.total += x
        for i, level in enumerate(self.levels):
            if len(level) <= max_buckets:
                return
            if i + 1 == len(self.levels):
                self.levels.append([])
            self.levels[i + 1].append(_joined(level.pop(0), level.pop(0), 2.0**i))

    def cuts(self) -> Iterator[tuple[float, float]]:
        """Yield windows and sum of the older part, the oldest cut first."""
        n0 = u0 = 0.0
        for i in range(len(self.levels) - 1, -1, -1):
            for total, _ in self.levels[i]:
                n0 += 2.0**i
                u0 += total
                yield n0, u0

    def drop_oldest(self) -> None:
        total, squares = self.levels[-1].pop(0)
        n = 2.0 ** (len(self.levels) - 1)
        self.width -= n
        self.total -= total
        gap = total / n - self.total / self.width
        self.squares -= squares + n * self.width * gap * gap / (n + self.width)
        while not self.levels[-1]:
            self.levels.pop()


def _joined(
    older: tuple[float, float], newer: tuple[float, float], n: float
) -> tuple[float, float]:
    """Join two summaries of n windows each."""
    gap = older[0] / n - newer[0] / n
    return older[0] + newer[0], older[1] + newer[1] + n * gap * gap / 2
