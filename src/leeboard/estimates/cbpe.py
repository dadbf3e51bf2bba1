"""Performance of a classifier without labels: confidence-based estimation (CBPE).

Place: on the path. The calibrated probability of each class stands in for the label,
so that each row is partly right and partly wrong. This holds as long as labels depend
on the scores as they did in the reference: under concept shift it is wrong, and says
nothing of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.estimates._binary import RANKS, THRESHOLDED, Cells, count_cells
from leeboard.estimates._calibrator import (
    REPLICATES,
    Calibrator,
    calibrate_rows,
    fit_calibrator,
)
from leeboard.estimates._classes import CONFUSED, confuse, macro_roc_auc, order_scores
from leeboard.estimates._estimate import Estimate, ExpectedLoss
from leeboard.metrics._metric import Reason
from leeboard.stats.poisson_binomial import count_interval

__all__ = ["Cbpe", "fit_cbpe"]

_Array = np.ndarray[Any, Any]
_Z95 = 1.959963984540054
_DRAWS = 500
_CELLS = 256
_CLASS_DRAWS = 400
_CLASS_ROWS = 10_000
_TINY = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, eq=False)
class Cbpe:
    """Calibrated probabilities of a reference, ready to judge other rows.

    Parameters
    ----------
    calibrators : tuple of Calibrator
        One for binary models (of the last class), else one a class.
    """

    calibrators: tuple[Calibrator, ...]

    def probabilities(self, scores: _Array) -> _Array:
        """Calibrated probabilities.

        Parameters
        ----------
        scores : array, shape (n,) or (n, k), in [0, 1]

        Returns
        -------
        array, of the same shape; rows of (n, k) sum to 1
        """
        if scores.ndim == 1:
            return self.calibrators[0].probabilities(scores)
        return calibrate_rows(self.calibrators, scores)

    def confusion(self, predictions: _Array, scores: _Array) -> _Array:
        """Expected confusion matrix, (true, predicted), in rows.

        Parameters
        ----------
        predictions : array, shape (n,), codes of classes
        scores : array, shape (n,) or (n, k)
        """
        return confuse(predictions, self._each_class(scores))

    def expected_loss(self, predictions: _Array, scores: _Array) -> ExpectedLoss:
        """Chance that each prediction is wrong, and the deviation of being wrong."""
        right = self._right(predictions, self._each_class(scores))
        return ExpectedLoss(1.0 - right, np.sqrt(right * (1.0 - right)))

    def estimate(
        self,
        predictions: _Array | None,
        scores: _Array,
        generator: np.random.Generator,
    ) -> list[Estimate]:
        """Estimate every figure that scores, and predictions if given, allow.

        Parameters
        ----------
        predictions : array, shape (n,), codes of classes, or None
        scores : array, shape (n,) or (n, k), in [0, 1]
        generator : numpy Generator
            Draws the labels that bound the figures.

        Returns
        -------
        list of Estimate
            Figures of several classes are macro averages.

        Notes
        -----
        Bounds hold two parts: labels drawn from the probabilities (exact
        Poisson-binomial for accuracy), and the calibration refitted on bootstrapped
        references.
        """
        if len(scores) == 0:
            return []
        if scores.ndim == 1:
            return self._estimate_two(predictions, scores, generator)
        return self._estimate_several(predictions, scores, generator)

    def _each_class(self, scores: _Array) -> _Array:
        known = self.probabilities(scores)
        return np.column_stack([1.0 - known, known]) if known.ndim == 1 else known

    @staticmethod
    def _right(predictions: _Array, probabilities: _Array) -> _Array:
        return probabilities[np.arange(len(predictions)), predictions]

    def _estimate_two(
        self,
        predictions: _Array | None,
        scores: _Array,
        generator: np.random.Generator,
    ) -> list[Estimate]:
        chances = self.probabilities(scores)
        whole = count_cells(scores, chances, predictions)
        cells = count_cells(scores, chances, predictions, most=_CELLS)
        departures = np.stack(
            [self.calibrators[0].departure(b, cells.scores) for b in range(REPLICATES)]
        )
        drawn = _draw(cells, departures, generator)
        figures = {**(THRESHOLDED if predictions is not None else {}), **RANKS}
        found = []
        for name, figure in figures.items():
            value = float(figure(whole.rows, whole.positives))
            middle = float(figure(cells.rows, cells.positives))
            moved = figure(cells.rows, drawn) - middle
            if name == "accuracy" and predictions is not None:
                right = np.where(predictions == 1, chances, 1.0 - chances)
                sides = (departures[:, :, None] * cells.rows * [-1, 1]).sum(axis=(1, 2))
                found.append(_accuracy(right, value, sides / len(scores)))
            else:
                top = math.inf if name.endswith(("positives", "negatives")) else 1.0
                found.append(_bounded(name, value, moved, len(scores), top))
        for name, losses in _losses(scores).items():
            found.append(_linear(name, losses, chances, cells, departures))
        return found

    def _estimate_several(
        self,
        predictions: _Array | None,
        scores: _Array,
        generator: np.random.Generator,
    ) -> list[Estimate]:
        n = len(scores)
        # what chance does is learned on some rows; it shrinks with the root of their
        # number
        some = np.linspace(0, n - 1, min(n, _CLASS_ROWS)).round().astype(np.int64)
        shrink = math.sqrt(len(some) / n)
        said = None if predictions is None else predictions[some]
        few = scores[some]
        places = order_scores(few)
        likely = calibrate_rows(self.calibrators, few)
        middle = _figures(said, likely, places)
        refits = [calibrate_rows(self.calibrators, few, b) for b in range(REPLICATES)]
        edges = [refit.cumsum(axis=1)[:, :-1] for refit in refits]
        drawn = np.empty((_CLASS_DRAWS, len(middle)))
        for draw, row in enumerate(drawn):
            u = generator.random((len(some), 1))
            label = (u > edges[draw % REPLICATES]).sum(axis=1)
            row[:] = list(
                _figures(said, np.eye(scores.shape[1])[label], places).values()
            )
        moved = (drawn - list(middle.values())) * shrink
        chances = calibrate_rows(self.calibrators, scores)
        values = _figures(predictions, chances, order_scores(scores))
        found = []
        for j, (name, value) in enumerate(values.items()):
            if name == "accuracy" and said is not None and predictions is not None:
                sides = np.array([self._right(said, refit).mean() for refit in refits])
                right = self._right(predictions, chances)
                found.append(_accuracy(right, value, sides - middle[name]))
            else:
                found.append(_bounded(name, value, moved[:, j], n, 1.0))
        surprise = -np.log(_normed(scores))
        least = (chances * surprise).sum(axis=1)
        spread = (chances * surprise**2).sum(axis=1) - least**2
        own = surprise[some]
        moves = np.array([((refit - likely) * own).sum() for refit in refits])
        found.append(_mean("log_loss", least, spread, moves / len(own)))
        return found


def fit_cbpe(scores: _Array, labels: _Array, generator: np.random.Generator) -> Cbpe:
    """Calibrate the scores of a reference.

    Parameters
    ----------
    scores : array, shape (n,) or (n, k), in [0, 1]
    labels : array, shape (n,), codes of classes; 0 and 1 for scores of shape (n,)
    generator : numpy Generator
        Draws folds and bootstrapped references.
    """
    if scores.ndim == 1:
        return Cbpe((fit_calibrator(scores, labels, generator),))
    each = enumerate(scores.T)
    return Cbpe(
        tuple(fit_calibrator(column, labels == j, generator) for j, column in each)
    )


def _draw(cells: Cells, departures: _Array, generator: np.random.Generator) -> _Array:
    """Positives of each cell, drawn, shape (draws, cells, 2).

    A cell of one score has one chance, so that its positives are binomial; where it
    holds several scores, that is a little wider than the truth.
    """
    rows = np.maximum(cells.rows, 1)
    chances = cells.positives / rows + departures[:, :, None]
    chances = np.clip(chances, 0.0, 1.0)
    turns = np.arange(_DRAWS) % len(departures)
    drawn = generator.binomial(cells.rows, chances[turns])
    return np.asarray(drawn, dtype=np.float64)


def _bounded(
    name: str, value: float, moved: _Array, n: int, top: float = 1.0
) -> Estimate:
    """Bound a figure by how far drawn ones lie from the expected one."""
    moved = moved[np.isfinite(moved)]
    if not math.isfinite(value) or len(moved) == 0:
        text = "no row of a kind that the figure divides by is expected"
        return Estimate(name, None, None, None, n, Reason("undefined", text))
    below, above = np.quantile(moved, [0.025, 0.975])
    low, high = max(value + float(below), 0.0), min(value + float(above), top)
    return Estimate(name, value, min(low, value), max(high, value), n)


def _join(
    value: float, bounds: tuple[float, float], moves: _Array
) -> tuple[float, ...]:
    """Widen bounds that hold chance alone by what the calibration is unsure of.

    Distances of independent parts add as squares (Zou, Donner, 2008, equation 4).
    """
    reach = _Z95 * float(moves.std(ddof=1))
    middle = value + float(moves.mean())
    low, high = (
        middle + sign * math.hypot(value - bound, reach)
        for sign, bound in zip((-1.0, 1.0), bounds, strict=True)
    )
    return min(low, value), max(high, value)


def _accuracy(right: _Array, value: float, moves: _Array) -> Estimate:
    n = len(right)
    few, many = count_interval(right)
    low, high = _join(value, (few / n, many / n), moves)
    return Estimate("accuracy", value, max(low, 0.0), min(high, 1.0), n)


def _mean(name: str, least: _Array, spread: _Array, moves: _Array) -> Estimate:
    """Bound the mean of independent losses by the normal law."""
    n, value = len(least), float(least.mean())
    reach = _Z95 * math.sqrt(max(float(spread.sum()), 0.0)) / n
    low, high = _join(value, (value - reach, value + reach), moves)
    return Estimate(name, value, max(low, 0.0), high, n)


def _linear(
    name: str,
    losses: tuple[_Array, _Array],
    chances: _Array,
    cells: Cells,
    departures: _Array,
) -> Estimate:
    """Estimate the mean of losses that labels 0 and 1 would give each row."""
    negative, positive = losses
    gain = positive - negative
    moves = departures @ cells.sums(gain) / len(chances)
    least = negative + chances * gain
    return _mean(name, least, chances * (1.0 - chances) * gain**2, moves)


def _losses(scores: _Array) -> dict[str, tuple[_Array, _Array]]:
    """Loss of each row if its label is 0, and if it is 1."""
    # the same clipping as scikit-learn's log_loss
    safe = np.clip(scores, _TINY, 1.0 - _TINY)
    return {
        "log_loss": (-np.log1p(-safe), -np.log(safe)),
        "brier": (scores**2, (1.0 - scores) ** 2),
    }


def _normed(scores: _Array) -> _Array:
    safe = np.clip(scores, _TINY, 1.0 - _TINY)
    return np.asarray(safe / safe.sum(axis=1, keepdims=True))


def _figures(
    predictions: _Array | None, weights: _Array, places: list[_Array]
) -> dict[str, float]:
    """Figures of several classes by name, in one order."""
    found = {"roc_auc": macro_roc_auc(places, weights)}
    if predictions is not None:
        table = confuse(predictions, weights)
        found.update({name: figure(table) for name, figure in CONFUSED.items()})
    return found
