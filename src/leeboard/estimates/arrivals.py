"""Figures of a window whose early labels differ from the late ones.

Place: on the path, above delays; arrays in, a value out. A label that was unlikely to
be here by now stands for others like it that are not: it weighs one over the chance.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from leeboard.errors import MetricError
from leeboard.estimates.corrected import Corrected
from leeboard.estimates.delay_table import Completeness
from leeboard.metrics._metric import Reason
from leeboard.stats.intervals import student_reach

__all__ = ["EFFECTIVE", "POSITIVES", "by_arrival", "by_positives"]

_Array = np.ndarray[Any, Any]

EFFECTIVE = 200
"""Fewest effective labels that an estimate rests on."""

POSITIVES = 30
"""Fewest effective positives that an estimate from delayed positives rests on."""

_LEAST = 0.05
"""A label that stands for more than 20 is no ground to stand on."""


def by_arrival(
    losses: _Array, completeness: Completeness, *, level: float = 0.95
) -> Corrected:
    """Mean loss that a window will have when it is mature, from the labels so far.

    Parameters
    ----------
    losses : array, shape (l,)
        Of the rows whose label has come by the horizon; finite.
    completeness : Completeness, of shape (l,)
        Chance that each of these labels has come by now, by its kind and age. Kinds may
        include the label itself, with counts from predictions past the horizon: that
        is how frauds that are reported sooner than the rest is confirmed are weighed.
    level : float

    Returns
    -------
    Corrected
        Refused, with a reason, where the chance is not known, is below 1 in 20, or
        fewer than 200 effective labels remain.

    Notes
    -----
    ``Σ w L / Σ w`` with ``w = 1 / G(age | kind)`` (Hájek's ratio); variance
    ``Σ w² (L - mean)² / (Σ w)²`` plus that of G, whose errors are common to a kind.
    Unbiased in the limit if, within a kind and age, labels that came are like those
    that did not come yet.
    """
    losses = np.asarray(losses, np.float64)
    _same_length(losses, completeness)
    n = len(losses)
    naive = float(losses.mean()) if n else None
    refused = _unfit(completeness.share, n, naive)
    if refused is not None:
        return refused
    weights = 1.0 / completeness.share
    total, effective = float(weights.sum()), _effective(weights)
    if effective < EFFECTIVE:
        text = (
            f"{n} labels, worth {effective:.0f} of equal weight; it takes {EFFECTIVE}"
        )
        return _refuse("too_few_labels", text, n, naive, effective)
    value = float(weights @ losses) / total
    parts = weights * (losses - value) / total
    variance = float(parts @ parts) + _of_curves(parts, completeness)
    reach = student_reach(effective, level) * math.sqrt(variance)
    return Corrected(value, (value - reach, value + reach), n, naive, effective)


def by_positives(
    if_positive: _Array,
    if_negative: _Array,
    positive: _Array,
    completeness: Completeness,
    *,
    level: float = 0.95,
) -> Corrected:
    """Mean loss where only positives are ever reported, and late.

    Parameters
    ----------
    if_positive, if_negative : array, shape (n,)
        Loss of each row of the window, should it be positive, or negative.
    positive : bool array, shape (n,)
        Whether a positive was reported by now.
    completeness : Completeness, of shape (n,)
        Chance that a positive has been reported by now, by kind and age, from a table
        of delays in which the report is the label.
    level : float

    Notes
    -----
    "Not reported yet" is not "negative" (Chapelle, KDD 2014, section 3). A row has the
    loss of a negative; each report adds what a positive costs more, weighed by one over
    its chance to be here: ``mean(f(0) + R / G (f(1) - f(0)))``. No report by the
    horizon is a negative.
    """
    positive = np.asarray(positive, bool)
    base = np.asarray(if_negative, np.float64)
    more = np.asarray(if_positive, np.float64) - base
    for each in (base, more, positive):
        _same_length(each, completeness)
    n, came = len(base), int(positive.sum())
    naive = float((base + np.where(positive, more, 0.0)).mean()) if n else None
    refused = _unfit(completeness.share, came, naive)
    if refused is not None:
        return refused
    weights = np.where(positive, 1.0 / completeness.share, 0.0)
    effective = _effective(weights)
    if n < EFFECTIVE or effective < POSITIVES:
        text = (
            f"{n} predictions and {came} positives, worth {effective:.0f} of equal "
            f"weight; it takes {EFFECTIVE} and {POSITIVES}"
        )
        return _refuse("too_few_labels", text, came, naive, effective)
    rows = base + weights * more
    value = float(rows.mean())
    variance = float(rows.var(ddof=1)) / n
    variance += _of_curves(weights * more / n, completeness)
    reach = student_reach(effective, level) * math.sqrt(variance)
    return Corrected(value, (value - reach, value + reach), came, naive, effective)


def _effective(weights: _Array) -> float:
    """Kish's count of rows of equal weight."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def _of_curves(parts: _Array, completeness: Completeness) -> float:
    """Variance that the curves add: their errors are common to a group of rows.

    To first order an error of log G moves the sum of a group's parts by as much.
    """
    names, group = np.unique(completeness.group, return_inverse=True)
    sums = np.bincount(group, weights=parts * completeness.error, minlength=len(names))
    return float(sums @ sums)


def _unfit(share: _Array, n: int, naive: float | None) -> Corrected | None:
    """Refuse chances that are unknown, or so small that few labels speak for many."""
    unknown = int(np.isnan(share).sum())
    if unknown:
        text = (
            f"how many labels ever come is not known for {unknown} of {len(share)} rows"
        )
        return _refuse("unknown_delay", text, n, naive, 0.0)
    young = int((share < _LEAST).sum())
    if young:
        text = (
            f"{young} of {len(share)} rows are so young that fewer than 1 in "
            f"{1 / _LEAST:.0f} of their labels have come"
        )
        return _refuse("too_young", text, n, naive, 0.0)
    return None


def _refuse(
    code: str, text: str, n: int, naive: float | None, effective: float
) -> Corrected:
    return Corrected(None, None, n, naive, effective, reason=Reason(code, text))


def _same_length(values: _Array, completeness: Completeness) -> None:
    if len(values) != len(completeness.share):
        raise MetricError(
            code="lengths_differ",
            where="losses",
            found=f"{len(values)} losses and {len(completeness.share)} chances",
            expected="one chance a row",
            fix="Give arrays of one length.",
        )
