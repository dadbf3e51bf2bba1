"""How the subjects of an incident stand after a window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from leeboard.alarms.judged import Judged, Severity, Subject
from leeboard.incidents.incident import Incident, Standing
from leeboard.incidents.policy import Policy
from leeboard.verdicts.verdict import State
from leeboard.windows import Window

__all__ = ["by_subject", "crossed", "margin", "stand", "unseen"]

_SPEAKS_FIRST = (State.MOVED, State.UNSURE, State.HELD, State.FAILED)


def unseen(incidents: Iterable[Incident], judged: Iterable[Judged]) -> list[Judged]:
    """Leave out what an incident has taken in before: a window counts once."""
    taken: dict[Subject, Window] = {}
    for incident in incidents:
        for one in incident.standing:
            known = taken.get(one.subject)
            if known is None or known < one.window:
                taken[one.subject] = one.window
    return [
        one
        for one in judged
        if one.subject not in taken or taken[one.subject] < one.window
    ]


def by_subject(judged: Iterable[Judged]) -> dict[Subject, State]:
    """Return the state of each subject; where rules disagree, the worst."""
    states: dict[Subject, State] = {}
    for one in judged:
        known = states.get(one.subject, State.FAILED)
        # half a window that held does not end anything
        unheld = one.partial and one.state is State.HELD
        state = State.FAILED if unheld else one.state
        states[one.subject] = min(known, state, key=_SPEAKS_FIRST.index)
    return states


def margin(judged: Judged) -> float:
    """Return by how much the evidence passed its threshold."""
    if judged.evidence is None or judged.threshold is None:
        return 0.0
    return judged.evidence - judged.threshold


def stand(
    incident: Incident, states: Mapping[Subject, State], window: Window, policy: Policy
) -> Incident:
    """Count a window for the subjects that were judged in it.

    Held counts. Moved and unsure begin the count anew: an unsure window is one whose
    rows speak for a change. Failed, like a window that is missing, says nothing; nor
    does one that held as far as it is there.
    """
    after = tuple(
        _counted(one, states.get(one.subject), window) for one in incident.standing
    )
    return _held(replace(incident, standing=after), policy)


def _counted(one: Standing, state: State | None, window: Window) -> Standing:
    if state is None or window <= one.window:
        return one
    if state is State.FAILED:
        return replace(one, window=window)
    return replace(one, window=window, held=one.held + 1 if state is State.HELD else 0)


def crossed(incident: Incident, judged: Judged, policy: Policy) -> Incident:
    """Add a crossing to an incident; its subject joins if it is new."""
    severity = judged.severity or Severity.NOTE
    new = Standing(judged.subject, judged.window, 0, severity, margin(judged))
    known = {one.subject: place for place, one in enumerate(incident.standing)}
    standing, verdicts = list(incident.standing), list(incident.verdicts)
    place = known.get(judged.subject)
    if place is None:
        standing.append(new)
        verdicts.append(judged.id)
    else:
        old = standing[place]
        if (severity.rank, new.margin) > (old.severity.rank, old.margin):
            verdicts[place] = judged.id
        else:
            new = replace(new, severity=old.severity, margin=old.margin)
        standing[place] = replace(new, window=max(old.window, new.window))
    after = replace(
        incident,
        standing=tuple(standing),
        subjects=tuple(one.subject for one in standing),
        verdicts=tuple(verdicts),
        severity=max(incident.severity, severity, key=lambda one: one.rank),
        first_window=min(incident.first_window, judged.window),
        last_window=max(incident.last_window, judged.window),
    )
    return _held(after, policy)


def _held(incident: Incident, policy: Policy) -> Incident:
    """Count windows by what the severity rests on.

    What merely moved with it, and annotates, does not keep a told incident open.
    """
    least = min(policy.tell.rank, incident.severity.rank)
    resting = [one.held for one in incident.standing if one.severity.rank >= least]
    return replace(incident, held=min(resting, default=incident.held))
