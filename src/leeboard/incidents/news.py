"""What one step changed, and what people are to hear of it.

Place: on the path; what ``advance`` and ``absent`` return.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leeboard.incidents.incident import Event, Incident, Transition
from leeboard.incidents.message import Purpose
from leeboard.incidents.policy import Policy

__all__ = ["Advance", "News", "purpose_of"]

_NEWS = {Event.OPENED, Event.REOPENED, Event.ESCALATED}


@dataclass(frozen=True, slots=True)
class News:
    """What people are to be told.

    Parameters
    ----------
    incident : Incident
    purpose : Purpose
    number : int
        Of the entry in its story that is told.
    why : str
        What that entry says.
    """

    incident: Incident
    purpose: Purpose
    number: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Advance:
    """What one step changed.

    Parameters
    ----------
    incidents : tuple of Incident
        New, or as they are now; those that did not change are left out.
    transitions : tuple of Transition
    news : tuple of News
    expected : tuple of (str, str)
        Verdicts that moved as announced: their id, and the id of the expectation.
    """

    incidents: tuple[Incident, ...] = ()
    transitions: tuple[Transition, ...] = ()
    news: tuple[News, ...] = ()
    expected: tuple[tuple[str, str], ...] = ()


def purpose_of(
    incident: Incident, event: Event | None, now: datetime, policy: Policy
) -> Purpose | None:
    """Tell why people hear of an incident now; None: they do not.

    The end of what people were told of is told even while it is silenced: it closes the
    matter at receivers that keep it open, and asks nothing of anyone.
    """
    if event is Event.RESOLVED:
        return Purpose.RESOLVE if incident.told_at is not None else None
    until = incident.silenced_until
    low = incident.severity.rank < policy.tell.rank
    if low or incident.stage.ended or (until is not None and now < until):
        return None
    if incident.told_at is None or event in {Event.OPENED, Event.REOPENED}:
        return Purpose.TRIGGER
    if event in _NEWS:
        return Purpose.ESCALATE
    # What happened under a silence is told once, when the silence is over.
    missed = until is not None and incident.told_at < until
    due = missed or now - incident.told_at >= policy.digest_every
    return Purpose.DIGEST if due else None
