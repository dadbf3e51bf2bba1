"""Monotone tables against scikit-learn, and when one is worth having."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from leeboard.stats.calibration import (
    calibration_helps,
    expected_calibration_error,
    fit_shares,
    refit_shares,
)

Array = np.ndarray[Any, Any]
ROWS = st.lists(
    st.tuples(st.sampled_from([i / 20 for i in range(21)]), st.booleans()),
    min_size=1,
    max_size=60,
)


def _draw(n: int, power: float, seed: int) -> tuple[Array, Array]:
    """Scores whose true chance is the score to a power."""
    draw = np.random.default_rng(seed)
    scores = draw.random(n)
    return scores, (draw.random(n) < scores**power).astype(np.float64)


@settings(deadline=None, max_examples=60)
@given(ROWS)
def test_the_table_is_scikit_learns(rows: list[tuple[float, bool]]) -> None:
    """At every score, inside and out, the table tells what IsotonicRegression does."""
    scores = np.array([score for score, _ in rows])
    labels = np.array([float(label) for _, label in rows])
    theirs = IsotonicRegression(out_of_bounds="clip").fit(scores, labels)
    at = np.linspace(-0.2, 1.2, 57)
    ours = fit_shares(scores, labels)
    assert np.allclose(ours.of(at), theirs.predict(at), rtol=0, atol=1e-12)
    assert (np.diff(ours.scores) > 0).all()
    assert (np.diff(ours.shares) >= 0).all()


@settings(deadline=None, max_examples=40)
@given(ROWS)
def test_weights_are_repeated_rows(rows: list[tuple[float, bool]]) -> None:
    """A row of weight two is that row twice, one of weight none is not there."""
    scores = np.array([score for score, _ in rows])
    labels = np.array([float(label) for _, label in rows])
    weights = np.arange(len(rows)) % 3
    if weights.sum() == 0:
        weights += 1
    again = np.repeat(np.arange(len(rows)), weights)
    ours = fit_shares(scores, labels, weights.astype(np.float64))
    assert np.allclose(
        ours.of(scores), fit_shares(scores[again], labels[again]).of(scores), atol=1e-12
    )


def test_calibration_error_by_hand() -> None:
    """Two bins of three rows: (|0.3 - 1| + |2.4 - 2|) / 6."""
    stated = np.array([0.1, 0.1, 0.1, 0.8, 0.8, 0.8])
    labels = np.array([0.0, 1.0, 0.0, 1.0, 1.0, 0.0])
    error = expected_calibration_error(stated, labels, bins=2)
    assert error == pytest.approx((0.7 + 0.4) / 6)


def test_calibration_error_does_not_know_the_order_of_rows() -> None:
    """Rows of equal probability stay together, in whatever order they come."""
    stated, labels = np.repeat([0.2, 0.3, 0.4], [30, 3, 40]), np.arange(73) % 2
    mixed = np.random.default_rng(0).permutation(73)
    whole = expected_calibration_error(stated, labels)
    assert expected_calibration_error(stated[mixed], labels[mixed]) == pytest.approx(
        whole, abs=1e-15
    )


@pytest.mark.parametrize("power", [0.4, 2.5])
def test_a_table_helps_scores_that_are_no_chances(power: float) -> None:
    """Scores that are surely off are calibrated, whatever the folds."""
    scores, labels = _draw(2000, power, 1)
    for seed in range(5):
        assert calibration_helps(scores, labels, np.random.default_rng(seed))


def test_the_decision_rests_on_the_rows_alone() -> None:
    """The order of rows does not matter; two classes are needed."""
    for seed in range(8):
        scores, labels = _draw(400, 1.0, seed)
        mixed = np.random.default_rng(9).permutation(400)
        first = calibration_helps(scores, labels, np.random.default_rng(3))
        again = calibration_helps(
            scores[mixed], labels[mixed], np.random.default_rng(3)
        )
        assert first == again
    assert not calibration_helps(scores, np.ones(400), np.random.default_rng(0))
    assert not calibration_helps(scores[:9], labels[:9], np.random.default_rng(0))


def test_a_table_judged_by_its_own_rows_would_always_help() -> None:
    """Out of sample a table of chances that were right helps less often than not."""
    helped = own = 0
    for seed in range(40):
        scores, labels = _draw(300, 1.0, seed)
        helped += calibration_helps(scores, labels, np.random.default_rng(seed))
        shares = fit_shares(scores, labels).of(scores)
        own += expected_calibration_error(shares, labels) < expected_calibration_error(
            scores, labels
        )
    assert own == 40
    assert helped <= 30


def test_refits_spread_as_other_references_do() -> None:
    """The bootstrap's spread of the mean share is that of new samples."""
    n, grid = 1000, np.linspace(0.05, 0.95, 19)
    scores, labels = _draw(n, 2.0, 0)
    drawn = refit_shares(
        scores, labels, grid, replicates=200, generator=np.random.default_rng(1)
    )
    assert drawn.shape == (200, 19)
    assert (drawn >= 0).all()
    assert (drawn <= 1).all()
    fresh = np.array(
        [fit_shares(*_draw(n, 2.0, seed)).of(grid).mean() for seed in range(1, 201)]
    )
    ratio = drawn.mean(axis=1).std() / fresh.std()
    assert 0.85 <= ratio <= 1.18
