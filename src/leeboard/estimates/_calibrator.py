"""Scores made into probabilities, and how surely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.stats.calibration import (
    Shares,
    calibration_helps,
    fit_shares,
    refit_shares,
)

__all__ = ["REPLICATES", "Calibrator", "calibrate_rows", "fit_calibrator"]

_Array = np.ndarray[Any, Any]
REPLICATES = 50
_GRID = 64
_LEAST = 10


@dataclass(frozen=True, slots=True, eq=False)
class Calibrator:
    """The calibration of one class.

    Parameters
    ----------
    table : Shares or None
        None: the scores are probabilities as they are.
    grid : array, shape (g,), increasing
    departures : array, shape (b, g)
        At the grid, how far the truth may lie from the probabilities: as far as they
        would lie from tables of other references, the other way.
    """

    table: Shares | None
    grid: _Array
    departures: _Array

    def probabilities(self, scores: _Array) -> _Array:
        """Probability of the class at each score, in [0, 1]."""
        return scores if self.table is None else self.table.of(scores)

    def departure(self, replicate: int, scores: _Array) -> _Array:
        """Return how far the truth may lie from the probabilities, once."""
        return np.asarray(np.interp(scores, self.grid, self.departures[replicate]))


def fit_calibrator(
    scores: _Array, labels: _Array, generator: np.random.Generator
) -> Calibrator:
    """Fit the calibration of one class on the reference.

    With fewer than ten rows of the class, or of the others, no table is fitted.

    Parameters
    ----------
    scores : array, shape (n,), in [0, 1]
    labels : array, shape (n,), 0 or 1
    generator : numpy Generator

    Notes
    -----
    A table follows the noise of its reference, so that its probabilities are too
    extreme: the area under the curve comes out too large. Tables fitted to labels
    drawn from it do the same once more, and their mean departure says by how much (the
    basic bootstrap, Davison, Hinkley, 1997, section 2.4). Bounds allow for it.
    """
    labels = labels.astype(np.float64)
    enough = min(labels.sum(), len(labels) - labels.sum()) >= _LEAST
    helps = enough and calibration_helps(scores, labels, generator)
    points = np.quantile(scores, np.linspace(0.0, 1.0, _GRID), method="nearest")
    grid = np.unique(points)
    drawn = refit_shares(
        scores, labels, grid, replicates=REPLICATES, generator=generator
    )
    table = fit_shares(scores, labels)
    departures = table.of(grid) - drawn
    if not helps:
        # scores as they are do not follow the noise of the reference as a table does
        departures -= departures.mean(axis=0)
    # six digits of a noise are plenty, and keep the text short
    return Calibrator(table if helps else None, grid, np.round(departures, 6))


def calibrate_rows(
    calibrators: tuple[Calibrator, ...], scores: _Array, replicate: int | None = None
) -> _Array:
    """Probabilities of all classes, one class against the rest, made to sum to 1.

    Parameters
    ----------
    calibrators : tuple of k Calibrator
    scores : array, shape (n, k), in [0, 1]
    replicate : int or None
        Depart as this replicate does.

    Returns
    -------
    array, shape (n, k), rows sum to 1; equal shares where no class has any
    """
    columns = []
    for own, column in zip(calibrators, scores.T, strict=True):
        probability = own.probabilities(column)
        if replicate is not None:
            probability = probability + own.departure(replicate, column)
        columns.append(np.clip(probability, 0.0, 1.0))
    stacked = np.column_stack(columns)
    total = stacked.sum(axis=1, keepdims=True)
    even = np.full_like(stacked, 1.0 / len(calibrators))
    return np.asarray(np.divide(stacked, total, out=even, where=total > 0.0))
