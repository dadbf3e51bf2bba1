"""Where one value holds nearly all rows, the size is bounded exactly."""

from __future__ import annotations

import numpy as np
import pytest

import leeboard as lb
from leeboard.verdicts.dominant import bound
from leeboard.verdicts.verdict import State
from tests.verdicts import _promise as promise


def _flags(rate: float, rows: int, seed: int) -> dict[str, np.ndarray]:
    return {"flag": np.random.default_rng(seed).random(rows) < rate}


def test_a_rare_flag_holds() -> None:
    """Three rows in a thousand, before and after: too few for cells, and no matter."""
    report = lb.check(_flags(0.003, 1000, 1), _flags(0.003, 1000, 2))
    verdict = report["flag"].verdict
    assert verdict.state is State.HELD
    assert verdict.reason.code == "below_large"
    assert verdict.interval[1] < 0.1


def test_a_few_dozen_rows_bound_little() -> None:
    """With thirty rows a flag never seen may still hide a large change."""
    report = lb.check(_flags(0.0, 1000, 1), _flags(0.0, 30, 2) | _flags(0.05, 30, 3))
    assert report["flag"].state is not State.HELD


def test_levels_that_are_all_rare_are_bounded_by_nothing() -> None:
    """Ten thousand levels of one row each share a cell that says nothing."""
    pair = promise.levels(np.ones(1000, int), np.ones(1000, int))
    assert bound(pair) is None


@pytest.mark.parametrize("rows", [100, 300, 1000])
def test_the_bound_covers_the_true_size(rows: int) -> None:
    """Of shares whose true size is exactly large, at most 5 % are bounded below it."""
    rng = np.random.default_rng(rows)
    before = 2.0 / rows
    grid = np.linspace(before, 1.0, 20_000)[1:-1]
    sizes = (grid - before) * np.log(grid / before)
    sizes += (before - grid) * np.log((1 - grid) / (1 - before))
    now = float(grid[np.searchsorted(sizes, promise.LINES.large)])
    missed = 0
    for _ in range(600):
        a, b = rng.binomial(rows, before), rng.binomial(rows, now)
        pair = promise.levels(np.array([rows - a, a]), np.array([rows - b, b]))
        known = bound(pair)
        missed += known is not None and known.upper < promise.LINES.large
    assert missed <= 0.05 * 600 + 4 * np.sqrt(0.05 * 0.95 * 600)


def test_a_level_that_all_but_vanished_is_not_held() -> None:
    """Eighteen rows of three hundred became one: too few to merge, too many to pass."""
    before = ["a"] * 150 + ["b"] * 132 + ["c"] * 18
    now = ["a"] * 159 + ["b"] * 140 + ["c"]
    verdict = lb.check({"x": before}, {"x": now})["x"].verdict
    assert verdict.state is not State.HELD
    assert "a level all but vanished" in verdict.reason.text
