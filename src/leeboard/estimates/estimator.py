"""One estimator a model: fitted on the labelled reference, used on every window.

Place: on the path, above ``cbpe`` and ``dle``; the monitor knows only this one.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from leeboard.errors import FrameError, MetricError
from leeboard.estimates import _document
from leeboard.estimates._estimate import Estimate, ExpectedLoss, Unlabelled
from leeboard.estimates.cbpe import Cbpe, fit_cbpe
from leeboard.estimates.dle import Dle, fit_dle
from leeboard.performance import Outcomes
from leeboard.schema import Task

__all__ = ["LEAST_ROWS", "Estimator"]

_Array = np.ndarray[Any, Any]
LEAST_ROWS = 200
"""Labelled reference rows that an estimator needs."""


@dataclass(frozen=True, slots=True, eq=False)
class Estimator:
    """Performance before labels: CBPE for classification, DLE for regression.

    Parameters
    ----------
    task : Task
    by : Cbpe or Dle

    Examples
    --------
    >>> import numpy as np
    >>> from leeboard.performance import Outcomes
    >>> from leeboard.schema import Task
    >>> draw = np.random.default_rng(1)
    >>> scores = draw.random(2000)
    >>> labels = (draw.random(2000) < scores).astype(np.int64)
    >>> said = (scores > 0.5).astype(np.int64)
    >>> reference = Outcomes(Task.BINARY, labels, said, scores, ("no", "yes"))
    >>> estimator = Estimator.fit(reference, {}, draw)
    >>> estimates = estimator.estimate(Unlabelled(said[:500], scores[:500]), draw)
    >>> next(one for one in estimates if one.metric == "accuracy").n
    500
    """

    task: Task
    by: Cbpe | Dle

    @classmethod
    def fit(
        cls,
        outcomes: Outcomes,
        features: Mapping[str, _Array],
        generator: np.random.Generator,
    ) -> Self:
        """Fit on labelled rows of a time when the model was as it should be.

        Parameters
        ----------
        outcomes : Outcomes
            The reference, at least 200 rows.
        features : mapping of name to array, shape (n,)
            What the regression error may depend on: numbers with NaN, or objects with
            None, where missing. Classification does not look at them.
        generator : numpy Generator
            The same rows and generator give the same estimator.

        Raises
        ------
        MetricError
            With too few rows, no score for a classification, or no prediction for a
            regression (``cannot_estimate``).
        FrameError
            If scores are no probabilities (``not_a_probability``).
        """
        if outcomes.task is Task.REGRESSION:
            predictions = _floats(outcomes.predictions, "a prediction")
            known = np.isfinite(predictions) & np.isfinite(outcomes.labels)
            _refuse_few(int(known.sum()))
            own = {name: values[known] for name, values in features.items()}
            labels = outcomes.labels[known]
            return cls(
                outcomes.task, fit_dle(predictions[known], labels, own, generator)
            )
        scores = _floats(outcomes.scores, "a score")
        _refuse_improbable(scores)
        known = _known(scores, None)
        _refuse_few(int(known.sum()))
        by = fit_cbpe(scores[known], outcomes.labels[known], generator)
        return cls(outcomes.task, by)

    def estimate(
        self,
        rows: Unlabelled,
        generator: np.random.Generator,
        metrics: Container[str] | None = None,
    ) -> list[Estimate]:
        """Estimate figures of rows without labels.

        Parameters
        ----------
        rows : Unlabelled
            Rows without a score (or prediction, for a regression) are left out, and
            those that predict no class of the reference.
        generator : numpy Generator
            Draws the labels that bound figures of a classification.
        metrics : container of str, optional
            Those that are wanted; None: all.

        Returns
        -------
        list of Estimate
            Empty where no row can be used.

        Raises
        ------
        FrameError
            If scores are no probabilities (``not_a_probability``).
        """
        if isinstance(self.by, Dle):
            predictions = _floats(rows.predictions, "a prediction")
            known = np.isfinite(predictions)
            own = {name: values[known] for name, values in rows.features.items()}
            return self.by.estimate(predictions[known], own, metrics)
        scores = _floats(rows.scores, "a score")
        _refuse_improbable(scores)
        known = _known(scores, rows.predictions)
        said = None if rows.predictions is None else rows.predictions[known]
        found = self.by.estimate(said, scores[known], generator)
        return [one for one in found if metrics is None or one.metric in metrics]

    def expected_loss(self, rows: Unlabelled) -> ExpectedLoss:
        """Expect the loss of each row, for choosing labels and for correction by them.

        Returns
        -------
        ExpectedLoss
            NaN where the score or prediction of a row is missing, or the prediction is
            no class of the reference.
        """
        if isinstance(self.by, Dle):
            predictions = _floats(rows.predictions, "a prediction")
            known = np.isfinite(predictions)
            own = {name: values[known] for name, values in rows.features.items()}
            return _spread(known, self.by.expected_loss(predictions[known], own))
        scores = _floats(rows.scores, "a score")
        _refuse_improbable(scores)
        if rows.predictions is None:
            raise _cannot("rows without a prediction", "one in each row")
        known = _known(scores, rows.predictions)
        said = rows.predictions[known]
        return _spread(known, self.by.expected_loss(said, scores[known]))

    def to_text(self) -> str:
        """Write as one line of JSON, versioned and with a checksum."""
        return _document.write(self.task, self.by)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what ``to_text`` wrote; it gives the same estimates, bit for bit.

        Raises
        ------
        StateError
            If the text is damaged (``damaged_estimator``) or newer (``newer_format``).
        """
        return cls(*_document.read(text))


def _known(scores: _Array, predictions: _Array | None) -> _Array:
    """Rows with every score and, where there are predictions, one of a known class."""
    finite = np.isfinite(scores)
    known = finite if finite.ndim == 1 else np.asarray(finite.all(axis=1))
    return known if predictions is None else known & (predictions >= 0)


def _spread(known: _Array, loss: ExpectedLoss) -> ExpectedLoss:
    """Put the losses of known rows back in their places."""
    whole = np.full((2, len(known)), np.nan)
    whole[:, known] = loss.mean, loss.sigma
    return ExpectedLoss(whole[0], whole[1])


def _floats(values: _Array | None, what: str) -> _Array:
    if values is None:
        raise _cannot(f"rows without {what}", "one in each row")
    return values.astype(np.float64)


def _refuse_few(rows: int) -> None:
    if rows < LEAST_ROWS:
        raise _cannot(f"{rows} labelled rows", f"at least {LEAST_ROWS}")


def _cannot(found: str, expected: str) -> MetricError:
    return MetricError(
        code="cannot_estimate",
        where="estimated performance",
        found=found,
        expected=expected,
        fix="Log them with the prediction, or give a longer labelled reference.",
    )


def _refuse_improbable(scores: _Array) -> None:
    with np.errstate(invalid="ignore"):
        each = (scores < 0.0) | (scores > 1.0)
    outside = each.any(axis=tuple(range(1, each.ndim)))
    if outside.any():
        row = int(np.flatnonzero(outside)[0])
        raise FrameError(
            code="not_a_probability",
            where=f"scores, row {row}",
            found=f"{int(outside.sum())} rows outside 0 to 1",
            expected="probabilities",
            fix="Log probabilities as scores, not margins or logits.",
        )
