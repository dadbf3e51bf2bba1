"""Waiting times where some rows still wait."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from leeboard.stats.survival import Survival, kaplan_meier, log_rank, risk_table
from tests.metrics._cases import frozen

CURVES = [case for case in frozen("late") if case["kind"] == "curve"]
TESTS = [case for case in frozen("late") if case["kind"] == "test"]
NAME = lambda case: case["name"]


def _arrays(case: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    return np.array(case["durations"], float), np.array(case["ended"], bool)


@pytest.mark.parametrize("case", CURVES, ids=NAME)
def test_curve_equals_the_frozen_one(case: dict[str, Any]) -> None:
    """Shares and Greenwood's errors equal those of another library."""
    curve = kaplan_meier(*_arrays(case))
    ends = np.array(case["events"]) > 0
    assert curve.times.tolist() == np.array(case["times"])[ends].tolist()
    assert curve.at_risk.tolist() == np.array(case["at_risk"])[ends].tolist()
    assert curve.shares == pytest.approx(np.array(case["share"])[ends], abs=1e-12)
    for share, spread, error in zip(
        curve.shares, curve.spread, np.array(case["standard_error"])[ends], strict=True
    ):
        if share > 0:
            assert share * math.sqrt(spread) == pytest.approx(error, abs=1e-12)


@pytest.mark.parametrize("case", CURVES[1:], ids=NAME)
def test_interval_equals_the_frozen_one_of_the_median(case: dict[str, Any]) -> None:
    """The times whose log-log interval holds a half are the median's interval."""
    curve = kaplan_meier(*_arrays(case))
    holds = [
        t
        for place, t in enumerate(curve.times)
        if curve.shares[place] > 0
        and curve.interval(place)[0] <= 0.5 <= curve.interval(place)[1]
    ]
    low, high = (float(end) for end in case["median_interval"])
    assert min(holds) == low
    after = [t for t in curve.times if t > max(holds)]
    assert (after[0] if after else math.inf) == high


@pytest.mark.parametrize("case", TESTS, ids=NAME)
def test_log_rank_equals_the_frozen_one(case: dict[str, Any]) -> None:
    """The log-rank test, plain and by stratum, equals that of another library."""
    durations, ended = _arrays(case)
    group, stratum = np.array(case["group"]), np.array(case["stratum"])

    def tables(rows: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        times = np.unique(durations[rows & ended])
        return [
            risk_table(durations[part], ended[part], times)
            for part in (rows & (group == 0), rows & (group == 1))
        ]

    found = log_rank(*tables(np.ones(len(group), bool)))
    assert found.z**2 == pytest.approx(case["chi_square"], rel=1e-10)
    assert found.p_value == pytest.approx(case["p_value"], rel=1e-8)
    parts = [tables(stratum == value) for value in np.unique(stratum)]
    joined = [
        (
            np.concatenate([part[side][0] for part in parts]),
            np.concatenate([part[side][1] for part in parts]),
        )
        for side in (0, 1)
    ]
    within = log_rank(*joined)
    assert within.z**2 == pytest.approx(case["chi_square_within"], rel=1e-10)
    assert within.p_value == pytest.approx(case["p_value_within"], rel=1e-8)


def test_interval_where_nothing_or_everything_ended() -> None:
    """Where all wait, or none does, the bound is that of a share of 0 or 1 of n."""
    curve = Survival(np.array([1.0, 2.0]), np.array([10, 10]), np.array([0, 10]))
    assert curve.interval(-1) == (1.0, 1.0)
    assert curve.interval(0) == pytest.approx((0.025 ** (1 / 10), 1.0))
    assert curve.interval(1) == pytest.approx((0.0, 1 - 0.025 ** (1 / 10)))
    assert curve.place(0.5) == -1
    assert curve.place(2.0) == 1


def test_log_rank_of_nobody_says_nothing() -> None:
    """Two samples without ends do not differ."""
    nobody = np.zeros(3), np.zeros(3)
    assert log_rank(nobody, nobody).p_value == 1.0


def test_sooner_is_positive() -> None:
    """A current sample that ends sooner has a z above 0."""
    times = np.array([1.0, 2.0, 3.0])
    slow = risk_table(np.array([3.0] * 9 + [1.0]), np.ones(10, bool), times)
    fast = risk_table(np.array([1.0] * 9 + [3.0]), np.ones(10, bool), times)
    assert log_rank(slow, fast).z > 3
    assert log_rank(fast, slow).z < -3


def test_interval_of_a_curve_covers_the_truth() -> None:
    """Of 400 samples of 60 rows about 95 % hold the true share, by a binomial band."""
    rng = np.random.default_rng(20)
    held = 0
    for _ in range(400):
        delay, age = rng.exponential(1.0, 60), rng.random(60) * 3
        curve = kaplan_meier(np.minimum(delay, age), delay <= age)
        low, high = curve.interval(curve.place(1.0))
        held += low <= math.exp(-1) <= high
    assert abs(held - 380) <= 4 * math.sqrt(400 * 0.95 * 0.05)
