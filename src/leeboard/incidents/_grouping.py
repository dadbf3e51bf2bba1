"""Which incident a crossing belongs to."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
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


_RANGE = "range"
_PERFORMANCE = "performance"


def home(
    judged: Judged,
    incidents: Iterable[Incident],
    now: datetime,
    policy: Policy,
    faulty: Collection[str] = (),
) -> Incident | None:
    """Find the incident that a crossing joins or reopens; None: it opens one.

    Parameters
    ----------
    judged : Judged
    incidents : iterable of Incident
    now : datetime
    policy : Policy
    faulty : collection of str
        Columns whose counts show a fault of the data. Values beyond the reference's in
        another column are a sign of drift, as a warm summer is, and no fault.

    Notes
    -----
    In this order: a running one with the same column (or performance); a running one
    that people know of, if the two belong together; one that ended within the cool-down
    with the same column; a running one that nobody was told of, if they belong
    together.
    """
    apart = _apart(judged, faulty)
    changes = [one for one in incidents if one.kind is Kind.CHANGE]
    running = [one for one in changes if not one.stage.ended]
    running.sort(key=_prominence, reverse=True)
    told = [one for one in running if one.severity.rank >= policy.tell.rank]
    quiet = [one for one in running if one.severity.rank < policy.tell.rank]
    ended = [one for one in changes if _reopens(judged, one, now, policy, apart=apart)]
    ended.sort(key=lambda one: (one.ended_at or now, one.id), reverse=True)
    ways = (
        (one for one in running if _shares(judged, one, apart=apart)),
        (one for one in told if _together(judged, one, policy, apart=apart)),
        iter(ended),
        (one for one in quiet if _together(judged, one, policy, apart=apart)),
    )
    return next((one for way in ways for one in way), None)


def _prominence(one: Incident) -> tuple[bool, int, Window]:
    """What moves joins what the error is about, rather than a fault of one column."""
    about_error = any(subject.name == _PERFORMANCE for subject in one.subjects)
    return about_error, one.severity.rank, one.first_window


def _apart(judged: Judged, faulty: Collection[str]) -> bool:
    """Tell whether it is a fault of one place."""
    drifts = judged.subject.aspect == _RANGE and judged.subject.name not in faulty
    return judged.group in _APART and not drifts


def _shares(judged: Judged, incident: Incident, *, apart: bool) -> bool:
    """Tell whether it is about the same; a fault of quality shares that fault alone.

    That a feature drifts is no reason to hide that it now stands still.
    """
    if apart:
        # in whatever segment
        same = (judged.subject.name, judged.subject.aspect)
        return any((one.name, one.aspect) == same for one in incident.subjects)
    return any(one.name == judged.subject.name for one in incident.subjects)


def _together(
    judged: Judged, incident: Incident, policy: Policy, *, apart: bool
) -> bool:
    """Tell whether the two have one cause, as far as time can tell.

    What came well before an incident is no part of it: labels come late, and so does
    the news that the error had risen already.
    """
    window = judged.window
    after = window.start - incident.first_window.start
    near = policy.together_windows * (window.end - window.start)
    return abs(after) <= near if apart else after >= -near


def _reopens(
    judged: Judged, one: Incident, now: datetime, policy: Policy, *, apart: bool
) -> bool:
    """Tell whether an ended incident goes on; a note brings back no page."""
    if one.stage not in {Stage.RESOLVED, Stage.CLOSED} or one.ended_at is None:
        return False
    note = judged.severity is Severity.NOTE and one.severity is not Severity.NOTE
    recent = now - one.ended_at <= policy.cool_down
    return recent and not note and _shares(judged, one, apart=apart)
