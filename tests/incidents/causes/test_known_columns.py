"""Columns made so that the right answer is known without a simulation of a model."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from leeboard.check import profile
from leeboard.incidents.causes._law import Law, Line
from leeboard.incidents.causes._view import View, view_of
from leeboard.incidents.diagnosis import diagnose
from leeboard.incidents.incident import Diagnosis
from leeboard.incidents.scene import Scene
from leeboard.lab._rentals import RENTALS, TRAINED_UNTIL, between, rentals


def said(before: Any, now: Any, previous: Any = None) -> Diagnosis:
    """Diagnosis of one column."""
    reference = profile({"x": before})
    parts = [
        None if rows is None else profile({"x": rows}, reference=reference).parts[None]
        for rows in (now, previous)
    ]
    assert parts[0] is not None
    return diagnose(Scene(reference, parts[0], previous=parts[1]))


def day(start: date) -> Diagnosis:
    """Diagnosis of one day of bike rentals against January and February 2011."""
    table = rentals()
    first = table["dteday"][0].as_py()
    reference = profile(between(table, first, TRAINED_UNTIL), schema=RENTALS)
    rows = between(table, start, start + timedelta(days=1))
    return diagnose(Scene(reference, profile(rows, reference=reference).parts[None]))


def test_humidity_of_zero_is_a_default() -> None:
    """On 10 March 2011 the humidity is 0 in every hour: a default took the day."""
    found = day(date(2011, 3, 10))
    assert (found.cause, found.columns) == ("default-value flood", ("hum",))
    assert found.evidence[0] == "22 of 22 rows equal 0"
    assert found.evidence[1].startswith("mean 0 where 0.5")


def test_a_stuck_felt_temperature_is_constant() -> None:
    """On 17 August 2012 the felt temperature is 0.2424 in every hour: it is stuck."""
    found = day(date(2012, 8, 17))
    assert (found.cause, found.columns) == ("constant", ("atemp",))
    assert found.evidence[0] == "24 of 24 rows equal 0.2424"


def test_the_flags_of_a_day_are_not_stuck() -> None:
    """A day has one weekday; rows that always agree within a day are no news."""
    found = day(date(2011, 3, 5))
    assert found.cause == "undetermined"


def test_a_sign_flip_of_symmetric_values_is_undetermined() -> None:
    """Values as often below zero as above look alike mirrored, and nothing is said."""
    rng = np.random.default_rng(1)
    before, now = rng.normal(0, 1, 5000), -rng.normal(0, 1, 2000)
    assert said(before, now).cause == "undetermined"
    assert said(before + 3.0, now - 3.0).cause == "sign flip"


@pytest.mark.parametrize("unit", [2.54, 12.0, 1 / 60, 1e6, 1 / 1024])
def test_the_factor_is_the_one_that_was_used(unit: float) -> None:
    """The unit that is named is that of the rows."""
    rng = np.random.default_rng(2)
    found = said(rng.gamma(9.0, 1.0, 5000), rng.gamma(9.0, 1.0, 2000) * unit)
    assert found.cause == "unit change"
    factor = f"× {unit:g}" if 1 < unit < 1e6 else f"÷ {round(1 / unit):,}"
    assert ("× 1,000,000" if unit == 1e6 else factor) in found.text


def test_growth_is_no_change_of_unit() -> None:
    """Values that grew by a third or doubled are not said to be in another unit."""
    rng = np.random.default_rng(3)
    for growth in (1.33, 1.9, 2.9):
        before, now = rng.gamma(9.0, 1.0, 5000), rng.gamma(9.0, 1.0, 2000) * growth
        assert said(before, now).cause != "unit change"


def test_a_hundred_rows_do_not_tell_growth_from_miles() -> None:
    """A factor that growth may have too is not named from a rough fit."""
    for seed in range(10):
        rng = np.random.default_rng(seed)
        before, now = rng.gamma(9.0, 1.0, 5000), rng.gamma(9.0, 1.0, 100) * 1.609344
        assert said(before, now).cause != "unit change"


def test_what_did_not_change_is_in_no_other_unit() -> None:
    """Beside a spread of thousands 273.15 more is nothing, and no Kelvin is named."""
    rng = np.random.default_rng(8)
    before, now = rng.normal(5e4, 1.5e4, 5000), rng.normal(5e4, 1.5e4, 500)
    assert said(before, now).cause == "undetermined"


def test_hours_are_late_by_the_hours_they_are_late() -> None:
    """The turn of the clock is the one that was made, and its direction is told."""
    rng = np.random.default_rng(4)
    usual = np.clip(np.round(rng.normal(14, 4, 5000)), 0, 23).astype(int)
    now = (np.clip(np.round(rng.normal(14, 4, 800)), 0, 23).astype(int) - 5) % 24
    found = said(usual, now)
    assert found.cause == "time-zone shift"
    assert "5 hours earlier" in found.text


def test_hours_that_come_once_each_day_are_not_stale() -> None:
    """Counts that repeat by design are no sign of a feed that stopped."""
    hours = np.arange(24)
    assert said(np.tile(hours, 60), hours, hours).cause == "undetermined"
    rng = np.random.default_rng(5)
    drawn = rng.normal(size=200)
    assert said(rng.normal(size=2000), drawn, drawn).cause == "staleness"


def test_a_law_sent_through_a_line_is_counted_as_the_rows_are() -> None:
    """Shares of cells after a line are those of the rows to less than 0.01."""
    rng = np.random.default_rng(6)
    rows = rng.gamma(4.0, 1.0, 20_000)
    reference = profile({"x": rows})
    scene = Scene(reference, reference.parts[None])
    view = view_of(scene, reference.schema["x"])
    assert isinstance(view, View)
    cells: Any = view.cells
    law = Law.of(cells, view.usual)  # type: ignore[arg-type]  # numbers
    assert law is not None
    for line in (Line(1.0), Line(1.7), Line(-1.0, 8.0)):
        places = np.searchsorted(cells.edges, line.slope * rows + line.offset, "right")
        shares = np.bincount(places, minlength=cells.above + 1) / len(rows)
        assert np.abs(law.cells_after(line, cells) - shares).max() < 0.01


def test_rows_of_one_odd_value_have_no_law() -> None:
    """What is left of a deviation is rounding's: mirror and unit are not looked for."""
    rng = np.random.default_rng(3)
    found = said(rng.normal(60.0, 10.0, 2000), np.zeros(96))
    assert found.cause == "default-value flood"
