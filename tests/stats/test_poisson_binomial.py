"""Counts of unequal trials against convolution, scipy and drawn labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from leeboard.stats.poisson_binomial import count_interval, count_law

Array = np.ndarray[Any, Any]


def _convolved(chances: Array) -> Array:
    law = np.ones(1)
    for chance in chances:
        law = np.convolve(law, [1.0 - chance, chance])
    return law


@settings(deadline=None, max_examples=80)
@given(st.lists(st.floats(0.0, 1.0), max_size=40))
def test_the_law_is_that_of_convolution(chances: list[float]) -> None:
    """Each probability equals the one found by adding trial after trial."""
    law = count_law(np.array(chances))
    assert np.allclose(law, _convolved(np.array(chances)), rtol=0, atol=1e-13)


@pytest.mark.parametrize("m", [1, 2, 7, 500, 2000])
@pytest.mark.parametrize("p", [0.001, 0.3, 0.97])
def test_equal_chances_are_binomial(m: int, p: float) -> None:
    """With one chance for all, law and interval are the binomial's."""
    chances = np.full(m, p)
    assert np.allclose(
        count_law(chances), binom.pmf(np.arange(m + 1), m, p), rtol=0, atol=1e-11
    )
    low, high = count_interval(chances)
    assert (low, high) == (binom.ppf(0.025, m, p), binom.ppf(0.975, m, p))


@pytest.mark.parametrize("rare", [0.004, 0.05, 0.5])
def test_above_the_exact_the_ends_differ_by_one_at_most(rare: float) -> None:
    """The corrected normal law finds the exact ends, give or take one."""
    draw = np.random.default_rng(2)
    chances = draw.beta(rare * 4, (1 - rare) * 4, 6000)
    below = np.cumsum(count_law(chances))
    exact = np.searchsorted(below, [0.025, 0.975])
    assert np.abs(np.array(count_interval(chances)) - exact).max() <= 1.0


def test_sure_trials_leave_no_doubt() -> None:
    """Trials of chance 0 and 1 give one count, few or many; none give none."""
    for m in (3, 5000):
        sure = np.repeat([0.0, 1.0], [m, m])
        assert count_interval(sure) == (m, m)
    assert count_interval(np.array([])) == (0.0, 0.0)


@pytest.mark.parametrize("m", [12, 300, 4000])
def test_the_interval_holds_drawn_counts(m: int) -> None:
    """At least 95 % of drawn counts lie within, few more than whole numbers force."""
    draw = np.random.default_rng(m)
    chances = draw.beta(0.6, 0.9, m)
    counts = (draw.random((4000, m)) < chances).sum(axis=1)
    low, high = count_interval(chances)
    inside = ((counts >= low) & (counts <= high)).mean()
    assert inside >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / 4000)
    tighter = ((counts > low) & (counts < high)).mean()
    assert tighter <= 0.95 + 4 * np.sqrt(0.95 * 0.05 / 4000)
