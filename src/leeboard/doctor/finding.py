"""What one look at an installation found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from leeboard.errors import LeeboardError

__all__ = ["Examined", "Finding", "Outcome"]


class Outcome(StrEnum):
    """How a check ended: as it should be, worth a look, or broken."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Parameters
    ----------
    check : str
        Stable name.
    found : str
        What is so; never a secret.
    outcome : Outcome
    expected, fix : str
        What should be so, and what to do next; empty where it is.
    """

    check: str
    found: str
    outcome: Outcome = Outcome.OK
    expected: str = ""
    fix: str = ""

    @classmethod
    def warn(cls, check: str, found: str, expected: str, fix: str) -> Finding:
        """Return what is worth a look."""
        return cls(check, found, Outcome.WARN, expected, fix)

    @classmethod
    def fail(cls, check: str, found: str, expected: str, fix: str) -> Finding:
        """Return what is broken."""
        return cls(check, found, Outcome.FAIL, expected, fix)

    @classmethod
    def of(cls, check: str, error: LeeboardError) -> Finding:
        """Return what an error says, as what is broken."""
        found = f"{error.where}: {error.found} [{error.code}]"
        return cls.fail(check, found, error.expected, error.fix)

    def to_dict(self) -> dict[str, str]:
        """Return it as plain values."""
        return {
            "check": self.check,
            "outcome": self.outcome.value,
            "found": self.found,
            "expected": self.expected,
            "fix": self.fix,
        }


@dataclass(frozen=True, slots=True)
class Examined:
    """All that was found of one installation.

    Parameters
    ----------
    now : datetime
    findings : sequence of (str, Finding)
        Each with the part of the installation that it is about.
    """

    now: datetime
    findings: Sequence[tuple[str, Finding]]

    @property
    def sound(self) -> bool:
        """Tell whether nothing is broken; warnings may stand."""
        return not self.count(Outcome.FAIL)

    def count(self, outcome: Outcome) -> int:
        """How many checks ended so."""
        return sum(one.outcome is outcome for _, one in self.findings)

    def of(self, check: str) -> Iterator[Finding]:
        """Yield what a check found."""
        return (one for _, one in self.findings if one.check == check)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "now": self.now.isoformat(),
            "sound": self.sound,
            **{str(outcome): self.count(outcome) for outcome in Outcome},
            "findings": [
                {"part": part, **one.to_dict()} for part, one in self.findings
            ],
        }
