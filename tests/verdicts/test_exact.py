"""Exact rules: chances as in the textbook, and rare on unchanged data."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
import pandas as pd
import pytest

import leeboard as lb
from leeboard.metrics._metric import Pair
from leeboard.verdicts.exact import Outside, is_constant, outside
from leeboard.verdicts.verdict import Lines


def _pair(reference: Any, current: Any) -> Pair:
    before = lb.profile(pd.DataFrame({"x": reference}))
    now = lb.profile(pd.DataFrame({"x": current}), reference=before)
    sides = before.parts[None].counts["x"], now.parts[None].counts["x"]
    return Pair(before.cells["x"], *sides, fixed=True)


def _outside(reference: Any, current: Any) -> Outside:
    return outside(_pair(reference, current), Lines())


@pytest.mark.parametrize(("n", "m", "k"), [(30, 9, 3), (100, 5, 5), (20, 19, 4)])
def test_leaving_a_constant_is_fishers_test(n: int, m: int, k: int) -> None:
    """The chance is that of k marked rows all being current ones."""
    found = _outside([1.0] * n, [2.0] * k + [1.0] * (m - k))
    assert found.p_value == pytest.approx(comb(m, k) / comb(n + m, k), rel=1e-9)
    assert found.reason.code == "left_constant"


@pytest.mark.parametrize(("n", "r", "m"), [(50, 10, 4), (200, 0, 3), (90, 89, 12)])
def test_losing_all_values_is_fishers_test(n: int, r: int, m: int) -> None:
    """The chance is that of every current row being among the missing ones."""
    before = [None] * r + [float(i) for i in range(n - r)]
    found = _outside(before, pd.Series([None] * m, dtype=float))
    expected = comb(r + m, m) / comb(n + m, m)
    assert found.p_value == pytest.approx(expected, rel=1e-9)
    assert found.reason.code == "all_missing"


def test_rare_levels_are_no_constant() -> None:
    """Levels that share the rare cell may be many, so nothing is held by them."""
    rare = [f"level {i}" for i in range(500)] * 2
    assert not is_constant(_pair(rare, rare[::-1]))
    assert is_constant(_pair(["a"] * 50, ["a"] * 30))


@pytest.mark.parametrize("levels", [5, 300, 5000])
@pytest.mark.parametrize(("n", "m"), [(1000, 1000), (200, 4000), (3000, 100)])
def test_unchanged_levels_are_not_new(levels: int, n: int, m: int) -> None:
    """Long tails bring levels never seen, and that is expected of them."""
    rng = np.random.default_rng(levels + n)
    weights = 1.0 / np.arange(1, levels + 1)
    names = np.array([f"level {i}" for i in range(levels)])
    drawn = [
        rng.choice(names, n + m, p=weights / weights.sum()).tolist() for _ in range(20)
    ]
    found = [_outside(rows[:n], rows[n:]).p_value for rows in drawn]
    assert min(found) >= 0.001


def test_levels_that_are_recoded_are_new() -> None:
    """Three rows in ten renamed are told, though a size cannot see them."""
    rng = np.random.default_rng(3)
    names = np.array([f"level {i}" for i in range(2000)])
    before = np.repeat(names, 3)
    now = rng.choice(names, 3000)
    now[:900] = np.char.add("new ", now[:900])
    frames = pd.DataFrame({"x": before}), pd.DataFrame({"x": now})
    verdict = lb.check(*frames)["x"].verdict
    assert (verdict.state, verdict.reason.code) == ("moved", "unseen_levels")
    assert "900 of 3,000" in verdict.reason.text


def test_a_handful_of_rows_beside_a_large_constant_is_negligible() -> None:
    """Ten of 10,000 rows new to a million constant ones: PSI under 0.02, not moved."""
    reference = {"x": np.zeros(1_000_000)}
    few = {"x": np.r_[np.ones(10), np.zeros(9_990)]}
    many = {"x": np.r_[np.ones(80), np.zeros(9_920)]}
    assert lb.check(reference, few).moved == ()
    assert lb.check(reference, many).moved == ("x",)
