"""Two years in three paces: what Leeboard says of every month, week and day.

January and February 2011 are the reference throughout, as for a model trained on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.check import check, profile
from leeboard.lab._model import predicted
from leeboard.lab._rentals import RENTALS, TRAINED_UNTIL, between
from leeboard.measure import measure
from leeboard.profiles.profile import Profile
from leeboard.report import Report
from leeboard.schema import Schema
from leeboard.verdicts.suite import Condition

__all__ = ["SENSORS", "Error", "Stuck", "Walk", "Window", "walk"]

SENSORS = ("temp", "atemp", "hum", "windspeed")
"""Columns that come from a weather station."""

_END = date(2013, 1, 1)
_DRAWS = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """One month or week, and its report against the training data."""

    start: date
    report: Report


@dataclass(frozen=True, slots=True)
class Stuck:
    """A sensor that gave one value all day.

    Parameters
    ----------
    day : date
    column : str
    value : float
    rows : int
    temp : (float, float)
        Lowest and highest temperature of that day.
    """

    day: date
    column: str
    value: float
    rows: int
    temp: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Error:
    """Mean absolute error of some days, in rentals an hour.

    Parameters
    ----------
    start : date
    value : float
    interval : (float, float)
        95 %, whole days drawn again: the hours of a day are wrong together.
    mean : float
        Mean of the label.
    """

    start: date
    value: float
    interval: tuple[float, float]
    mean: float


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """All that the lab found.

    Parameters
    ----------
    trained : Error
        On the training days, each predicted without having been seen.
    months, weeks : tuple of Window
        In order, from March 2011 on.
    stuck : tuple of Stuck
        In order of days.
    days : int
        How many days were looked at.
    errors : tuple of Error
        One a month.
    reports : mapping of file name to Report
        Those worth a page of their own.
    """

    trained: Error
    months: tuple[Window, ...]
    weeks: tuple[Window, ...]
    stuck: tuple[Stuck, ...]
    days: int
    errors: tuple[Error, ...]
    reports: dict[str, Report]


def walk() -> Walk:
    """Train the model, and look at every month, week and day since.

    Returns
    -------
    Walk
        The same in every run.
    """
    table = predicted()
    start = table["dteday"][0].as_py()
    training = between(table, start, TRAINED_UNTIL)
    reference = profile(training, schema=RENTALS)
    months = [between(table, *month) for month in _months()]
    first = months[0]["dteday"][0].as_py()
    days = list(_stuck(training, table, first))
    generator = np.random.default_rng(0)
    return Walk(
        trained=_error(training, generator),
        months=tuple(_window(reference, one) for one in months),
        weeks=tuple(_window(reference, between(table, *w)) for w in _weeks(first)),
        stuck=tuple(one for found in days for one in found),
        days=len(days),
        errors=tuple(_error(one, generator) for one in months),
        reports=_reports(table, training),
    )


def _months() -> Iterator[tuple[date, date]]:
    start = TRAINED_UNTIL
    while start < _END:
        end = (start + timedelta(days=31)).replace(day=1)
        yield start, end
        start = end


def _weeks(first: date) -> Iterator[tuple[date, date]]:
    """Yield weeks of seven days; the last days of 2012 fill none and are left out."""
    week = timedelta(days=7)
    while first + week <= _END:
        yield first, first + week
        first += week


def _window(reference: Profile, current: pa.Table) -> Window:
    return Window(current["dteday"][0].as_py(), check(reference, current))


def _stuck(training: pa.Table, table: pa.Table, first: date) -> Iterator[list[Stuck]]:
    """Yield for every day with rows the sensors that gave one value."""
    schema = Schema(tuple(RENTALS[name] for name in SENSORS))
    reference = profile(training.select(SENSORS), schema=schema)
    later = between(table, first, _END)
    ends = np.flatnonzero(np.diff(later["dteday"].to_numpy().astype(int))) + 1
    places = [0, *ends.tolist(), later.num_rows]
    for at, end in pairwise(places):
        day = later.slice(at, end - at)
        counted = profile(day.select(SENSORS), reference=reference)
        yield [
            _described(day, column)
            for column in SENSORS
            if measure("constant", reference, counted, column=column).value == 1.0
        ]


def _described(day: pa.Table, column: str) -> Stuck:
    temp = day["temp"].to_numpy()
    return Stuck(
        day=day["dteday"][0].as_py(),
        column=column,
        value=day[column][0].as_py(),
        rows=day.num_rows,
        temp=(float(temp.min()), float(temp.max())),
    )


def _error(table: pa.Table, generator: np.random.Generator) -> Error:
    """Mean absolute error with an interval from whole days drawn again."""
    errors: Any = table["error"].to_numpy()
    _, day = np.unique(table["dteday"].to_numpy(), return_inverse=True)
    sums, rows = np.bincount(day, errors), np.bincount(day)
    k = len(rows)
    drawn = generator.multinomial(k, np.full(k, 1.0 / k), size=_DRAWS)
    low, high = np.quantile((drawn @ sums) / (drawn @ rows), [0.025, 0.975])
    return Error(
        start=table["dteday"][0].as_py(),
        value=float(errors.mean()),
        interval=(float(low), float(high)),
        mean=float(np.mean(table["cnt"].to_numpy())),
    )


def _reports(table: pa.Table, training: pa.Table) -> dict[str, Report]:
    """Reports for people to open."""

    def over(name: str, start: date, end: date) -> Report:
        current = between(table, start, end)
        return _named(check(training, current, schema=RENTALS), name)

    def one_day(day: date) -> Report:
        current = between(table, day, day + timedelta(days=1))
        stuck = Condition("constant == 1", columns=SENSORS, name="a sensor is stuck")
        report = check(training, current, schema=RENTALS, suite=[stuck])
        return _named(report, f"{day}")

    return {
        "1-summer.html": over("July 2011", date(2011, 7, 1), date(2011, 8, 1)),
        "2-humidity-2011-03-10.html": one_day(date(2011, 3, 10)),
        "2-felt-temperature-2012-08-17.html": one_day(date(2012, 8, 17)),
        "3-a-year-later.html": over(
            "January and February 2012", date(2012, 1, 1), date(2012, 3, 1)
        ),
    }


def _named(report: Report, current: str) -> Report:
    """Report that calls its samples by what they are: tables in memory have no name."""
    learned = "January and February 2011"
    findings = replace(report.findings, reference_name=learned, current_name=current)
    return Report(findings)
