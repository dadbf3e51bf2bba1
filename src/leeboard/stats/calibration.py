"""Which share of rows with a score is positive: monotone tables and their error.

Place: mathematics alone; scores and labels in, tables out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = [
    "Shares",
    "calibration_helps",
    "expected_calibration_error",
    "fit_shares",
    "refit_shares",
]

_Array = np.ndarray[Any, Any]
_FOLDS = 10
_BINS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """A monotone table from score to share of positives.

    Parameters
    ----------
    scores : array, shape (k,), float64, increasing
    shares : array, shape (k,), float64, in [0, 1], non-decreasing
    """

    scores: _Array
    shares: _Array

    def of(self, scores: _Array) -> _Array:
        """Share at each score: between two points linear, beyond them that of the end.

        Parameters
        ----------
        scores : array, any shape

        Returns
        -------
        array of the same shape, in [0, 1]
        """
        return np.asarray(np.interp(scores, self.scores, self.shares))


def fit_shares(scores: _Array, labels: _Array, weights: _Array | None = None) -> Shares:
    """Fit the least-squares monotone table (isotonic regression).

    Rows of equal score are pooled first; of a run of equal shares the two ends are
    kept, so that the table equals scikit-learn's ``IsotonicRegression`` with
    ``out_of_bounds="clip"`` at every score.

    Parameters
    ----------
    scores, labels : array, shape (n,), n at least 1
        Finite scores; labels 0 or 1, or a share of them.
    weights : array or None
        Rows of weight 0 do not count.

    References
    ----------
    Ayer, Brunk, Ewing, Reid, Silverman, 1955, theorem 2.2; Zadrozny, Elkan, 2002,
    section 3.2.
    """
    from scipy.optimize import isotonic_regression

    weights = np.ones(len(scores)) if weights is None else weights
    scores, labels, weights = (a[weights > 0] for a in (scores, labels, weights))
    points, at = np.unique(scores, return_inverse=True)
    weight = np.bincount(at, weights)
    share = np.bincount(at, weights * labels) / weight
    fitted = np.clip(isotonic_regression(share, weights=weight).x, 0.0, 1.0)
    keep = np.ones(len(points), dtype=bool)
    keep[1:-1] = (fitted[1:-1] != fitted[:-2]) | (fitted[1:-1] != fitted[2:])
    return Shares(points[keep], fitted[keep])


def expected_calibration_error(
    probabilities: _Array, labels: _Array, bins: int = _BINS
) -> float:
    """Mean distance of stated probability and share of positives, in [0, 1].

    Bins hold equal counts of rows; rows of equal probability are never parted, so that
    their order does not matter.

    References
    ----------
    Naeini, Cooper, Hauskrecht, 2015, equation 3, with bins of equal counts.
    """
    n = len(probabilities)
    _, at, counts = np.unique(probabilities, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2.0
    cell = np.minimum((middle * bins / n).astype(np.int64), bins - 1)[at]
    gaps = np.bincount(cell, probabilities - labels, minlength=bins)
    return float(np.abs(gaps).sum() / n)


def calibration_helps(
    scores: _Array, labels: _Array, generator: np.random.Generator
) -> bool:
    """Tell whether a fitted table states probabilities better than the scores do.

    Ten random folds; each row gets its share from a table fitted on the other nine.
    The table helps if the calibration error of these shares, all rows pooled, is below
    that of the scores. Rows are put in order of score and label before the folds are
    drawn: the answer depends on the rows and the generator, not on the order of rows.

    Parameters
    ----------
    scores : array, shape (n,), in [0, 1]
    labels : array, shape (n,), 0 or 1
    generator : numpy Generator
        Draws the folds.
    """
    if len(scores) < 2 * _FOLDS or labels.min() == labels.max():
        return False
    order = np.lexsort((labels, scores))
    scores, labels = scores[order], labels[order]
    fold = generator.permutation(len(scores)) % _FOLDS
    shares = np.empty(len(scores))
    for k in range(_FOLDS):
        out = fold == k
        shares[out] = fit_shares(scores[~out], labels[~out]).of(scores[out])
    before = expected_calibration_error(scores, labels)
    return expected_calibration_error(shares, labels) < before


def refit_shares(
    scores: _Array,
    labels: _Array,
    grid: _Array,
    *,
    replicates: int,
    generator: np.random.Generator,
) -> _Array:
    """Shares that other references of the same size might have given.

    The parametric bootstrap: as many scores, drawn with replacement, labels drawn from
    the shares of the fitted table, and a table fitted to these. Against labels drawn
    from the rows themselves, this also shows how much more extreme than the truth a
    table is that follows its own noise.

    Parameters
    ----------
    scores, labels : array, shape (n,)
    grid : array, shape (g,)
        Scores at which the shares are told.
    replicates : int
    generator : numpy Generator

    Returns
    -------
    array, shape (replicates, g), in [0, 1]

    References
    ----------
    Efron, Tibshirani, 1993, section 6.5.
    """
    points, counts = np.unique(scores, return_counts=True)
    chances = fit_shares(scores, labels).of(points)
    drawn = np.empty((replicates, len(grid)))
    for row in drawn:
        rows = generator.multinomial(len(scores), counts / len(scores))
        share = generator.binomial(rows, chances) / np.maximum(rows, 1)
        row[:] = fit_shares(points, share, rows.astype(np.float64)).of(grid)
    return drawn
