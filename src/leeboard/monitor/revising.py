"""Windows that were judged and counted anew since: what that says of running incidents.

Place: after judging, under the same lease. A revision opens nothing and recalls no
evidence. It is written into the incident's story where a figure that was judged has
changed; and where all figures of the incident turn out to be within tolerance, the
incident is over. Of a long incident the latest windows are looked at, and no others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from leeboard.alarms.judged import Judged, Severity, Subject
from leeboard.alarms.segments import all_watches
from leeboard.alarms.watch import Watch
from leeboard.incidents.actions import revised
from leeboard.incidents.incident import Event, Incident, Kind, Stage, Transition
from leeboard.incidents.message import Purpose
from leeboard.incidents.news import News
from leeboard.monitor.accepting import accepted, standard_of
from leeboard.monitor.holder import renewed
from leeboard.monitor.judging import Judgement, Standing, segments_of_model
from leeboard.monitor.looking import looks
from leeboard.monitor.outgoing import outgoing
from leeboard.state import Written
from leeboard.windows import Window

__all__ = ["KEY", "watch_revisions"]

KEY = "revisions"
"""Document of a model: which revision of each window incidents have taken in."""

_SELF = "leeboard"
_SAID = 3
_MOST = 500
"""Windows of an incident that are looked at again, the latest."""


@dataclass(frozen=True, slots=True)
class _Again:
    """What a subject's window says now, beside what it said."""

    window: Window
    inside: bool
    text: str
    changed: bool


def watch_revisions(
    model: Standing,
    now: datetime,
    channels: Mapping[str, Severity],
    tally: Judgement,
) -> None:
    """Note restated figures on running incidents, and end what they take back.

    Parameters
    ----------
    model : Standing
    now : datetime
    channels : mapping of name to the least Severity it is told of
    tally : Judgement
        Changed in place.
    """
    state, plan = model.state, model.plan
    text = state.kept(plan.name, KEY)
    known: dict[str, dict[str, int]] = json.loads(text) if text else {}
    running = [
        one
        for one in state.alarms.incidents(plan.name, running=True)
        if one.kind is Kind.CHANGE and one.subjects
    ]
    if not running and not known:
        return
    seen = {one.id: _revisions(model, one) for one in running}
    incidents: list[Incident] = []
    entries: list[Transition] = []
    news: list[News] = []
    watches: dict[Subject, Watch] = {}
    for one in running:
        before = known.get(one.id, {})
        newer = {k for k, n in seen[one.id].items() if n > before.get(k, n)}
        if not newer:
            continue
        watches = watches or _watches(model)
        again = list(_again(model, one, watches, newer))
        changed = [each for each in again if each.changed]
        if not changed:
            continue
        length = len(state.alarms.story(one.id))
        why = "; ".join(_said(each) for each in changed[:_SAID])
        after, entry = revised(one, length, who=_SELF, why=why, now=now)
        entries.append(entry)
        if _taken_back(one, again, watches):
            why = "counted again, all its figures are within tolerance"
            after = replace(after, stage=Stage.RESOLVED, ended_at=now)
            number = length + 2
            entries.append(Transition(one.id, number, now, _SELF, Event.RESOLVED, why))
            tally.ended += 1
            if one.told_at is not None:
                news.append(News(after, Purpose.RESOLVE, number, why))
        incidents.append(after)
    if seen == known and not incidents:
        return
    messages = [one for each in news for one in outgoing(plan, each, (), channels, now)]
    documents = {KEY: json.dumps(seen) if seen else None}
    written = Written((), incidents, entries, messages, documents)
    state.alarms.write(renewed(state, model.lease), plan.name, written)


def _span(one: Incident) -> Window:
    return Window(one.first_window.start, one.last_window.end)


def _revisions(model: Standing, one: Incident) -> dict[str, int]:
    done = model.state.windows(model.plan.name, _span(one))
    return {each.window.start.isoformat(): each.revision for each in done[-_MOST:]}


def _watches(model: Standing) -> dict[Subject, Watch]:
    incidents = accepted(model.state, model.plan.name)
    whole = standard_of(
        model.state, model.plan.name, model.baseline, model.adopted, incidents
    )
    within = segments_of_model(model, whole, incidents).standards
    every = all_watches(whole, within, model.plan.alarms.budget.delta)
    return {watch.subject: watch for watch in every}


def _again(
    model: Standing, one: Incident, watches: Mapping[Subject, Watch], newer: set[str]
) -> Iterator[_Again]:
    """Read each window of an incident again, by what it is about."""
    state, plan = model.state, model.plan
    done = {d.window: d for d in state.windows(plan.name, _span(one))[-_MOST:]}
    segments = {s.segment for s in one.subjects if s.segment}
    found = looks(state, plan, model.baseline, model.adopted, [*done], segments)
    said = {
        (each.window, each.subject): each
        for each in state.alarms.verdicts(plan.name, _span(one))
    }
    for window, look in found.items():
        for subject in one.subjects:
            watch = watches.get(subject)
            reading = None if watch is None else watch.read(look)
            if watch is None or reading is None:
                continue
            old = said.get((window, subject))
            # what is left of a window takes nothing back
            fewer = old is not None and 2 * reading.n < old.n
            partial = done[window].missing(labelled=watch.labelled).partial
            newly = window.start.isoformat() in newer
            yield _Again(
                window,
                reading.inside and not fewer and not partial,
                reading.text,
                newly and _differs(old, reading.value),
            )


def _differs(old: Judged | None, value: float | None) -> bool:
    """Tell whether a figure is another than the one that was judged."""
    if old is None or old.value is None or value is None:
        return False
    return abs(old.value - value) > 1e-9 * max(1.0, abs(old.value))


def _taken_back(
    one: Incident, again: Sequence[_Again], watches: Mapping[Subject, Watch]
) -> bool:
    """Tell whether nothing of it is left; of a rule by name nobody can tell."""
    whole = all(subject in watches for subject in one.subjects)
    return whole and all(each.inside for each in again)


def _said(each: _Again) -> str:
    return f"{each.window.start:%Y-%m-%d %H:%M} was counted again: {each.text}"
