"""The lab's days under watch: a handful of incidents, the faults on their day."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest

from leeboard.alarms.judged import Severity
from leeboard.incidents.incident import Incident, Stage
from leeboard.lab import ENDED, Alarms, Live, alarm_story
from leeboard.monitor.monitor import Monitor
from leeboard.state import open_state

FAILED = date(2012, 8, 17)
"""A day on which a sensor gave one value in all rows."""


def _loud(told: Alarms) -> list[Incident]:
    return [one for one in told.incidents if one.severity is not Severity.NOTE]


def test_a_handful_of_incidents(told: Alarms) -> None:
    """Twenty-two months fit a screen."""
    assert 4 <= len(_loud(told)) <= 8
    assert told.alarmed.pages + told.alarmed.warnings == len(_loud(told))


@pytest.mark.parametrize(
    ("day", "column", "cause"),
    [
        (date(2011, 3, 10), "hum", "default value"),
        (date(2012, 8, 17), "atemp", "constant"),
        (date(2012, 12, 29), "atemp", "constant"),
    ],
)
def test_faults_are_found_and_named_on_their_day(
    told: Alarms, day: date, column: str, cause: str
) -> None:
    """Each opens an incident that pages, with its column and what it is."""
    (one,) = [i for i in told.incidents if i.first_window.start.date() == day]
    assert one.severity is Severity.PAGE
    assert one.subjects[0].name == column
    assert one.diagnosis is not None
    assert cause in one.diagnosis.cause.replace("-", " ")


def test_a_week_that_is_a_fifth_worse_pages_within_two_windows(lived: Live) -> None:
    """The first week with such an error is followed by a page at most two later."""
    worse = next(
        week.start
        for week in lived.weeks
        if week.realised is not None and week.realised[0] > 1.2 * lived.reference
    )
    state = Monitor(os.path.join(lived.folder, "leeboard.toml")).plan.state
    with closing(open_state(state)) as kept:
        paged = next(
            verdict.window.start.date()
            for verdict in kept.alarms.verdicts("rentals")
            if verdict.subject.aspect == "error" and verdict.severity is Severity.PAGE
        )
    assert timedelta(0) <= paged - worse <= timedelta(weeks=2)


def test_one_incident_holds_the_lasting_growth(told: Alarms) -> None:
    """The error that never comes back is one open incident, and so is all that moves.

    Beside it only faults of sensors are incidents.
    """
    (lasting,) = [
        one
        for one in told.incidents
        if any(subject.name == "performance" for subject in one.subjects)
    ]
    assert lasting.stage is Stage.OPEN
    assert lasting.first_window.start.date() <= date(2011, 3, 14)
    others = [one for one in _loud(told) if one.id != lasting.id]
    assert {one.diagnosis.cause for one in others if one.diagnosis} <= {
        "constant",
        "default-value flood",
    }
    assert len(others) == 4


@pytest.mark.long
def test_what_is_accepted_is_quiet_and_faults_are_not(told: Alarms) -> None:
    """Accepted in August, the error and warm days page no more that year.

    The sensor that fails a year later is found as before.
    """
    folder = os.path.dirname(told.config)
    path = os.path.join(folder, "accepted.toml")
    with open(told.config, encoding="utf-8") as file:
        text = file.read().replace("daily.db", "accepted.db")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    monitor = Monitor(path)
    august = datetime(2011, 8, 10, tzinfo=UTC)
    monitor.run(now=august + timedelta(hours=1))
    (drift,) = [
        one
        for one in monitor.incidents(running=True)
        if any(subject.name == "performance" for subject in one.subjects)
    ]
    monitor.act(drift.id, "accept", who="ada", why="retrained")
    monitor.run(now=ENDED)
    later = [one for one in monitor.incidents() if one.first_window.start >= august]
    until = datetime(2012, 1, 1, tzinfo=UTC)
    warm = {"error", "range"}
    assert not [
        one
        for one in later
        if one.severity is Severity.PAGE
        and one.first_window.start < until
        and warm.intersection(subject.aspect for subject in one.subjects)
    ]
    failed = [one for one in later if one.first_window.start.date() == FAILED]
    assert [one.subjects[0].name for one in failed] == ["atemp"]


def test_the_story_fits_a_terminal(told: Alarms) -> None:
    """At most 40 lines of 79 columns; each loud incident with its day."""
    text = alarm_story(told)
    lines = text.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines[:-1])) <= 79 + len(told.config)
    for one in _loud(told):
        assert f"{one.first_window.start:%Y-%m-%d}" in text
