"""Figures of a score's order: area under the ROC curve, average precision.

Numbers in, numbers out. Scores come as counts of positive and negative rows at each
distinct score, in ascending order; ties are exact. A cell that several scores share
gives bounds that hold for every arrangement of the rows within it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = [
    "Ranked",
    "area",
    "area_bounds",
    "precision_area",
    "precision_bounds",
    "tied",
]

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """A figure of ranks, and how each row moves it.

    Parameters
    ----------
    value : float
        In [0, 1].
    variance : float
        Of the value; NaN where there are too few rows.
    positive, negative : arrays, shape (m,)
        Influence on the value of a positive and of a negative row at each score: the
        mean over all rows is 0, and their mean square over n is the variance in the
        limit.
    """

    value: float
    variance: float
    positive: _Array
    negative: _Array


def tied(scores: _Array, positive: _Array) -> tuple[_Array, _Array, _Array]:
    """Positive and negative rows at each distinct score, and the place of each row.

    Parameters
    ----------
    scores : array, shape (n,)
    positive : array of bool, shape (n,)

    Returns
    -------
    positives, negatives : arrays of float, shape (m,)
        At the distinct scores in ascending order.
    place : array of int, shape (n,)
    """
    distinct, place = np.unique(scores, return_inverse=True)
    place, size = place.ravel(), len(distinct)
    positives = np.bincount(place[positive], minlength=size).astype(np.float64)
    everything = np.bincount(place, minlength=size)
    return positives, everything - positives, place


def area(positives: _Array, negatives: _Array) -> Ranked:
    """Area under the ROC curve: the chance that a positive row ranks higher, ties half.

    Both kinds of rows must be there.

    Notes
    -----
    Variance by DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988, equation 2),
    from the shares of the other kind below each row, as Sun and Xu (2014) compute it.
    """
    p, q = float(positives.sum()), float(negatives.sum())
    below = np.cumsum(negatives) - negatives / 2.0
    above = p - np.cumsum(positives) + positives / 2.0
    of_positive, of_negative = below / q, above / p
    value = float(positives @ of_positive) / p
    variance = _spread(positives, of_positive) + _spread(negatives, of_negative)
    n = p + q
    return Ranked(
        value,
        variance,
        (of_positive - value) * n / p,
        (of_negative - value) * n / q,
    )


def _spread(rows: _Array, placed: _Array) -> float:
    """Variance of a mean of placements over rows; NaN below two rows."""
    n = float(rows.sum())
    if n < 2.0:
        return float("nan")
    mean = float(rows @ placed) / n
    return float(rows @ (placed - mean) ** 2) / (n - 1.0) / n


def precision_area(positives: _Array, negatives: _Array) -> Ranked:
    """Average precision: the mean, over positive rows, of precision at their score.

    There must be a positive row.

    Notes
    -----
    ``AP = E[1{y} A(s) / B(s)] / π``, with A and B the shares of positive rows, and of
    all rows, that score at least s, and π the share of positive rows. The influence of
    a row is that functional's derivative (Hampel, 1974) with respect to all of A, B, π
    and the outer mean; ties enter together, as in scikit-learn.
    """
    n = float(positives.sum() + negatives.sum())
    p = positives / n
    a = np.cumsum(p[::-1])[::-1]
    b = np.cumsum(((positives + negatives) / n)[::-1])[::-1]
    share = float(p.sum())
    precision = a / b
    total = float(p @ precision)
    value = total / share
    # a row at s0 is among those that score at least s for every s up to s0
    lift = np.cumsum(p / b)
    drag = np.cumsum(p * a / b**2)
    negative = (-drag - total + value * share) / share
    positive = (precision + lift - drag - total - value * (1.0 - share)) / share
    square = positives @ positive**2 + negatives @ negative**2
    return Ranked(value, float(square) / n**2, positive, negative)


def area_bounds(
    positives: _Array, negatives: _Array, alone: _Array
) -> tuple[float, float]:
    """Least and greatest area that rows with these counts in cells can have.

    ``alone`` marks cells that hold one score only, whose rows are tied.
    """
    pairs = float(positives.sum()) * float(negatives.sum())
    within = positives * negatives
    least = positives @ (np.cumsum(negatives) - negatives) + within[alone].sum() / 2.0
    return float(least / pairs), float((least + within[~alone].sum()) / pairs)


def precision_bounds(
    positives: _Array, negatives: _Array, alone: _Array
) -> tuple[float, float]:
    """Least and greatest average precision of rows with these counts in cells.

    Least: within a cell all negative rows rank first, and the positive ones then one by
    one, as precision at the j-th of them is at least that with all negative rows before
    it. Greatest: all positive rows rank first and tie.
    """
    down = slice(None, None, -1)
    p, q, one = positives[down], negatives[down], alone[down]
    before_p, before = np.cumsum(p) - p, np.cumsum(p + q) - p - q
    held = p > 0
    p, q, one = p[held], q[held], one[held]
    before_p, before = before_p[held], before[held]
    exact = p * (before_p + p) / (before + p + q)
    most = p * (before_p + p) / (before + p)
    least = np.array(
        [
            float((start + j) @ (1.0 / (rows + j)))
            for start, rows, j in zip(
                before_p, before + q, (np.arange(1.0, k + 1.0) for k in p), strict=True
            )
        ]
    )
    total = float(p.sum())
    return (
        float(np.where(one, exact, least).sum()) / total,
        float(np.where(one, exact, most).sum()) / total,
    )
