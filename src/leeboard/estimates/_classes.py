"""Figures of a classifier of several classes, from labels or from their probabilities.

Weights have shape (n, k): how much each row counts for each class; one-hot for labels,
probabilities for what is expected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from leeboard.estimates._binary import RANKS

__all__ = ["CONFUSED", "confuse", "macro_roc_auc", "order_scores"]

_Array = np.ndarray[Any, Any]
_Figure = Callable[[_Array], float]


def confuse(predictions: _Array, weights: _Array) -> _Array:
    """Expected confusion matrix.

    Parameters
    ----------
    predictions : array, shape (n,), codes of classes
    weights : array, shape (n, k)

    Returns
    -------
    array, shape (k, k)
        Rows of each true class (first axis) that were predicted as each (second).
    """
    k = weights.shape[1]
    columns = [np.bincount(predictions, weights[:, j], minlength=k) for j in range(k)]
    return np.stack(columns)


def _mean_share(hits: _Array, of: _Array) -> float:
    """Mean over classes; NaN where a class has nothing to divide by."""
    if (of <= 0.0).any():
        return float("nan")
    return float((hits / of).mean())


def _accuracy(table: _Array) -> float:
    return float(np.trace(table) / table.sum())


def _precision(table: _Array) -> float:
    return _mean_share(table.diagonal(), table.sum(axis=0))


def _recall(table: _Array) -> float:
    return _mean_share(table.diagonal(), table.sum(axis=1))


def _specificity(table: _Array) -> float:
    true, said = table.sum(axis=1), table.sum(axis=0)
    others = table.sum() - true
    return _mean_share(others - said + table.diagonal(), others)


def _f1(table: _Array) -> float:
    half = (table.sum(axis=0) + table.sum(axis=1)) / 2.0
    return _mean_share(table.diagonal(), half)


CONFUSED: Mapping[str, _Figure] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _recall,
    "precision": _precision,
    "recall": _recall,
    "specificity": _specificity,
    "f1": _f1,
}
"""Figures of a confusion matrix; those of single classes are averaged (macro)."""


def order_scores(scores: _Array) -> list[_Array]:
    """Place of each row among the distinct scores of each class, k arrays (n,)."""
    return [np.unique(column, return_inverse=True)[1] for column in scores.T]


def macro_roc_auc(places: list[_Array], weights: _Array) -> float:
    """Mean over the classes of the area under the curve, each against the rest."""
    areas = []
    for place, weight in zip(places, weights.T, strict=True):
        rows = np.bincount(place)
        up = np.bincount(place, weight, minlength=len(rows))
        areas.append(RANKS["roc_auc"](rows[:, None], up[:, None]))
    return float(np.mean(areas))
