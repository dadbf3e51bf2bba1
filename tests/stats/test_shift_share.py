"""A change split into what happened within cells and what between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.stats.shift_share import Groups, shift_share

CELLS = 8
RATES = np.linspace(0.05, 0.4, CELLS)
EVEN = np.full(CELLS, 1.0 / CELLS)
TILTED = np.arange(1.0, CELLS + 1.0) / np.arange(1.0, CELLS + 1.0).sum()


def drawn(rng: np.random.Generator, n: int, shares: Any, rates: Any) -> Groups:
    """Draw rows: their cells by the shares, and errors of 0 or 1 by the rates."""
    rows = rng.multinomial(n, shares).astype(float)
    wrong = rng.binomial(rows.astype(int), rates)
    means = wrong / np.maximum(rows, 1.0)
    return Groups(rows, means, means * (1.0 - means))


def mean(groups: Groups) -> float:
    """Mean of all rows."""
    return float(groups.rows @ groups.means / groups.rows.sum())


@given(st.integers(0, 10_000), st.integers(60, 4000), st.integers(60, 4000))
def test_the_parts_add_up_to_the_change(seed: int, n: int, m: int) -> None:
    """However few cells are left, nothing of the change is lost."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(CELLS)), rng.dirichlet(np.ones(CELLS))
    before = drawn(rng, n, shares[0], rng.random(CELLS))
    after = drawn(rng, m, shares[1], rng.random(CELLS))
    found = shift_share(before, after)
    if found is None:
        return
    assert 2 <= found.cells <= CELLS
    assert found.change == pytest.approx(mean(after) - mean(before), abs=1e-12)
    for part in (found.within, found.between):
        assert part.low <= part.value <= part.high
    back = shift_share(after, before)
    assert back.within.value == pytest.approx(-found.within.value, abs=1e-12)
    assert back.between.high == pytest.approx(-found.between.low, abs=1e-12)


def test_a_worked_example() -> None:
    """Two cells, by hand: 0.5 · 0.1 + 0.5 · 0.2 within, and −0.4 · (0.15 − 0.4)."""
    before = Groups(np.array([700.0, 300.0]), np.array([0.1, 0.3]), np.zeros(2))
    after = Groups(np.array([300.0, 700.0]), np.array([0.2, 0.5]), np.zeros(2))
    found = shift_share(before, after)
    assert found.within.value == pytest.approx(0.15)
    assert found.between.value == pytest.approx(0.1)


def test_more_cells_than_rows_are_joined() -> None:
    """Neighbours are joined until both samples have enough rows of each."""
    rows = np.array([10.0, 20.0, 5.0, 60.0, 3.0])
    found = shift_share(
        Groups(rows * 10.0, np.full(5, 0.1), np.full(5, 0.09)),
        Groups(rows, np.full(5, 0.1), np.full(5, 0.09)),
    )
    assert found.cells == 2
    assert shift_share(Groups(rows, rows, rows), Groups(rows / 9, rows, rows)) is None


def test_joined_cells_have_the_moments_of_their_rows() -> None:
    """Mean and variance are those of all rows together, empty cells or not."""
    rng = np.random.default_rng(5)
    figures = [rng.gamma(2.0, 1.0 + i, 30 * (i != 2)) for i in range(4)]
    groups = Groups(
        np.array([float(len(one)) for one in figures]),
        np.array([one.mean() if len(one) else np.nan for one in figures]),
        np.array([one.var() if len(one) else np.nan for one in figures]),
    )
    joined = groups.merged(np.array([0, 1]))
    rest = np.concatenate(figures[1:])
    assert joined.rows.tolist() == [30.0, 60.0]
    assert joined.means[1] == pytest.approx(rest.mean())
    assert joined.variances[1] == pytest.approx(rest.var())


def covered(shares: Any, rates: Any, draws: int = 400) -> tuple[int, int]:
    """How often each interval holds the true part, of so many draws."""
    gaps, half = rates - RATES, (EVEN + shares) / 2.0
    truth = gaps @ half, (shares - EVEN) @ ((RATES + rates) / 2.0)
    rng = np.random.default_rng(11)
    held = [0, 0]
    for _ in range(draws):
        found = shift_share(
            drawn(rng, 4000, EVEN, RATES), drawn(rng, 1500, shares, rates), 1.0
        )
        for i, part in enumerate((found.within, found.between)):
            held[i] += part.low <= truth[i] <= part.high
    return held[0], held[1]


@pytest.mark.parametrize(
    ("shares", "rates"),
    [(EVEN, RATES), (TILTED, RATES), (EVEN, RATES + 0.1), (TILTED, RATES[::-1])],
    ids=["nothing", "mix alone", "relation alone", "both"],
)
def test_intervals_hold_the_truth(shares: Any, rates: Any) -> None:
    """In 95 % of draws, to four standard deviations of 400 draws."""
    for held in covered(shares, rates):
        assert 400 * 0.95 - 4 * (400 * 0.95 * 0.05) ** 0.5 <= held <= 397


def test_a_mix_alone_and_a_relation_alone_are_told_apart() -> None:
    """Each is found as what it is, and the other part is not sure."""
    rng = np.random.default_rng(2)
    before = drawn(rng, 8000, EVEN, RATES)
    mix = shift_share(before, drawn(rng, 4000, TILTED, RATES))
    assert (mix.between.sure, mix.within.sure) == (True, False)
    relation = shift_share(before, drawn(rng, 4000, EVEN, RATES + 0.1))
    assert (relation.between.sure, relation.within.sure) == (False, True)
    assert relation.within.value == pytest.approx(0.1, abs=0.03)
