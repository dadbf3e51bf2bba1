"""What is drawn: density by width, tails on a fitting axis, cells that moved marked."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest

import leeboard as lb
from leeboard.pages import axes
from leeboard.pages.charts import full, moved_most, small
from leeboard.pages.contexts import Histogram
from leeboard.pages.histograms import histogram
from leeboard.schema import Kind
from tests.pages.findings import Built, levels, numbers

rng = np.random.default_rng(5)
NORMAL = rng.normal(size=8000)


def _drawn(built: Built) -> Histogram:
    found = histogram(built.column, built.cells, built.reference, built.current)
    assert found is not None
    return found


def _labels(found: Histogram) -> list[str]:
    return [row.label for row in found.apart]


def test_density_is_divided_by_width() -> None:
    """Of an even spread, wide and narrow cells are about equally tall."""
    values = np.concatenate([rng.uniform(0, 1, 9000), rng.uniform(1, 10, 1000)])
    tall = {
        bar.label: bar.reference for bar in _drawn(numbers("x", values, values)).bars
    }
    narrow = [v for k, v in tall.items() if float(k.split(" to ")[1]) < 0.9]
    wide_ = [v for k, v in tall.items() if float(k.split(" to ")[0]) > 1.2]
    assert max(narrow) / min(narrow) < 1.6
    assert max(wide_) < 0.05


def test_shares_add_up() -> None:
    """What is drawn and what stands apart is every row, once."""
    current = np.concatenate([NORMAL[:500] + 1, [np.inf, -np.inf, 99.0]])
    built = numbers("x", NORMAL, current, missing=(80, 40))
    found = _drawn(built)
    inside = list(built.current.cells[1:-4])
    apart = {row.label: row.current for row in found.apart}
    assert apart["missing"] == 40 / 543
    assert apart["+∞"] == apart["−∞"] == 1 / 543
    assert math.isclose(sum(inside) / 543 + sum(apart.values()), 1.0)


def test_cells_that_moved_are_marked() -> None:
    """A lump in one place is marked there, and nothing is marked without change."""
    lump = np.concatenate([NORMAL[:1800], np.full(200, 2.5) + rng.uniform(0, 0.1, 200)])
    found = _drawn(numbers("x", NORMAL, lump))
    marked = [bar for bar in found.bars if bar.marked]
    assert len(marked) == 1
    low, high = (float(end) for end in marked[0].label.split(" to "))
    assert low <= 2.55 <= high
    assert marked[0].label in moved_most(found)
    same = _drawn(numbers("x", NORMAL, rng.normal(size=2000)))
    assert moved_most(same) == ""


def test_long_positive_tails_get_a_logarithmic_axis() -> None:
    """Incomes over several powers of ten are drawn by doublings, and it is said."""
    values = np.exp(rng.normal(8, 2, 6000))
    found = _drawn(numbers("income", values, values))
    assert "logarithmic" in found.remark
    assert found.row_axis == "rows per doubling"
    assert len(found.ticks) >= 3


def test_long_tails_of_both_signs_end_early() -> None:
    """Wild values do not flatten the rest; what lies beyond the axis is told apart."""
    found = _drawn(numbers("x", rng.standard_cauchy(6000), rng.standard_cauchy(3000)))
    assert "ends early" in found.remark
    middle = [bar for bar in found.bars if bar.reference > 0.5]
    assert len(middle) >= 5
    assert sum(row.reference for row in found.apart) <= 0.11


def test_one_wild_value_does_not_blind() -> None:
    """One reference value of a million leaves the histogram readable."""
    wild = np.append(NORMAL, 1e6)
    found = _drawn(numbers("x", wild, NORMAL[:900] + 1))
    assert sum(bar.right - bar.left for bar in found.bars if bar.reference > 0.3) > 0.2


def test_single_values_are_stems() -> None:
    """Whole numbers are single values, each with its share of the rows."""
    hours = rng.integers(0, 24, 5000)
    found = _drawn(numbers("hour", hours, hours))
    assert len(found.bars) == 24
    assert all(bar.left == bar.right for bar in found.bars)
    assert found.row_axis == "rows at each value"


@pytest.mark.parametrize(("step", "per"), [(1.0, "rows per 1"), (0.1, "rows per 0.1")])
def test_values_on_a_grid_and_cells_of_many_share_a_scale(
    step: float, per: str
) -> None:
    """Of rounded values the middle is highest, though rows are counted one by one."""
    rounded = np.round(np.random.default_rng(2).normal(40, 10, 5000)) * step
    found = _drawn(numbers("age", rounded, rounded))
    assert found.row_axis == per
    top = max(found.bars, key=lambda bar: bar.reference)
    assert 0.35 < (top.left + top.right) / 2 < 0.65
    ends = [bar for bar in found.bars if bar.right < 0.2 or bar.left > 0.8]
    assert all(bar.reference < 0.3 for bar in ends)


def test_a_heavy_zero_is_cut_off_not_flattening() -> None:
    """Where nine rows in ten are 0, the spread of the others is still seen."""
    values = np.where(rng.random(6000) < 0.9, 0.0, rng.normal(5, 1, 6000))
    found = _drawn(numbers("x", values, values))
    zero = [bar for bar in found.bars if bar.label == "0"]
    assert len(zero) == 1
    assert zero[0].reference > 1
    assert max(bar.reference for bar in found.bars if bar.label != "0") == 1.0


def test_a_heavy_value_of_a_grid_is_cut_off() -> None:
    """Where most counts are 0, the others are still seen."""
    counts = rng.poisson(20, 6000) * (rng.random(6000) < 0.2)
    found = _drawn(numbers("x", counts, counts))
    others = [bar.reference for bar in found.bars if bar.label != "0"]
    assert max(others) > 0.7


def test_rows_outside_are_drawn_and_told() -> None:
    """Values just above the reference are drawn there and named as above."""
    found = _drawn(numbers("x", NORMAL, NORMAL[:1000] + 3))
    assert any(label.startswith("above") for label in _labels(found))
    assert found.bars[-1].reference == 0
    assert found.bars[-1].current > 0


def test_levels_tell_rare_unseen_and_missing_apart() -> None:
    """The bars are the frequent levels; all else stands beside them."""
    before = {f"l{i}": 1000 // (i + 1) for i in range(30)}
    now = {**{k: v // 10 for k, v in before.items()}, "new": 60}
    found = _drawn(levels("c", before, now, missing=(5, 70), keep=20))
    assert [bar.label for bar in found.bars][:2] == ["l0", "l1"]
    told = " | ".join(_labels(found))
    for said in ("other levels", "rare", "never had", "missing"):
        assert said in told
    assert "missing" in moved_most(found)


def test_moments_are_written_as_dates() -> None:
    """Ticks and hover texts of a time column are dates, heights are per time."""
    day = 86_400_000_000
    times = rng.integers(18_000 * day, 18_400 * day, 3000)
    found = _drawn(numbers("at", times, times, kind=Kind.DATETIME))
    assert found.ticks[0].label == "2019-04-14"
    assert found.row_axis == "rows per 30 days"
    assert "2019-" in found.bars[0].label


ODD: dict[str, Any] = {
    "constant": np.full(500, 3.0),
    "zeros": np.zeros(500),
    "two": np.repeat([0.0, 1.0], 300),
    "huge": rng.normal(size=900) * 1e307,
    "ends": np.repeat([-1.7e308, 1.7e308], 200),
    "tiny": rng.normal(size=900) * 1e-310,
    "int ends": np.array([-(2**63), 2**63 - 2] * 200),
    "close": 1e9 + rng.integers(0, 3, 900) * 1e-6,
    "one": np.array([5.0]),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("other", ODD)
def test_odd_columns_are_drawn(name: str, other: str) -> None:
    """No spread of values breaks the drawing or leaves the frame."""
    built = numbers("x", ODD[name], ODD[other])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = _drawn(built)
        text = str(small(found)) + str(full(found, "x"))
    assert "nan" not in text
    assert "inf" not in text
    for bar in found.bars:
        assert 0 <= bar.left <= bar.right <= 1
        assert bar.reference >= 0
        assert bar.current >= 0


def test_all_missing_is_drawn_as_missing() -> None:
    """A column without a value now is all missing, not an error."""
    found = _drawn(numbers("x", NORMAL, np.zeros(0), missing=(0, 300)))
    assert {row.label: row.current for row in found.apart}["missing"] == 1.0


def test_no_rows_no_histogram() -> None:
    """Without rows there is nothing to draw."""
    built = numbers("x", NORMAL, np.zeros(0))
    assert histogram(built.column, built.cells, built.reference, built.current) is None


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-7, 37), (1e-9, 3e-9), (0, 1e12)])
def test_ticks_are_round_and_few(low: float, high: float) -> None:
    """Three to eight ticks, inside the axis."""
    ticks = axes.Axis(low, high).ticks()
    assert 3 <= len(ticks) <= 8
    assert all(0 <= tick.at <= 1 for tick in ticks)


def test_the_smallest_numbers_can_be_drawn() -> None:
    """An axis from 0 to 5e-324 has no half; the page is drawn all the same."""
    rows = {"x": np.array([-5e-324, 0.0, 5e-324] * 100)}
    assert "<svg" in lb.check(rows, rows).to_html()


@pytest.mark.parametrize(("far", "name"), [(1e6, "above"), (-1e6, "below")])
def test_rows_far_beyond_the_axis_have_a_bar_of_their_own(
    far: float, name: str
) -> None:
    """Where every value is far beyond the reference, a full bar says so, in both."""
    found = _drawn(numbers("x", NORMAL, NORMAL[:500] + far))
    (bar,) = found.sides
    assert (bar.reference, bar.current, bar.marked) == (0.0, 1.0, True)
    assert bar.label == name
    places = [one.left for one in found.bars] + [one.right for one in found.bars]
    assert all(one < bar.left or one > bar.right for one in places)
    assert str(small(found)).count('class="c"') == 2
    assert f">{name}</text>" in str(full(found, "x"))


def test_infinite_rows_stand_beside_the_axis() -> None:
    """They have no place on it; few rows far away change no drawing."""
    now = np.concatenate([NORMAL[:500], np.full(500, np.inf)])
    (bar,) = _drawn(numbers("x", NORMAL, now)).sides
    assert (bar.label, bar.current) == ("above", 0.5)
    now = np.concatenate([NORMAL[:999], [1e9]])
    assert _drawn(numbers("x", NORMAL, now)).sides == ()


def test_levels_that_are_all_new_have_a_bar_of_their_own() -> None:
    """A column whose levels were all renamed is not drawn as if nothing had come."""
    found = _drawn(levels("c", {"a": 700, "b": 300}, {"A": 70, "B": 30}))
    (bar,) = found.sides
    assert (bar.reference, bar.current) == (0.0, 1.0)
    assert 'class="c"' in str(small(found))
    assert "rare or new levels" in str(full(found, "c"))
