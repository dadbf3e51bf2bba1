"""Errors by cells of what the model said, from counts, beside those of the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from leeboard.performance import Outcomes, error_cells, tally_of
from leeboard.schema import Task


def binary(
    n: int, at: float, seed: int = 1, *, classes: tuple[str, ...] = ("no", "yes")
) -> Outcomes:
    """Return rows whose class is predicted from a score on."""
    rng = np.random.default_rng(seed)
    score = rng.beta(2.0, 3.0, n)
    label = (rng.random(n) < score).astype(np.int64)
    return Outcomes(Task.BINARY, label, (score >= at).astype(np.int64), score, classes)


@pytest.mark.parametrize("at", [0.0, 0.2, 0.3137, 0.5, 0.55, 0.9, 2.0])
@pytest.mark.parametrize("n", [300, 5000])
def test_wrong_answers_by_score_are_those_of_the_rows(at: float, n: int) -> None:
    """Exact, wherever the model's threshold lies, inside of a cell or between two."""
    one, window = binary(n, at), binary(700, at, seed=2)
    cells = tally_of(one).cells
    for rows in (one, window):
        found = error_cells(tally_of(rows, cells))
        assert found is not None
        place = np.searchsorted(cells.scores[0], rows.scores, side="right")
        wrong = np.bincount(
            place[rows.labels != rows.predictions], minlength=len(found.rows)
        )
        counts = np.bincount(place, minlength=len(found.rows))
        assert found.rows.tolist() == counts.tolist()
        np.testing.assert_allclose(found.means * found.rows, wrong, atol=1e-9)


def test_predictions_that_no_score_gives_are_refused() -> None:
    """Another rule made them, so that errors by score are unknown."""
    one = binary(5000, 0.5)
    rng = np.random.default_rng(3)
    other = Outcomes(
        one.task, one.labels, rng.integers(0, 2, 5000), one.scores, one.classes
    )
    assert error_cells(tally_of(other)) is None


@pytest.mark.parametrize("lacks", ["scores", "predictions"])
def test_without_scores_or_predictions_there_is_none(lacks: str) -> None:
    """Nothing to say is said as nothing."""
    one = binary(500, 0.5)
    kept: Any = {"scores": one.scores, "predictions": one.predictions, lacks: None}
    rows = Outcomes(
        one.task, one.labels, kept["predictions"], kept["scores"], one.classes
    )
    assert error_cells(tally_of(rows)) is None


def test_several_classes_are_wrong_where_the_likeliest_is() -> None:
    """By cells of the confidence; predictions of another rule are refused."""
    rng = np.random.default_rng(4)
    scores = rng.dirichlet(np.ones(3), 4000)
    labels = np.array([rng.choice(3, p=row) for row in scores])
    said = scores.argmax(axis=1)
    one = Outcomes(Task.MULTICLASS, labels, said, scores, ("a", "b", "c"))
    found = error_cells(tally_of(one))
    assert found is not None
    assert found.rows.sum() == 4000
    assert found.rows @ found.means == pytest.approx((said != labels).sum())
    other = Outcomes(Task.MULTICLASS, labels, labels, scores, ("a", "b", "c"))
    assert error_cells(tally_of(other)) is None


def test_numbers_are_by_tenths_of_the_predictions() -> None:
    """Rows, mean absolute error and its variance, equal to numpy's."""
    rng = np.random.default_rng(6)
    said = rng.gamma(2.0, 10.0, 3000)
    labels = said + rng.normal(0.0, 1.0 + said / 10.0)
    one = Outcomes(Task.REGRESSION, labels, said)
    tally = tally_of(one)
    found = error_cells(tally)
    assert found is not None
    place = np.searchsorted(tally.cells.predictions, said, side="right")
    for i in range(10):
        size = np.abs(said - labels)[place == i]
        assert found.rows[i] == len(size)
        assert found.means[i] == pytest.approx(size.mean())
        assert found.variances[i] == pytest.approx(size.var(ddof=1))


def test_errors_that_are_not_finite_are_refused() -> None:
    """One infinite error has no place in a mean."""
    said = np.arange(100.0)
    labels = said.copy()
    labels[3] = np.inf
    assert error_cells(tally_of(Outcomes(Task.REGRESSION, labels, said))) is None
