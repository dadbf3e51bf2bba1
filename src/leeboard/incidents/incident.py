"""An incident and its story, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from leeboard.alarms.judged import Severity, Subject
from leeboard.windows import Window
from leeboard.words import Words

__all__ = [
    "Diagnosis",
    "Event",
    "Incident",
    "Kind",
    "Stage",
    "Standing",
    "Transition",
]


class Kind(StrEnum):
    """What happened; all but the first are about what did not come, or not stay."""

    CHANGE = "change"
    NO_DATA = "no data"
    LATE_DATA = "late data"
    NOT_RUN = "not run"
    LOST_DATA = "lost data"


class Stage(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"  # by itself: its subjects held for some windows
    CLOSED = "closed"  # by a person
    ACCEPTED = "accepted"  # by a person, with a new baseline

    @property
    def ended(self) -> bool:
        """Nothing more is expected of it."""
        return self not in {Stage.OPEN, Stage.ACKNOWLEDGED}


class Event(StrEnum):
    """What can happen to an incident."""

    OPENED = "opened"
    ESCALATED = "escalated"
    UPDATED = "updated"
    REVISED = "revised"
    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"
    REOPENED = "reopened"
    RESOLVED = "resolved"
    CLOSED = "closed"
    ACCEPTED = "accepted"
    NOTED = "noted"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What it most likely is, and why; *undetermined* is an answer.

    Parameters
    ----------
    cause : str
        Code of the cause: ``unit change``, ``constant``, ``concept`` …, or
        ``undetermined``.
    pattern : str
        ``sudden``, ``gradual``, ``incremental``, ``recurring``, ``unclear``.
    text : str
        One sentence.
    evidence : tuple of str
        What speaks for it, one fact each, with numbers.
    columns : tuple of str
        Those it concerns, most telling first.
    """

    cause: str
    pattern: str
    text: Words
    evidence: tuple[Words, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How one subject of an incident stands.

    Subjects are judged at different times: those that need labels lag behind. So each
    counts its own windows.

    Parameters
    ----------
    subject : Subject
    window : Window
        The latest that was taken in; it again, or an earlier one, changes nothing.
    held : int
        Consecutive windows in which it held, up to that one.
    severity : Severity
        The highest that one of its crossings asked for.
    margin : float
        Evidence of the strongest crossing, less its threshold.
    """

    subject: Subject
    window: Window
    held: int
    severity: Severity
    margin: float


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing that happened to one model.

    Parameters
    ----------
    id : str
        Model, day and a short digest of model, kind, first window and first subject.
    model : str
    kind : Kind
    stage : Stage
    severity : Severity
        The highest since it was opened, or reopened.
    opened_at, updated_at : datetime
    ended_at : datetime or None
    first_window, last_window : Window
        In which a subject crossed first, and last.
    subjects : tuple of Subject
        In order of joining.
    verdicts : tuple of str
        Ids of the verdicts that made it, the strongest of each subject.
    held : int
        Consecutive ripe windows in which all held that its severity rests on.
    title : str
    diagnosis : Diagnosis or None
    silenced_until : datetime or None
    told_at : datetime or None
        When people were last told of it, digests included.
    reopened : int
        How many times.
    standing : tuple of Standing
        One a subject, in the order of ``subjects``.
    """

    id: str
    model: str
    kind: Kind
    stage: Stage
    severity: Severity
    opened_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    first_window: Window
    last_window: Window
    subjects: tuple[Subject, ...]
    verdicts: tuple[str, ...]
    held: int
    title: Words
    diagnosis: Diagnosis | None = None
    silenced_until: datetime | None = None
    told_at: datetime | None = None
    reopened: int = 0
    standing: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """One entry of an incident's story.

    Parameters
    ----------
    incident : str
    number : int
        From 1, in order.
    at : datetime
    who : str
        ``leeboard``, or the person.
    event : Event
    why : str
    """

    incident: str
    number: int
    at: datetime
    who: str
    event: Event
    why: Words = field(default="")
