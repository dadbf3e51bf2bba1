"""The result of a check: values only; pages and the command line draw them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leeboard.errors import Note
from leeboard.metrics._metric import Measurement, Reason
from leeboard.profiles.profile import Profile
from leeboard.verdicts.verdict import State, Verdict

__all__ = ["ColumnResult", "ConditionResult", "Skipped"]


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """One condition of a suite on one subject.

    Parameters
    ----------
    condition : str
        As written, such as ``psi > 0.2``.
    subject : str
    segment : str or None
    severity : str
        ``error`` (decides the exit code) or ``warning``.
    passed : bool or None
        None: not computable, and ``reason`` says why.
    measurement : Measurement
    reason : Reason
    """

    condition: str
    subject: str
    segment: str | None
    severity: str
    passed: bool | None
    measurement: Measurement
    reason: Reason


@dataclass(frozen=True, slots=True)
class Skipped:
    """A column that is not compared, and why."""

    name: str
    role: str
    kind: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class ColumnResult:
    """All that was found about one column (of one segment)."""

    name: str
    segment: str | None
    verdict: Verdict
    measurements: Mapping[str, Measurement]
    notes: tuple[Note, ...] = ()

    @property
    def state(self) -> State:
        """State of the verdict."""
        return self.verdict.state
