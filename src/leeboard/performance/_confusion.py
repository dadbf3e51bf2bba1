"""Figures of a confusion matrix. Private to performance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from leeboard.errors import MetricError
from leeboard.metrics._options import one_of
from leeboard.performance._metric import lacking
from leeboard.performance._outcomes import Figure
from leeboard.performance._tally import Tally
from leeboard.schema import Task
from leeboard.stats.delta import margins_variance, share_interval
from leeboard.stats.intervals import wilson

__all__ = [
    "AVERAGES",
    "Margins",
    "averaged",
    "by_class",
    "confusion",
    "correct",
    "single_class",
    "smooth",
]

_Array = np.ndarray[Any, Any]
Margins = Callable[[_Array, _Array, _Array], Any]
"""A figure by class of (right rows, rows of the label, rows so predicted)."""

AVERAGES = ("auto", "binary", "macro", "micro", "weighted")
"""How figures by class become one; ``auto``: binary for two classes, else macro."""


def confusion(tally: Tally) -> _Array:
    """Confusion matrix of a tally that was checked to have one."""
    return np.zeros((0, 0)) if tally.confusion is None else tally.confusion


def correct(metric: str, tally: Tally) -> Figure:
    """Share of right rows, with Wilson's interval."""
    right = int(np.trace(confusion(tally)))
    interval = wilson(right, tally.rows)
    return Figure(metric, right / tally.rows, tally.rows, interval)


def single_class(metric: str, tally: Tally) -> Figure | None:
    """Say that a figure is undefined where all labels are of one class."""
    present = np.flatnonzero(tally.labels)
    if len(present) > 1:
        return None
    name = tally.classes[int(present[0])]
    text = f"every label is {name!r}, so that {metric} is undefined"
    return lacking(metric, tally.rows, code="single_class", text=text)


def smooth(metric: str, tally: Tally, of: Callable[..., Any], rows: float) -> Figure:
    """Figure in [0, 1] that is a smooth function of diagonal and margins."""
    value, variance = margins_variance(confusion(tally), of)
    return Figure(metric, value, tally.rows, share_interval(value, variance, rows))


def averaged(metric: str, tally: Tally, of: Margins, average: str) -> Figure:
    """Average over classes of a figure of each.

    Parameters
    ----------
    of : callable
        By class, from its right rows, the rows of its label, and the rows so predicted.
    average : str
        One of ``AVERAGES``. As in scikit-learn, ``macro`` and ``weighted`` go over all
        classes that occur as label or prediction, a class without a denominator counts
        as 0, and ``weighted`` weighs by the rows of each label.
    """
    one_of(metric, "average", average, AVERAGES)
    binary = tally.task is Task.BINARY
    if average == "auto":
        average = "binary" if binary else "macro"
    if average == "micro":
        return correct(metric, tally)
    if average == "binary":
        if not binary:
            raise _not_binary(metric, tally)
        return by_class(metric, tally, of, len(tally.classes) - 1)
    table = confusion(tally)
    there = (table.sum(axis=1) + table.sum(axis=0)) > 0

    def mean(right: _Array, labels: _Array, predicted: _Array) -> Any:
        each = of(right, labels, predicted)
        if average == "weighted":
            return (each * labels).sum()
        return each[there].sum() / np.count_nonzero(there)

    smallest = table.sum(axis=1)[there]
    return smooth(metric, tally, mean, float(max(smallest.min(), 1)))


def by_class(metric: str, tally: Tally, of: Margins, place: int) -> Figure:
    """Figure of one class."""
    table = confusion(tally)
    rows = float(table[place].sum() + table[:, place].sum() - table[place, place])
    if rows == 0:
        text = f"no row has label or prediction {tally.classes[place]!r}"
        alone = np.count_nonzero(tally.labels) < 2
        code = "single_class" if alone else "no_positive"
        return lacking(metric, tally.rows, code=code, text=text)

    def one(right: _Array, labels: _Array, predicted: _Array) -> Any:
        at = slice(place, place + 1)
        return of(right[at], labels[at], predicted[at]).sum()

    return smooth(metric, tally, one, rows)


def _not_binary(metric: str, tally: Tally) -> MetricError:
    return MetricError(
        code="bad_option",
        where=f"metric {metric!r}, option 'average'",
        found=f"'binary' with {len(tally.classes)} classes",
        expected="one of 'macro', 'micro', 'weighted'",
        fix="Leave it out to get 'macro'.",
    )
