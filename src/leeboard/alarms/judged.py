"""What was judged of one window: the answer, its evidence, and what it asks for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from leeboard.verdicts.verdict import State
from leeboard.windows import Window
from leeboard.words import Segment, Words

__all__ = ["Group", "Judged", "Severity", "Subject"]


class Severity(StrEnum):
    """What a crossing asks for."""

    NOTE = "note"
    WARN = "warn"
    PAGE = "page"

    @property
    def rank(self) -> int:
        """Higher is more urgent."""
        return ("note", "warn", "page").index(self.value)


class Group(StrEnum):
    """What kind of thing is watched; ``page_on`` names these."""

    PERFORMANCE = "performance"
    QUALITY = "quality"
    PREDICTIONS = "predictions"
    FEATURES = "features"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What is watched.

    Parameters
    ----------
    segment : str
        ``column=level``, or empty for all rows.
    name : str
        A column, or ``performance``.
    aspect : str
        ``distribution``, ``missing``, ``unseen``, ``range``, ``error``, or the metric
        of a named rule.
    """

    segment: Segment
    name: str
    aspect: str

    def __str__(self) -> str:
        where = f" where {self.segment}" if self.segment else ""
        return f"{self.aspect} of {self.name}{where}"


@dataclass(frozen=True, slots=True)
class Judged:
    """One subject in one window.

    Parameters
    ----------
    model : str
    window : Window
    subject : Subject
    group : Group
    rule : str
        The detector's name, or the named rule's.
    budgeted : bool
        Counts against the false-alarm budget.
    state : State
        *moved*: this window crossed the threshold, or an open change goes on;
        *held*: the window is surely within tolerance; *unsure*: neither;
        *failed*: it could not be judged.
    severity : Severity or None
        What the crossing asks for; None if nothing was crossed in this window.
    evidence : float or None
        ln M of a detector, or the statistic of a named rule.
    threshold : float or None
        On the same scale: what a page needs.
    log_e : float or None
        ln of the window's own e-value.
    value, low, high : float or None
        The figure that people read, with its 95 % interval: size, share, mean.
    reference : float or None
        The same figure of the reference, or the edge of its tolerance.
    n : int
        Rows that were judged.
    text : str
        One sentence that says why.
    lost : float
        Share of the window's events, or labels, that came and cannot be read; about.
    partial : bool
        Less than 95 % of them may be there: what is said holds for the rest.
    known_as : str
        Its id where it is kept: one whose segment was erased since keeps its id.
    """

    model: str
    window: Window
    subject: Subject
    group: Group
    rule: str
    budgeted: bool
    state: State
    severity: Severity | None
    evidence: float | None
    threshold: float | None
    log_e: float | None
    value: float | None
    low: float | None
    high: float | None
    reference: float | None
    n: int
    text: Words
    lost: float = 0.0
    partial: bool = False
    known_as: str = field(default="", compare=False, repr=False)

    @property
    def id(self) -> str:
        """Short name, the same at each replay; ``leeboard explain`` takes it."""
        if self.known_as:
            return self.known_as
        facts = (
            self.model,
            self.window.start.isoformat(),
            self.window.end.isoformat(),
            self.subject.segment,
            self.subject.name,
            self.subject.aspect,
            self.rule,
        )
        text = "\x1f".join(facts).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=6).hexdigest()
