"""Limits for a second sample, against exact laws and by simulation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import betabinom, hypergeom

from leeboard.stats.prediction import (
    _tail,
    all_alike,
    median_rank,
    outside_limit,
    share_limit,
    unseen_limit,
)

Array = np.ndarray[Any, Any]

ALPHA = 0.02
RUNS = 4000
MOST = ALPHA + 3.3 * np.sqrt(ALPHA / RUNS)
"""Share of runs that a limit of probability ``ALPHA`` may be exceeded in, by chance."""

SIZES = [
    (1000, 1000, 1),
    (1000, 200, 1),
    (300, 2000, 1),
    (1000, 500, 1.33),
    (200, 99, 9),
]
"""Reference rows, rows the limit is made for, and how many times as many there are."""


@pytest.mark.parametrize("m", [1, 7, 100, 5000])
@pytest.mark.parametrize(("a", "b"), [(1.0, 50.0), (2.0, 999.0), (40.0, 3.0)])
def test_the_tail_is_scipys(a: float, b: float, m: int) -> None:
    """The tail of the beta-binomial equals scipy's at every count."""
    for y in {0, 1, m // 3, m // 2, m - 1, m, m + 1}:
        # scipy's own tail loses digits to 1 - cdf; its terms do not
        exact = betabinom.pmf(np.arange(max(y, 0), m + 1), m, a, b).sum()
        assert _tail(a, b, m, y) == pytest.approx(exact, rel=1e-8, abs=1e-280)


def test_the_share_limit_inverts_fishers_test() -> None:
    """A count at the limit is rejected by the hypergeometric test, the next is not."""
    for x in (0, 3, 50):
        limit = share_limit(x, 400, 300, ALPHA)
        assert limit is not None
        least = round(limit * 300)
        p = [hypergeom.sf(y - 1, 700, x + y, 300) for y in (least, least - 2)]
        assert p[0] <= ALPHA < p[1]


def test_hand_worked_tails() -> None:
    """With one reference row, both rows are equally likely to be the extreme one."""
    # of n = 1, m = 1: the new row has what the reference row had not, half the time
    assert all_alike(0, 1, 1) == pytest.approx(0.5)
    assert share_limit(0, 1, 1, 0.49) is None
    assert all_alike(5, 5, 100) == 1.0


def _exceeded(seen: Array, shares: Array, limit: Callable[[int], float]) -> float:
    limits = {int(x): limit(int(x)) for x in np.unique(seen)}
    return float(np.mean(shares > np.array([limits[int(x)] for x in seen])))


@pytest.mark.parametrize(("n", "m", "times"), SIZES)
@pytest.mark.parametrize("p", [0.0005, 0.01, 0.2, 0.7])
def test_share_limits_hold(n: int, m: int, times: float, p: float) -> None:
    """Over both samples, the share goes beyond its limit in at most alpha of runs."""
    draw = np.random.default_rng([n, m, int(p * 1e4)])
    rows = int(m * times)
    seen = draw.binomial(n, p, RUNS)
    shares = draw.binomial(rows, p, RUNS) / rows
    got = _exceeded(seen, shares, lambda x: share_limit(x, n, m, ALPHA) or 1.0)
    assert got <= MOST


def test_a_share_limit_is_no_larger_than_it_must() -> None:
    """At a common share the limit is exceeded in more than half of alpha of runs."""
    draw = np.random.default_rng(5)
    seen, new = draw.binomial(1000, 0.2, (2, RUNS))
    got = _exceeded(
        seen, new / 1000, lambda x: share_limit(x, 1000, 1000, ALPHA) or 1.0
    )
    assert got >= ALPHA / 2


@pytest.mark.parametrize(("n", "m", "times"), SIZES)
def test_range_and_median_limits_hold(n: int, m: int, times: float) -> None:
    """Rows outside of the range, and the median, keep to their limits as often."""
    draw = np.random.default_rng([n, m])
    limit, rank = outside_limit(n, m, ALPHA), median_rank(n, m, ALPHA)
    assert limit is not None
    assert rank is not None
    rows, runs = int(m * times), 1500
    beyond = outside = 0
    for _ in range(runs):
        reference, current = np.sort(draw.random(n)), draw.random(rows)
        low, high = reference[0], reference[-1]
        outside += np.mean((current < low) | (current > high)) > limit
        beyond += np.median(current) > reference[n - rank]
    most = ALPHA + 3.3 * np.sqrt(ALPHA / runs)
    assert outside / runs <= most
    assert beyond / runs <= most


def _shares(kind: str) -> Array:
    weights: Array
    if kind == "zipf":
        weights = 1.0 / np.arange(1, 2001)
    elif kind == "few":
        weights = np.array([0.5, 0.3, 0.195, 0.005])
    else:
        weights = np.ones(int(kind))
    shares: Array = weights / weights.sum()
    return shares


@pytest.mark.parametrize("kind", ["zipf", "few", "100", "150", "300", "2000"])
@pytest.mark.parametrize(("n", "m", "times"), [(1000, 1000, 1), (500, 200, 4)])
def test_unseen_limits_hold(kind: str, n: int, m: int, times: int) -> None:
    """Whatever the levels, unseen ones keep below their limit, clumps and all."""
    draw = np.random.default_rng([n, m, len(kind)])
    p, beyond, runs = _shares(kind), 0, 600
    for _ in range(runs):
        seen, new = draw.multinomial(n, p), draw.multinomial(m * times, p)
        tally = np.bincount(seen)
        often = {k: int(many) for k, many in enumerate(tally) if k and many}
        limit = unseen_limit(often, n, m, ALPHA)
        share = new[seen == 0].sum() / (m * times)
        beyond += limit is not None and share > limit
    assert beyond / runs <= ALPHA


def test_unseen_limits_are_of_use() -> None:
    """Few common levels give a limit near 0; many singletons one above their share."""
    few = unseen_limit({400: 2, 200: 1}, 1000, 1000, 1e-3)
    many = unseen_limit({1: 200, 2: 50}, 1000, 1000, 1e-3)
    assert few is not None
    assert many is not None
    assert few < 0.015
    assert 0.2 < many < 0.35
