"""What the log has lost of the windows that a pass counts.

Place: beside counting. Files that cannot be read and events that were set aside have a
time; a window is told what share of its events it lacks, and one that got its events
back is counted again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from leeboard.config.plan import ModelPlan
from leeboard.logs import SEGMENT_REASONS, Log, Loss
from leeboard.state import Done
from leeboard.windows import Window

__all__ = ["LOST", "Losses", "losses_near", "lost_notes"]

LOST = "lost"
"""Code of the note on a window that lacks events."""

_INSTANT = timedelta(microseconds=1)
_MOST = 2_000
"""Windows of which all is lost that are looked for at once."""


@dataclass(frozen=True, slots=True)
class Losses:
    """What the log has lost near the windows of a pass.

    Parameters
    ----------
    plan : ModelPlan
    found : sequence of Loss
    span : Window or None
        From the first to the last window of the pass.
    """

    plan: ModelPlan
    found: Sequence[Loss] = ()
    span: Window | None = None

    def told(self, done: Done) -> Done:
        """Return a counted window with what it lacks."""
        about, most, labels = self._of(done.window)
        # a prediction that has its label has lost none
        labels = min(labels, done.rows - done.labels)
        notes = tuple(note for note in done.notes if note[0] != LOST)
        done = replace(done, lost=about, lost_most=most, lost_labels=labels)
        return replace(done, notes=(*notes, *lost_notes(done)))

    def more(self, done: Mapping[Window, Done], now: datetime) -> set[Window]:
        """Windows to count beside those that events came of.

        Those of which less is lost than was when they were counted, as after a file was
        put back; and those of which all is lost, and that nobody would see otherwise.
        """
        back = {w for w, one in done.items() if one.lost_most > self._of(w)[1]}
        return back | {w for w in self._gone(done) if self.plan.due.ripe(w, now)}

    def _gone(self, done: Mapping[Window, Done]) -> Iterator[Window]:
        if self.span is None:
            return
        longer = [w for w in done if self.plan.calendar.window_of(w.start) != w]
        for loss in self.found:
            if loss.kind != "predictions" or loss.reason not in SEGMENT_REASONS:
                continue
            first = max(loss.first, self.span.start)
            last = min(loss.last + _INSTANT, self.span.end)
            for window in islice(self.plan.calendar.between(first, last), _MOST):
                inside = any(w.start <= window.start < w.end for w in longer)
                if window not in done and not inside:
                    yield window

    def _of(self, window: Window) -> tuple[int, int, int]:
        """Predictions that it lacks, about and at most; labels, at most."""
        about, most, labels = 0.0, 0, 0
        asked = Window(window.start, window.end + self.plan.horizon)
        for one in self.found:
            if one.kind != "predictions":
                labels += one.rows * one.touches(asked)
            elif one.touches(window):
                about += one.rows * _overlap(one, window)
                most += one.rows
        return math.ceil(about), most, labels


def lost_notes(done: Done) -> Iterator[tuple[str, str]]:
    """Notes on what a window lacks."""
    if done.lost_most:
        yield LOST, str(done.missing())
    if done.lost_labels:
        yield LOST, f"at most {done.lost_labels:,} of the labels are lost"


def losses_near(
    log: Log, plan: ModelPlan, windows: Sequence[Window], done: Mapping[Window, Done]
) -> Losses:
    """Ask a log what it has lost of windows, and of those that lacked events before."""
    lacking = [w for w, one in done.items() if one.lost_most]
    every = [*windows, *lacking]
    if not every:
        return Losses(plan)
    start, end = min(w.start for w in every), max(w.end for w in every)
    found = log.losses(plan.name, Window(start, end + plan.horizon))
    span = None
    if windows:
        span = Window(min(w.start for w in windows), max(w.end for w in windows))
    return Losses(plan, tuple(found), span)


def _overlap(loss: Loss, window: Window) -> float:
    """Part of a loss's time that lies in a window."""
    end = loss.last + _INSTANT
    inside = min(end, window.end) - max(loss.first, window.start)
    return inside / (end - loss.first)
