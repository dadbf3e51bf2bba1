"""Delays of labels, counted as they come."""

from __future__ import annotations

import json
import math
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.errors import LeeboardError
from leeboard.estimates.delays import DelayCounts, count_delays, grid
from leeboard.stats.survival import kaplan_meier
from tests.estimates._late import DAY, NOW, late_labels, micros_of

WEEK = timedelta(days=7)


def same(first: DelayCounts, second: DelayCounts) -> bool:
    """Tell whether all counts are equal."""
    return first.to_text() == second.to_text()


@given(
    st.lists(st.tuples(st.floats(0, 9e5), st.none() | st.floats(0, 9e5)), max_size=40),
    st.integers(0, 40),
)
def test_adding_counts_is_counting_together(
    rows: list[tuple[float, float | None]], cut: int
) -> None:
    """Counts of two parts add up to those of all, and zero adds nothing."""
    made = np.array([-age for age, _ in rows])
    known = np.array([np.nan if d is None else d - age for age, d in rows])
    made, known = micros_of(made), micros_of(known)

    def count(part: slice) -> DelayCounts:
        return count_delays(made[part], known[part], NOW, WEEK)

    whole = count(slice(None))
    assert same(count(slice(cut)) + count(slice(cut, None)), whole)
    assert same(DelayCounts.zero(WEEK) + whole, whole)
    assert same(DelayCounts.from_text(whole.to_text()), whole)


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.none() | st.integers(1, 60)),
        min_size=1,
        max_size=60,
    )
)
def test_curve_is_the_product_limit_one_of_the_rows(
    rows: list[tuple[int, int | None]],
) -> None:
    """With delays and ages at edges of cells, the curve is that of the rows."""
    edges = grid(WEEK.total_seconds())
    ages = np.array([edges[age] for age, _ in rows])
    delays = np.array([np.inf if d is None else edges[d] for _, d in rows])
    known = np.where(np.isinf(delays), np.nan, delays - ages)
    counts = count_delays(micros_of(-ages), micros_of(known), NOW, WEEK)
    ended = delays <= ages
    exact = kaplan_meier(np.where(ended, delays, ages), ended)
    curve = counts.curve()
    for time, share in zip(exact.times, exact.shares, strict=True):
        place = int(np.searchsorted(edges, time))
        assert 1 - curve.life.shares[place - 1] == pytest.approx(1 - share, abs=1e-12)


def test_delay_of_exactly_two_days_is_complete_at_two_days() -> None:
    """A label that comes at the horizon counts; a moment later it does not."""
    made = micros_of(-np.linspace(0, 10, 1000) * DAY)
    for late_s, ultimate in ((0.0, 1.0), (1.0, 0.0)):
        known = made + round((2 * DAY + late_s) * 1e6)
        curve = count_delays(made, known, NOW, timedelta(days=2)).curve()
        assert curve.ultimate == ultimate


def test_a_cell_counts_only_predictions_as_old_as_its_end() -> None:
    """In a cell that an age ends in, labels alone would count: so nobody does."""
    start, end = grid(WEEK.total_seconds())[20:22]
    made = micros_of(np.full(100, -(0.2 * start + 0.8 * end)))
    known = np.where(np.arange(100) < 50, made + (start + 1) * 1e6, np.nan)
    counts = count_delays(made, known, NOW, WEEK)
    assert (counts.labels, counts.came.sum(), counts.at_risk[20]) == (50, 0, 0)
    assert counts.at_risk[19] == 100
    assert counts.curve().observed_s == start


def test_labels_not_yet_known_do_not_count() -> None:
    """As of a moment, later labels and later predictions are not there."""
    made = micros_of(np.array([-3.0, -2.0, 1.0]) * DAY)
    known = micros_of(np.array([-1.0, 1.0, 2.0]) * DAY)
    counts = count_delays(made, known, NOW, WEEK)
    assert (counts.rows, counts.labels, counts.grown) == (2, 1, 0)


def test_label_before_its_prediction_came_at_once() -> None:
    """A label older than the prediction has no delay."""
    made = micros_of(np.full(100, -1.0 * DAY))
    counts = count_delays(made, made - 10**9, NOW, WEEK)
    assert counts.curve().came_by(np.array([60.0, 3600.0])).tolist() == [1.0, 1.0]


def test_curve_finds_a_known_law_where_the_naive_share_does_not() -> None:
    """The curve meets the law it was drawn from; the share labelled does not."""
    late = late_labels(np.random.default_rng(3), 40_000, days=10, ever=0.7)
    counts = count_delays(late.made_at, late.known_at, NOW, timedelta(days=8))
    curve = counts.curve()
    for days in (0.5, 1.0, 2.0, 4.0, 8.0):
        true = 0.7 * (1 - math.exp(-((days / 2) ** 1.3)))
        low, high = curve.interval(timedelta(days=days))
        assert low - 0.01 <= true <= high + 0.01
        assert curve.came_by(np.array(days * DAY)) == pytest.approx(true, abs=0.012)
    assert curve.ultimate == pytest.approx(0.7, abs=0.012)
    assert counts.labels / counts.rows < 0.6
    assert counts.completeness_at(timedelta(days=2)) == pytest.approx(
        1 - math.exp(-1), abs=0.012
    )


def test_how_many_labels_ever_come_is_unknown_in_a_young_log() -> None:
    """Until 50 predictions are past the horizon, or all came at once, nobody knows."""
    late = late_labels(np.random.default_rng(4), 5_000, days=3, ever=0.7)
    curve = count_delays(late.made_at, late.known_at, NOW, WEEK).curve()
    assert curve.ultimate is None
    assert curve.completeness_at(timedelta(days=1)) is None
    assert curve.observed_s < 3.1 * DAY
    assert np.isnan(curve.came_by(np.array(5 * DAY)))
    assert DelayCounts.zero(WEEK).curve().ultimate is None
    at_once = count_delays(late.made_at, late.made_at + 10**6, NOW, WEEK).curve()
    assert at_once.ultimate == 1.0
    assert at_once.completeness_at(timedelta(days=6)) == 1.0


def test_times_may_be_datetimes() -> None:
    """Arrays of datetime64 with NaT count like microseconds with NaN."""
    late = late_labels(np.random.default_rng(5), 300, days=9, ever=0.6)
    known = np.full(300, np.datetime64("NaT", "us"))
    came = ~np.isnan(late.known_at)
    known[came] = late.known_at[came].astype(np.int64).astype("datetime64[us]")
    made = late.made_at.astype(np.int64).astype("datetime64[us]")
    assert same(
        count_delays(made, known, NOW, WEEK),
        count_delays(late.made_at, late.known_at, NOW, WEEK),
    )


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda: DelayCounts.zero(timedelta(0)), "bad_horizon"),
        (lambda: DelayCounts.zero(WEEK) + DelayCounts.zero(2 * WEEK), "other_horizon"),
        (
            lambda: count_delays(
                np.array([0]), np.array([np.nan]), NOW.replace(tzinfo=None), WEEK
            ),
            "naive_time",
        ),
        (lambda: DelayCounts.from_text('{"version": 2}'), "newer_format"),
        (lambda: DelayCounts.from_text("[]"), "damaged_profile"),
        (lambda: DelayCounts.from_text("{"), "damaged_profile"),
    ],
)
def test_what_cannot_be_counted_is_refused(act: object, code: str) -> None:
    """No horizon, two horizons, a time without zone and damaged text are errors."""
    assert callable(act)
    with pytest.raises(LeeboardError) as caught:
        act()
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("horizon_s", -1),
        ("horizon_s", math.inf),
        ("came", {"-1": 1}),
        ("came", {"9999": 1}),
        ("left", {"3": -1}),
        ("left", {"3": 11}),
        ("rows", 0),
        ("labels", 11),
        ("labels", None),
        ("grown", 11),
    ],
)
def test_counts_that_cannot_be_are_refused(key: str, value: object) -> None:
    """Text whose counts do not fit together is damaged, not believed."""
    made = micros_of(-np.arange(1, 11) * DAY / 3)
    counts = count_delays(made, made + 3e9, NOW, WEEK)
    changed = json.dumps({**json.loads(counts.to_text()), key: value})
    with pytest.raises(LeeboardError, match="damaged_profile"):
        DelayCounts.from_text(changed)


def test_text_is_small() -> None:
    """Counts of an hour's predictions take less than a kilobyte."""
    late = late_labels(np.random.default_rng(6), 1000, days=1 / 24, ever=0.9)
    later = NOW + timedelta(days=5)
    text = count_delays(late.made_at, late.known_at, later, WEEK).to_text()
    assert len(text) < 1000
    assert json.loads(text)["rows"] == 1000


def test_now_may_be_in_any_zone() -> None:
    """The same moment written in another zone gives the same counts."""
    from zoneinfo import ZoneInfo

    late = late_labels(np.random.default_rng(5), 100, days=9, ever=0.6)
    there = NOW.astimezone(ZoneInfo("Asia/Kolkata"))
    assert same(
        count_delays(late.made_at, late.known_at, there, WEEK),
        count_delays(late.made_at, late.known_at, NOW, WEEK),
    )
