"""What the log has lost of the windows that a pass counts.

Place: beside counting. Files that cannot be read and events that were set aside have a
time; a window is told what share of its events it lacks, and one that got its events
back is counted again.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from leeboard.config.plan import ModelPlan
from leeboard.logs import SEGMENT_REASONS, Log, Loss
from leeboard.monitor.looking import typical
from leeboard.state import Done
from leeboard.windows import Window, runs

__all__ = ["LOST", "Losses", "losses_near", "losses_of", "lost_notes"]

LOST = "lost"
"""Code of the note on a window that lacks events."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)
_HALF = 0.5
"""Of a window between the ends of a loss: below, it most likely lacks nothing."""
_STRAY = timedelta(days=3650)
"""Of files that reach over a longer time an event is likely to have a wrong one."""


@dataclass(frozen=True, slots=True)
class Losses:
    """What the log has lost near the windows of a pass.

    Parameters
    ----------
    plan : ModelPlan
    found : sequence of Loss
    span : Window or None
        In which windows of which all is lost are looked for.
    """

    plan: ModelPlan
    found: Sequence[Loss] = ()
    span: Window | None = None
    _reach: Sequence[datetime] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found = sorted(self.found, key=_first)
        object.__setattr__(self, "found", found)
        # the latest end of each loss and of those before it can be bisected too
        reach = list(accumulate((one.last for one in found), max))
        object.__setattr__(self, "_reach", reach)

    def told(self, done: Done) -> Done:
        """Return a counted window with what it lacks."""
        near = self._near(done.window, "predictions")
        # the ends of a loss are events, however little of its time lies here
        certain = int(_ends_in(done.window, near))
        lost = max(certain, _whole(self._share(done.window)))
        most = sum(one.rows for one in near)
        labels = sum(one.rows for one in self._near(self._labels(done), "feedback"))
        # a prediction that has its label has lost none
        labels = min(labels, done.rows - done.labels)
        notes = tuple(note for note in done.notes if note[0] != LOST)
        done = replace(done, lost=lost, lost_most=most, lost_labels=labels)
        return replace(done, notes=(*notes, *lost_notes(done)))

    def added(self, done: Done, hours: Sequence[Done]) -> Done:
        """Return a window that others were added into, with what it lacks.

        Shares add up before they are rounded, and a loss that several windows have a
        part of counts once. Where the log tells of a loss no longer, what was noted
        when the windows were counted stands.
        """
        lossy = [one for one in hours if one.lost_most]
        shares = ((one, self._share(one.window)) for one in lossy)
        about = sum(x if _whole(x) == one.lost else one.lost for one, x in shares)
        most = self._once("predictions", [(h.lost_most, h.window) for h in lossy])
        labels = [(h.lost_labels, self._labels(h)) for h in hours if h.lost_labels]
        done = replace(
            done,
            lost=_whole(about),
            lost_most=max(_whole(about), most),
            lost_labels=self._once("feedback", labels),
        )
        return replace(done, notes=(*done.notes, *lost_notes(done)))

    def more(self, done: Mapping[Window, Done], now: datetime) -> set[Window]:
        """Windows to count beside those that events came of.

        Those of which less is lost than was when they were counted, as after a file was
        put back; and those of which all is lost, and that nobody would see otherwise.
        """
        back = {
            window
            for window, one in done.items()
            if one.lost_most
            and one.lost_most > sum(x.rows for x in self._near(window, "predictions"))
        }
        return back | {w for w in self._gone(done) if self.plan.due.ripe(w, now)}

    def _gone(self, done: Mapping[Window, Done]) -> set[Window]:
        if self.span is None:
            return set()
        found: set[Window] = set()
        for loss in self.found:
            if loss.kind == "predictions" and loss.reason in SEGMENT_REASONS:
                found.update(self._emptied(loss, self.span))
        found -= done.keys()
        if not found:
            return found
        longer = runs(w for w in done if self.plan.calendar.window_of(w.start) != w)
        return {w for w in found if not _inside(w, longer)}

    def _emptied(self, loss: Loss, span: Window) -> Iterator[Window]:
        """Windows of a span that a file may have emptied.

        Those of its ends, which are times of events, and those between that most likely
        had one: a single event with a wrong time makes none but its own.
        """
        calendar, length = self.plan.calendar, loss.last - loss.first
        for moment in (loss.first, loss.last):
            if span.start <= moment < span.end:
                yield calendar.window_of(moment)
        # no window is twice as long as is usual: of a thin loss none is looked at
        thin = 2 * typical(calendar) * loss.rows < _HALF * length
        if thin or length > _STRAY:
            return
        first, last = max(loss.first, span.start), min(loss.last, span.end)
        for window in calendar.between(first, last):
            if loss.rows * _overlap(loss, window) >= _HALF:
                yield window

    def _near(self, span: Window, kind: str) -> list[Loss]:
        """Losses of a kind that touch a span."""
        start = bisect_left(self._reach, span.start)
        stop = bisect_left(self.found, span.end, key=_first)
        near = self.found[start:stop]
        return [one for one in near if one.kind == kind and one.touches(span)]

    def _share(self, window: Window) -> float:
        """Predictions that a window lacks, if each loss lies evenly over its time."""
        near = self._near(window, "predictions")
        return sum(one.rows * _overlap(one, window) for one in near)

    def _labels(self, done: Done) -> Window:
        """When labels of a window are observed."""
        return Window(done.window.start, done.window.end + self.plan.horizon)

    def _once(self, kind: str, noted: Sequence[tuple[int, Window]]) -> int:
        """Events that several spans lack at most, by what was noted of each."""
        if not noted:
            return 0
        near = {id(x): x.rows for _, span in noted for x in self._near(span, kind)}
        numbers = [n for n, _ in noted]
        return min(sum(numbers), max(sum(near.values()), *numbers))


def lost_notes(done: Done) -> Iterator[tuple[str, str]]:
    """Notes on what a window lacks."""
    if done.lost_most:
        yield LOST, str(done.missing())
    if done.lost_labels:
        yield LOST, f"at most {done.lost_labels:,} of the labels are lost"


def losses_near(
    log: Log,
    plan: ModelPlan,
    windows: Collection[Window],
    done: Mapping[Window, Done],
    now: datetime,
) -> tuple[Losses, set[Window]]:
    """Ask a log what it has lost of windows that are to be counted.

    Returns
    -------
    Losses, set of Window
        And the windows that are to be counted beside; see ``Losses.more``.
    """
    losses = _asked(log, plan, windows, done, now)
    more = losses.more(done, now)
    if more.difference(windows):  # what is lost of their labels, later, counts too
        losses = _asked(log, plan, {*windows, *more}, done, now)
    return losses, more


def losses_of(log: Log, plan: ModelPlan, windows: Sequence[Done]) -> Losses:
    """Ask a log what it has lost of windows that touch, if they lack anything."""
    if not any(one.lost_most or one.lost_labels for one in windows):
        return Losses(plan)
    start, end = windows[0].window.start, windows[-1].window.end
    return Losses(plan, log.losses(plan.name, Window(start, end + plan.horizon)))


def _asked(
    log: Log,
    plan: ModelPlan,
    windows: Collection[Window],
    done: Mapping[Window, Done],
    now: datetime,
) -> Losses:
    # of old windows that lacked events, nothing is asked but whether they still do
    spans = [w for w, one in done.items() if one.lost_most]
    looked = [*windows, *_unseen(plan, done, now)]
    span = None
    if looked:
        span = Window(min(w.start for w in looked), max(w.end for w in looked))
        spans.append(Window(span.start, span.end + plan.horizon))
    if not spans:
        return Losses(plan)
    return Losses(plan, log.losses(plan.name, runs(spans)), span)


def _unseen(
    plan: ModelPlan, done: Collection[Window], now: datetime
) -> Iterator[Window]:
    """Time of the ripe windows after the last that was counted.

    Of a window that lost all its events no change tells, neither in this pass nor in
    the next one.
    """
    start = max((window.end for window in done), default=_EPOCH)
    if plan.due.ripe(plan.calendar.window_of(start), now):
        yield Window(start, now - plan.delay)


def _ends_in(window: Window, losses: Sequence[Loss]) -> bool:
    """Tell whether the first or the last event of a loss was in a window."""
    ends = (moment for one in losses for moment in (one.first, one.last))
    return any(window.start <= moment < window.end for moment in ends)


def _inside(window: Window, spans: Sequence[Window]) -> bool:
    """Tell whether a window begins in one of some spans, which are in order."""
    at = bisect_right(spans, window.start, key=lambda one: one.start)
    return at > 0 and window.start < spans[at - 1].end


def _first(loss: Loss) -> datetime:
    return loss.first


def _whole(number: float) -> int:
    """Round up; what adds up to a whole number but for the last digits is that."""
    return math.ceil(round(number, 6))


def _overlap(loss: Loss, window: Window) -> float:
    """Part of a loss's time that lies in a window."""
    end = loss.last + _INSTANT
    inside = min(end, window.end) - max(loss.first, window.start)
    return inside / (end - loss.first)
