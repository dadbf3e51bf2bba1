"""A window that was judged and is counted anew: its incident says so, and may end."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from leeboard.alarms.judged import Severity
from leeboard.incidents.incident import Event, Incident, Stage
from leeboard.state import Outgoing, open_state
from tests.logs.test_damage import damage_bit
from tests.monitor._world import CONFIG, DAY, START, World, hours, world
from tests.monitor.test_lost import changed, files

BAD = 400
NOTIFY = '\n[[notify]]\nto = "webhook"\nurl = "https://example.com/hook"\n'


class _Nothing:
    notes: tuple[object, ...] = ()


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Give a monitor whose messages wait, four days as usual, and a bad half day."""
    monkeypatch.setattr("leeboard.monitor.monitor.send_due", lambda *_: _Nothing())
    found = world(tmp_path)
    found.configure(CONFIG + NOTIFY)
    for number in range(4):
        found.predict(hours(number, 200), first=1000 * number, seed=number)
    changed(found, 4, BAD)
    run(found, 5)
    return found


def run(model: World, day: int, **later: int) -> None:
    """Count and judge all up to a day's beginning."""
    model.monitor.run(now=START + day * DAY + timedelta(hours=2, **later))


def the_page(model: World) -> Incident:
    """The incident that pages."""
    (one,) = [i for i in model.monitor.incidents() if i.severity is Severity.PAGE]
    return one


def events(model: World, one: Incident) -> list[Event]:
    """What happened to an incident."""
    return [entry.event for entry in model.monitor.incident(one.id).story]


def messages(model: World) -> list[Outgoing]:
    """What people are to hear."""
    with closing(open_state(model.monitor.plan.state)) as state:
        return list(state.alarms.outgoing(START + 400 * DAY, 100))


def test_a_restated_figure_is_noted_and_told_to_nobody(made: World) -> None:
    """Late rows change what was judged; the evidence stays, and so does the page."""
    one = the_page(made)
    assert events(made, one) == [Event.OPENED]
    told = len(messages(made))
    made.predict(
        hours(4, 100), first=9000, seed=9, received_at=START + 5 * DAY + 3 * DAY / 24
    )
    run(made, 5, minutes=90)
    assert events(made, one) == [Event.OPENED, Event.REVISED]
    entry = made.monitor.incident(one.id).story[-1]
    assert entry.why.startswith("2026-03-05 00:00 was counted again: ")
    after = the_page(made)
    assert (after.stage, after.severity) == (Stage.OPEN, Severity.PAGE)
    assert len(messages(made)) == told
    run(made, 5, minutes=100)
    assert events(made, one) == [Event.OPENED, Event.REVISED]


def test_an_incident_whose_figures_are_taken_back_is_over(made: World) -> None:
    """The bad rows are erased and the right ones came: nothing of it is left."""
    one = the_page(made)
    bad = [f"c4-{i}-{BAD}" for i in range(BAD)]
    made.monitor.erase(ids=bad)
    made.predict(
        hours(4, 300), first=9000, seed=9, received_at=START + 5 * DAY + 3 * DAY / 24
    )
    run(made, 5, minutes=90)
    assert events(made, one) == [Event.OPENED, Event.REVISED, Event.RESOLVED]
    (after,) = [i for i in made.monitor.incidents() if i.id == one.id]
    assert after.stage is Stage.RESOLVED
    assert [m.message.purpose.value for m in messages(made)] == ["trigger", "resolve"]


def test_what_is_left_of_a_window_takes_nothing_back(made: World) -> None:
    """Most rows were erased; the rest looks fine, and the incident goes on."""
    one = the_page(made)
    made.monitor.erase(ids=[f"c4-{i}-{BAD}" for i in range(BAD)])
    made.predict(
        hours(4, 190), first=9000, seed=9, received_at=START + 5 * DAY + 3 * DAY / 24
    )
    run(made, 5, minutes=90)
    assert events(made, one) == [Event.OPENED, Event.REVISED]
    assert the_page(made).stage is Stage.OPEN


def test_a_partial_window_takes_nothing_back(made: World) -> None:
    """The bad rows were erased and right ones came, but a file of them is damaged."""
    one = the_page(made)
    made.monitor.erase(ids=[f"c4-{i}-{BAD}" for i in range(BAD)])
    received = START + 5 * DAY + 3 * DAY / 24
    before = files(made)
    made.predict(hours(4, 60), first=8000, seed=8, received_at=received)
    (path,) = files(made) - before
    made.predict(hours(4, 300), first=9000, seed=9, received_at=received)
    damage_bit(path)
    run(made, 5, minutes=90)
    assert events(made, one) == [Event.OPENED, Event.REVISED]
    assert the_page(made).stage is Stage.OPEN


def test_labels_that_come_restate_no_column(made: World) -> None:
    """They make revisions of the window; what was judged of it is the same."""
    one = the_page(made)
    ids = [f"c4-{i}-{BAD}" for i in range(BAD)]
    made.label(ids, [260.0] * BAD, [START + 5 * DAY] * BAD)
    run(made, 5, minutes=90)
    assert Event.REVISED not in events(made, one)
