"""Intervals and tests of shares, means and correlations."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from leeboard.stats.intervals import (
    clopper_pearson,
    correlation_p,
    order_interval,
    outside_tail,
    two_shares_p,
    welch,
    wilson,
)
from leeboard.stats.tables import fisher_exact, hypergeometric_tail
from tests.metrics._cases import frozen, hand

SHARES = [case for case in frozen("inference") if case["kind"] == "share"]


@pytest.mark.parametrize(
    "case", SHARES, ids=lambda c: f"{c['k']}/{c['n']}@{c['level']}"
)
def test_intervals_of_shares_equal_the_frozen_ones(case: dict[str, Any]) -> None:
    """Wilson's and Clopper-Pearson's intervals equal those of another library."""
    given = case["k"], case["n"], case["level"]
    assert wilson(*given) == pytest.approx(case["wilson"], abs=1e-12)
    assert clopper_pearson(*given) == pytest.approx(case["clopper_pearson"], abs=1e-10)


def test_hand_worked_clopper_pearson() -> None:
    """The interval of no hit in ten equals that worked on paper."""
    (case,) = hand("clopper_pearson")
    found = clopper_pearson(case["k"], case["n"], case["level"])
    assert found == pytest.approx(case["expected"], abs=1e-12)


def test_score_test_equals_chi_square_of_two_cells() -> None:
    """The squared score statistic is Pearson's: the same p-value."""
    from leeboard.stats.tables import chi_square_p, pearson

    a, n, b, m = 30, 200, 70, 300
    table = np.array([a, n - a]), np.array([b, m - b])
    assert two_shares_p(a, n, b, m) == pytest.approx(chi_square_p(pearson(*table), 1))
    assert two_shares_p(0, 10, 0, 10) == 1.0


def test_welch_of_constants() -> None:
    """Two equal constants do not differ; two different ones do for certain."""
    assert welch((1.0, 1.0), (0.0, 0.0), (5, 5)) == (0.0, 1.0)
    assert welch((1.0, 2.0), (0.0, 0.0), (5, 5)) == (math.inf, 0)


def test_order_interval_is_the_shortest_that_holds() -> None:
    """For the median of 10 rows it is the second to the ninth row."""
    assert order_interval(10, 0.5) == (1, 8)
    assert order_interval(5, 0.5) == (-1, 5)


def test_order_interval_has_no_largest_n() -> None:
    """Of very many rows it is the normal's, though they are past 32 bits."""
    n = 1 << 34
    low, high = order_interval(n, 0.01)
    reach = 1.959964 * math.sqrt(n * 0.01 * 0.99)
    assert low == pytest.approx(n * 0.01 - reach, abs=5)
    assert high == pytest.approx(n * 0.01 + reach, abs=5)


def test_outside_tail_equals_counting_all_orders() -> None:
    """The chance of rows outside a range equals the count over all orders of rows."""
    from itertools import combinations

    n, m = 4, 5
    outside = [
        sum(not old[0] < i < old[-1] for i in range(n + m)) - 2
        for old in combinations(range(n + m), n)
    ]
    for least in range(m + 1):
        share = sum(k >= least for k in outside) / len(outside)
        assert outside_tail(least, n, m) == pytest.approx(share, rel=1e-12)


def test_fisher_holds_for_a_million_rows() -> None:
    """The exact test is finite and near the score test for a million rows."""
    found = fisher_exact(1000, 10**6, 1100, 10**6)
    assert found == pytest.approx(two_shares_p(1000, 10**6, 1100, 10**6), rel=0.1)
    assert fisher_exact(0, 10**6, 10**6, 10**6) == 0.0
    assert hypergeometric_tail(0, 10, 0, 10) == 1.0


@pytest.mark.parametrize("ranks", [False, True])
def test_correlation_p_values_are_uniform(*, ranks: bool) -> None:
    """Two samples of one correlation are told apart at the stated rate."""
    from leeboard.stats.rank import midranks

    rng = np.random.default_rng(3)
    rejected = 0
    for _ in range(600):
        found = []
        for size in (80, 120):
            x = rng.normal(size=size)
            y = 0.5 * x + math.sqrt(0.75) * rng.normal(size=size)
            pair = (midranks(x), midranks(y)) if ranks else (x, y)
            found.append(float(np.corrcoef(*pair)[0, 1]))
        rejected += correlation_p(found[0], found[1], (80, 120), ranks=ranks) <= 0.05
    assert abs(rejected - 30) <= 4 * math.sqrt(600 * 0.05 * 0.95)
