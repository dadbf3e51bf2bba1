"""What a detector is, and what it sees and says. Private to detectors and alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

__all__ = ["Chart", "Detector", "Evidence", "Memory", "Rows", "Score", "Signal"]

Memory = tuple[float, ...]
"""All that a detector remembers between windows: written, read and replayed as is."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one window as values in [0, 1].

    Parameters
    ----------
    n : float
        Rows (effective ones, if a design effect is taken off), at least 0.
    total : float
        Sum of the values, between 0 and ``n``.
    """

    n: float
    total: float


@dataclass(frozen=True, slots=True)
class Score:
    """One number of one window.

    Parameters
    ----------
    value : float
        Higher is further from the usual.
    u : float
        In [0, 1), fixed by the window's identity: it breaks ties, alike at each replay.
    stratum : int
        Windows are compared with those of the same stratum, as weekends with weekends.
    """

    value: float
    u: float
    stratum: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a detector says after a window.

    Parameters
    ----------
    memory : Memory
        To be given to the next window.
    log_e : float
        Natural logarithm of this window's own e-value: above 0 speaks for a change.
    log_m : float
        Natural logarithm of the evidence M gathered since the memory began. While
        nothing has changed, the mean of M after t windows is at most t.
    """

    memory: Memory
    log_e: float
    log_m: float


@dataclass(frozen=True, slots=True)
class Signal:
    """What a chart says after a window.

    Parameters
    ----------
    memory : Memory
    value : float
        The charted statistic.
    low, high : float or None
        Its limits; None: none on that side.
    fired : bool
        The statistic lies beyond a limit.
    """

    memory: Memory
    value: float
    low: float | None
    high: float | None
    fired: bool


_Seen_contra = TypeVar("_Seen_contra", contravariant=True)


class Detector(Protocol[_Seen_contra]):
    """Gathers evidence that keeps its promise: an e-detector.

    With a threshold A on M, the mean number of windows between false alarms is at least
    A (Shin, Ramdas and Rinaldo, E-detectors: a nonparametric framework for sequential
    change detection, New England Journal of Statistics in Data Science 2023,
    arXiv 2203.03532).
    """

    name: ClassVar[str]

    def start(self) -> Memory:
        """Return the memory before the first window."""
        ...

    def restart(self, memory: Memory) -> Memory:  # noqa: ARG002
        """Return the memory after an alarm: no evidence; what is usual stays known."""
        return self.start()

    def step(self, memory: Memory, seen: _Seen_contra) -> Evidence:
        """Take in one window. A window without rows leaves the evidence as it was."""
        ...


class Chart(Protocol[_Seen_contra]):
    """A rule known by its name; it promises no rate of false alarms of its own."""

    name: ClassVar[str]

    def start(self) -> Memory:
        """Return the memory before the first window, and after an alarm."""
        ...

    def step(self, memory: Memory, seen: _Seen_contra) -> Signal:
        """Take in one window."""
        ...
