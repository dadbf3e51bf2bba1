"""One row, one value, the largest numbers: a figure or a reason, never a warning."""

from __future__ import annotations

import math

import numpy as np
import pytest

from leeboard.performance import Figure, Outcomes, figures, tally_of
from tests.performance._rows import binary, multiclass, regression

_LARGE = 1.5e308

_EDGES: dict[str, Outcomes] = {
    "one positive": binary([1], [1], [0.9]),
    "one negative, wrong": binary([0], [1], [0.9]),
    "two rows": binary([0, 1], [0, 1], [0.1, 0.9]),
    "perfect": binary([0, 1] * 50, [0, 1] * 50, [0.0, 1.0] * 50),
    "all wrong": binary([0, 1] * 50, [1, 0] * 50, [1.0, 0.0] * 50),
    "one score": binary([0, 1] * 50, [1, 1] * 50, [0.5, 0.5] * 50),
    "one positive of many": binary([0] * 99 + [1], [0] * 100, [0.01] * 100),
    "all positive": binary([1] * 30, [1, 0] * 15, [0.2, 0.7] * 15),
    "one class of three": multiclass([1] * 9, [0, 1, 2] * 3, [[0.2, 0.5, 0.3]] * 9),
    "pure": multiclass([0, 1, 2] * 3, [0, 1, 2] * 3, np.eye(3)[[0, 1, 2] * 3]),
    "one number": regression([3.0], [3.0]),
    "one error": regression([3.0], [4.0]),
    "constant": regression([3.0] * 9, [3.0] * 9),
    "constant labels": regression([3.0] * 9, np.arange(9.0)),
    "zeros": regression([0.0] * 9, [0.0] * 9),
    "largest": regression([-_LARGE, _LARGE, 0.0], [_LARGE, -_LARGE, 1.0]),
    "large": regression([1e200, -1e200, 5.0], [1e200, 0.0, 5.0]),
    "squares overflow": regression([7e153, -7e153] * 6, [0.0] * 12),
    "smallest": regression([5e-324, -5e-324, 0.0], [0.0, 5e-324, 5e-324]),
    "infinite": regression([1.0, 2.0, 3.0], [1.0, np.inf, 3.0]),
    "no rows": regression([], []),
}


def _sound(figure: Figure) -> None:
    """Check that a figure is a number within its interval, or has a reason."""
    assert (figure.value is None) == (figure.reason is not None), figure
    if figure.value is None:
        assert figure.reason.text
        assert figure.interval is None
        return
    assert math.isfinite(figure.value), figure
    assert all(not math.isnan(value) for _, value in figure.facts)
    if figure.interval is not None:
        low, high = figure.interval
        assert low - 1e-12 <= figure.value <= high + 1e-12, figure


@pytest.mark.parametrize("name", _EDGES)
def test_edges_give_a_figure_or_a_reason(name: str) -> None:
    """Rows and their counts alike, and two sets of counts added."""
    rows = _EDGES[name]
    tally = tally_of(rows)
    for source in (rows, tally, tally + tally):
        for figure in figures(source):
            _sound(figure)


def test_perfect_predictions_have_intervals_of_shares() -> None:
    """Nothing wrong in a hundred rows leaves room for some, by Wilson."""
    found = {f.metric: f for f in figures(_EDGES["perfect"])}
    for name in ("accuracy", "f1", "roc_auc", "average_precision", "mcc", "kappa"):
        assert found[name].value == pytest.approx(1.0)
        assert 0.8 < found[name].interval[0] < 1.0
    assert found["log_loss"].value == pytest.approx(0.0, abs=1e-15)


def test_squares_beyond_the_largest_number_are_no_perfect_fit() -> None:
    """A sum that overflows leaves R² and RMSE undefined; MAE stands."""
    found = {f.metric: f for f in figures(_EDGES["squares overflow"])}
    assert found["r2"].reason.code == found["rmse"].reason.code == "infinite"
    assert found["mae"].value == pytest.approx(7e153)


def test_one_row_has_no_interval_of_a_mean() -> None:
    """A single error has no spread to tell."""
    found = {f.metric: f for f in figures(_EDGES["one error"])}
    assert found["mae"].value == 1.0
    assert found["mae"].interval is None
    assert found["r2"].reason.code == "zero_variance"
