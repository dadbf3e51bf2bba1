"""How patient incidents are, and when people hear of them.

Place: values only; the plan is read into one of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from leeboard.alarms.judged import Severity
from leeboard.errors import AlarmError

__all__ = ["Policy"]


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules for the incidents of one model.

    Parameters
    ----------
    held_windows : int
        Consecutive windows in which all subjects hold before an incident is resolved,
        at least 1.
    cool_down : timedelta
        For as long after its end an incident is reopened, rather than another opened.
    digest_every : timedelta
        How often people are reminded of an incident that goes on.
    tell : Severity
        The least severity that people are told of.
    together_windows : int
        What crosses within so many windows of an incident's first belongs to it.
    silent_windows : int
        Due windows without a row until data counts as missing, at least 1.
    silent_runs : int
        Intervals without an evaluation until Leeboard counts as not running, at
        least 1.

    Raises
    ------
    AlarmError
        If a number or a length of time is below what it may be (``bad_policy``).
    """

    held_windows: int = 3
    cool_down: timedelta = timedelta(days=7)
    digest_every: timedelta = timedelta(days=7)
    tell: Severity = Severity.WARN
    together_windows: int = 3
    silent_windows: int = 2
    silent_runs: int = 3

    def __post_init__(self) -> None:
        for name in ("held_windows", "silent_windows", "silent_runs"):
            if getattr(self, name) < 1:
                raise _bad(name, str(getattr(self, name)), "at least 1")
        if self.together_windows < 0:
            raise _bad("together_windows", str(self.together_windows), "at least 0")
        if self.cool_down < timedelta(0):
            raise _bad("cool_down", str(self.cool_down), "a length of time, or 0")
        if self.digest_every <= timedelta(0):
            raise _bad("digest_every", str(self.digest_every), "a length of time")


def _bad(name: str, found: str, expected: str) -> AlarmError:
    return AlarmError(
        code="bad_policy",
        where=name,
        found=found,
        expected=expected,
        fix="Correct it, or leave it out.",
    )
