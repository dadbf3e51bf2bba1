"""The cells outcomes are counted into: fixed once, by the reference. Private.

Cuts are ascending; cell ``i`` holds what is at least cut ``i − 1`` and below cut ``i``.
A value that many rows share has a cell of its own, between itself and the next number.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.errors import MetricError
from leeboard.performance._outcomes import Outcomes
from leeboard.schema import Task

__all__ = ["BINS", "OutcomeCells", "cells_of", "joint_classes"]

_Array = np.ndarray[Any, Any]
_CELLS = 64
_DECILES = 10
_FORMAT = 1
BINS = np.arange(1, 10) / 10.0
"""Inner ends of the ten bins of a reliability table; every score cell lies in one."""


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeCells:
    """Cells of a model's outcomes.

    Parameters
    ----------
    task : Task
    classes : tuple of str
        As in ``Outcomes``; empty for regression.
    scores : tuple of arrays
        Cuts of the positive class's score; for several classes, of the confidence in
        the likeliest, and then of each class's score.
    errors : array
        Cuts of prediction − label, symmetric about 0.
    predictions : array
        Inner deciles of the predictions.
    centre : float
        About which labels are squared: the reference mean.
    """

    task: Task
    classes: tuple[str, ...] = ()
    scores: tuple[_Array, ...] = ()
    errors: _Array | None = None
    predictions: _Array | None = None
    centre: float = 0.0

    def to_text(self) -> str:
        """Return the cells as JSON text; the same cells give the same text."""
        return json.dumps(
            {
                "format": _FORMAT,
                "task": self.task.value,
                "classes": list(self.classes),
                "scores": [cuts.tolist() for cuts in self.scores],
                "errors": None if self.errors is None else self.errors.tolist(),
                "predictions": (
                    None if self.predictions is None else self.predictions.tolist()
                ),
                "centre": self.centre,
            },
            allow_nan=False,
        )

    @classmethod
    def from_text(cls, text: str) -> OutcomeCells:
        """Read what ``to_text`` wrote.

        Raises
        ------
        MetricError
            If the text is not that, or of a newer format.
        """
        try:
            found = json.loads(text)
            if found["format"] != _FORMAT:
                raise _unreadable(f"format {found['format']!r:.20}")
            return cls(
                Task(found["task"]),
                tuple(map(str, found["classes"])),
                tuple(np.array(cuts, np.float64) for cuts in found["scores"]),
                _cuts_or_none(found["errors"]),
                _cuts_or_none(found["predictions"]),
                float(found["centre"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, MetricError):
                raise
            raise _unreadable(f"{text!r:.40}") from error


def _cuts_or_none(cuts: list[float] | None) -> _Array | None:
    return None if cuts is None else np.array(cuts, np.float64)


def _unreadable(found: str) -> MetricError:
    return MetricError(
        code="bad_outcome_cells",
        where="cells of outcomes",
        found=found,
        expected=f"cells of format {_FORMAT}",
        fix="Fix them anew from the reference.",
    )


def cells_of(outcomes: Outcomes) -> OutcomeCells:
    """Fix the cells by the outcomes of the reference."""
    if outcomes.task is Task.REGRESSION:
        if outcomes.predictions is None:
            return OutcomeCells(outcomes.task)
        with np.errstate(over="ignore", invalid="ignore"):
            errors = outcomes.predictions - outcomes.labels
        sizes = _cuts(np.abs(errors[np.isfinite(errors)]), _CELLS // 2)
        known = outcomes.predictions[np.isfinite(outcomes.predictions)]
        at = np.arange(1, _DECILES) * len(known) // _DECILES
        finite = outcomes.labels[np.isfinite(outcomes.labels)]
        with np.errstate(over="ignore"):
            centre = float(finite.mean()) if len(finite) else 0.0
        return OutcomeCells(
            outcomes.task,
            errors=np.unique(np.concatenate([-sizes, sizes]) + 0.0),
            predictions=np.unique(np.partition(known, at)[at] if len(known) else known),
            centre=centre if np.isfinite(centre) else 0.0,
        )
    return OutcomeCells(
        outcomes.task, outcomes.classes, tuple(map(_score_cuts, _scored(outcomes)))
    )


def _scored(outcomes: Outcomes) -> list[_Array]:
    if outcomes.scores is None:
        return []
    if outcomes.scores.ndim == 1:
        return [outcomes.scores]
    return [outcomes.scores.max(axis=1, initial=0.0), *outcomes.scores.T]


def _score_cuts(scores: _Array) -> _Array:
    return np.union1d(_cuts(scores, _CELLS), BINS)


def _cuts(values: _Array, most: int) -> _Array:
    """Cuts at about ``most`` quantiles; heavy values stand alone between two cuts."""
    if len(values) == 0:
        return np.empty(0)
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= most:
        heavy = distinct
    else:
        heavy = distinct[counts * most >= 2 * len(values)]
        at = np.arange(most) * len(values) // most
        ends = np.searchsorted(np.cumsum(counts), at, side="right")
        distinct = distinct[np.unique(ends)]
    with np.errstate(over="ignore"):
        after = np.nextafter(heavy, np.inf)
    return np.union1d(distinct, after[np.isfinite(after)])


def joint_classes(
    task: Task, one: tuple[str, ...], other: tuple[str, ...]
) -> tuple[str, ...]:
    """Classes of either: sorted, but a positive class stays the last.

    Raises
    ------
    MetricError
        If two binary sides call different classes positive.
    """
    if one == other:
        return one
    every = {*one, *other}
    if task is not Task.BINARY:
        return tuple(sorted(every))
    if one[-1] != other[-1]:
        raise MetricError(
            code="positive_differs",
            where="classes",
            found=f"{other[-1]!r} as the positive class",
            expected=f"{one[-1]!r}, as on the other side",
            fix="Read both sides with the same classes.",
        )
    return (*sorted(every - {one[-1]}), one[-1])
