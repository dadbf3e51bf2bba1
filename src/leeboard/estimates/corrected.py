"""A window's mean loss from few labels, with estimated losses of the other rows.

Place: on the path, above stats; arrays in, a value out. What the estimate gets wrong is
measured on the labelled rows and taken off, so a wrong estimate costs width, not truth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from leeboard.errors import MetricError
from leeboard.metrics._metric import Reason
from leeboard.stats.intervals import student_reach
from leeboard.stats.ppi import cross_tuning, folds_of, powered_mean

__all__ = ["LABELS", "Corrected", "correct", "correct_sample", "fill"]

_Array = np.ndarray[Any, Any]

LABELS = 50
"""Fewest labels that a correction rests on."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A mean over a window of which some labels are missing.

    Parameters
    ----------
    value : float or None
        None if it cannot be known; then ``reason`` says why.
    interval : (float, float) or None
        95 %.
    n : int
        Labels that entered.
    uncorrected : float or None
        Mean of the labels that are there, as if they stood for all.
    effective : float
        Labels of equal weight that would be worth as much.
    tuning : float or None
        Weight given to estimated losses, where there are any.
    reason : Reason or None
    """

    value: float | None
    interval: tuple[float, float] | None
    n: int
    uncorrected: float | None
    effective: float
    tuning: float | None = None
    reason: Reason | None = None

    def root(self) -> Corrected:
        """Square root of a mean of squares: an RMSE from squared errors."""
        if self.value is None or self.interval is None:
            return self
        low, high = (math.sqrt(max(end, 0.0)) for end in self.interval)
        naive = None if self.uncorrected is None else math.sqrt(self.uncorrected)
        value = math.sqrt(max(self.value, 0.0))
        return replace(self, value=value, interval=(low, high), uncorrected=naive)


def fill(values: _Array) -> _Array:
    """Put the mean of the known in the place of the missing, 0 where none is known.

    A guess need not be right for a correction by labels to be.
    """
    values = np.asarray(values, np.float64)
    missing = np.isnan(values)
    known = values[~missing]
    return np.where(missing, float(known.mean()) if len(known) else 0.0, values)


def correct(
    losses: _Array, labelled: _Array, expected: _Array, *, level: float = 0.95
) -> Corrected:
    """Mean loss where the labelled rows are a random sample of all.

    Parameters
    ----------
    losses : array, shape (n,)
        Loss of each row; where there is no label, anything.
    labelled : bool array, shape (n,)
    expected : array, shape (n,)
        Estimated loss of each row, labelled or not; where it is missing, the mean of
        the others stands in.
    level : float

    Notes
    -----
    Prediction-powered inference with a cross-fitted weight (stats/ppi.py). Labels that
    are early rather than random are no random sample: see ``arrivals``.
    """
    losses, labelled, expected = _rows(losses, labelled, expected)
    found = losses[labelled]
    refused = _too_few(found)
    if refused is not None:
        return refused
    guesses, others = expected[labelled], expected[~labelled]
    if len(others):
        tuning = cross_tuning(found, guesses, others)
    else:  # nothing is left to estimate
        tuning, others = np.zeros(len(found)), guesses
    powered = powered_mean(found, guesses, others, tuning=tuning, level=level)
    return Corrected(
        powered.value,
        powered.interval,
        len(found),
        float(found.mean()),
        float(len(found)),
        powered.tuning,
    )


def correct_sample(
    losses: _Array,
    labelled: _Array,
    expected: _Array,
    *,
    strata: _Array,
    level: float = 0.95,
) -> Corrected:
    """Mean loss where rows were chosen within strata, at rates of their own.

    Parameters
    ----------
    losses, labelled, expected
        As in ``correct``; labelled are rows that were chosen and whose label is known.
        A label that came by itself to a row that was not chosen is no part of it.
    strata : int array, shape (n,)
        Of every row, as the sampler had them. Each label stands for as many rows as its
        stratum has for each label in it. That is one over the probability with which it
        was chosen, and lets a label that was asked for and never came be one by chance.
    level : float

    Notes
    -----
    The doubly robust form ``mean_N f + (1/N) Σ R_i / π_i (L_i - f_i)``, with a weight λ
    on f: unbiased for any f and any λ that does not rest on the same rows, hence the
    folds. The variance is that of stratified sampling (Cochran, Sampling Techniques,
    1977, equation 5.6) plus that of the window's rows themselves. A stratum with fewer
    than two labels is joined to its neighbour.
    """
    losses, labelled, expected = _rows(losses, labelled, expected)
    found = losses[labelled]
    refused = _too_few(found)
    if refused is not None:
        return refused
    design = _Design.of(strata, labelled)
    guesses = expected[labelled] - design.means(expected)
    tuning = _stratified_tuning(design, found, guesses)
    value, sampling = design.mean(found - tuning * guesses)
    overall, _ = design.mean(found)
    own, _ = design.mean((found - overall) ** 2)
    error = math.sqrt(sampling + own / len(losses))
    reach = student_reach(float(len(found)), level) * error
    return Corrected(
        value,
        (value - reach, value + reach),
        len(found),
        float(found.mean()),
        design.effective,
        float(tuning.mean()),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Design:
    """Strata with two labels or more: who is in which, and how many rows each has."""

    every: _Array  # group of each row
    group: _Array  # group of each labelled row
    rows: _Array  # rows of each group
    weight: _Array  # rows that each label stands for

    @classmethod
    def of(cls, strata: _Array, labelled: _Array) -> _Design:
        names, codes = np.unique(np.asarray(strata), return_inverse=True)
        sizes = np.bincount(codes, minlength=len(names))
        hits = np.bincount(codes[labelled], minlength=len(names))
        joined = _join(hits)
        every, group = joined[codes], joined[codes[labelled]]
        rows = np.bincount(every)
        # rows of strata without labels are shared out in their group
        covered = np.bincount(joined, weights=np.where(hits > 0, sizes, 0))
        weight = (sizes / np.maximum(hits, 1))[codes[labelled]]
        return cls(every, group, rows, weight * (rows / covered)[group])

    @property
    def effective(self) -> float:
        """Kish's count of labels of equal weight."""
        return float(self.weight.sum() ** 2 / (self.weight**2).sum())

    @property
    def unseen(self) -> _Array:
        """Share of the rows of each group that have no label."""
        return np.asarray(1.0 - np.bincount(self.group) / self.rows)

    def means(self, values: _Array) -> _Array:
        """Mean over all rows of the group of each labelled row."""
        return (np.bincount(self.every, weights=values) / self.rows)[self.group]

    def mean(self, values: _Array) -> tuple[float, float]:
        """Weighted mean of labelled rows, and its variance by stratified sampling."""
        n = len(self.every)
        counts = np.bincount(self.group)
        sums = np.bincount(self.group, weights=self.weight)
        centre = np.bincount(self.group, weights=self.weight * values) / sums
        apart = (self.weight / n * (values - centre[self.group])) ** 2
        spread = np.bincount(self.group, weights=apart) * counts / (counts - 1.0)
        return float(sums @ centre / n), float(spread @ self.unseen)


def _join(hits: _Array) -> _Array:
    """Group of each stratum: neighbours are joined until each has two labels."""
    groups, group, labels = np.zeros(len(hits), np.int64), 0, 0
    for place, count in enumerate(hits.tolist()):
        groups[place] = group
        labels += count
        if labels >= 2:
            group, labels = group + 1, 0
    if labels < 2 and group > 0:
        groups[groups == group] = group - 1
    return groups


def _stratified_tuning(design: _Design, losses: _Array, guesses: _Array) -> _Array:
    """Weight of the guesses that makes the sampling variance least, by other folds.

    ``guesses`` are less their group's mean. Between groups nothing is sampled, so only
    what losses and guesses share within groups counts; and nothing in a group that is
    labelled whole.
    """
    unseen = design.unseen[design.group]
    fold = np.empty(len(losses), np.int64)
    fold[np.argsort(design.group, kind="stable")] = folds_of(len(losses))
    found = np.empty(len(losses))
    for k in np.unique(fold).tolist():
        rest = fold != k
        group, weight = design.group[rest], (unseen * design.weight**2)[rest]
        counts = np.maximum(np.bincount(group), 1)
        centred = [
            each[rest] - (np.bincount(group, weights=each[rest]) / counts)[group]
            for each in (losses, guesses)
        ]
        together = float((weight * centred[0]) @ centred[1])
        spread = float((weight * centred[1]) @ centred[1])
        found[~rest] = min(max(together / spread, 0.0), 1.0) if spread > 0 else 0.0
    return np.where(unseen > 0, found, 0.0)


def _rows(
    losses: _Array, labelled: _Array, expected: _Array
) -> tuple[_Array, _Array, _Array]:
    """Take arrays of one length, with a loss of every label."""
    labelled = np.asarray(labelled, bool)
    losses, expected = np.asarray(losses, np.float64), fill(expected)
    sizes = {len(losses), len(labelled), len(expected)}
    bad = len(sizes) > 1 or not (
        np.isfinite(expected).all() and np.isfinite(losses[labelled]).all()
    )
    if bad:
        raise MetricError(
            code="bad_losses",
            where="losses and estimated losses",
            found=f"lengths {sorted(sizes)}, or a figure that is missing or infinite",
            expected="arrays of one length; a finite loss of every labelled row",
            fix="Leave out rows whose loss is not known.",
        )
    return losses, labelled, expected


def _too_few(losses: _Array) -> Corrected | None:
    """Refuse a correction by fewer labels than it rests on."""
    n = len(losses)
    if n >= LABELS:
        return None
    text = f"{n} labels; correcting an estimate takes at least {LABELS}"
    mean = float(losses.mean()) if n else None
    return Corrected(
        None, None, n, mean, float(n), reason=Reason("too_few_labels", text)
    )
