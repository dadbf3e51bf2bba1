"""How much of a window's events is lost, and what that makes of a verdict.

Place: beside judging. A window of which much is lost is judged, since what is left may
tell all the same; but nothing that is said of it goes without the share that it lacks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from leeboard.alarms.judged import Judged

__all__ = ["ENOUGH", "Missing", "flagged"]

ENOUGH = 0.05
"""Share of the expected events from which on a window that lacks it is *partial*."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Share of a window's events that came and cannot be read.

    Parameters
    ----------
    about : float
        In [0, 1], if what a damaged file held lies evenly over the time it covers.
    at_most : float
        In [0, 1], if all of it lies in this window.
    """

    about: float = 0.0
    at_most: float = 0.0

    @classmethod
    def of(cls, rows: int, about: int, at_most: int) -> Missing:
        """Return it from numbers of events: those that are there, and those lost."""
        return cls(_share(rows, about), _share(rows, max(about, at_most)))

    @property
    def partial(self) -> bool:
        """Tell whether less than 95 % of the expected events may be there."""
        return self.at_most > ENOUGH

    def __or__(self, other: Missing) -> Missing:
        """Return the worse of two."""
        return max(self, other, key=lambda one: (one.at_most, one.about))

    def __str__(self) -> str:
        if self.at_most == 0.0:
            return ""
        head = "partial: " if self.partial else ""
        about, most = _percent(self.about), _percent(self.at_most)
        tail = "" if about == most else f", at most {most}"
        return f"{head}about {about} of the events are lost{tail}"


def flagged(judged: Judged, missing: Missing) -> Judged:
    """Say in a verdict what share of the events it lacks."""
    if missing.at_most == 0.0:
        return judged
    return replace(
        judged,
        lost=missing.about,
        partial=missing.partial,
        text=f"{judged.text}; {missing}",
    )


def _share(rows: int, lost: int) -> float:
    return lost / (rows + lost) if lost else 0.0


def _percent(share: float) -> str:
    return "less than 1 %" if 0.0 < share < 0.01 else f"{100.0 * share:.0f} %"
