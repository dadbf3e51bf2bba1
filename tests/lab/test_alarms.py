"""The lab's days under watch: a handful of incidents, the faults on their day."""

from __future__ import annotations

from datetime import date

import pytest

from leeboard.alarms.judged import Severity
from leeboard.incidents.incident import Incident, Stage
from leeboard.lab import Alarms, alarm_story
from leeboard.monitor.monitor import Monitor


def _loud(told: Alarms) -> list[Incident]:
    return [one for one in told.incidents if one.severity is not Severity.NOTE]


def test_a_handful_of_incidents(told: Alarms) -> None:
    """Twenty-two months fit a screen."""
    assert 5 <= len(_loud(told)) <= 15
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


def test_the_error_pages_within_two_windows_of_a_fifth_more(told: Alarms) -> None:
    """Counted from the day that begins the first week a fifth above the reference."""
    rows = (
        Monitor(told.config)
        .measurements(metric="mae", basis="realised", segment="")
        .to_dict("records")
    )
    usual = rows[0]["reference"]
    errors = [one for one in told.incidents if one.subjects[0].name == "performance"]
    after = [
        (row["window_start"].date(), row["value"])
        for row in rows
        if row["value"] > 1.2 * usual
    ]
    days = {day for day, _ in after}
    first = next(
        day
        for day, _ in after
        if sum((day.toordinal() + i) in {d.toordinal() for d in days} for i in range(3))
        == 3
    )
    told_on = min(one.opened_at.date() for one in errors)
    assert (told_on - first).days <= 2 + 3  # labels are two days late


def test_one_incident_holds_the_lasting_growth(told: Alarms) -> None:
    """The error that never comes back is one open incident, not hundreds."""
    lasting = [
        one
        for one in told.incidents
        if one.subjects[0].name == "performance" and one.stage is Stage.OPEN
    ]
    assert len(lasting) == 1


def test_the_story_fits_a_terminal(told: Alarms) -> None:
    """At most 40 lines of 79 columns; each loud incident with its day."""
    text = alarm_story(told)
    lines = text.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines[:-1])) <= 79 + len(told.config)
    for one in _loud(told):
        assert f"{one.first_window.start:%Y-%m-%d}" in text
