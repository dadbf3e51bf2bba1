"""Watches of single segments: what the whole is watched by, on some of its rows.

Place: beside the watches of the whole, under the same budget. A segment is judged
against the reference's own rows of it, so one that always differed is no news.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from leeboard.alarms.judged import Group, Subject
from leeboard.alarms.look import Look, Standard
from leeboard.alarms.watch import Reading, Watch
from leeboard.alarms.watching import watches_of
from leeboard.detectors._detector import Evidence, Memory

__all__ = ["SegmentWatch", "all_watches"]


@dataclass(frozen=True, slots=True)
class SegmentWatch:
    """Watches what another watch does, on the rows of one segment.

    Parameters
    ----------
    inner : Watch
        Of the reference's rows of the segment.
    segment : str
        ``column=level``.
    """

    inner: Watch
    segment: str

    @property
    def subject(self) -> Subject:
        """What is watched, and where."""
        return replace(self.inner.subject, segment=self.segment)

    @property
    def group(self) -> Group:
        """What kind of thing it is."""
        return self.inner.group

    @property
    def labelled(self) -> bool:
        """It waits for labels."""
        return self.inner.labelled

    def rule(self, memory: Memory, seen: Any) -> str:
        """Name of the detector that speaks of what was read."""
        return self.inner.rule(memory, seen)

    def read(self, look: Look) -> Reading | None:
        """Read a window; None if it has no row of the segment."""
        rows = look.segments.get(self.segment)
        reading = None if rows is None else self.inner.read(rows)
        if reading is None:
            return None
        return replace(reading, text=f"where {self.segment}: {reading.text}")

    def start(self) -> Memory:
        """Return the memory before the first window."""
        return self.inner.start()

    def restart(self, memory: Memory) -> Memory:
        """Return the memory after an alarm: what is usual is kept."""
        return self.inner.restart(memory)

    def step(self, memory: Memory, seen: Any) -> Evidence:
        """Take in one window."""
        return self.inner.step(memory, seen)


def all_watches(
    whole: Standard, segments: Mapping[str, Standard], delta: float = 0.01
) -> list[Watch]:
    """Watches of a model and of its segments.

    Parameters
    ----------
    whole : Standard
    segments : mapping of segment to Standard
    delta : float
        Probability that the reference misleads any of them.
    """
    each = delta / (1 + len(segments))
    return [*watches_of(whole, each), *_within(segments, each)]


def _within(segments: Mapping[str, Standard], delta: float) -> Iterator[Watch]:
    for segment, standard in segments.items():
        for watch in watches_of(standard, delta):
            yield SegmentWatch(watch, segment)
