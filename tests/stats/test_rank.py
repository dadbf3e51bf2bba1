"""Order statistics of two samples: equal to their definitions, whatever the sizes."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.stats.rank import (
    energy,
    kolmogorov_p,
    kolmogorov_smirnov,
    midranks,
    u_statistic,
    wasserstein,
)

Array = np.ndarray[Any, Any]

samples = st.lists(
    st.one_of(st.integers(-3, 3), st.floats(-1e6, 1e6, allow_subnormal=False)),
    min_size=1,
    max_size=12,
).map(lambda values: np.sort(np.array(values, np.float64)))


def _steps(x: Array, y: Array) -> list[tuple[Fraction, Fraction]]:
    """Width and difference of the functions between neighbouring values, exactly."""
    both = sorted({*map(Fraction, x.tolist()), *map(Fraction, y.tolist())})
    steps = []
    for left, right in zip(both, [*both[1:], both[-1]], strict=True):
        f = Fraction(int((x <= float(left)).sum()), len(x))
        g = Fraction(int((y <= float(left)).sum()), len(y))
        steps.append((right - left, abs(f - g)))
    return steps


@given(samples, samples)
def test_distances_equal_their_definitions(x: Array, y: Array) -> None:
    """KS, Wasserstein and energy equal exact rational sums to 1e-12."""
    steps = _steps(x, y)
    largest = float(max(apart for _, apart in steps))
    assert kolmogorov_smirnov(x, y) == pytest.approx(largest, rel=1e-15)
    area = float(sum((width * apart for width, apart in steps), Fraction(0)))
    assert wasserstein(x, y) == pytest.approx(area, rel=1e-12, abs=1e-9)
    squared = float(sum((width * apart**2 for width, apart in steps), Fraction(0)))
    assert energy(x, y) ** 2 == pytest.approx(2 * squared, rel=1e-9, abs=1e-9)


@given(samples, samples)
def test_distances_are_symmetric_and_nought_for_equals(
    x: Array,
    y: Array,
) -> None:
    """Swapping the samples changes nothing; a sample has no distance to itself."""
    for distance in (kolmogorov_smirnov, wasserstein, energy):
        assert distance(x, y) == pytest.approx(distance(y, x), rel=1e-12)
        assert distance(x, x) == 0.0
    assert u_statistic(x, y)[0] + u_statistic(y, x)[0] == len(x) * len(y)


@pytest.mark.parametrize(("n", "m"), [(70_001, 70_000), (140_000, 3), (1, 66_000)])
def test_wasserstein_meets_the_area_over_several_pieces(n: int, m: int) -> None:
    """Unequal sizes across pieces equal the area between the functions."""
    rng = np.random.default_rng(0)
    x, y = np.sort(rng.normal(size=n)), np.sort(np.round(rng.normal(0.1, 1, m), 2))
    both = np.sort(np.concatenate([x, y]))
    apart = np.searchsorted(x, both[:-1], "right") * m
    apart -= np.searchsorted(y, both[:-1], "right") * n
    area = math.fsum((np.abs(apart) * np.diff(both)).tolist()) / n / m
    assert wasserstein(x, y) == pytest.approx(area, rel=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_ks_of_many_rows_equals_its_definition(seed: int) -> None:
    """With many rows, tied or not, KS is the largest difference at any value."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 60_000)), int(rng.integers(1, 60_000))
    x, y = rng.normal(size=n), rng.normal(rng.choice([0.0, 0.02]), 1, m)
    if seed % 3 == 0:
        x, y = np.round(x, 2), np.round(y, 3)
    if seed % 4 == 0:
        y[: m // 2] = y[0]
    x, y = np.sort(x), np.sort(y)
    both = np.concatenate([x, y])
    apart = np.searchsorted(x, both, "right") * m
    apart -= np.searchsorted(y, both, "right") * n
    assert kolmogorov_smirnov(x, y) == np.abs(apart).max() / (n * m)


def test_a_shift_of_all_rows_is_the_distance() -> None:
    """A shift by d is the distance d; a change of scale has its closed form."""
    rng = np.random.default_rng(1)
    x = np.sort(rng.normal(size=200_000))
    assert wasserstein(x, x + 0.25) == pytest.approx(0.25, rel=1e-12)
    closed = 0.5 * math.sqrt(2 / math.pi)
    assert wasserstein(x, np.sort(1.5 * x)) == pytest.approx(closed, rel=0.01)


def test_the_largest_numbers_do_not_overflow() -> None:
    """Distances between values of 1e308 are finite where they can be told."""
    x, y = np.array([-1e308, 1e308]), np.array([-1e308, 0.0, 1e308])
    assert wasserstein(x, y) == pytest.approx(1e308 / 3, rel=1e-12)
    assert math.isfinite(energy(x, y))


def test_limit_law_has_its_published_points() -> None:
    """Kolmogorov's law exceeds 1.3581 with 5 %, and 1.6276 with 1 % (Smirnov, 1948)."""
    for point, level in ((1.3581, 0.05), (1.6276, 0.01)):
        assert kolmogorov_p(point / math.sqrt(50), 100, 100) == pytest.approx(
            level, rel=1e-3
        )


def test_midranks_share_ties() -> None:
    """Tied values share the mean of their ranks."""
    assert midranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1.0, 3.5, 2.0]
