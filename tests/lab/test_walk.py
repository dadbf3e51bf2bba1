"""The lab finds what is in the data."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from leeboard.lab import Walk, rentals, story
from leeboard.lab._model import FEATURES, predicted
from leeboard.lab._walk import SENSORS
from leeboard.verdicts.verdict import State


def _state(walked: Walk, month: date, column: str) -> State:
    (window,) = [w for w in walked.months if w.start == month]
    return window.report[column].state


def test_the_season_moves_the_weather(walked: Walk) -> None:
    """From spring to autumn temperature moved, and in the next winter it came back."""
    for month in range(4, 12):
        assert _state(walked, date(2011, month, 1), "temp") is State.MOVED
        assert _state(walked, date(2012, month, 1), "temp") is State.MOVED
    assert _state(walked, date(2012, 1, 1), "temp") is not State.MOVED


def test_hours_of_the_day_hold(walked: Walk) -> None:
    """The hour, which no month changes, is never called moved."""
    assert {window.report["hr"].state for window in walked.months} == {State.HELD}


def test_each_fault_is_found_on_its_day(walked: Walk) -> None:
    """Humidity 0 on 2011-03-10, felt temperature stuck on 2012-08-17 and 2012-12-29."""
    lone = {
        (one.day, one.column, one.value, one.rows)
        for one in walked.stuck
        if sum(other.day == one.day for other in walked.stuck) == 1
    }
    assert lone == {
        (date(2011, 3, 10), "hum", 0.0, 22),
        (date(2012, 8, 17), "atemp", 0.2424, 24),
        (date(2012, 12, 29), "atemp", 0.2424, 24),
    }
    assert walked.days == len(set(rentals()["dteday"].to_pylist())) - 59


def test_reports_of_the_days_name_the_sensor(walked: Walk) -> None:
    """On either day the condition fails on the one sensor, and on no other."""
    for name, sensor in (
        ("2-humidity-2011-03-10.html", "hum"),
        ("2-felt-temperature-2012-08-17.html", "atemp"),
    ):
        conditions = walked.reports[name].findings.conditions
        assert {c.subject for c in conditions} == set(SENSORS)
        assert [c.subject for c in conditions if c.passed is False] == [sensor]


def test_other_days_are_left_in_peace(walked: Walk) -> None:
    """Besides the faults only a steady day and one with a single row are named."""
    days = {one.day for one in walked.stuck}
    assert days - {date(2011, 3, 10), date(2012, 8, 17), date(2012, 12, 29)} == {
        date(2011, 9, 6),
        date(2012, 10, 29),
    }


def test_demand_grows_apart_from_the_season(walked: Walk) -> None:
    """A year later, in the same months, the label moved where most weather held."""
    report = walked.reports["3-a-year-later.html"]
    assert report["cnt"].state is State.MOVED
    for name in ("hum", "windspeed", "weathersit"):
        assert report[name].state is State.HELD
    cnt = report["cnt"].measurements["mean"]
    assert cnt.reference == pytest.approx(64.6, abs=0.1)
    assert cnt.current == pytest.approx(139.4, abs=0.5)


def test_the_error_grows(walked: Walk) -> None:
    """The interval of the error in training lies below that of every month since."""
    low, high = walked.trained.interval
    assert low < walked.trained.value < high
    for error in walked.errors:
        assert error.interval[0] < error.value < error.interval[1]
        assert error.interval[0] > high
    assert all(_state(walked, e.start, "error") is State.MOVED for e in walked.errors)


def test_the_model_sees_no_leak() -> None:
    """No part of the label is a feature, and a training day is predicted unseen."""
    assert not set(FEATURES) & {"cnt", "casual", "registered", "instant", "yr"}
    table = predicted()
    error = table["error"].to_numpy()[:1337]
    naive = np.abs(
        table["cnt"].to_numpy()[:1337] - table["cnt"].to_numpy()[:1337].mean()
    )
    # a forest asked about its own rows would be off by about 6
    assert 12.0 < error.mean() < 20.0 < naive.mean()


def test_the_story_is_short(walked: Walk) -> None:
    """At most 60 lines of 79 columns, with the days of the faults and what to do."""
    text = story(walked)
    lines = text.splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 79
    for part in ("2011-03-10", "2012-08-17", "Next:", "learned"):
        assert part in text
