"""A mean from few true values and many cheap guesses at them.

Place: on the path, numbers in, numbers out. Prediction-powered inference: what the
guesses get wrong is measured where the truth is known, and taken off elsewhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.stats.intervals import student_reach

__all__ = ["Powered", "best_tuning", "cross_tuning", "folds_of", "powered_mean"]

_Array = np.ndarray[Any, Any]

_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Powered:
    """A mean and how well it is known.

    Parameters
    ----------
    value, error : float
        Estimate and its standard error.
    interval : (float, float)
        95 % unless asked otherwise.
    tuning : float
        Weight given to the guesses: 0 uses true values alone, 1 all that guesses say.
    """

    value: float
    error: float
    interval: tuple[float, float]
    tuning: float


def best_tuning(truths: _Array, guesses: _Array, others: _Array) -> float:
    """Weight of the guesses that makes the mean's variance least, in [0, 1].

    ``Cov(L, f) / (Var(f) (1 + l / N))`` (Angelopoulos, Duchi and Zrnic, PPI++, 2023,
    example 6.1); the variance is that of all guesses. 0 where guesses do not vary.

    Parameters
    ----------
    truths, guesses : array, shape (l,)
        Of rows whose truth is known.
    others : array, shape (N,)
        Guesses of the other rows.
    """
    share = len(truths) / len(others)
    together = float(np.mean((truths - truths.mean()) * (guesses - guesses.mean())))
    spread = float(np.var(np.concatenate((guesses, others)), ddof=1))
    if spread <= 0.0:
        return 0.0
    return min(max(together / (spread * (1.0 + share)), 0.0), 1.0)


def folds_of(n: int) -> _Array:
    """Fold of each of n rows: every fifth row is one fold."""
    return np.arange(n) % _FOLDS


def cross_tuning(truths: _Array, guesses: _Array, others: _Array) -> _Array:
    """Weight of each row's guess, found without its fold, shape (l,).

    A weight fitted to the rows that it is used on makes the interval of few rows too
    narrow.
    """
    fold = folds_of(len(truths))
    found = np.empty(len(truths))
    for k in range(_FOLDS):
        rest = fold != k
        found[~rest] = best_tuning(truths[rest], guesses[rest], others)
    return found


def powered_mean(
    truths: _Array,
    guesses: _Array,
    others: _Array,
    *,
    tuning: _Array | float,
    level: float = 0.95,
) -> Powered:
    """Mean of the truth over rows of which some are known.

    Parameters
    ----------
    truths, guesses : array, shape (l,)
        Of rows whose truth is known; a random sample of all.
    others : array, shape (N,)
        Guesses of the other rows.
    tuning : float, or array of shape (l,)
        As ``best_tuning`` or ``cross_tuning`` gives.
    level : float

    Notes
    -----
    ``mean(L - λ f) + λ mean_N f``, variance ``Var(L - λ f) / l + λ² Var_N(f) / N``
    (Angelopoulos, Bates, Fannjiang, Jordan and Zrnic, Science 382, 2023; PPI++, 2023,
    section 6). Student's quantile of l - 1 degrees stands for the normal one.
    """
    each = np.broadcast_to(np.asarray(tuning, np.float64), truths.shape)
    weight = float(each.mean())
    centre = float(others.mean())
    corrected = truths - each * (guesses - centre)
    value = float(corrected.mean())
    variance = float(corrected.var()) / len(truths)
    variance += weight**2 * float(others.var()) / len(others)
    error = math.sqrt(variance)
    reach = student_reach(float(len(truths)), level) * error
    return Powered(value, error, (value - reach, value + reach), weight)
