"""Counts and profiles add; counting in pieces equals counting at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import leeboard as lb
from leeboard.engines.arrays import NumberCounter
from leeboard.engines.cut import cut_numbers
from leeboard.profiles.counts import NumericCounts

FLOATS = st.lists(
    st.one_of(
        st.floats(width=64),
        st.sampled_from([0.0, -0.0, 1.0, 5e-324, 1e308, -1e308]),
        st.integers(-3, 3).map(float),
    ),
    min_size=1,
    max_size=80,
)


def _frame(seed: int, rows: int) -> pa.Table:
    rng = np.random.default_rng(seed)
    numbers = np.where(rng.random(rows) < 0.1, np.nan, rng.normal(size=rows))
    levels = np.array(["a", "b", "c", "ü", ""])[rng.integers(0, 5, rows)]
    return pa.table(
        {
            "number": numbers,
            "whole": rng.integers(-5, 5, rows),
            "level": levels,
            "flag": rng.random(rows) < 0.3,
        }
    )


def _same(one: NumericCounts, other: NumericCounts) -> None:
    assert one.cells.tolist() == other.cells.tolist()
    assert (one.minimum, one.maximum) == (other.minimum, other.maximum)
    scale = max(float(np.abs(one.sums).sum()), 1e-300)
    assert np.allclose(one.sums, other.sums, rtol=1e-12, atol=1e-12 * scale)
    assert one.norm == pytest.approx(other.norm, rel=1e-12)


@given(FLOATS, FLOATS, st.integers(0, 80))
def test_numbers_counted_in_two_pieces_equal_numbers_counted_at_once(
    reference: list[float], current: list[float], cut: int
) -> None:
    """Integers are identical and sums agree to 1e-12, whatever the floats."""
    finite = np.sort([x for x in reference if np.isfinite(x)])
    if not len(finite):
        return
    counter = NumberCounter(cut_numbers(finite))
    values = np.array(current)
    whole = counter.count(values, 3)
    parts = counter.count(values[:cut], 1) + counter.count(values[cut:], 2)
    _same(whole, parts)
    assert whole.rows == len(current) + 3


@pytest.mark.parametrize("rows", [32_767, 32_768, 32_769, 70_000])
@pytest.mark.parametrize("kind", ["double", "integer"])
def test_many_numbers_are_counted_as_if_they_were_sorted_at_once(
    rows: int, kind: str
) -> None:
    """They are sorted piece by piece; nulls, NaN and infinities count once."""
    draw = np.random.default_rng(rows)
    values = draw.normal(size=rows).round(2)
    counter = NumberCounter(cut_numbers(np.sort(values[:1000])))
    if kind == "integer":
        values = (values * 1e18).astype(np.int64)
    else:
        values[draw.integers(0, rows, 90)] = np.repeat([np.nan, np.inf, -np.inf], 30)
    counts = counter.count(values, 7)
    _same(counts, counter.count_sorted(np.sort(values), 7))
    assert counts.rows == rows + 7


@given(FLOATS)
def test_every_reference_value_lies_in_an_inner_cell(reference: list[float]) -> None:
    """The cells are cut so that nothing of the reference is below or above."""
    finite = np.sort([x for x in reference if np.isfinite(x)])
    if not len(finite):
        return
    cells = cut_numbers(finite)
    counts = NumberCounter(cells).count(finite, 0)
    assert counts.cells[cells.below] == counts.cells[cells.above] == 0
    assert (cells.edges[1:] > cells.edges[:-1]).all()
    assert counts.rows == len(finite)


@given(FLOATS)
def test_locating_rows_agrees_with_counting_them(values: list[float]) -> None:
    """The cell found for each row and the counts of all rows are one thing."""
    cells = cut_numbers(np.array([-1.0, 0.0, 0.0, 0.5, 2.0]))
    counter = NumberCounter(cells)
    rows = np.array(values)
    found = np.bincount(counter.locate(rows), minlength=cells.size)
    assert found.tolist() == counter.count(rows, 0).cells.tolist()


def test_profiles_of_days_add_to_the_profile_of_the_week() -> None:
    """Adding profiles equals profiling all rows; the zero profile changes nothing."""
    reference = lb.profile(_frame(1, 500))
    days = [_frame(seed, 40 + seed) for seed in range(7)]
    week = lb.profile(pa.concat_tables(days), reference=reference)
    added = lb.profile(days[0], reference=reference)
    for day in days[1:]:
        added = added + lb.profile(day, reference=reference)
    added = added + reference.zero()
    assert added.rows == week.rows
    for name, counts in week.parts[None].counts.items():
        other: Any = added.parts[None].counts[name]
        assert counts.cells.tolist() == other.cells.tolist()
        if isinstance(counts, NumericCounts):
            _same(counts, other)
        else:
            assert counts.unseen == other.unseen


def test_profiles_of_different_cells_do_not_add() -> None:
    """Two references fix two sets of cells; adding them is refused."""
    with pytest.raises(lb.LeeboardError) as caught:
        lb.profile(_frame(1, 50)) + lb.profile(_frame(2, 50))
    assert caught.value.code == "other_cells"


def test_segments_add_up_to_all_rows() -> None:
    """Each row is counted once in all rows and once in its segment."""
    profile = lb.profile(_frame(3, 400), segment="level")
    parts = {key: part for key, part in profile.parts.items() if key is not None}
    assert sum(part.rows for part in parts.values()) == profile.rows
    total = np.sum([part.counts["number"].cells for part in parts.values()], axis=0)
    assert list(total) == profile.parts[None].counts["number"].cells.tolist()


def test_a_level_named_like_the_missing_keeps_its_own_rows() -> None:
    """Rows without a segment and rows of a level "(missing)" stay apart."""
    levels = pa.array(["(missing)"] * 30 + [None] * 20 + ["a"] * 50)
    table = pa.table({"level": levels, "x": np.arange(100) % 7})
    parts = lb.profile(table, segment="level").parts
    rows = {key: part.rows for key, part in parts.items()}
    assert rows == {None: 100, "(missing)": 30, "((missing))": 20, "a": 50}


def test_whole_numbers_near_the_ends_of_int64_fall_in_the_right_cells() -> None:
    """Edges are compared as integers: floats would merge neighbours beyond 2**53."""
    top = 2**63 - 2
    values = np.array([-(2**63), -5, 2**53, 2**53 + 1, 2**53 + 2, top], np.int64)
    cells = cut_numbers(np.sort(np.repeat(values, 20)))
    counts = NumberCounter(cells).count(values, 0)
    assert counts.cells[cells.atoms.nonzero()[0] + 1].tolist() == [1] * 6
    assert (counts.minimum, counts.maximum) == (-(2**63), top)


def test_sums_of_the_largest_floats_do_not_overflow() -> None:
    """Rows of 1e308 have a finite mean and standard deviation."""
    values = np.array([1e308, 1e308, -1e308, 1.5e308, 3.0])
    cells = cut_numbers(np.sort(values))
    counts = NumberCounter(cells).count(values, 0)
    exact = sum(int(v) for v in values) / 5
    assert counts.mean() == pytest.approx(exact, rel=1e-12)
    scaled = np.std(values / 1e308, ddof=1) * 1e308
    assert counts.sd(cells) == pytest.approx(scaled, rel=1e-9)


def test_the_profile_of_no_rows_takes_no_blocks_away() -> None:
    """Adding zero on either side keeps what days or entities told of the rows."""
    rows = pa.table(
        {"user_id": np.repeat(np.arange(30), 10), "x": np.arange(300.0) % 77}
    )
    profile = lb.profile(rows)
    before = profile.parts[None].blocks["x"]
    for added in (profile + profile.zero(), profile.zero() + profile):
        after = added.parts[None].blocks["x"]
        assert (after.count, after.squares) == (before.count, before.squares)
