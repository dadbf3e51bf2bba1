"""Error of a regression without labels: direct loss estimation (DLE).

Place: on the path. Boosted trees learn, on the labelled reference, how large the error
of a row is from its features and its prediction; their mean over new rows estimates
the error there. This holds as long as errors depend on the inputs as they did in the
reference: under concept shift it is wrong, and says nothing of it.
"""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from leeboard.estimates._estimate import Estimate, ExpectedLoss
from leeboard.estimates._table import Encoder, learn_encoder
from leeboard.estimates._trees import Boosted, Grove, grow

__all__ = ["Dle", "Loss", "fit_dle"]

_Array = np.ndarray[Any, Any]
_Z95 = 1.959963984540054
_SPLITS = 3
_T95 = 3.182446305284263
"""Student's 97.5 % quantile with as many degrees of freedom as there are splits."""
_ROWS = 20_000
_WINDOW = 100_000
_HALVED = 10_000
_ENOUGH = 5000
_CELLS = 10
_METRICS = ("mae", "mse", "rmse")


@dataclass(frozen=True, eq=False)
class Loss:
    """What is known of one loss.

    Parameters
    ----------
    model : Boosted
        Fitted on the whole reference (at most 20,000 rows of it).
    halves : tuple of Boosted
        Each two were fitted on halves of (at most 10,000 of) these rows.
    share : float
        Rows of a half, as a share of those of the model.
    at, variance : array, shape (c,)
        Variance of the loss about its expectation, by expected loss; measured on rows
        that the model of the other half had not seen.
    """

    model: Boosted
    halves: tuple[Boosted, ...]
    share: float
    at: _Array
    variance: _Array

    def expected(self, table: _Array) -> _Array:
        """Expected loss of each row, at least 0."""
        expected: _Array = np.maximum(self._whole.predict(table)[0], 0.0)
        return expected

    @cached_property
    def _whole(self) -> Grove:
        return Grove((self.model,))

    @cached_property
    def _parted(self) -> Grove:
        return Grove(self.halves)

    def spread(self, expected: _Array) -> _Array:
        """Variance of the loss of rows with such an expectation."""
        return np.asarray(np.interp(expected, self.at, self.variance))

    def mean(self, table: _Array, rows: int) -> tuple[float, float]:
        """Estimate the mean loss, and how far it may lie from the realised one.

        Parameters
        ----------
        table : array, shape (m, columns)
            The rows, or m of them evenly spaced.
        rows : int
            How many rows there are.

        Returns
        -------
        (float, float)
            Mean expected loss; half the width of its 95 % interval, at least 0.
        """
        expected = self.expected(table)
        m = len(expected)
        chance = float(self.spread(expected).mean()) / rows
        chance += float(expected.var()) * (1.0 / m - 1.0 / rows)
        reach = math.hypot(_Z95 * math.sqrt(chance), _T95 * self._refit_error(table))
        return float(expected.mean()), reach

    def _refit_error(self, table: _Array) -> float:
        """Standard error of the mean expected loss, for that the reference is finite.

        Of two independent fits, half the squared difference estimates the variance of
        either; that of a fit on more rows is smaller by their share.
        """
        some = table[:: max(1, len(table) // _ENOUGH)]
        means = np.maximum(self._parted.predict(some), 0.0).mean(axis=1)
        gaps = means[0::2] - means[1::2]
        return math.sqrt(float((gaps**2).mean()) / 2.0 * self.share)


@dataclass(frozen=True, slots=True, eq=False)
class Dle:
    """Expected losses learned from a reference, ready to judge other rows."""

    encoder: Encoder
    absolute: Loss
    squared: Loss

    def expected_loss(
        self, predictions: _Array, features: Mapping[str, _Array]
    ) -> ExpectedLoss:
        """Expected absolute error of each row, and its standard deviation."""
        mean = self.absolute.expected(self.encoder.table(predictions, features))
        return ExpectedLoss(mean, np.sqrt(self.absolute.spread(mean)))

    def estimate(
        self,
        predictions: _Array,
        features: Mapping[str, _Array],
        metrics: Container[str] | None = None,
    ) -> list[Estimate]:
        """Estimate the mean absolute error, mean squared error and its root.

        Of more than 100,000 rows, so many evenly spaced ones are looked at; the bounds
        allow for it.

        Parameters
        ----------
        predictions : array, shape (n,), finite
        features : mapping of name to array, shape (n,)
        metrics : container of str, optional
            Those that are wanted; None: all.

        Returns
        -------
        list of Estimate
            ``mae``, ``mse``, ``rmse``, in units of the label (squared for ``mse``).

        Notes
        -----
        Bounds hold two parts: the spread of the loss about its expectation, and the
        trees refitted on halves of the reference.
        """
        n = len(predictions)
        if n == 0:
            return []
        if n > _WINDOW:
            some = np.linspace(0, n - 1, _WINDOW).round().astype(np.int64)
            predictions = predictions[some]
            features = {name: values[some] for name, values in features.items()}
        table = self.encoder.table(predictions, features)
        wanted = _METRICS if metrics is None else metrics
        found: dict[str, tuple[float, float, float]] = {}
        if "mae" in wanted:
            found["mae"] = _around(*self.absolute.mean(table, n))
        if "mse" in wanted or "rmse" in wanted:
            found["mse"] = mse = _around(*self.squared.mean(table, n))
            value, low, high = map(math.sqrt, mse)
            found["rmse"] = value, low, high
        return [
            Estimate(name, *figures, n)
            for name, figures in found.items()
            if name in wanted
        ]


def _around(value: float, reach: float) -> tuple[float, float, float]:
    return value, max(value - reach, 0.0), value + reach


def fit_dle(
    predictions: _Array,
    labels: _Array,
    features: Mapping[str, _Array],
    generator: np.random.Generator,
) -> Dle:
    """Learn expected losses from a labelled reference.

    Parameters
    ----------
    predictions, labels : array, shape (n,), float64, finite
    features : mapping of name to array, shape (n,)
        Numbers (NaN is missing) or objects (None is missing).
    generator : numpy Generator
        Chooses 20,000 rows of more, draws the halves and the trees' subsamples.
    """
    encoder = learn_encoder(features)
    n = len(labels)
    some = np.sort(generator.permutation(n)[:_ROWS])
    own = {name: values[some] for name, values in features.items()}
    table = encoder.table(predictions[some], own)
    error = np.abs(labels - predictions)[some]
    pool = generator.permutation(len(some))[:_HALVED]
    splits = [generator.permutation(pool) for _ in range(_SPLITS)]
    halves = [(split[::2], split[1::2]) for split in splits]
    return Dle(
        encoder,
        _learn(table, error, halves, generator),
        _learn(table, error**2, halves, generator),
    )


def _learn(
    table: _Array,
    loss: _Array,
    halves: list[tuple[_Array, _Array]],
    generator: np.random.Generator,
) -> Loss:
    model = grow(table, loss, int(generator.integers(2**31)))
    fitted, expected = [], np.zeros(len(loss))
    for pair in halves:
        for own, other in (pair, pair[::-1]):
            one = grow(table[own], loss[own], int(generator.integers(2**31)))
            fitted.append(one)
            expected[other] += np.maximum(one.predict(table[other]), 0.0)
    expected /= len(halves)
    pool = np.concatenate(halves[0])
    order = pool[np.argsort(expected[pool], kind="stable")]
    cells = np.array_split(order, _CELLS)
    at = np.array([expected[cell].mean() for cell in cells])
    variance = np.array([((loss - expected)[cell] ** 2).mean() for cell in cells])
    share = len(halves[0][0]) / len(loss)
    return Loss(model, tuple(fitted), share, at, variance)
