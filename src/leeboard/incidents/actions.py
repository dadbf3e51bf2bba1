"""What people do with an incident: each an incident and one entry of its story.

Place: on the path; pure. The store replaces the incident only if it is still as it was
read, so that two people never undo one another.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from leeboard.errors import AlarmError
from leeboard.incidents.incident import Event, Incident, Stage, Transition

__all__ = ["accept", "acknowledge", "close", "note", "revised", "silence"]

_Done = tuple[Incident, Transition]


def acknowledge(
    incident: Incident, story_length: int, *, who: str, why: str = "", now: datetime
) -> _Done:
    """Say that somebody is at it; further crossings come silently.

    Parameters
    ----------
    incident : Incident
    story_length : int
        How many entries its story has.
    who, why : str
    now : datetime

    Raises
    ------
    AlarmError
        If it has ended (``incident_ended``), or somebody is at it already
        (``acknowledged``).
    """
    _running(incident, "acknowledge")
    if incident.stage is Stage.ACKNOWLEDGED:
        raise AlarmError(
            code="acknowledged",
            where=f"incident {incident.id}",
            found="one that is acknowledged already",
            expected="an open incident",
            fix="You may note, silence, close or accept it.",
        )
    after = replace(incident, stage=Stage.ACKNOWLEDGED, updated_at=now)
    return after, _entry(after, story_length, Event.ACKNOWLEDGED, who, why)


def silence(
    incident: Incident,
    story_length: int,
    *,
    until: datetime,
    who: str,
    why: str = "",
    now: datetime,
) -> _Done:
    """Tell nobody until then; what happens is kept, and told once afterwards.

    Parameters
    ----------
    incident : Incident
    story_length : int
    until : datetime
        After ``now``: a silence always ends.
    who, why : str
    now : datetime

    Raises
    ------
    AlarmError
        If it has ended (``incident_ended``), or the time has passed
        (``silence_passed``).
    """
    _running(incident, "silence")
    if until <= now:
        raise AlarmError(
            code="silence_passed",
            where=f"incident {incident.id}",
            found=f"a silence until {until.isoformat()}",
            expected=f"a time after {now.isoformat()}",
            fix="Give a length, such as 3d.",
        )
    after = replace(incident, silenced_until=until, updated_at=now)
    said = f"until {until.isoformat()}" + (f": {why}" if why else "")
    return after, _entry(after, story_length, Event.SILENCED, who, said)


def close(
    incident: Incident, story_length: int, *, who: str, why: str = "", now: datetime
) -> _Done:
    """End it by hand; if the same crosses within the cool-down, it is reopened.

    Raises
    ------
    AlarmError
        If it has ended (``incident_ended``).
    """
    _running(incident, "close")
    after = replace(incident, stage=Stage.CLOSED, ended_at=now, updated_at=now)
    return after, _entry(after, story_length, Event.CLOSED, who, why)


def accept(
    incident: Incident, story_length: int, *, who: str, why: str = "", now: datetime
) -> _Done:
    """End it because how things are is how they should be: a new baseline is adopted.

    An accepted incident is not reopened; whoever calls this adopts the baseline.

    Raises
    ------
    AlarmError
        If it has ended (``incident_ended``).
    """
    _running(incident, "accept")
    after = replace(incident, stage=Stage.ACCEPTED, ended_at=now, updated_at=now)
    return after, _entry(after, story_length, Event.ACCEPTED, who, why)


def note(
    incident: Incident, story_length: int, *, who: str, why: str, now: datetime
) -> _Done:
    """Write something down; ended incidents take notes too.

    Raises
    ------
    AlarmError
        If there is nothing to write (``empty_note``).
    """
    if not why.strip():
        raise AlarmError(
            code="empty_note",
            where=f"incident {incident.id}",
            found="an empty note",
            expected="a sentence",
            fix="Say what you found with --why.",
        )
    after = replace(incident, updated_at=now)
    return after, _entry(after, story_length, Event.NOTED, who, why)


def revised(
    incident: Incident, story_length: int, *, who: str, why: str, now: datetime
) -> _Done:
    """Note that a window's figures were restated after they were judged.

    A revision opens nothing, escalates nothing and is told to nobody: evidence that was
    used for an alarm is never recalled.
    """
    after = replace(incident, updated_at=now)
    return after, _entry(after, story_length, Event.REVISED, who, why)


def _running(incident: Incident, action: str) -> None:
    if not incident.stage.ended:
        return
    raise AlarmError(
        code="incident_ended",
        where=f"incident {incident.id}",
        found=f"one that is {incident.stage.value}",
        expected=f"a running incident to {action}",
        fix="You may add a note to it.",
    )


def _entry(
    after: Incident, story_length: int, event: Event, who: str, why: str
) -> Transition:
    return Transition(after.id, story_length + 1, after.updated_at, who, event, why)
