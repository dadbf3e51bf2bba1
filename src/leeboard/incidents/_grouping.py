"""Which incident a crossing belongs to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from leeboard.alarms.judged import Group, Judged, Severity
from leeboard.incidents.incident import Incident, Kind, Stage
from leeboard.incidents.policy import Policy
from leeboard.windows import Window

__all__ = ["home", "identity"]

_APART = frozenset({Group.QUALITY, Group.SYSTEM})
"""Faults of one place: a later one elsewhere has a cause of its own."""


def identity(model: str, kind: Kind, window: Window, first: str) -> str:
    """Return the id of an incident, the same at each replay."""
    facts = (model, kind.value, window.start.isoformat(), window.end.isoformat(), first)
    text = "\x1f".join(facts).encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(text, digest_size=3).hexdigest()
    return f"{model}-{window.start:%Y%m%d}-{digest}"


def home(
    judged: Judged, incidents: Iterable[Incident], now: datetime, policy: Policy
) -> Incident | None:
    """Find the incident that a crossing joins or reopens; None: it opens one.

    In this order: a running one with the same column (or performance); a running one
    that people know of, if the two belong together; one that ended within the cool-down
    with the same column; a running one that nobody was told of, if they belong
    together.
    """
    changes = [one for one in incidents if one.kind is Kind.CHANGE]
    running = [one for one in changes if not one.stage.ended]
    running.sort(key=lambda one: (one.severity.rank, one.first_window), reverse=True)
    told = [one for one in running if one.severity.rank >= policy.tell.rank]
    quiet = [one for one in running if one.severity.rank < policy.tell.rank]
    ended = [one for one in changes if _reopens(judged, one, now, policy)]
    ended.sort(key=lambda one: (one.ended_at or now, one.id), reverse=True)
    ways = (
        (one for one in running if _shares(judged, one)),
        (one for one in told if _together(judged, one, policy)),
        iter(ended),
        (one for one in quiet if _together(judged, one, policy)),
    )
    return next((one for way in ways for one in way), None)


def _shares(judged: Judged, incident: Incident) -> bool:
    """Tell whether it is about the same; a fault of quality shares that fault alone.

    That a feature drifts is no reason to hide that it now stands still.
    """
    if judged.group in _APART:
        return judged.subject in incident.subjects
    return any(one.name == judged.subject.name for one in incident.subjects)


def _together(judged: Judged, incident: Incident, policy: Policy) -> bool:
    """Tell whether the two have one cause, as far as time can tell."""
    if judged.group not in _APART:
        return True
    window = judged.window
    apart = abs(window.start - incident.first_window.start)
    return apart <= policy.together_windows * (window.end - window.start)


def _reopens(judged: Judged, one: Incident, now: datetime, policy: Policy) -> bool:
    """Tell whether an ended incident goes on; a note brings back no page."""
    if one.stage not in {Stage.RESOLVED, Stage.CLOSED} or one.ended_at is None:
        return False
    note = judged.severity is Severity.NOTE and one.severity is not Severity.NOTE
    recent = now - one.ended_at <= policy.cool_down
    return recent and not note and _shares(judged, one)
