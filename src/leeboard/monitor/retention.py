"""Events that are older than they are to be kept: forgotten, once they are counted.

Place: at the end of a pass. Counts stay. What a log has forgotten is written down
before it is: a window whose events are gone is never counted again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from leeboard.config.plan import ModelPlan
from leeboard.logs import Log, Wanted
from leeboard.monitor.judging import Standing
from leeboard.state import State
from leeboard.windows import Window

__all__ = ["FORGOTTEN", "Forgotten", "forget", "forget_unnamed", "forgotten_of"]

FORGOTTEN = "forgotten"
"""Key of what was forgotten in the state."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a log no longer has of a model.

    Parameters
    ----------
    before : datetime
        What was received before may be gone.
    windows : frozenset of Window
        Windows from then on that lack events: some were made, by their own clock, after
        they were received.
    predictions, labels, quarantined : int
        Events that were forgotten in all, with repetitions.
    """

    before: datetime = _EPOCH
    windows: frozenset[Window] = field(default_factory=frozenset)
    predictions: int = 0
    labels: int = 0
    quarantined: int = 0

    def lacks(self, window: Window) -> bool:
        """Tell whether events of a window that was counted may be gone."""
        return window.start < self.before or any(
            one.start < window.end and window.start < one.end for one in self.windows
        )

    def left_alone(
        self, windows: Iterable[Window], done: Collection[Window]
    ) -> frozenset[Window]:
        """Return windows that were counted when all their events were there.

        A window that was never counted has lost nothing: nothing is forgotten before it
        is counted.
        """
        return frozenset(w for w in windows if w in done and self.lacks(w))


def forgotten_of(state: State, model: str) -> Forgotten:
    """Return what the log has forgotten of a model."""
    text = state.kept(model, FORGOTTEN)
    if not text:
        return Forgotten()
    kept = json.loads(text)
    windows = (Window(*map(datetime.fromisoformat, pair)) for pair in kept["windows"])
    before = datetime.fromisoformat(kept["before"])
    counts: Mapping[str, int] = kept["counts"]
    return Forgotten(before, frozenset(windows), **counts)


def forget(
    log: Log,
    model: Standing,
    now: datetime,
    waiting: Collection[Window],
    upto: int,
) -> int:
    """Take events out of the log that are older than a model's retention.

    Parameters
    ----------
    log : Log
    model : Standing
    now : datetime
    waiting : collection of Window
        Windows that are not counted yet: nothing of them is forgotten.
    upto : int
        Place in the log up to which all was counted.

    Returns
    -------
    int
        Events that were forgotten.

    Raises
    ------
    StateError
        If the lease has gone to another holder (``lease_lost``).
    """
    state, plan = model.state, model.plan
    if plan.retention is None:
        return 0
    first = min((window.start for window in waiting), default=None)
    before = now - plan.retention if first is None else min(now - plan.retention, first)
    known = forgotten_of(state, plan.name)
    wanted = Wanted(before=before, made_before=first, model=plan.name, upto=upto)
    old = log.would_take(wanted)
    if not old.events:
        return 0
    before = max(before, known.before)
    touched = known.windows | set(plan.calendar.of_minutes(old.minutes))
    found = Forgotten(
        before,
        frozenset(window for window in touched if window.end > before),
        known.predictions + old.predictions,
        known.labels + old.feedback,
        known.quarantined + old.quarantined,
    )
    # first, so that a crash in between leaves no window to be counted from what is left
    state.keep(plan.name, FORGOTTEN, _text(found), model.lease)
    log.take_out(wanted)
    return old.events


def forget_unnamed(
    log: Log, state: State, plans: Sequence[ModelPlan], now: datetime
) -> int:
    """Take out events that name no model, once no model keeps any that long."""
    kept = [plan.retention for plan in plans]
    longest = [span for span in kept if span is not None]
    if len(longest) < len(kept):
        return 0
    forgotten = [forgotten_of(state, plan.name).before for plan in plans]
    before = min(now - max(longest), *forgotten)
    taken = log.take_out(Wanted(before=before, model=""))
    return taken.feedback + taken.quarantined


def _text(found: Forgotten) -> str:
    windows = sorted(found.windows)
    return json.dumps(
        {
            "before": found.before.isoformat(),
            "windows": [[w.start.isoformat(), w.end.isoformat()] for w in windows],
            "counts": {
                "predictions": found.predictions,
                "labels": found.labels,
                "quarantined": found.quarantined,
            },
        }
    )
