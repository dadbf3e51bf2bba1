"""What counts say of a figure that needs rows holds for every set of such rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as peer

from leeboard.performance import Tally, cells_of, figures, tally_of
from leeboard.stats.roc import area_bounds, precision_bounds
from tests.performance._rows import binary, multiclass, regression


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()),
        min_size=1,
        max_size=5,
    ),
    st.integers(0, 2**32 - 1),
)
def test_bounds_hold_for_every_arrangement(
    cells: list[tuple[int, int, bool]], seed: int
) -> None:
    """AUC and average precision of rows spread at will in their cells lie within."""
    rng = np.random.default_rng(seed)
    positives = np.array([p for p, _, _ in cells], float)
    negatives = np.array([q for _, q, _ in cells], float)
    alone = np.array([one for *_, one in cells])
    if not (positives.any() and negatives.any()):
        return
    labels: list[int] = []
    scores: list[float] = []
    for i, (p, q, one) in enumerate(cells):
        labels += [1] * p + [0] * q
        # few places within a cell, so that rows tie; none where the cell is one value
        within = np.zeros(p + q) if one else rng.integers(0, 4, p + q) / 5
        scores += list(i + within)
    auc, ap = (
        peer.roc_auc_score(labels, scores),
        peer.average_precision_score(labels, scores),
    )
    low, high = area_bounds(positives, negatives, alone)
    assert low - 1e-12 <= auc <= high + 1e-12
    low, high = precision_bounds(positives, negatives, alone)
    assert low - 1e-12 <= ap <= high + 1e-12


def test_bounds_of_the_area_are_reached() -> None:
    """One cell with both kinds says nothing; two cells in order say all."""
    both, none = np.array([2.0, 0.0]), np.array([3.0, 0.0])
    apart = np.array([False, False])
    assert area_bounds(both, none, apart) == (0.0, 1.0)
    assert area_bounds(both, none, ~apart) == (0.5, 0.5)
    assert area_bounds(both[::-1], none, apart) == (1.0, 1.0)
    low, high = precision_bounds(both, none, apart)
    assert low == pytest.approx((1 / 4 + 2 / 5) / 2)
    assert high == 1.0


def _inside(counted: Tally, rows: Any, name: str) -> float:
    """Check that the interval from counts holds the value of the rows; its width."""
    (exact,), (bounded,) = figures(rows, [name]), figures(counted, [name])
    assert bounded.interval is not None
    low, high = bounded.interval
    assert low <= exact.value <= high
    assert not bounded.exact or bounded.value == pytest.approx(exact.value, rel=1e-12)
    return abs(bounded.value - exact.value)


@pytest.mark.parametrize("seed", range(6))
def test_counts_by_the_cells_of_a_reference_bound_rows(seed: int) -> None:
    """AUC, AP and quantiles of later rows lie in what their counts say, and near it."""
    rng = np.random.default_rng(seed)

    def two(n: int, shift: float) -> Any:
        scores = rng.beta(2, 5, n).round(int(rng.choice([2, 9])))
        return binary(rng.random(n) < scores + shift, None, scores)

    def several(n: int) -> Any:
        scores = rng.dirichlet([1, 2, 0.4], n)
        return multiclass(rng.integers(0, 3, n), None, scores)

    def numbers(n: int, wide: float) -> Any:
        labels = rng.normal(0, 3, n)
        return regression(labels, labels + wide * rng.standard_t(2, n))

    for before, now in (
        (two(500, 0.0), two(800, 0.1)),
        (several(500), several(700)),
    ):
        counted = tally_of(now, cells_of(before))
        assert _inside(counted, now, "roc_auc") < 0.01
        assert _inside(counted, now, "average_precision") < 0.05
    before, now = numbers(500, 1.0), numbers(700, 1.5)
    counted = tally_of(now, cells_of(before))
    assert _inside(counted, now, "median_error") < 0.15
    assert _inside(counted, now, "residuals") < 0.25


def test_quantiles_of_errors_near_the_largest_number_are_finite() -> None:
    """Their sum would not be."""
    labels = np.full(9, 1.2e308)
    with np.errstate(all="raise"):
        (found,) = figures(regression(labels, labels * 0.0), ["residuals"])
    assert found.value == 1.2e308


def test_scores_of_few_values_are_exact_in_counts() -> None:
    """Where the reference had every score, its cells lose nothing of the ranks."""
    rng = np.random.default_rng(2)
    scores = rng.choice([0.05, 0.3, 0.31, 0.9], 500)
    rows = binary(rng.random(500) < scores, None, scores)
    for name in ("roc_auc", "average_precision"):
        (exact,), (counted,) = figures(rows, [name]), figures(tally_of(rows), [name])
        assert counted.exact
        assert counted.value == pytest.approx(exact.value, rel=1e-12)
