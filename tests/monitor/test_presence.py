"""What did not come, by real passes: no data, late data, passes that were not made."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from leeboard.cli._incidents import incident_line
from leeboard.incidents.incident import Event, Incident, Kind, Stage
from leeboard.monitor.presence import RAN, Runs
from leeboard.state import open_state
from leeboard.windows import Window
from tests.monitor._world import CONFIG, DAY, START, World, hours, world

HOUR = timedelta(hours=1)


@pytest.fixture
def model(tmp_path: Path) -> World:
    """A monitor that was just begun."""
    return world(tmp_path)


def live(model: World, days: range, *, rows: int = 40) -> None:
    """Log days, and pass at the end of each."""
    for number in days:
        model.predict(hours(number, rows), first=number * 1000, seed=number)
        run(model, number)


def run(model: World, after: int) -> None:
    """Pass once the day's window is ripe."""
    model.monitor.run(now=at(after))


def at(after: int) -> datetime:
    """The moment of the pass after a day."""
    return START + (after + 1) * DAY + 2 * HOUR


def of_kind(model: World, kind: Kind) -> list[Incident]:
    """The model's incidents of a kind."""
    return [one for one in model.monitor.incidents() if one.kind is kind]


def test_two_empty_days_are_an_incident_that_ends_when_data_comes(
    model: World,
) -> None:
    """One empty window is nothing; the second pages; rows end it."""
    live(model, range(4))
    run(model, 4)
    assert not model.monitor.incidents()
    run(model, 5)
    (one,) = model.monitor.incidents()
    assert (one.kind, one.stage) == (Kind.NO_DATA, Stage.OPEN)
    assert one.first_window.start == START + 4 * DAY
    assert "2026-03-05" in one.title
    run(model, 6)
    assert len(model.monitor.incidents()) == 1
    live(model, range(7, 8))
    (one,) = model.monitor.incidents()
    assert one.stage is Stage.RESOLVED
    story = [entry.event for entry in model.monitor.incident(one.id).story]
    assert (story[0], story[-1]) == (Event.OPENED, Event.RESOLVED)


def test_a_long_absence_lasts_to_the_present(model: World) -> None:
    """Its windows are windows: the first that was empty, and the latest so far."""
    model.configure(CONFIG.replace('window = "1d"', 'window = "1h"'))
    live(model, range(3), rows=48)
    for after in (3, 60):
        run(model, after)
        (one,) = of_kind(model, Kind.NO_DATA)
        assert one.first_window == Window(START + 3 * DAY, START + 3 * DAY + HOUR)
        assert at(after) - 3 * HOUR <= one.last_window.start
        assert one.last_window.end - one.last_window.start == HOUR
    shown = incident_line(one)
    assert f"{START + 3 * DAY:%Y-%m-%d} to {at(60):%Y-%m-%d}" in shown


def test_what_comes_late_is_named_so(model: World) -> None:
    """Days are empty, and events of earlier days still arrive."""
    live(model, range(4))
    model.predict(
        hours(3, 10), first=90_000, seed=9, received_at=START + 5 * DAY + HOUR
    )
    run(model, 5)
    assert of_kind(model, Kind.LATE_DATA)
    assert not of_kind(model, Kind.NO_DATA)


def test_nights_without_traffic_are_not_missing(model: World) -> None:
    """Hours that are usually empty are not missed; the first busy ones are."""
    model.configure(CONFIG.replace('window = "1d"', 'window = "1h"'))
    for day in range(2, 7):  # Tuesday to Saturday morning: weekends apart
        busy = [START + day * DAY + h * HOUR for h in range(8, 18)]
        for hour in busy if day < 6 else ():
            model.predict([hour] * 3, first=day * 10_000 + hour.hour * 100)
            model.monitor.run(now=hour + 2 * HOUR)
        if day < 5:
            model.monitor.run(now=START + (day + 1) * DAY + 3 * HOUR)
    assert not of_kind(model, Kind.NO_DATA)
    monday = START + 8 * DAY
    model.monitor.run(now=monday + 7 * HOUR)
    assert not of_kind(model, Kind.NO_DATA)
    model.monitor.run(now=monday + 11 * HOUR)
    (one,) = of_kind(model, Kind.NO_DATA)
    assert one.first_window.start == monday + 8 * HOUR


def test_history_that_nobody_watched_is_not_missing(model: World) -> None:
    """The first pass comes long after the data; what is empty before it is history."""
    model.predict([*hours(0, 40), *hours(1, 40)])
    run(model, 30)
    run(model, 31)
    assert not model.monitor.incidents()
    run(model, 33)
    assert of_kind(model, Kind.NO_DATA)


def test_a_pause_that_was_announced_is_not_missing(model: World) -> None:
    """An announced change of everything covers that nothing comes."""
    live(model, range(4))
    model.monitor.expect("move to another region", START + 4 * DAY, START + 7 * DAY)
    run(model, 6)
    assert not model.monitor.incidents()
    run(model, 8)
    assert of_kind(model, Kind.NO_DATA)


def test_a_pass_that_was_not_made_is_told_by_the_next(model: World) -> None:
    """Three intervals without one are too long; the next pass says so and ends it."""
    live(model, range(5))
    for number in range(5, 10):
        model.predict(hours(number, 40), first=number * 1000, seed=number)
    run(model, 9)
    (one,) = of_kind(model, Kind.NOT_RUN)
    assert (one.first_window.start, one.first_window.end) == (at(4), at(9))
    live(model, range(10, 11))
    (one,) = of_kind(model, Kind.NOT_RUN)
    assert one.stage is Stage.RESOLVED


def test_passes_once_a_day_over_hours_are_as_usual(model: World) -> None:
    """How often passes are made is learned; nobody is paged each night."""
    model.configure(CONFIG.replace('window = "1d"', 'window = "1h"'))
    live(model, range(6), rows=48)
    assert not of_kind(model, Kind.NOT_RUN)


def test_living_history_again_changes_nothing(model: World) -> None:
    """A pass whose moment is not after the last one's is no pass that was made."""
    live(model, range(4))
    with closing(open_state(model.monitor.plan.state)) as state:
        before = state.kept("demand", RAN)
    run(model, 1)
    with closing(open_state(model.monitor.plan.state)) as state:
        assert state.kept("demand", RAN) == before
    runs = Runs.from_text(before)
    assert runs is not None
    assert runs.recent == tuple(at(number) for number in range(4))
