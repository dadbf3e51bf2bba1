"""What did not come: windows without rows, and passes that were not made.

Place: after judging, under the same lease. What is usual is learned from the model's
own past: nights without traffic, and passes that are made once a day, are no news.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise
from statistics import median

from leeboard.alarms.judged import Severity
from leeboard.config.plan import ModelPlan
from leeboard.incidents.absence import Presence, absent
from leeboard.incidents.expected import Expectation
from leeboard.incidents.incident import Incident
from leeboard.incidents.policy import Policy
from leeboard.logs import Log
from leeboard.monitor.expecting import announced
from leeboard.monitor.holder import renewed
from leeboard.monitor.judging import Judgement, Standing
from leeboard.monitor.looking import stratum_of, typical
from leeboard.monitor.outgoing import outgoing
from leeboard.state import State, Written
from leeboard.windows import Calendar, Window

__all__ = ["RAN", "Runs", "watch_presence"]

RAN = "ran"
"""Document of a model that says when passes were made."""

_KEPT = 9
"""Passes from whose distances it is told how often they are usually made."""

_WEEKS = timedelta(weeks=8)
"""How far back it is looked which windows usually have rows."""

_MOST = 1_000
"""Missing windows that are looked at: the first, and the latest."""


@dataclass(frozen=True, slots=True)
class Runs:
    """When passes over a model were made.

    Parameters
    ----------
    first : datetime
    recent : tuple of datetime
        The latest, in order; at most nine.
    """

    first: datetime
    recent: tuple[datetime, ...]

    def usual(self, window: timedelta) -> timedelta | None:
        """How often they are made, not below a window's length; None: not yet known."""
        gaps = [after - before for before, after in pairwise(self.recent)]
        if len(gaps) < 2:
            return None
        return max(window, timedelta(seconds=median(g.total_seconds() for g in gaps)))

    def to_text(self) -> str:
        """Write it as a document."""
        recent = [moment.isoformat() for moment in self.recent]
        return json.dumps({"first": self.first.isoformat(), "recent": recent})

    @classmethod
    def from_text(cls, text: str | None) -> Runs | None:
        """Read what was kept; None before the first pass."""
        if not text:
            return None
        found = json.loads(text)
        recent = tuple(map(datetime.fromisoformat, found["recent"]))
        return cls(datetime.fromisoformat(found["first"]), recent)


def watch_presence(
    model: Standing,
    log: Log,
    now: datetime,
    channels: Mapping[str, Severity],
    tally: Judgement,
) -> None:
    """Open, go on with, or end what is missing; note that this pass was made.

    Parameters
    ----------
    model : Standing
    log : Log
        Asked when an event came last, if windows are empty.
    now : datetime
    channels : mapping of name to the least Severity it is told of
    tally : Judgement
        Changed in place.
    """
    state, plan = model.state, model.plan
    runs = Runs.from_text(state.kept(plan.name, RAN))
    policy = Policy()
    near = _near(state, plan.name, now, policy)
    found = absent(
        plan.name,
        near,
        _presence(state, plan, log, runs, now),
        now=now,
        stories={one.id: len(state.alarms.story(one.id)) for one in near},
        policy=policy,
    )
    before = {one.id: one for one in near}
    for one in found.incidents:
        was = before.get(one.id)
        tally.opened += was is None
        tally.ended += one.stage.ended and (was is None or not was.stage.ended)
    messages = [
        each for news in found.news for each in outgoing(plan, news, (), channels, now)
    ]
    documents = {RAN: _with(runs, now).to_text()}
    written = Written((), found.incidents, found.transitions, messages, documents)
    state.alarms.write(renewed(state, model.lease), plan.name, written)


def _near(state: State, model: str, now: datetime, policy: Policy) -> list[Incident]:
    """Incidents that run, and those that may run again."""
    return [
        one
        for one in state.alarms.incidents(model)
        if one.ended_at is None or one.ended_at + policy.cool_down >= now
    ]


def _presence(
    state: State, plan: ModelPlan, log: Log, runs: Runs | None, now: datetime
) -> Presence:
    window = typical(plan.calendar)
    partial, lost = _partial(state, plan)
    if runs is None:  # nothing was watched before: nothing can be missed
        return Presence(window, None, (), None, partial, lost)
    usual = runs.usual(window)
    empty = _empty(state, plan, runs.first, now)
    received = None
    if empty:
        every = {one.model: one.last_received for one in log.summary()}
        received = every.get(plan.name)
    last = None if usual is None else runs.recent[-1]
    return Presence(usual or window, last, empty, received, partial, lost)


def _partial(state: State, plan: ModelPlan) -> tuple[Sequence[Window], str]:
    """The latest windows in a row of which much is lost, and what the last lacks."""
    found = []
    last = ""
    for one in reversed(state.windows(plan.name)):
        missing = one.missing(labelled=not one.provisional)
        if not missing.partial:
            break
        found.append(one.window)
        last = last or str(missing)
    return found[::-1], last


def _with(runs: Runs | None, now: datetime) -> Runs:
    if runs is None:
        return Runs(now, (now,))
    if now <= runs.recent[-1]:  # the clock went back, or history is lived again
        return runs
    return Runs(runs.first, (*runs.recent, now)[-_KEPT:])


def _empty(
    state: State, plan: ModelPlan, since: datetime, now: datetime
) -> Sequence[Window]:
    """Ripe windows after the last with rows, of those that usually have some.

    Windows that ended before the first pass are history: nobody watched.
    """
    filled = [one.window for one in state.windows(plan.name) if one.rows]
    if not filled:
        return ()
    end = filled[-1].end
    ripe = [
        window
        for window in _since(plan.calendar, max(end, since), now - plan.delay)
        if window.start >= end and plan.due.ripe(window, now)
    ]
    if not ripe:
        return ()
    plans = [one for one in announced(state, plan.name) if not one.columns]
    busy = _busy(plan, filled, end)
    return [
        window
        for window in ripe
        if stratum_of(plan.calendar, window) in busy and not _planned(window, plans)
    ]


def _since(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Window]:
    """Windows from a time on; of very many the first, and the latest."""
    last = start
    for window in islice(calendar.between(start, end), _MOST):
        yield window
        last = window.end
    latest = max(last, end - _MOST * typical(calendar))
    yield from (one for one in calendar.between(latest, end) if one.start >= last)


def _busy(plan: ModelPlan, filled: Sequence[Window], end: datetime) -> set[int]:
    """Strata of which at least half of the latest windows had rows."""
    start = max(filled[0].start, end - _WEEKS)
    had, all_ = Counter[int](), Counter[int]()
    # a day that hours became stands for each of them: which had rows is forgotten
    spans = (one for one in filled if one.end > start)
    known = {w for one in spans for w in plan.calendar.between(one.start, one.end)}
    for window in plan.calendar.between(start, end):
        stratum = stratum_of(plan.calendar, window)
        all_[stratum] += 1
        had[stratum] += window in known
    return {stratum for stratum, n in all_.items() if 2 * had[stratum] >= n}


def _planned(window: Window, plans: Sequence[Expectation]) -> bool:
    return any(one.start < window.end and window.start < one.end for one in plans)
