"""Stored cells merged into the cells of a test."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.engines.arrays import NumberCounter, count_ordered
from leeboard.engines.cut import cut_levels, cut_numbers
from leeboard.profiles.merge import MAX_CELLS, MIN_EXPECTED, merge


@given(
    st.integers(1, 3000),
    st.integers(1, 3000),
    st.sampled_from(["normal", "ties", "zeros", "constant"]),
    st.integers(0, 1000),
)
def test_every_merged_cell_expects_enough_rows(
    n: int, m: int, shape: str, seed: int
) -> None:
    """Each merged cell but a lone one expects ten rows of an unchanged sample."""
    rng = np.random.default_rng(seed)

    def draw(rows: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        if shape == "ties":
            return rng.integers(0, 7, rows).astype(float)
        values = rng.normal(size=rows)
        if shape == "zeros":
            values[rng.random(rows) < 0.6] = 0.0
        return values * (shape != "constant")

    ordered = np.sort(draw(n))
    cells = cut_numbers(ordered)
    reference = count_ordered(cells, ordered, (0, 0, 0)).cells
    current = NumberCounter(cells).count(draw(m), 0).cells
    merged = merge(cells, reference, current)
    assert merged.reference.sum() == n
    assert merged.current.sum() == m
    assert merged.size <= MAX_CELLS
    if merged.size > 1:
        by = merged.reference if cells.continuous else merged.reference + merged.current
        assert (by / by.sum() * min(n, m) >= MIN_EXPECTED * 0.9).all()


def test_unseen_levels_share_the_cell_of_rare_ones() -> None:
    """A level the reference never had gets no cell of its own."""
    cells = cut_levels({"a": 500, "b": 400, "c": 3, "d": 1})
    reference = np.array([500, 400, 4, 0])
    current = np.array([300, 300, 300, 0])
    merged = merge(cells, reference, current)
    assert merged.reference.tolist() == [500, 400, 4]
    assert merged.current.tolist() == [300, 300, 300]


def test_a_long_tail_of_levels_shares_one_cell() -> None:
    """Levels that expect fewer than ten rows join the rare ones."""
    levels = {f"l{i}": 600 // (i + 2) for i in range(40)}
    cells = cut_levels(levels)
    counts = np.array([*(levels[name] for name in cells.levels), 0, 0])
    merged = merge(cells, counts, counts // 4)
    assert 2 < merged.size < cells.inner
    assert (merged.current >= 9).all()


def test_design_effects_leave_fewer_cells() -> None:
    """Rows that hang together count for less, so fewer cells expect ten of them."""
    ordered = np.sort(np.random.default_rng(1).normal(size=1000))
    cells = cut_numbers(ordered)
    counts = count_ordered(cells, ordered, (0, 0, 0)).cells
    free = merge(cells, counts, counts)
    tied = merge(cells, counts, counts, design_reference=20, design_current=20)
    assert free.size == 10
    assert 4 <= tied.size <= 5


@pytest.mark.parametrize("missing", [5, 400])
def test_missing_rows_are_a_cell_once_there_are_enough(missing: int) -> None:
    """A few missing rows join the largest cell; many stand alone."""
    ordered = np.sort(np.random.default_rng(1).normal(size=1000))
    cells = cut_numbers(ordered)
    reference = count_ordered(cells, ordered, (0, 0, 0)).cells
    current = count_ordered(cells, ordered, (0, 0, missing)).cells
    merged = merge(cells, reference, current)
    assert merged.size == (11 if missing == 400 else 10)
    assert merged.current.sum() == 1000 + missing
