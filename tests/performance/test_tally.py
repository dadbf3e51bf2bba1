"""Counts of outcomes add, and give what rows give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as peer

from leeboard.errors import MetricError
from leeboard.performance import (
    Outcomes,
    Tally,
    cells_of,
    figures,
    performance_metrics,
    tally_of,
)
from tests.performance._rows import binary, multiclass, regression


def _random(task: str, seed: int, n: int) -> Outcomes:
    rng = np.random.default_rng(seed)
    if task == "regression":
        labels = 1e6 + rng.normal(0, 5, n).round(int(rng.integers(0, 4)))
        return regression(labels, labels + rng.normal(0.3, 1, n))
    if task == "binary":
        scores = rng.random(n).round(int(rng.integers(1, 8)))
        return binary(rng.random(n) < scores, scores > 0.4, scores)
    scores = rng.dirichlet([1.0, 2.0, 0.5], n)
    return multiclass(rng.integers(0, 3, n), rng.integers(0, 3, n), scores)


def _near(one: object, other: object) -> None:
    """Compare every number two tallies hold."""
    for name in getattr(one, "__slots__", ()):
        mine, theirs = getattr(one, name), getattr(other, name)
        if isinstance(mine, np.ndarray | float | int):
            if np.asarray(mine).dtype.kind == "i":
                np.testing.assert_array_equal(mine, theirs)
            else:
                scale = np.abs(np.asarray(theirs)).max(initial=1.0)
                np.testing.assert_allclose(mine, theirs, 1e-11, 1e-11 * scale)
        elif isinstance(mine, tuple):
            for a, b in zip(mine, theirs, strict=True):
                np.testing.assert_array_equal(a, b)
        elif mine is not None and name != "cells":
            _near(mine, theirs)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["regression", "binary", "multiclass"]),
    st.integers(0, 2**32 - 1),
    st.integers(0, 200),
    st.integers(0, 200),
)
def test_adding_counts_is_counting_together(
    task: str, seed: int, n: int, cut: int
) -> None:
    """The sum of the counts of two parts is the counts of all rows, none included."""
    rows = _random(task, seed, n)
    cells = cells_of(_random(task, seed + 1, 300))
    parts = [rows.part(slice(0, cut)), rows.part(slice(cut, None))]
    together = tally_of(parts[0], cells) + tally_of(parts[1], cells)
    _near(together, tally_of(rows, cells))
    _near(Tally.zero(cells) + together + Tally.zero(cells), together)


def test_counts_in_other_cells_do_not_add() -> None:
    """Counts by the cells of another reference, or of another task, are refused."""
    one, other = (tally_of(_random("binary", seed, 50)) for seed in (1, 2))
    with pytest.raises(MetricError) as caught:
        one + other
    assert caught.value.code == "other_cells"
    with pytest.raises(MetricError) as caught:
        tally_of(_random("regression", 1, 50), one.cells)
    assert caught.value.code == "task_differs"
    swapped = binary([0, 1], [0, 1], classes=("1", "0"))
    with pytest.raises(MetricError) as caught:
        tally_of(swapped, one.cells)
    assert caught.value.code == "positive_differs"


def test_a_class_that_comes_later_gets_a_row() -> None:
    """A class unseen by the reference widens the table; the positive one stays last."""
    cells = cells_of(binary([0, 1, 1], [0, 1, 0]))
    later = tally_of(binary([0, 1, 2], [0, 2, 2], classes=("0", "x", "1")), cells)
    both = tally_of(binary([0, 1, 1], [0, 1, 0]), cells) + later
    assert both.classes == ("0", "x", "1")
    assert both.confusion.tolist() == [[2, 0, 0], [0, 0, 1], [1, 0, 2]]


def test_errors_far_from_zero_keep_their_digits() -> None:
    """Moments of small errors on labels near 1e9 add without losing them."""
    rng = np.random.default_rng(1)
    labels = 1e9 + rng.normal(0, 1, 4000)
    rows = regression(labels, labels + rng.normal(0, 1e-3, 4000))
    cells = cells_of(rows)
    whole = Tally.zero(cells)
    for start in range(0, 4000, 37):
        whole += tally_of(rows.part(slice(start, start + 37)), cells)
    for figure in figures(whole, ["rmse", "mae"]):
        (exact,) = figures(rows, [figure.metric])
        assert figure.value == pytest.approx(exact.value, rel=1e-12)


def test_thin_figures_are_those_of_scikit_learn() -> None:
    """Accuracy, MAE and RMSE of rows are scikit-learn's."""
    rows = _random("binary", 5, 400)
    (figure,) = figures(rows, ["accuracy"])
    assert figure.value == peer.accuracy_score(rows.labels, rows.predictions)
    rows = _random("regression", 5, 400)
    mae, rmse = figures(rows, ["mae", "rmse"])
    labels, predictions = rows.labels, rows.predictions
    assert mae.value == pytest.approx(
        peer.mean_absolute_error(labels, predictions), rel=1e-12
    )
    assert rmse.value == pytest.approx(
        peer.root_mean_squared_error(labels, predictions), rel=1e-12
    )
    assert mae.interval[0] < mae.value < mae.interval[1]


def test_what_is_not_there_has_a_reason() -> None:
    """No rows, no prediction, no score or another task: no value, and why."""
    rows = binary([0, 1], None, [0.2, 0.7])
    (figure,) = figures(rows, ["accuracy"])
    assert (figure.value, figure.reason.code) == (None, "no_prediction")
    asked = {figure.metric for figure in figures(rows)}
    assert "roc_auc" in asked
    assert "accuracy" not in asked
    (figure,) = figures(binary([], [], []), ["accuracy"])
    assert (figure.value, figure.reason.code) == (None, "no_labels")
    (figure,) = figures(rows, ["rmse"])
    assert (figure.value, figure.reason.code) == (None, "wrong_task")
    (figure,) = figures(regression([1.0, 2.0], [np.inf, 2.0]), ["rmse"])
    assert (figure.value, figure.reason.code) == (None, "infinite")
    assert performance_metrics()["mae"].unit == "unit of the label"


def test_many_rows_are_counted_in_pieces() -> None:
    """Counting more rows than fit at a time is counting each of them once."""
    rng = np.random.default_rng(6)
    labels = rng.normal(0, 1, 150_000)
    rows = regression(labels, labels + rng.normal(0, 1, 150_000))
    tally = tally_of(rows)
    assert tally.rows == 150_000
    assert tally.errors.cells.sum() == 150_000
    assert tally.errors.deciles.rows.tolist() == [15_000] * 10
    error = rows.predictions - rows.labels
    (rmse,) = figures(tally, ["rmse"])
    assert rmse.value == pytest.approx(np.sqrt((error**2).mean()), rel=1e-12)


def test_classes_without_rows_here_keep_their_cells() -> None:
    """Outcomes that know fewer classes than the reference are counted all the same."""
    rng = np.random.default_rng(7)
    cells = cells_of(_random("multiclass", 1, 300))
    scores = rng.dirichlet([1, 1], 50)
    fewer = multiclass(rng.integers(0, 2, 50), None, scores, k=2)
    tally = tally_of(fewer, cells) + tally_of(_random("multiclass", 2, 60), cells)
    assert [int(ranks.sum()) for ranks in tally.scored.ranks] == [110] * 3
