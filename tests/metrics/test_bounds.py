"""Intervals from counts hold the exact value, always."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from leeboard.metrics import ks, wasserstein
from leeboard.metrics._metric import Measurement, Pair
from leeboard.profiles.cells import NumericCells
from leeboard.profiles.counts import NumericCounts
from leeboard.stats.rank import kolmogorov_smirnov
from tests.metrics._cases import hand, number_pair, p_of, rows, value_of

SETS = 10_000


def _column(kind: int, size: int, shift: float, rng: np.random.Generator) -> Any:
    """Draw one of many shapes: smooth, tied, discrete, heavy-tailed, inflated."""
    match kind:
        case 0:
            return rng.normal(shift, 1, size)
        case 1:
            return np.round(rng.normal(shift, 1, size), 1)
        case 2:
            return rng.poisson(2 + shift, size).astype(float)
        case 3:
            return rng.lognormal(min(shift, 5.0), 2.5, size)
        case 4:
            return rng.normal(shift, 1, size) * (rng.random(size) < 0.4)
        case 5:
            return rng.standard_cauchy(size) * 10.0 ** rng.integers(-3, 9)
        case 6:
            return rng.integers(0, 4, size)
        case 7:
            return np.full(size, 3.0) + shift
        case 8:
            return 1e9 + rng.normal(shift, 1, size)
        case 9:
            return rng.integers(-5, 300, size)
        case 10:
            return rng.normal(0.5, 0.001, size)
        case _:
            return rng.random(size)


def _sets(seed: int) -> Iterator[tuple[Any, Any, np.random.Generator]]:
    rng = np.random.default_rng(seed)
    for _ in range(SETS):
        n, m = (int(10 ** rng.uniform(0, 2.5)) for _ in range(2))
        kind = int(rng.integers(0, 12))
        other = kind if rng.random() < 0.7 else int(rng.integers(0, 12))
        shift = float(rng.choice([0.0, 0.0, 0.3, 1.0, 1e4]))
        yield _column(kind, n, 0.0, rng), _column(other, m, shift, rng), rng


def _with_infinities(values: Any, rng: np.random.Generator) -> Any:
    values = values.astype(float)
    for infinity in (-np.inf, np.inf):
        # the first value stays, so that a finite one is left
        values[1:][rng.random(len(values) - 1) < 0.05] = infinity
    return values


def _area(x: Any, y: Any) -> float:
    """Area between the distribution functions, by definition, to a few roundings."""
    x, y = np.sort(x.astype(float)), np.sort(y.astype(float))
    both = np.sort(np.concatenate([x, y]))
    apart = np.searchsorted(x, both[:-1], "right") * len(y)
    apart -= np.searchsorted(y, both[:-1], "right") * len(x)
    return math.fsum((np.abs(apart) * np.diff(both)).tolist()) / len(x) / len(y)


def _largest(x: Any, y: Any) -> float:
    """Largest difference of the distribution functions, by its definition."""
    both = np.concatenate([x, y])
    x, y = np.sort(x), np.sort(y)
    apart = np.searchsorted(x, both, "right") / len(x)
    return float(np.abs(apart - np.searchsorted(y, both, "right") / len(y)).max())


def _on_counts(metric: Any, pair: Pair) -> Measurement:
    result = metric.METRIC.on_counts(pair)
    assert isinstance(result, Measurement)
    return result


def test_wasserstein_interval_holds_the_exact_distance() -> None:
    """In 10,000 random data sets the exact distance lies in the interval."""
    outside, widths = [], []
    for i, (x, y, _) in enumerate(_sets(seed=20)):
        result = _on_counts(wasserstein, number_pair(x, y))
        assert result.interval is not None
        low, high = result.interval
        assert result.value == low
        exact = _area(x, y)
        if not low <= exact <= high:
            outside.append((i, low, exact, high))
        widths.append((high - low) / max(exact, 1e-300))
    assert outside == []
    assert np.median(widths) < 0.01


def test_ks_interval_holds_the_exact_statistic() -> None:
    """In 10,000 random data sets the exact statistic lies in the interval."""
    outside, widths = [], []
    for i, (one, other, rng) in enumerate(_sets(seed=21)):
        x, y = one, other
        if rng.random() < 0.3:
            x, y = _with_infinities(x, rng), _with_infinities(y, rng)
        result = _on_counts(ks, number_pair(x, y))
        value, exact = value_of(result), _largest(x, y)
        low, high = result.interval or (value - 1e-15, value + 1e-15)
        assert result.exact == (result.interval is None)
        if not low <= exact <= high:
            outside.append((i, low, exact, high))
        widths.append(high - low)
    assert outside == []
    assert np.median(widths) < 0.02


def test_a_sign_change_inside_a_cell_is_within_the_interval() -> None:
    """All current rows in the middle of one cell: the area is far above |∫(F - G)|."""
    x = np.linspace(0.0, 1.0, 129)
    pair = number_pair(x, np.full(500, np.median(x) + 0.0059))
    low, high = _on_counts(wasserstein, pair).interval or (0.0, 0.0)
    assert low <= _area(x, np.full(500, np.median(x) + 0.0059)) <= high


def test_zero_inflation_costs_no_width() -> None:
    """A column that is 60 % zeros has a narrow interval: an atom hides nothing."""
    rng = np.random.default_rng(0)
    x, y = (rng.exponential(size=4000) * (rng.random(4000) < 0.4) for _ in range(2))
    low, high = _on_counts(ks, number_pair(x, y)).interval or (0.0, 1.0)
    assert high - low < 0.02


def test_counts_of_a_few_values_are_exact() -> None:
    """Where every cell holds one value, the statistic is exactly that of the rows."""
    rng = np.random.default_rng(1)
    x, y = rng.integers(0, 5, 400), rng.integers(0, 5, 300)
    result = _on_counts(ks, number_pair(x, y))
    assert result.exact
    assert result.interval is None
    assert result.value == kolmogorov_smirnov(np.sort(x), np.sort(y))


def test_floats_between_whole_numbers_are_not_taken_for_them() -> None:
    """A whole-number atom [v, v + 1) that now holds fractions hides a difference."""
    x = np.repeat([0, 1, 2, 3], 50)
    y = np.repeat([0.0, 1.0, 1.5, 2.0, 3.0], [50, 1, 49, 50, 50])
    result = _on_counts(ks, number_pair(x, y))
    exact = _largest(x.astype(float), y)
    low, high = result.interval or (0.0, 0.0)
    assert low <= exact <= high
    assert not result.exact
    whole = _on_counts(ks, number_pair(x, x.astype(float)))
    assert whole.exact


def test_ks_p_value_is_never_below_that_of_the_rows() -> None:
    """The p-value from counts bounds the limit law's p-value of the rows from above."""
    rng = np.random.default_rng(2)
    for _ in range(200):
        x, y = rng.normal(size=300), rng.normal(rng.choice([0, 0.3]), 1, 200)
        result = _on_counts(ks, number_pair(x, y))
        exact = ks.METRIC.on_rows
        assert exact is not None
        limit = exact(rows(x), rows(y), method="limit")
        least = result.fact("least_p") or 0.0
        assert least - 1e-12 <= p_of(limit) <= p_of(result) + 1e-12


@pytest.mark.parametrize("case", hand("ks_interval"), ids=lambda c: c["name"])
def test_hand_worked_ks_intervals(case: dict[str, Any]) -> None:
    """Intervals equal those worked on paper, with and without atoms."""
    atoms = np.array(case.get("atoms", [False, False]))
    cells = NumericCells(np.array([0.0, 1.0, 2.0]), atoms, 1.0, 1.0)
    sides = [
        NumericCounts(np.array([0, *c, 0, 0, 0, 0]), np.zeros(4), 0.0, 0.0, 1.5)
        for c in (case["reference_counts"], case["current_counts"])
    ]
    result = _on_counts(ks, Pair(cells, sides[0], sides[1]))
    found = result.interval or (value_of(result), value_of(result))
    assert found == pytest.approx(case["expected"], abs=1e-12)


def test_wasserstein_of_huge_values_is_told_to_be_unsupported_or_bounded() -> None:
    """Values of 1e308 give a finite interval or a reason, without overflow."""
    x = np.array([1e308, 5e307, -1e308, 0.0])
    result = _on_counts(wasserstein, number_pair(x, x))
    if result.value is None:
        assert result.reason is not None
        assert result.reason.code == "unsupported"
    else:
        assert result.interval is not None
        assert np.isfinite(result.interval[1])


def test_infinities_have_no_wasserstein_distance() -> None:
    """With an infinite value on either side the distance is undefined, and says so."""
    result = _on_counts(wasserstein, number_pair([1.0, 2.0], [1.0, np.inf]))
    assert result.value is None
    assert result.reason is not None
    assert result.reason.code == "infinite"
