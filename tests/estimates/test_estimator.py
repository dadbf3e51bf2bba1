"""The one estimator that the monitor uses."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from leeboard.errors import FrameError, MetricError, StateError
from leeboard.estimates._estimate import Unlabelled
from leeboard.estimates.dle import Dle
from leeboard.estimates.estimator import Estimator
from leeboard.performance import Outcomes
from leeboard.schema import Task

Array = np.ndarray[Any, Any]
NAMES = ("a", "b", "c")


def binary(n: int, seed: int) -> Outcomes:
    """Labels that follow the scores, which state their chance too high."""
    draw = np.random.default_rng(seed)
    scores = draw.random(n)
    labels = (draw.random(n) < scores**2).astype(np.int64)
    said = (scores > 0.6).astype(np.int64)
    return Outcomes(Task.BINARY, labels, said, scores, ("no", "yes"))


def several(n: int, seed: int) -> Outcomes:
    """Three classes, scores that are their chances."""
    draw = np.random.default_rng(seed)
    scores = draw.dirichlet([1.0, 0.7, 0.5], n)
    labels = (draw.random((n, 1)) > scores.cumsum(axis=1)[:, :-1]).sum(axis=1)
    return Outcomes(Task.MULTICLASS, labels, scores.argmax(axis=1), scores, NAMES)


def regression(n: int, seed: int) -> tuple[Outcomes, dict[str, Array]]:
    """Errors that grow with one feature and depend on another's level."""
    draw = np.random.default_rng(seed)
    width = draw.uniform(0, 1, n)
    city = np.array(["Graz", "Lyon"], dtype=object)[draw.integers(0, 2, n)]
    said = draw.normal(size=n)
    error = draw.normal(size=n) * (0.5 + width) * np.where(city == "Lyon", 2.0, 1.0)
    city[::17] = None
    width[::13] = np.nan
    known = {"width": width, "city": city}
    return Outcomes(Task.REGRESSION, said + error, said), known


def rows_of(outcomes: Outcomes, features: dict[str, Array] | None = None) -> Unlabelled:
    """Return the same rows without their labels."""
    return Unlabelled(outcomes.predictions, outcomes.scores, features or {})


@cache
def fitted(task: Task) -> Estimator:
    """An estimator of each task."""
    draw = np.random.default_rng(5)
    if task is Task.REGRESSION:
        return Estimator.fit(*regression(1500, 0), draw)
    made = binary(3000, 0) if task is Task.BINARY else several(2000, 0)
    return Estimator.fit(made, {}, draw)


def rows_for(task: Task, n: int = 400) -> Unlabelled:
    """New rows for each task."""
    if task is Task.REGRESSION:
        return rows_of(*regression(n, 1))
    return rows_of(binary(n, 1) if task is Task.BINARY else several(n, 1))


TASKS = [Task.BINARY, Task.MULTICLASS, Task.REGRESSION]


@pytest.mark.parametrize("task", TASKS)
def test_text_brings_the_same_estimates_back(task: Task) -> None:
    """Read from its text, an estimator says the same to the last bit."""
    own, rows = fitted(task), rows_for(task)
    text = own.to_text()
    again = Estimator.from_text(text)
    assert again.to_text() == text
    first = own.estimate(rows, np.random.default_rng(2))
    assert again.estimate(rows, np.random.default_rng(2)) == first
    losses = own.expected_loss(rows), again.expected_loss(rows)
    assert np.array_equal(losses[0].mean, losses[1].mean)
    assert np.array_equal(losses[0].sigma, losses[1].sigma)


@pytest.mark.parametrize("task", TASKS)
def test_every_estimate_lies_within_its_bounds(task: Task) -> None:
    """Value between the bounds, bounds apart, every row counted."""
    found = fitted(task).estimate(rows_for(task), np.random.default_rng(2))
    assert len({one.metric for one in found}) == len(found) > 2
    for one in found:
        assert one.reason is None
        assert one.n == 400
        assert 0 <= one.low <= one.value <= one.high
        assert one.low < one.high


@pytest.mark.parametrize("task", TASKS)
def test_damaged_text_is_refused(task: Task) -> None:
    """Cut, changed, foreign or newer text raises, and builds nothing."""
    text = fitted(task).to_text()
    document = json.loads(text)
    number = text.index("0.")
    for damaged in (
        "",
        "[]",
        "null",
        "{}",
        text[:-5],
        text[:number] + "7" + text[number + 1 :],
    ):
        with pytest.raises(StateError) as caught:
            Estimator.from_text(damaged)
        assert caught.value.code == "damaged_estimator"
    with pytest.raises(StateError) as caught:
        Estimator.from_text(json.dumps({**document, "leeboard_estimator": 2}))
    assert caught.value.code == "newer_format"


def test_trees_that_would_run_in_circles_are_refused() -> None:
    """A tree whose node leads back to itself is not built, whatever the checksum."""
    own = fitted(Task.REGRESSION).by
    assert isinstance(own, Dle)
    looped = replace(own.absolute.model, left=np.zeros_like(own.absolute.model.left))
    bad = replace(own, absolute=replace(own.absolute, model=looped))
    text = Estimator(Task.REGRESSION, bad).to_text()
    with pytest.raises(StateError, match="trees that do not end"):
        Estimator.from_text(text)


@pytest.mark.parametrize("task", TASKS)
def test_rows_without_a_score_or_prediction_are_left_out(task: Task) -> None:
    """Unknown rows do not count, and their expected loss is unknown."""
    rows = rows_for(task)
    part = rows.predictions if task is Task.REGRESSION else rows.scores
    holed = part.copy()
    holed[::4] = np.nan
    if task is Task.REGRESSION:
        gappy = Unlabelled(holed, None, rows.features)
    else:
        gappy = Unlabelled(rows.predictions, holed)
    own = fitted(task)
    assert {e.n for e in own.estimate(gappy, np.random.default_rng(0))} == {300}
    loss = own.expected_loss(gappy)
    assert np.array_equal(np.isnan(loss.mean), np.arange(400) % 4 == 0)
    kept = own.expected_loss(rows)
    known = ~np.isnan(loss.mean)
    assert np.array_equal(loss.sigma[known], kept.sigma[known])


@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS])
def test_rows_that_predict_no_known_class_are_left_out(task: Task) -> None:
    """A code of -1 counts in no figure, and its loss is not known."""
    rows = rows_for(task)
    assert rows.predictions is not None
    assert rows.scores is not None
    said = rows.predictions.copy()
    said[:50] = -1
    rest = replace(rows, predictions=said[50:], scores=rows.scores[50:])
    rows = replace(rows, predictions=said)
    one, other = (
        fitted(task).estimate(some, np.random.default_rng(0)) for some in (rows, rest)
    )
    assert one == other
    losses = fitted(task).expected_loss(rows).mean
    assert np.isnan(losses[:50]).all()
    assert np.isfinite(losses[50:]).all()


@pytest.mark.parametrize("task", TASKS)
def test_no_rows_give_no_estimates(task: Task) -> None:
    """A window without rows has nothing to estimate, and does not fail."""
    rows = rows_for(task)
    none = Unlabelled(
        rows.predictions[:0],
        None if rows.scores is None else rows.scores[:0],
        {name: values[:0] for name, values in rows.features.items()},
    )
    own = fitted(task)
    assert own.estimate(none, np.random.default_rng(0)) == []
    assert len(own.expected_loss(none).mean) == 0


def test_scores_alone_give_figures_of_scores() -> None:
    """Without predictions there is no accuracy, and expected loss is refused."""
    rows = Unlabelled(None, binary(400, 1).scores)
    own = fitted(Task.BINARY)
    names = {one.metric for one in own.estimate(rows, np.random.default_rng(0))}
    assert names == {"roc_auc", "average_precision", "log_loss", "brier"}
    with pytest.raises(MetricError, match="prediction"):
        own.expected_loss(rows)


def test_scores_that_are_no_probabilities_are_refused() -> None:
    """A score outside 0 to 1 stops with the number of rows and the first of them."""
    bad = binary(400, 1)
    scores = bad.scores.copy()
    scores[[7, 9]] = [1.2, -0.1]
    with pytest.raises(FrameError, match="row 7: found 2 rows outside 0 to 1"):
        fitted(Task.BINARY).estimate(
            Unlabelled(bad.predictions, scores), np.random.default_rng(0)
        )


def test_what_cannot_be_fitted_is_refused() -> None:
    """Few rows, no scores and no predictions are refused in words."""
    draw = np.random.default_rng(0)
    with pytest.raises(MetricError, match="at least 200"):
        Estimator.fit(binary(199, 0), {}, draw)
    one = binary(300, 0)
    with pytest.raises(MetricError, match="without a score"):
        Estimator.fit(Outcomes(one.task, one.labels, one.predictions), {}, draw)
    labels = np.zeros(300)
    with pytest.raises(MetricError, match="without a prediction"):
        Estimator.fit(Outcomes(Task.REGRESSION, labels, None, None), {}, draw)


def test_a_reference_of_one_class_still_estimates() -> None:
    """Without positives in the reference the scores are taken as they are."""
    made = binary(500, 0)
    none = Outcomes(
        made.task, np.zeros(500, dtype=np.int64), made.predictions, made.scores
    )
    own = Estimator.fit(none, {}, np.random.default_rng(0))
    found = own.estimate(rows_of(none), np.random.default_rng(0))
    assert {one.metric for one in found} >= {"accuracy", "roc_auc"}


def test_figures_that_divide_by_nothing_say_so() -> None:
    """Where nothing is predicted positive there is no precision, with a reason."""
    scores = np.full(300, 0.2)
    rows = Unlabelled(np.zeros(300, dtype=np.int64), scores)
    found = fitted(Task.BINARY).estimate(rows, np.random.default_rng(0))
    precision = next(one for one in found if one.metric == "precision")
    assert precision.value is None
    assert precision.reason.code == "undefined"


def test_unseen_levels_and_absent_features_count_as_missing() -> None:
    """A new level, text among numbers and an absent feature give an estimate still."""
    outcomes, features = regression(400, 1)
    own = fitted(Task.REGRESSION)
    nothing = np.full(400, None, dtype=object)
    new = np.full(400, "Porto", dtype=object)
    plain = own.expected_loss(rows_of(outcomes, {**features, "city": nothing}))
    unseen = own.expected_loss(rows_of(outcomes, {**features, "city": new}))
    absent = own.expected_loss(rows_of(outcomes, {"width": features["width"]}))
    assert np.array_equal(plain.mean, unseen.mean)
    assert np.array_equal(plain.mean, absent.mean)
    text = np.array(["wide"] * 400, dtype=object)
    assert np.isfinite(
        own.expected_loss(rows_of(outcomes, {**features, "width": text})).mean
    ).all()
