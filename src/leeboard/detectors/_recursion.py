"""The Shiryaev–Roberts recursion in log space. Private to detectors.

Place: shared by every detector that keeps a promise. Each of J components multiplies a
window's e-value into the evidence of every start so far, ``S <- (1 + S) e``, and M is
their weighted sum (Shiryaev, 1963; Roberts, 1966; as an e-detector: Shin, Ramdas and
Rinaldo, arXiv 2203.03532). Under the null the mean of M after t windows is at most t,
so that the first window with M >= A comes after A windows or more on average.

What is remembered is ln(1 + S), not ln S: it begins at 0 rather than minus infinity,
so that every memory is a tuple of finite numbers.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["NOTHING", "advance", "gathered", "log_mean"]

_Array = np.ndarray[Any, Any]

NOTHING = -700.0
"""ln M is never given lower: exp(-700) is nothing, and any store holds the number."""


def log_mean(logs: _Array, log_weights: _Array | None = None) -> float:
    """Logarithm of the mean of e-values given by their logarithms, shape (J,).

    ``log_weights``, shape (J,): of weights that sum to 1; None: they are equal.
    """
    if log_weights is None:
        return float(np.logaddexp.reduce(logs)) - math.log(len(logs))
    return float(np.logaddexp.reduce(logs + log_weights))


def advance(
    kept: _Array, log_e: _Array, log_weights: _Array | None = None
) -> tuple[_Array, float]:
    """Take in one window.

    Parameters
    ----------
    kept : floats, shape (J,)
        ln(1 + S) of each component, at least 0.
    log_e : floats, shape (J,)
        ln of the window's e-value of each component, finite.
    log_weights : floats, shape (J,), optional
        As of ``log_mean``.

    Returns
    -------
    kept : floats, shape (J,)
    log_m : float
        ln M, at least ``NOTHING``.
    """
    log_s = kept + log_e
    log_m = max(log_mean(log_s, log_weights), NOTHING)
    return np.logaddexp(0.0, log_s), log_m


def gathered(kept: _Array, log_weights: _Array | None = None) -> float:
    """Return ln M as it stands, for a window that says nothing."""
    if not kept.any():
        return NOTHING
    # ln S = ln(exp(kept) - 1), written so that neither end loses its digits
    with np.errstate(divide="ignore"):
        log_s = kept + np.log(-np.expm1(-kept))
    return max(log_mean(log_s, log_weights), NOTHING)
