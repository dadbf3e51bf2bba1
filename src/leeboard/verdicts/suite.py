"""Conditions on metrics: parsed from text, evaluated on subjects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from leeboard.metrics._metric import Measurement
from leeboard.schema import Column
from leeboard.verdicts.report import ConditionResult

__all__ = ["Condition", "Subjects", "evaluate"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition."""

    fail: str


class Subjects(Protocol):
    """What conditions may ask of a check."""

    def columns(self) -> Sequence[Column]:
        """Columns that were compared."""
        ...

    def measure(
        self, metric: str, column: str | None, options: dict[str, object]
    ) -> Measurement:
        """One metric on one column, or on the table (None)."""
        ...

    def share_moved(self) -> Measurement:
        """Share of the compared columns that moved."""
        ...


def evaluate(
    conditions: Sequence[Condition], subjects: Subjects
) -> Iterator[ConditionResult]:
    """Evaluate all conditions."""
    del subjects
    if conditions:
        raise NotImplementedError
    return iter(())
