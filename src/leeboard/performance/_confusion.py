"""Figures of a confusion matrix. Private to performance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from leeboard.errors import MetricError
from leeboard.metrics._options import one_of
from leeboard.performance._metric import lacking
from leeboard.performance._outcomes import Figure
from leeboard.performance._tally import Tally
from leeboard.schema import Task
from leeboard.stats.delta import (
    correlation_interval,
    margins_variance,
    mean_of_shares,
    quotient,
    share_interval,
)
from leeboard.stats.intervals import wilson

__all__ = [
    "AVERAGES",
    "Margins",
    "averaged",
    "chosen",
    "confusion",
    "correct",
    "mean_share",
    "positive",
    "positive_share",
    "single_class",
    "smooth",
    "smooth_correlation",
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


def smooth_correlation(metric: str, tally: Tally, of: Callable[..., Any]) -> Figure:
    """Figure in [-1, 1] that is a smooth function of diagonal and margins."""
    value, variance = margins_variance(confusion(tally), of)
    rows = float(tally.labels[tally.labels > 0].min())
    interval = correlation_interval(value, variance, rows)
    return Figure(metric, value, tally.rows, interval)


def chosen(metric: str, tally: Tally, average: str) -> str:
    """How figures by class become one, with ``auto`` resolved.

    Raises
    ------
    MetricError
        If it is none of ``AVERAGES``, or ``binary`` with more than two classes.
    """
    one_of(metric, "average", average, AVERAGES)
    binary = tally.task is Task.BINARY
    if average == "auto":
        return "binary" if binary else "macro"
    if average == "binary" and not binary:
        raise MetricError(
            code="bad_option",
            where=f"metric {metric!r}, option 'average'",
            found=f"'binary' with {len(tally.classes)} classes",
            expected="one of 'macro', 'micro', 'weighted'",
            fix="Leave it out to get 'macro'.",
        )
    return average


def averaged(metric: str, tally: Tally, of: Margins, average: str) -> Figure:
    """Average over classes of a figure of each, which stands in the facts.

    Parameters
    ----------
    of : callable
        By class, from its right rows, the rows of its label, and the rows so predicted.
    average : str
        ``macro``, ``micro`` or ``weighted``. As in scikit-learn, the first and the last
        go over all classes that occur as label or prediction, a class without a
        denominator counts as 0, and ``weighted`` weighs by the rows of each label.
    """
    if average == "micro":
        return correct(metric, tally)
    table = confusion(tally)
    there = (table.sum(axis=1) + table.sum(axis=0)) > 0

    def mean(right: _Array, labels: _Array, predicted: _Array) -> Any:
        each = of(right, labels, predicted)
        if average == "weighted":
            return (each * labels).sum()
        return each[there].sum() / np.count_nonzero(there)

    smallest = table.sum(axis=1)[there].min()
    figure = smooth(metric, tally, mean, float(max(smallest, 1)))
    margins = np.diagonal(table), table.sum(axis=1), table.sum(axis=0)
    each = of(*(part.astype(np.float64) for part in margins))
    facts = [(tally.classes[i], float(each[i])) for i in np.flatnonzero(there)]
    return replace(figure, facts=tuple(facts))


def mean_share(metric: str, tally: Tally, axis: int) -> Figure:
    """Mean over classes of the right share of a column (0) or row (1) of the table.

    Over all classes that occur as label or prediction, as in scikit-learn; one without
    rows counts as 0, and is left out of the interval.
    """
    table = confusion(tally)
    rows, right = table.sum(axis=axis), np.diagonal(table)
    there = (table.sum(axis=1) + table.sum(axis=0)) > 0
    counted = there & (rows > 0)
    value, ends = mean_of_shares(right[counted], rows[counted])
    part = int(counted.sum()) / int(there.sum())
    shares = quotient(right, rows)
    facts = tuple((tally.classes[i], float(shares[i])) for i in np.flatnonzero(there))
    interval = ends[0] * part, ends[1] * part
    return Figure(metric, value * part, tally.rows, interval, facts=facts)


def positive(metric: str, tally: Tally, of: Margins) -> Figure:
    """Figure of the positive class, in [0, 1]."""
    table, last = confusion(tally), len(tally.classes) - 1
    rows = float(table[last].sum() + table[:, last].sum() - table[last, last])
    if rows == 0:
        return _without_positive(metric, tally, "label or prediction")

    def one(right: _Array, labels: _Array, predicted: _Array) -> Any:
        return of(right[last:], labels[last:], predicted[last:]).sum()

    return smooth(metric, tally, one, rows)


def positive_share(metric: str, tally: Tally, axis: int) -> Figure:
    """Right rows of the positive class among all of its column (0) or row (1)."""
    table = confusion(tally)
    rows, right = int(table.sum(axis=axis)[-1]), int(table[-1, -1])
    if rows == 0:
        return _without_positive(metric, tally, ("prediction", "label")[axis])
    return Figure(metric, right / rows, tally.rows, wilson(right, rows))


def _without_positive(metric: str, tally: Tally, what: str) -> Figure:
    text = f"no row has {what} {tally.classes[-1]!r}"
    alone = np.count_nonzero(tally.labels) < 2
    code = "single_class" if alone else "no_positive"
    return lacking(metric, tally.rows, code=code, text=text)
