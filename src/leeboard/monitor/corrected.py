"""Performance of a window corrected for labels that have not come.

Place: beside the realised figures. While labels are still expected, those that came
weigh by how likely they were to be here; once no more will come, estimated losses stand
in for the rows without one, and what they get wrong is taken off.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.errors import LeeboardError
from leeboard.estimates.arrivals import by_arrival
from leeboard.estimates.corrected import Corrected, correct
from leeboard.estimates.estimator import Estimator
from leeboard.metrics._metric import Reason
from leeboard.monitor.baseline import Baseline
from leeboard.monitor.estimated import read_estimator, unlabelled_of
from leeboard.monitor.frame import Frame
from leeboard.monitor.known import Known
from leeboard.monitor.labels import Labels
from leeboard.monitor.outcomes import Labelled
from leeboard.monitor.realised import PERFORMANCE
from leeboard.monitor.sampled import by_sample
from leeboard.performance import Outcomes
from leeboard.schema import Task
from leeboard.state import Measured

__all__ = ["CORRECTED", "corrected_of"]

CORRECTED = "corrected"

_GUESSED = ("mae", "accuracy")
"""Metrics that are means of the losses which the estimator expects."""

_UNHEARD = 0.05
"""Share of rows of kinds without a label up to which the others stand for them."""

_Array = np.ndarray[Any, Any]


def corrected_of(
    rows: pa.Table,
    frame: Frame,
    labelled: Labelled,
    known: Known,
    *,
    provisional: bool,
) -> Iterator[Measured]:
    """Correct the mean loss of a window for the labels it lacks.

    Parameters
    ----------
    rows : Table
        Joined events of the window.
    frame : Frame
        The same by the names of the reference.
    labelled : Labelled
    known : Known
    provisional : bool
        Labels are still expected.
    """
    baseline, labels = known.baseline, known.labels
    outcomes = labelled.outcomes
    if outcomes is None or outcomes.rows == rows.num_rows:
        return
    losses = _losses(outcomes)
    expected = _expected(frame, labelled, baseline)
    guessed = {name: losses[name] for name in losses if name in _GUESSED}
    found = {}
    if expected is not None:
        found = by_sample(rows, labelled, guessed, expected, known.draws)
        if not found and not provisional:
            found = _with_estimates(guessed, expected, labelled)
    if not found and provisional:
        found = _by_arrival(losses, rows, labelled, labels)
    for name, one in found.items():
        yield _measured(name, one, baseline)


def _by_arrival(
    losses: Mapping[str, _Array], rows: pa.Table, labelled: Labelled, labels: Labels
) -> dict[str, Corrected]:
    """Mean losses with early labels weighed by how likely they were to be here."""
    places = labelled.places
    if labels.unheard(rows, places) > _UNHEARD:
        # no weight makes labels of one kind speak for another
        return {name: _unheard(len(places)) for name in losses}
    completeness = labels.completeness(rows.take(pa.array(places)))
    return {name: by_arrival(loss, completeness) for name, loss in losses.items()}


def _unheard(n: int) -> Corrected:
    text = "kinds of predictions that have no label yet"
    return Corrected(None, None, n, None, 0.0, None, Reason("unheard_kinds", text))


def _losses(outcomes: Outcomes) -> Mapping[str, _Array]:
    """Loss of each labelled row, by the metric that is its mean."""
    if outcomes.predictions is None:
        return {}
    if outcomes.task is Task.REGRESSION:
        error = outcomes.labels - outcomes.predictions
        return {"mae": np.abs(error), "rmse": error**2}
    return {"accuracy": (outcomes.labels != outcomes.predictions).astype(np.float64)}


def _expected(frame: Frame, labelled: Labelled, baseline: Baseline) -> _Array | None:
    """Loss that the estimator expects of each row; None where it cannot."""
    if baseline.estimator is None:
        return None
    estimator: Estimator = read_estimator(baseline.estimator)
    try:
        whole = unlabelled_of(frame, labelled, baseline.reference.schema)
        return estimator.expected_loss(whole).mean
    except LeeboardError:  # the window's note on its estimate says why
        return None


def _with_estimates(
    losses: Mapping[str, _Array], expected: _Array, labelled: Labelled
) -> dict[str, Corrected]:
    """Mean losses with the estimator's for rows that have no label."""
    known = np.isfinite(expected)
    marks = np.zeros(len(expected), bool)
    marks[labelled.places] = True
    found = {}
    for name, loss in losses.items():
        every = np.zeros(len(expected))
        every[labelled.places] = loss
        found[name] = correct(every[known], marks[known], expected[known])
    return found


def _measured(name: str, one: Corrected, baseline: Baseline) -> Measured:
    value, low, high = _scale(name, one)
    return Measured(
        "",
        PERFORMANCE,
        name,
        CORRECTED,
        value,
        low,
        high,
        baseline.figures.get(name),
        baseline.rows,
        one.n,
        one.reason.code if value is None and one.reason is not None else "",
    )


def _scale(
    name: str, one: Corrected
) -> tuple[float | None, float | None, float | None]:
    """Mean loss as the metric says it: accuracy is its complement, RMSE its root."""
    if one.value is None or one.interval is None:
        return None, None, None
    low, high = one.interval
    if name == "accuracy":
        return 1.0 - one.value, max(0.0, 1.0 - high), min(1.0, 1.0 - low)
    if name == "rmse":
        value, low, high = (math.sqrt(max(0.0, v)) for v in (one.value, low, high))
        return value, low, high
    return one.value, max(0.0, low), high
