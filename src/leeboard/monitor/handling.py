"""What people do with incidents and verdicts.

Place: under the monitor; each a function of the store. Two people never undo one
another: what has changed since it was read is read again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from leeboard.alarms.judged import Judged
from leeboard.config.plan import Plan
from leeboard.errors import AlarmError
from leeboard.incidents import actions
from leeboard.incidents.expected import Expectation
from leeboard.incidents.incident import Incident, Transition
from leeboard.incidents.runbook import Facts, Runbook, runbook_of
from leeboard.logs import Log
from leeboard.monitor.deeds import note_deed
from leeboard.monitor.expecting import announce
from leeboard.monitor.runbooks import steps_of
from leeboard.monitor.versions import last_good_version
from leeboard.state import State
from leeboard.windows import Window

__all__ = ["ACTIONS", "Case", "act", "case_of", "expect", "explained"]

_ATTEMPTS = 100
_Done = tuple[Incident, Transition]

ACTIONS: dict[str, Callable[..., _Done]] = {
    "ack": actions.acknowledge,
    "silence": actions.silence,
    "close": actions.close,
    "accept": actions.accept,
    "note": actions.note,
}
"""By the name that the command line has for it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One incident with all that belongs to it.

    Parameters
    ----------
    incident : Incident
    story : tuple of Transition
    verdicts : tuple of Judged
        That made it, the strongest of each subject.
    runbook : Runbook
    """

    incident: Incident
    story: tuple[Transition, ...]
    verdicts: tuple[Judged, ...]
    runbook: Runbook


def case_of(
    state: State,
    id_: str,
    plan: Plan,
    log: Log | None = None,
    *,
    good: Callable[[Log, str, Window], str] = last_good_version,
) -> Case:
    """Return an incident by its id, or by the beginning of it.

    Parameters
    ----------
    state : State
    id_ : str
    plan : Plan
    log : Log, optional
        With it the runbook names the version that answered before, where it changed.
    good : callable
        Looks for that version.

    Raises
    ------
    AlarmError
        If there is none (``unknown_incident``), or several begin so.
    """
    incident = _named(state, id_)
    verdicts = tuple(state.alarms.verdicts_by(incident.verdicts))
    own = next((one for one in plan.models if one.name == incident.model), None)
    facts = Facts(config=plan.path)
    if own is not None:
        facts = replace(facts, owner=own.alarms.owner, link=own.alarms.link)
    if log is not None:
        version = good(log, incident.model, incident.first_window)
        facts = replace(facts, last_good_version=version)
    steps = None if own is None else steps_of(own)
    runbook = runbook_of(incident, verdicts, facts, template=steps)
    story = tuple(state.alarms.story(incident.id))
    return Case(incident, story, verdicts, runbook)


def act(
    state: State,
    id_: str,
    action: str,
    *,
    who: str,
    why: str,
    now: datetime,
    until: datetime | None = None,
    via: str = "cli",
    address: str = "",
) -> Incident:
    """Do one of ``ACTIONS`` to an incident; the log of deeds has who, how and whence.

    Raises
    ------
    AlarmError
        If it makes no sense, and what may be done instead.
    """
    given = {} if until is None else {"until": until}
    for _ in range(_ATTEMPTS):
        before = _named(state, id_)
        length = len(state.alarms.story(before.id))
        after, entry = ACTIONS[action](
            before, length, who=who, why=why, now=now, **given
        )
        if state.alarms.edit(before, after, [entry]):
            how = who, via, address
            note_deed(state, action, now, subject=after.id, how=how)
            return after
    raise AlarmError(
        code="busy_incident",
        where=f"incident {id_}",
        found="somebody else changing it all the time",
        expected="a moment to change it",
        fix="Try again.",
    )


def expect(
    state: State, one: Expectation, *, via: str = "cli", address: str = ""
) -> Expectation:
    """Announce a change, so that it pages nobody; its id is made from what it says.

    Raises
    ------
    AlarmError
        If nothing lies between the ends.
    """
    ends = one.start.isoformat(), one.end.isoformat()
    facts = "\x1f".join((one.model, one.text, *ends, *one.columns))
    data = facts.encode("utf-8", "surrogatepass")
    named = replace(one, id=hashlib.blake2b(data, digest_size=4).hexdigest())
    announce(state, named)
    how = one.who, via, address
    note_deed(state, "expect", one.made_at, subject=one.model, how=how, detail=named.id)
    return named


def explained(state: State, id_: str) -> Judged:
    """Return a verdict by its id.

    Raises
    ------
    AlarmError
        If there is none (``unknown_verdict``).
    """
    for found in state.alarms.verdicts_by([id_]):
        return found
    raise AlarmError(
        code="unknown_verdict",
        where="verdict",
        found=repr(id_),
        expected="the id of a verdict that is kept",
        fix="`leeboard incidents show ID` names those of an incident.",
    )


def _named(state: State, id_: str) -> Incident:
    whole = state.alarms.incident(id_)
    if whole is not None:
        return whole
    every = state.alarms.incidents()
    found = [one for one in every if id_ and one.id.startswith(id_)]
    if len(found) == 1:
        return found[0]
    raise AlarmError(
        code="unknown_incident",
        where="incident",
        found=f"{id_!r}, with which {len(found)} incidents begin",
        expected="the id of one incident, or a beginning that no other has",
        fix="`leeboard incidents --all` names them.",
    )
