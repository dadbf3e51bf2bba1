"""What a watch is: one subject, how it is read from a window, and its detector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from leeboard.alarms.judged import Group, Subject
from leeboard.alarms.look import Look
from leeboard.detectors._detector import Evidence, Memory

__all__ = ["Reading", "Watch"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a watch reads from one window.

    Parameters
    ----------
    seen : anything
        What its detector takes.
    inside : bool
        The window by itself lies within the tolerance.
    value : float or None
        The figure that people read; None: it is not known, or does not tell.
    reference : float
        The same figure of the reference.
    n : int
        Rows it rests on.
    text : str
        The figure in words.
    """

    seen: Any
    inside: bool
    value: float | None
    reference: float
    n: int
    text: str


class Watch(Protocol):
    """Watches one subject."""

    @property
    def subject(self) -> Subject:
        """What is watched."""
        ...

    @property
    def group(self) -> Group:
        """What kind of thing it is."""
        ...

    @property
    def labelled(self) -> bool:
        """It waits for labels: windows are judged once these are complete."""
        ...

    def rule(self, memory: Memory, seen: Any) -> str:
        """Name of the detector that speaks of what was read."""
        ...

    def read(self, look: Look) -> Reading | None:
        """Read a window; None if it has nothing of the subject."""
        ...

    def start(self) -> Memory:
        """Return the memory before the first window."""
        ...

    def restart(self, memory: Memory) -> Memory:
        """Return the memory after an alarm: what is usual is kept."""
        ...

    def step(self, memory: Memory, seen: Any) -> Evidence:
        """Take in one window."""
        ...
