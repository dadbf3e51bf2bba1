"""Errors of rows by cells of what the model said. Private to performance.

Numbers: absolute errors by tenths of the predictions. Classes: wrong answers by cells
of the score, which are not counted as such but follow from what is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from leeboard.performance._errors import Errors
from leeboard.performance._tally import Tally
from leeboard.schema import Task
from leeboard.stats.shift_share import Groups

__all__ = ["error_cells"]

_Array = np.ndarray[Any, Any]
_ABSOLUTE = 1
"""Place of |e| among the figures by decile."""


def error_cells(tally: Tally) -> Groups | None:
    """Return the model's error by cells of its answers.

    Parameters
    ----------
    tally : Tally

    Returns
    -------
    Groups or None
        Mean absolute error, or share of wrong answers, in the order of predictions or
        scores. None without predictions, for errors that are not finite, for classes
        without scores, and where predictions are not what the score says.

    Notes
    -----
    Of two classes, the one is predicted from some score on. Which, follows from how
    many rows were predicted so: in the one cell that this score may cut in two, wrong
    answers are what is left of all. Counts that no such score gives are refused.
    """
    if tally.task is Task.REGRESSION:
        return None if tally.errors is None else _absolute(tally.errors)
    if tally.scored is None or tally.confusion is None:
        return None
    table = tally.scored.reliability
    wrong = int(tally.confusion.sum() - np.trace(tally.confusion))
    if int(table.rows.sum()) != int(tally.confusion.sum()):
        return None
    if tally.task is not Task.BINARY:
        found = table.rows - table.hits
        return _shares(table.rows, found) if int(found.sum()) == wrong else None
    if len(tally.classes) != 2:
        return None
    said, true = (int(tally.confusion[:, 1].sum()), int(tally.confusion[1, 1]))
    by_cell = _wrong(table.rows, table.hits, said, true)
    return None if by_cell is None else _shares(table.rows, by_cell)


def _absolute(errors: Errors) -> Groups | None:
    deciles = errors.deciles
    if errors.infinite or not deciles.rows.any():
        return None
    squares = deciles.products[:, _ABSOLUTE, _ABSOLUTE]
    # of a single row nothing is known of how rows differ
    free = np.maximum(deciles.rows - 1.0, 1.0)
    means = deciles.means[:, _ABSOLUTE]
    if not (np.isfinite(means).all() and np.isfinite(squares).all()):
        return None
    return Groups(deciles.rows.astype(np.float64), means, squares / free)


def _wrong(rows: _Array, hits: _Array, said: int, true: int) -> _Array | None:
    """Wrong answers by cell, if the highest ``said`` rows were predicted positive.

    Parameters
    ----------
    rows, hits : arrays, shape (m,)
        Rows by cell of the score, rising, and positive labels among them.
    said, true : int
        Rows predicted positive, and positive labels among those.
    """
    above = rows.sum() - np.cumsum(rows)  # rows in higher cells
    cut = int(np.flatnonzero(above <= said)[0])
    higher = np.arange(len(rows)) > cut
    # in the cell that may be cut: predicted positive, and of these truly so
    cut_said = said - int(rows[higher].sum())
    cut_true = true - int(hits[higher].sum())
    fits = 0 <= cut_true <= hits[cut]
    fits = fits and 0 <= cut_said - cut_true <= rows[cut] - hits[cut]
    if not fits:
        return None
    wrong = np.where(higher, rows - hits, hits)
    wrong[cut] = (cut_said - cut_true) + (hits[cut] - cut_true)
    return wrong


def _shares(rows: _Array, wrong: _Array) -> Groups:
    """Shares of wrong answers; a half added where they tell how rows differ."""
    n = rows.astype(np.float64)
    near = (wrong + 0.5) / (n + 1.0)
    means = wrong / np.maximum(n, 1.0)
    return Groups(n, means, near * (1.0 - near))
