"""Which columns hold labels, predictions and scores. Place: beside ``outcomes``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leeboard.schema import Task

__all__ = ["OutcomeColumns"]


@dataclass(frozen=True, slots=True)
class OutcomeColumns:
    """Which columns hold labels and predictions, and how to read them.

    Parameters
    ----------
    label : str
    prediction : str or None
    score : str or None
        Probability of the positive class.
    scores : mapping of class to column
        Probability of each of several classes.
    task : Task
        NONE: inferred, see ``outcomes_of``.
    positive : str or None
        The positive class; None: the last in order.
    same : mapping of value to label
        What values of the prediction are called among the labels, where they are of
        different types or names.
    """

    label: str
    prediction: str | None = None
    score: str | None = None
    scores: Mapping[str, str] = field(default_factory=dict)
    task: Task = Task.NONE
    positive: str | None = None
    same: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """All columns that are read."""
        given = (self.label, self.prediction, self.score, *self.scores.values())
        return tuple(dict.fromkeys(name for name in given if name is not None))
