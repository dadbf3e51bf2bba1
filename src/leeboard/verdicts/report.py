"""The result of a check: values only; pages and the command line draw them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leeboard.errors import Note
from leeboard.metrics._metric import Measurement, Reason
from leeboard.profiles.profile import Profile
from leeboard.verdicts.performance import Performance
from leeboard.verdicts.verdict import Lines, State, Verdict

__all__ = ["ColumnResult", "ConditionResult", "Findings", "Skipped"]


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
    figure : float or None
        The number that was judged, where it is not the measurement's value.
    state : State or None
        The answer that was judged, where the condition is about it and no number.
    """

    condition: str
    subject: str
    segment: str | None
    severity: str
    passed: bool | None
    measurement: Measurement
    reason: Reason
    figure: float | None = None
    state: State | None = None

    @property
    def judged(self) -> float | None:
        """The number that was judged: the value, a p-value, or another figure of it."""
        return self.measurement.value if self.figure is None else self.figure


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


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """Everything one check found.

    Parameters
    ----------
    reference, current : Profile
        What was compared.
    columns : tuple of ColumnResult
        Schema order; with segments, each column once for all rows, then per segment.
    conditions : tuple of ConditionResult
    skipped : tuple of Skipped
        Columns that were not compared.
    table : tuple of Measurement
        Measurements of the whole table, such as duplicates.
    notes : tuple of Note
    lines : Lines
    reference_name, current_name : str
    level : float
        False-discovery rate at which columns were selected.
    seed : int
    performance : Performance or None
        None where no label was named.
    """

    reference: Profile
    current: Profile
    columns: tuple[ColumnResult, ...]
    conditions: tuple[ConditionResult, ...]
    skipped: tuple[Skipped, ...]
    table: tuple[Measurement, ...]
    notes: tuple[Note, ...]
    lines: Lines
    reference_name: str
    current_name: str
    level: float = 0.05
    seed: int = 0
    performance: Performance | None = None

    def names(self, state: State) -> tuple[str, ...]:
        """Columns in that state: a column is in the worst state of its segments."""
        worst = self.worst()
        return tuple(name for name, at in worst.items() if at is state)

    def worst(self) -> dict[str, State]:
        """State of each column over its segments: failed, moved, unsure, held."""
        order = (State.HELD, State.UNSURE, State.MOVED, State.FAILED)
        worst: dict[str, State] = {}
        for column in self.columns:
            before = worst.get(column.name, State.HELD)
            worst[column.name] = max(before, column.state, key=order.index)
        return worst
