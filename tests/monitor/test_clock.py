"""Clocks that are wrong, step back, or change for summer: nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from leeboard.cli._status import _lines
from leeboard.incidents.incident import Kind
from leeboard.state import Done, Outgoing, open_state
from tests.monitor._world import CONFIG, DAY, START, World, world

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOTIFY = '\n[[notify]]\nto = "webhook"\nurl = "https://example.com/hook"\n'


def windows(made: World) -> list[Done]:
    """Windows that were counted."""
    return list(open_state(made.monitor.plan.state).windows("demand"))


def messages(made: World) -> list[Outgoing]:
    """Messages that were decided on."""
    late = datetime.now(UTC) + 400 * DAY
    return list(open_state(made.monitor.plan.state).alarms.outgoing(late, 1000))


def lived(folder: Path, steps: list[timedelta]) -> World:
    """Live some days, with several passes a day by a clock that is off by so much."""
    folder.mkdir()
    made = world(folder)
    made.configure(CONFIG + NOTIFY)
    for number in range(8):
        made.labelled_day(number, n=80, error=50.0 if 3 <= number < 5 else 10.0)
        right = START + (number + 1) * DAY + 3 * HOUR
        for step in steps:
            made.monitor.run(now=right + step)
    return made


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep messages where they can be counted."""
    monkeypatch.setattr("leeboard.monitor.monitor.send_due", lambda *_: _NOTHING)


class _Nothing:
    notes: tuple[object, ...] = ()


_NOTHING = _Nothing()


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(
            [HOUR, timedelta(0)], id="an hour fast, then right", marks=pytest.mark.long
        ),
        pytest.param(
            [-HOUR, timedelta(0)], id="an hour slow, then right", marks=pytest.mark.long
        ),
        pytest.param(
            [timedelta(0), -10 * MINUTE],
            id="ten minutes back",
            marks=pytest.mark.long,
        ),
    ],
)
def test_a_clock_that_steps_loses_nothing_and_says_nothing_twice(
    tmp_path: Path, steps: list[timedelta]
) -> None:
    """The same windows, incidents and messages as by a clock that is right."""
    usual = lived(tmp_path / "usual", [timedelta(0)])
    made = lived(tmp_path / "made", steps)

    def counted(one: World) -> list[tuple[object, ...]]:
        return [(w.window, w.rows, w.labels, w.digest) for w in windows(one)]

    assert counted(made) == counted(usual)
    assert {w.revision for w in windows(made)} == {1}
    for one in windows(made):
        assert one.first_at >= one.window.end
    mine, theirs = made.monitor.incidents(), usual.monitor.incidents()
    assert [(one.id, one.title) for one in mine] == [
        (one.id, one.title) for one in theirs
    ]
    assert not [one for one in mine if one.kind is not Kind.CHANGE]
    keys = [one.message.key for one in messages(made)]
    assert sorted(keys) == sorted(one.message.key for one in messages(usual))
    assert len(keys) == len(set(keys)) == 2


def test_a_status_by_a_clock_that_went_back_is_no_error(
    tmp_path: Path,
) -> None:
    """What was received later than now is not said to be older than it is."""
    made = world(tmp_path)
    made.labelled_day(0)
    made.monitor.run(now=START + DAY + 3 * HOUR)
    early = START + 20 * HOUR
    status = made.monitor.status(now=early)
    assert status.stale(HOUR) == ()
    again = made.monitor.run(now=early).passes[0]
    assert (again.counted, again.revised) == (0, 0)
    assert [one.revision for one in windows(made)] == [1]
    text = "\n".join(_lines(status.models[0], early, False))
    assert "-" not in text.split("predictions")[1].splitlines()[0]


def _half_hours(first: datetime, span: timedelta) -> Iterator[datetime]:
    at = first
    while at < first + span:
        yield at
        at += 30 * MINUTE


@pytest.mark.parametrize(
    ("around", "length"),
    [
        pytest.param(datetime(2026, 3, 28, 23, tzinfo=UTC), 23, id="to summer"),
        pytest.param(datetime(2026, 10, 24, 22, tzinfo=UTC), 25, id="to winter"),
    ],
)
@pytest.mark.parametrize("every", [pytest.param("1h", marks=pytest.mark.long), "1d"])
def test_where_summer_begins_and_ends_each_event_is_in_one_window(
    tmp_path: Path, around: datetime, length: int, every: str
) -> None:
    """Windows touch one another, a day has 23 or 25 hours, and nothing is missed."""
    made = world(tmp_path)
    made.configure(
        CONFIG.replace('window = "1d"', f'window = "{every}"')
        + 'time_zone = "Europe/Vienna"\nhours_for = "300d"\n'
    )
    zone = ZoneInfo("Europe/Vienna")
    assert around.astimezone(zone).hour == 0
    first = around - DAY
    times = list(_half_hours(first, 2 * DAY + length * HOUR))
    made.predict(times)
    for hour in range(27, 72, 6):
        made.monitor.run(now=first + hour * HOUR)
    made.monitor.run(now=times[-1] + 2 * HOUR)
    found = windows(made)
    assert sum(one.rows for one in found) == len(times)
    assert {one.revision for one in found} == {1}
    for before, after in pairwise(found):
        assert before.window.end == after.window.start
    lengths = [one.window.end - one.window.start for one in found]
    if every == "1h":
        assert set(lengths) == {HOUR}
    else:
        assert lengths == [24 * HOUR, length * HOUR, 24 * HOUR]
        assert [one.rows for one in found] == [48, 2 * length, 48]
    assert {one.kind for one in made.monitor.incidents()} <= {Kind.CHANGE}


def test_an_event_of_the_hour_that_comes_twice_is_not_joined_with_another(
    tmp_path: Path,
) -> None:
    """Half past two summer time and half past two winter time are two hours."""
    made = world(tmp_path)
    made.configure(
        CONFIG.replace('window = "1d"', 'window = "1h"')
        + 'time_zone = "Europe/Vienna"\n'
    )
    zone = ZoneInfo("Europe/Vienna")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=zone, fold=0).astimezone(UTC)
    second = datetime(2026, 10, 25, 2, 30, tzinfo=zone, fold=1).astimezone(UTC)
    assert second - first == HOUR
    made.predict([first] * 3 + [second] * 4)
    made.monitor.run(now=second + 3 * HOUR)
    assert [one.rows for one in windows(made)] == [3, 4]
