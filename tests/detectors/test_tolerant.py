"""D2: its ball, its dual, and exact means of its e-values."""

from __future__ import annotations

import json
from itertools import product
from math import exp, lgamma
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from leeboard.detectors._ball import divergence, edges, likeliest, reference_error
from leeboard.detectors._bets import following, shaped
from leeboard.detectors.tolerant import Tolerant


@pytest.mark.parametrize("delta", [0.1, 0.01])
@pytest.mark.parametrize("counts", [[1000] * 10, [5, 0, 3], [9000, 90, 9, 0], [10, 10]])
def test_the_reference_error_is_the_quantile_of_draws(
    counts: list[int], delta: float
) -> None:
    """Of 40,000 draws the named share lies beyond it, within a quarter."""
    alphas = np.array(counts) + 0.5
    draws = np.random.default_rng(3).dirichlet(alphas, 40_000)
    centre = alphas / alphas.sum()
    with np.errstate(divide="ignore"):
        sizes = -(np.log(draws / centre) @ centre)
    beyond = (sizes > reference_error(alphas, delta)).mean()
    assert 0.7 * delta <= beyond <= 1.25 * delta


@pytest.mark.filterwarnings("ignore:Values in x were outside bounds:RuntimeWarning")
def test_the_likeliest_in_the_ball_equals_a_general_solver() -> None:
    """The likelihood is that of SLSQP, and the ball is kept to."""
    rng = np.random.default_rng(4)
    for part in (0.01, 0.2, 0.9):
        centre, shares = rng.dirichlet(np.full(5, 4.0), 2)
        radius = part * divergence(centre, shares)
        best = likeliest(centre, shares, radius)
        found = minimize(
            lambda p, x=shares: -(x @ np.log(p)),
            centre,
            method="SLSQP",
            bounds=[(1e-9, 1.0)] * 5,
            constraints=[
                {"type": "eq", "fun": lambda p: p.sum() - 1.0},
                {
                    "type": "ineq",
                    "fun": lambda p, c=centre, r=radius: r + c @ np.log(p / c),
                },
            ],
            options={"ftol": 1e-14, "maxiter": 500},
        )
        assert divergence(centre, best) == pytest.approx(radius, rel=1e-8)
        assert -(shares @ np.log(best)) == pytest.approx(found.fun, abs=1e-6)


def _windows(rows: int) -> list[Any]:
    every = product(range(rows + 1), repeat=3)
    return [np.array(x) for x in every if sum(x) == rows]


@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("rows", [1, 4, 8])
def test_the_mean_of_an_e_value_is_at_most_one_over_the_ball(
    rows: int, *, ordered: bool
) -> None:
    """For distributions in the ball the sum over all windows is at most 1."""
    detector = Tolerant(np.array([30, 15, 5]), tolerance=0.02, ordered=ordered)
    windows = _windows(rows)
    memory = detector.step(detector.start(), np.array([2, 3, 3])).memory
    e = np.exp([detector.step(memory, x).log_e for x in windows])
    ways = [exp(lgamma(rows + 1) - sum(lgamma(k + 1) for k in x)) for x in windows]
    centre = np.array([30.5, 15.5, 5.5]) / 51.5
    points = np.random.default_rng(1).dirichlet(centre * 20, 400)
    inside = [p for p in points if divergence(centre, p) <= detector.radius]
    assert len(inside) >= 50
    for p in inside:
        chances = [w * np.prod(p**x) for w, x in zip(ways, windows, strict=True)]
        assert np.dot(chances, e) <= 1.0 + 1e-12


@pytest.mark.parametrize("radius", [1e-4, 0.02, 0.5])
@pytest.mark.parametrize("cells", [2, 3, 10])
def test_each_bet_has_a_mean_of_at_most_one_over_the_ball(
    cells: int, radius: float
) -> None:
    """The best that any point of the ball gives a row, found by a general solver."""
    draw = np.random.default_rng(cells)
    centre = draw.dirichlet(np.full(cells, 3.0))
    shares = draw.dirichlet(centre * 30, 2)
    bets = shaped(centre, radius, ordered=True)
    assert bets.weights.sum() == pytest.approx(1.0)
    for log in (*bets.logs, *following(centre, shares, radius)):
        assert _most(centre, radius, np.exp(log)) <= 1.0 + 1e-9


def _most(centre: Any, radius: float, values: Any) -> float:
    """Largest mean of values over the ball.

    A linear function is largest where p = centre a / (b - values): by b one knows all.
    """
    top = float(values.max())

    def at(log: float) -> Any:
        p = centre / (top + exp(log) - values)
        return p / p.sum()

    low, high = -60.0, 60.0
    for _ in range(200):
        middle = (low + high) / 2.0
        inside = divergence(centre, at(middle)) <= radius
        low, high = (low, middle) if inside else (middle, high)
    return float(at(high) @ values)


def test_nearest_points_of_the_ball_are_the_likeliest_and_not_inside() -> None:
    """Beside a rare cell and far out, too."""
    centre = np.array([1e-6, 0.3, 0.7 - 1e-6])
    outside = np.array([[1e-9, 0.6, 0.4], [0.9, 0.05, 0.05], [1e-6, 0.01, 0.99]])
    outside /= outside.sum(axis=1, keepdims=True)
    for radius in (1e-7, 0.01, 0.1):
        found = edges(centre, outside, radius)
        for point, there in zip(found, outside, strict=True):
            assert point == pytest.approx(likeliest(centre, there, radius), rel=1e-6)
            assert -1e-15 <= divergence(centre, point) - radius <= 1e-11


def test_the_ball_holds_the_reference_error() -> None:
    """With no tolerance it is the reference's error alone, and shrinks with rows."""
    few, many = (Tolerant(np.full(10, n), tolerance=0.0) for n in (100, 10_000))
    assert few.radius == pytest.approx(reference_error(np.full(10, 100.5), 0.01))
    assert many.radius == pytest.approx(few.radius / 100, rel=0.05)


def test_a_replay_is_the_same_run_and_a_shift_is_found() -> None:
    """Memories that went through JSON give the same; half a bin's mass is seen."""
    rng = np.random.default_rng(5)
    detector = Tolerant(np.full(10, 1000))
    one = other = detector.start()
    for x in rng.multinomial(500, [0.05, 0.15, *[0.1] * 8], 20):
        there = detector.step(one, x)
        assert detector.step(tuple(json.loads(json.dumps(other))), x) == there
        one = other = there.memory
    restarted = detector.restart(one)
    assert not any(restarted[:-40])
    assert restarted[-40:] == one[-40:]
    moved = np.array([200, 100, *[25] * 8])
    assert detector.step(restarted, moved).log_m > np.log(500)
    assert not detector.inside(moved)
    assert detector.inside(np.full(10, 50))


def test_empty_cells_and_windows_and_many_rows_are_finite() -> None:
    """Cells without reference rows, windows without rows, a billion rows."""
    detector = Tolerant(np.array([0, 1000, 0]))
    first = detector.step(detector.start(), np.array([5.5, 10.0, 0.0]))
    empty = detector.step(first.memory, np.zeros(3))
    assert (empty.memory, empty.log_e) == (first.memory, 0.0)
    assert empty.log_m == pytest.approx(first.log_m)
    huge = detector.step(first.memory, np.array([1e9, 0.0, 1.0]))
    assert np.isfinite([huge.log_e, huge.log_m, *huge.memory]).all()
