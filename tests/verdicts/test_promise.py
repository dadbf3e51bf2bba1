"""The promise of a check, kept in simulation.

In at most 5 % of checks is any column at or below negligible called moved; held is said
at most 5 % of the time exactly at large; p-values of no change are uniform. Bands are
binomial, at four standard errors unless said otherwise; seeds are fixed.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from tests.verdicts import _promise as promise

SIZES = [(300, 300), (1000, 1000), (10_000, 1000), (1000, 10_000), (5000, 100)]
KINDS = ["normal", "lognormal", "rounded", "poisson", "small ints", "zeros"]
KINDS += ["zipf5", "zipf12", "zipf40", "zipf150", "zipf500", "zipf5000"]
DIRECTIONS = ["normal", "zipf5 tilt", "zipf12 tilt", "zipf12 head", "zipf12 middle"]


def at_most(hits: int, times: int, rate: float) -> bool:
    """True unless so many hits refute the rate at one in 30,000."""
    return bool(binom.sf(hits - 1, times, rate) > 3e-5)


@pytest.mark.parametrize("kind", ["normal", "poisson", "zipf12", "zipf500"])
def test_unchanged_columns_are_not_moved(kind: str) -> None:
    """The everyday form: 40 checks of 20 unchanged columns at 1,000 / 1,000."""
    any_moved, states = promise.checks(promise.unchanged(kind, 1000, 1000), 40, 20, 1)
    assert any_moved == 0
    assert states["held"] >= 0.95 * 800


@pytest.mark.long
@pytest.mark.parametrize(("n", "m"), SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_p_values_of_no_change_are_uniform(kind: str, n: int, m: int) -> None:
    """At 1, 5 and 10 % the share of small p-values is inside its two-sided band."""
    seed = 100 + KINDS.index(kind) * 7 + SIZES.index((n, m))
    p = promise.p_values(promise.unchanged(kind, n, m), 800, seed)
    if len(p) < 700:
        assert kind in {"zipf500", "zipf5000"}  # too few rows, and said so
        return
    for level in (0.01, 0.05, 0.10):
        error = np.sqrt(level * (1 - level) / len(p))
        assert abs(np.mean(p <= level) - level) < 4 * error + 0.5 / len(p)


@pytest.mark.long
@pytest.mark.parametrize(("n", "m"), SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_unchanged_columns_of_every_kind_hold(kind: str, n: int, m: int) -> None:
    """At size 0 at most 1 % of columns move; at most 12 cells hold at 1,000 / 1,000."""
    any_moved, states = promise.checks(promise.unchanged(kind, n, m), 20, 20, 2)
    assert at_most(states["moved"], 400, 0.01)
    assert at_most(any_moved, 20, 0.05)
    few_cells = kind not in {"zipf40", "zipf150", "zipf500", "zipf5000"}
    if min(n, m) >= 1000 and few_cells:
        assert states["held"] >= 0.95 * 400


@pytest.mark.long
@pytest.mark.parametrize(("n", "m"), [(1000, 1000), (10_000, 1000), (10_000, 10_000)])
@pytest.mark.parametrize("kind", DIRECTIONS)
def test_columns_exactly_at_negligible_are_rarely_moved(
    kind: str, n: int, m: int
) -> None:
    """In at most 5 % of checks is any of twenty columns at negligible called moved."""
    make = promise.sized(kind, promise.LINES.negligible, n, m)
    any_moved, _ = promise.checks(make, 120, 20, 3)
    assert at_most(any_moved, 120, 0.05)


@pytest.mark.long
@pytest.mark.parametrize(("n", "m"), [(300, 300), (1000, 1000), (10_000, 1000)])
@pytest.mark.parametrize("kind", DIRECTIONS)
def test_columns_exactly_at_large_are_rarely_held(kind: str, n: int, m: int) -> None:
    """A single column whose size is exactly large is held at most 5 % of the time."""
    make = promise.sized(kind, promise.LINES.large, n, m)
    _, states = promise.checks(make, 600, 1, 4)
    assert at_most(states["held"], 600, 0.05)


def test_a_shift_of_three_tenths_of_a_standard_deviation_is_moved() -> None:
    """At 10,000 / 1,000 at least nine in ten such columns are moved."""
    _, states = promise.checks(promise.shifted(0.3, 10_000, 1000), 10, 20, 5)
    assert states["moved"] >= 0.9 * 200
