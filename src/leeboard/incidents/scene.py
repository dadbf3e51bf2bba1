"""All that a diagnosis may look at, as one value.

Place: on the path. The monitor fills it from stored counts and verdicts; nothing here
reads anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from leeboard.alarms.judged import Group, Judged
from leeboard.profiles.part import Part
from leeboard.profiles.profile import Profile
from leeboard.stats.shift_share import ShiftShare
from leeboard.verdicts.verdict import State
from leeboard.windows import Window

__all__ = ["ErrorSeen", "Scene"]


@dataclass(frozen=True, slots=True)
class ErrorSeen:
    """The model's error in the current window beside the reference's.

    Parameters
    ----------
    value, low, high : float
        The window's error with its 95 % interval; higher is worse.
    reference : float
        The same figure of the reference.
    split : ShiftShare or None
        The change of the error over the incident's windows, split in two: what is left
        if the mix of rows is held, which a changed relation between features and label
        adds, and what another mix adds (Kitagawa, 1955). None: not measured.
    """

    value: float
    low: float
    high: float
    reference: float
    split: ShiftShare | None = None

    @property
    def moved(self) -> bool:
        """Whether the reference lies outside an interval of twice the reach."""
        low = self.value - 2.0 * (self.value - self.low)
        high = self.value + 2.0 * (self.high - self.value)
        return not low <= self.reference <= high

    @property
    def held(self) -> bool:
        """Whether the reference lies inside, and the interval reaches no third of it.

        A wider interval holds the reference whatever happened.
        """
        inside = self.low <= self.reference <= self.high
        return inside and self.high - self.low <= abs(self.reference) * 2.0 / 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One incident, as it looks in its latest window.

    Parameters
    ----------
    reference : Profile
        Fixes the cells in which everything here was counted.
    current : Part
        Counts of the window.
    judged : sequence of Judged
        The incident's verdicts in that window. Empty: nothing is known of what
        crossed, and all compared columns are looked at.
    baseline : Part or None
        Counts of good windows shortly before: what is usual, where the reference is
        of another season. None: the reference is taken.
    previous : Part or None
        Counts of the window just before, good or bad.
    error : ErrorSeen or None
        None: neither measured nor estimated.
    has_labels : bool
        The error rests on labels; an estimate cannot show that the relation between
        features and label changed.
    series : sequence of (Window, float)
        Size of the change by window, oldest first, the current one last.
    history : sequence of Part
        Counts by window, oldest first, the current one last; tells a growing share of
        other rows from rows that all move.
    regimes : sequence of Part
        Counts of earlier times that were unlike the reference.
    segment : str or None
        Level of the reference's segment column that all this is about.
    still : frozenset of str
        Columns that have one value in ordinary windows too, as a month has within a
        day: that they stand still is no fault.
    """

    reference: Profile
    current: Part
    judged: Sequence[Judged] = ()
    baseline: Part | None = None
    previous: Part | None = None
    error: ErrorSeen | None = None
    has_labels: bool = False
    series: Sequence[tuple[Window, float]] = ()
    history: Sequence[Part] = field(default=(), repr=False)
    regimes: Sequence[Part] = field(default=(), repr=False)
    segment: str | None = None
    still: frozenset[str] = frozenset()

    @property
    def usual(self) -> Part:
        """Reference counts of the segment, or of all rows."""
        parts = self.reference.parts
        return parts.get(self.segment, parts[None])

    def crossed(self, *groups: Group) -> tuple[str, ...]:
        """Names of what crossed a threshold or goes on being moved, in order."""
        names = (
            one.subject.name
            for one in self.judged
            if one.group in groups
            and (one.severity is not None or one.state is State.MOVED)
        )
        return tuple(dict.fromkeys(names))
