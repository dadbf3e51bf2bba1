"""Outcomes, counted: what of them adds from window to window. Private to performance.

Counts add exactly; sums are floating point, and adding pieces equals counting at once
to 1e-12 relative.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.errors import MetricError
from leeboard.performance._cells import OutcomeCells, cells_of, joint_classes
from leeboard.performance._errors import Errors, errors_of
from leeboard.performance._outcomes import Outcomes
from leeboard.performance._scored import Scored, scored
from leeboard.schema import Task

__all__ = ["Tally", "tally_of"]

_Array = np.ndarray[Any, Any]
_PIECE = 1 << 16
"""Rows counted at a time, so that what is computed of them stays in the cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Counts of a set of labelled rows.

    Parameters
    ----------
    cells : OutcomeCells
    rows : int
        Labelled rows.
    classes : tuple of str
        Those of the cells, and any that came later.
    labels : array, shape (k,), int64
        Rows by the class of their label; empty for regression.
    confusion : array, shape (k, k), int64, or None
        Rows by label and prediction; None where rows have no prediction.
    scored : Scored or None
    errors : Errors or None
    """

    cells: OutcomeCells
    rows: int
    classes: tuple[str, ...]
    labels: _Array
    confusion: _Array | None = None
    scored: Scored | None = None
    errors: Errors | None = None

    @classmethod
    def zero(cls, cells: OutcomeCells) -> Tally:
        """Return the counts of no rows at all."""
        k = len(cells.classes)
        return cls(cells, 0, cells.classes, np.zeros(k, np.int64))

    @property
    def task(self) -> Task:
        """What the model does."""
        return self.cells.task

    def __add__(self, other: Tally) -> Tally:
        if self.cells is not other.cells:
            _same(self.cells, other.cells)
        if self.rows == 0 or other.rows == 0:
            # no rows say nothing about what the others lack
            return other if self.rows == 0 else self
        classes = joint_classes(self.task, self.classes, other.classes)
        return Tally(
            self.cells,
            self.rows + other.rows,
            classes,
            _spread(self.labels, self.classes, classes)
            + _spread(other.labels, other.classes, classes),
            _sum(
                _table(self.confusion, self.classes, classes),
                _table(other.confusion, other.classes, classes),
            ),
            _sum(self.scored, other.scored),
            _sum(self.errors, other.errors),
        )


def tally_of(outcomes: Outcomes, cells: OutcomeCells | None = None) -> Tally:
    """Count outcomes.

    Parameters
    ----------
    outcomes : Outcomes
    cells : OutcomeCells, optional
        Of the reference; None: these outcomes fix their own.

    Raises
    ------
    MetricError
        If the cells are of another task, or of another positive class.
    """
    cells = cells_of(outcomes) if cells is None else cells
    if outcomes.task is not cells.task:
        raise MetricError(
            code="task_differs",
            where="outcomes",
            found=f"a {outcomes.task.value} task",
            expected=f"{cells.task.value}, as in the reference",
            fix="Declare the task in the schema.",
        )
    pieces = range(0, max(outcomes.rows, 1), _PIECE)
    if len(pieces) == 1:
        return _counted(outcomes, cells)
    counted = (
        _counted(outcomes.part(slice(start, start + _PIECE)), cells) for start in pieces
    )
    return sum(counted, Tally.zero(cells))


def _counted(outcomes: Outcomes, cells: OutcomeCells) -> Tally:
    if outcomes.task is Task.REGRESSION:
        found = errors_of(outcomes, cells)
        return Tally(cells, outcomes.rows, (), np.zeros(0, np.int64), errors=found)
    classes = joint_classes(outcomes.task, cells.classes, outcomes.classes)
    k, codes = len(classes), _codes(outcomes.classes, classes)
    labels = codes[outcomes.labels]
    confusion = None
    if outcomes.predictions is not None:
        pairs = labels * k + codes[outcomes.predictions]
        confusion = np.bincount(pairs, minlength=k * k).reshape(k, k).astype(np.int64)
    counted = np.bincount(labels, minlength=k).astype(np.int64)
    found_scores = scored(outcomes, cells)
    return Tally(cells, outcomes.rows, classes, counted, confusion, found_scores)


def _same(one: OutcomeCells, other: OutcomeCells) -> None:
    if one.to_text() != other.to_text():
        raise MetricError(
            code="other_cells",
            where="counts of outcomes",
            found="counts in other cells",
            expected="counts in the same cells",
            fix="Count both by the cells of one reference.",
        )


def _codes(classes: tuple[str, ...], among: tuple[str, ...]) -> _Array:
    place = {name: i for i, name in enumerate(among)}
    return np.array([place[name] for name in classes], np.intp)


def _spread(counts: _Array, classes: tuple[str, ...], among: tuple[str, ...]) -> _Array:
    spread = np.zeros(len(among), np.int64)
    spread[_codes(classes, among)] = counts
    return spread


def _table(
    counts: _Array | None, classes: tuple[str, ...], among: tuple[str, ...]
) -> _Array | None:
    if counts is None:
        return None
    table = np.zeros((len(among), len(among)), np.int64)
    codes = _codes(classes, among)
    table[np.ix_(codes, codes)] = counts
    return table


def _sum(one: Any, other: Any) -> Any:
    return None if one is None or other is None else one + other
