"""What a watch with one detector hands on to it. Private to alarms."""

from __future__ import annotations

from typing import Any

from leeboard.detectors._detector import Detector, Evidence, Memory

__all__ = ["Alone"]


class Alone:
    """A watch whose ``detector`` does all but the reading."""

    __slots__ = ()

    detector: Detector[Any]

    def rule(self, memory: Memory, seen: Any) -> str:
        """Name of the detector."""
        del memory, seen
        return self.detector.name

    def start(self) -> Memory:
        """Return the memory before the first window."""
        return self.detector.start()

    def restart(self, memory: Memory) -> Memory:
        """Return the memory after an alarm: what is usual is kept."""
        return self.detector.restart(memory)

    def step(self, memory: Memory, seen: Any) -> Evidence:
        """Take in one window."""
        return self.detector.step(memory, seen)
