"""Figures of a binary classifier from how many rows and positives each cell holds.

Arrays of counts have shape (..., cells, 2): cells of scores in increasing order, and
in each the rows predicted negative and positive. Counts may be expected ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["RANKS", "THRESHOLDED", "Cells", "count_cells"]

_Array = np.ndarray[Any, Any]
_Figure = Callable[[_Array, _Array], _Array]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Rows counted by score and prediction.

    Parameters
    ----------
    rows : array, shape (cells, 2)
    scores : array, shape (cells,)
        Mean score of each cell, increasing.
    positives : array, shape (cells, 2)
        Expected positives.
    at : ints, shape (n,)
        Cell of each row.
    """

    rows: _Array
    scores: _Array
    positives: _Array
    at: _Array

    def sums(self, values: _Array) -> _Array:
        """Sum of a value of rows over each cell, shape (cells,)."""
        return np.asarray(np.bincount(self.at, values, minlength=len(self.scores)))


def count_cells(
    scores: _Array,
    probabilities: _Array,
    predictions: _Array | None,
    most: int | None = None,
) -> Cells:
    """Count rows by score; rows of equal score share a cell.

    Parameters
    ----------
    scores, probabilities : array, shape (n,)
    predictions : array of 0 and 1, or None
        None counts every row as predicted negative.
    most : int or None
        At most so many cells, of equal counts as far as ties allow.
    """
    points, at, counts = np.unique(scores, return_inverse=True, return_counts=True)
    if most is not None and len(points) > most:
        middle = np.cumsum(counts) - counts / 2.0
        wide = (middle * (most / len(scores))).astype(np.int64)
        at = np.unique(wide, return_inverse=True)[1][at]
        points = np.bincount(at, scores) / np.bincount(at)
    side = np.zeros(len(scores), dtype=np.int64) if predictions is None else predictions
    key, size = at * 2 + side, 2 * len(points)
    rows = np.bincount(key, minlength=size).reshape(-1, 2)
    positives = np.bincount(key, probabilities, minlength=size).reshape(-1, 2)
    return Cells(rows, points, positives, at)


def _divide(above: _Array, below: _Array) -> _Array:
    """Quotient; NaN where there is nothing to divide by."""
    blank = np.full(np.broadcast_shapes(above.shape, below.shape), np.nan)
    return np.asarray(np.divide(above, below, out=blank, where=below > 0.0))


def _four(rows: _Array, positives: _Array) -> tuple[_Array, _Array, _Array, _Array]:
    """Count true positives, false positives, true negatives, false negatives."""
    up, down = positives.sum(axis=-2), (rows - positives).sum(axis=-2)
    return up[..., 1], down[..., 1], down[..., 0], up[..., 0]


def _accuracy(rows: _Array, positives: _Array) -> _Array:
    tp, fp, tn, fn = _four(rows, positives)
    return _divide(tp + tn, tp + fp + tn + fn)


def _precision(rows: _Array, positives: _Array) -> _Array:
    tp, fp, _, _ = _four(rows, positives)
    return _divide(tp, tp + fp)


def _recall(rows: _Array, positives: _Array) -> _Array:
    tp, _, _, fn = _four(rows, positives)
    return _divide(tp, tp + fn)


def _specificity(rows: _Array, positives: _Array) -> _Array:
    _, fp, tn, _ = _four(rows, positives)
    return _divide(tn, tn + fp)


def _balanced_accuracy(rows: _Array, positives: _Array) -> _Array:
    return (_recall(rows, positives) + _specificity(rows, positives)) / 2.0


def _f1(rows: _Array, positives: _Array) -> _Array:
    tp, fp, _, fn = _four(rows, positives)
    return _divide(tp, tp + 0.5 * (fp + fn))


def _by_score(rows: _Array, positives: _Array) -> tuple[_Array, _Array]:
    up = positives.sum(axis=-1)
    return up, rows.sum(axis=-1) - up


def _roc_auc(rows: _Array, positives: _Array) -> _Array:
    # a tie counts half: the trapezoid rule
    up, down = _by_score(rows, positives)
    below = np.cumsum(down, axis=-1) - down / 2.0
    pairs = (up * below).sum(axis=-1)
    return _divide(pairs, up.sum(axis=-1) * down.sum(axis=-1))


def _average_precision(rows: _Array, positives: _Array) -> _Array:
    up, down = (one[..., ::-1] for one in _by_score(rows, positives))
    hits = np.cumsum(up, axis=-1)
    precision = _divide(hits, hits + np.cumsum(down, axis=-1))
    return _divide((up * precision).sum(axis=-1), up.sum(axis=-1))


THRESHOLDED: Mapping[str, _Figure] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "precision": _precision,
    "recall": _recall,
    "specificity": _specificity,
    "f1": _f1,
    "true_positives": lambda rows, positives: _four(rows, positives)[0],
    "false_positives": lambda rows, positives: _four(rows, positives)[1],
    "true_negatives": lambda rows, positives: _four(rows, positives)[2],
    "false_negatives": lambda rows, positives: _four(rows, positives)[3],
}
"""Figures of predicted classes: (rows, positives) to a figure, along the last axes."""

RANKS: Mapping[str, _Figure] = {
    "roc_auc": _roc_auc,
    "average_precision": _average_precision,
}
"""Figures of the order of the scores."""
