"""Intervals by the delta method, and what stands in where it fails."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from leeboard.stats.delta import (
    correlation_interval,
    difference_interval,
    gradient,
    margins_variance,
    mean_interval,
    mean_of_shares,
    positive_interval,
    quotient,
    share_interval,
)
from leeboard.stats.intervals import wilson


def test_gradients_are_exact_to_rounding() -> None:
    """The step along the imaginary axis agrees with calculus."""
    at = np.array([0.3, 0.7, 2.0])
    found = gradient(lambda x: np.sqrt(x[0]) * x[1] / x[2], at)
    root = math.sqrt(0.3)
    expected = [0.7 / (2 * root * 2), root / 2, -root * 0.7 / 4]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def _kappa(right: Any, rows: Any, columns: Any) -> Any:
    chance = rows @ columns
    return (right.sum() - chance) / (1 - chance)


def test_the_variance_of_kappa_is_the_published_one() -> None:
    """Fleiss, Cohen and Everitt (1969), their table: kappa 0.429, variance 0.002885."""
    table = np.array([[106, 10, 4], [22, 28, 10], [2, 12, 6]])
    value, variance = margins_variance(table, _kappa)
    assert value == pytest.approx(0.429, abs=5e-4)
    assert variance == pytest.approx(0.002885, abs=1e-6)


def test_the_variance_of_a_share_is_the_binomial_one() -> None:
    """For the share on the diagonal, the general formula is p (1 − p) / n."""
    table = np.array([[40, 10], [20, 30]])
    value, variance = margins_variance(table, lambda right, _, __: right.sum())
    assert value == pytest.approx(0.7)
    assert variance == pytest.approx(0.7 * 0.3 / 100)


def test_a_difference_has_newcombes_interval() -> None:
    """Newcombe (1998, method 10): 56 of 70 less 48 of 80 gives 0.0524 to 0.3339."""
    one, two = wilson(48, 80), wilson(56, 70)
    low, high = difference_interval((48 / 80, 56 / 70), one, two)
    assert low == pytest.approx(0.0524, abs=1e-4)
    assert high == pytest.approx(0.3339, abs=1e-4)


def test_intervals_stay_where_the_figure_can_be() -> None:
    """Shares stay in [0, 1], correlations in [-1, 1], at and near their ends too."""
    for value in (0.0, 1e-9, 0.5, 1 - 1e-9, 1.0):
        for variance in (0.0, 1e-6, 0.2, float("nan")):
            low, high = share_interval(value, variance, 7)
            assert 0.0 <= low <= high <= 1.0
            low, high = correlation_interval(2 * value - 1, variance, 7)
            assert -1.0 <= low <= high <= 1.0
    assert share_interval(1.0, 0.0, 20) == wilson(20, 20)


def test_means_need_two_rows() -> None:
    """One row says nothing of spread, nor does an infinite variance."""
    assert mean_interval(3.0, 1.0, 1) is None
    assert mean_interval(3.0, math.inf, 9) is None
    assert positive_interval(3.0, math.nan, 9) is None
    assert positive_interval(0.0, 0.0, 9) == (0.0, 0.0)
    low, high = positive_interval(1e-3, 1e6, 2)
    assert (low, high) == (0.0, math.inf)


def test_a_mean_of_one_share_has_wilsons_interval() -> None:
    """With one class, the recovered interval is that of its share."""
    value, (low, high) = mean_of_shares(np.array([3]), np.array([4]))
    assert value == 0.75
    assert (low, high) == pytest.approx(wilson(3, 4))


def test_quotients_by_nothing_are_nothing() -> None:
    """A denominator of 0 gives 0, real or complex."""
    found = quotient(np.array([1.0, 2.0 + 0j]), np.array([0.0, 4.0]))
    assert found.tolist() == [0, 0.5]
