"""What is lost of hours: those that lost all, days they become, and the asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leeboard.config.plan import ModelPlan
from leeboard.logs import Loss
from leeboard.logs.memory import MemoryLog
from leeboard.monitor.lost import Losses, losses_near
from leeboard.state import Done
from leeboard.state._sql import SqlState
from leeboard.windows import Calendar, Every, Window
from tests.logs.test_damage import damage_bit
from tests.monitor._world import CONFIG, DAY, START, World, hours, world
from tests.monitor.test_lost import files, run, windows
from tests.state._results import done, hour

HOUR = timedelta(hours=1)
PLAN = ModelPlan("demand", "", "", Calendar(Every(1, "h"), UTC))


@pytest.fixture
def made(tmp_path: Path) -> World:
    """Give a monitor of hours that was just begun."""
    found = world(tmp_path)
    found.configure(CONFIG.replace('"1d"', '"1h"') + 'hours_for = "5d"\n')
    return found


def lose(made: World, first: int, start: float, n: int, *, over: float = 1.0) -> None:
    """Log rows of some hours as a file of their own, and damage it."""
    before = files(made)
    times = [START + start * HOUR + over * HOUR * i / n for i in range(n)]
    made.predict(times, first=first)
    (path,) = files(made) - before
    damage_bit(path)


def of_hour(made: World, number: int) -> list[tuple[int, int]]:
    """Rows of an hour, and those it lacks; of none, if it was not counted."""
    start = START + number * HOUR
    found = [one for one in windows(made) if one.window.start == start]
    return [(one.rows, one.lost) for one in found]


def test_an_hour_that_lost_all_between_two_passes_is_there(made: World) -> None:
    """The last ripe hour of one pass, of which no later pass would hear either."""
    made.predict(hours(0, 96))
    lose(made, 1000, 24, 20)
    run(made, 1)
    assert of_hour(made, 24) == [(0, 20)]
    made.predict([START + DAY + HOUR * k for k in range(1, 24)], first=2000)
    lose(made, 3000, 48, 30)
    made.predict([START + 2 * DAY + HOUR * k for k in range(1, 24)], first=4000)
    run(made, 3)
    assert (of_hour(made, 24), of_hour(made, 48)) == ([(0, 20)], [(0, 30)])
    assert len(windows(made)) == 72


def test_hours_that_lost_all_are_there_though_nothing_else_came(made: World) -> None:
    """Neither the first pass nor a later one has a window to count beside them."""
    lose(made, 1000, 3, 20)
    run(made, 1)
    (first,) = windows(made)
    assert (first.rows, first.lost) == (0, 20)
    # nothing of the log can be read; no column of the reference is renamed
    assert {code for code, _ in first.notes} == {"labels", "cannot_estimate", "lost"}
    lose(made, 2000, 30, 10)
    run(made, 1)
    assert len(windows(made)) == 1
    run(made, 2)
    assert of_hour(made, 30) == [(0, 10)]
    run(made, 2)
    assert [one.revision for one in windows(made)] == [1, 1]


@pytest.fixture
def quarters(tmp_path: Path) -> World:
    """Give a monitor of quarter hours that was just begun."""
    found = world(tmp_path)
    found.configure(CONFIG.replace('"1d"', '"15m"') + 'hours_for = "90d"\n')
    return found


def test_a_month_of_quarter_hours_that_lost_all_is_there(quarters: World) -> None:
    """As many as there are, though events came after them."""
    lose(quarters, 1000, 0, 22 * 96, over=22 * 24.0)
    quarters.predict(hours(23, 30), first=9000)
    run(quarters, 24)
    gone = [one.window.start for one in windows(quarters) if one.rows == 0]
    assert gone == [START + k * HOUR / 4 for k in range(22 * 96)]


def test_one_event_of_long_ago_makes_one_window_in_its_time(made: World) -> None:
    """Hours between it and the others lack less than half an event each."""
    made.predict(hours(0, 96))
    before = files(made)
    stray = datetime(1970, 1, 1, 5, tzinfo=UTC)
    made.predict([stray, *(START + 3 * HOUR for _ in range(30))], first=5000)
    (path,) = files(made) - before
    damage_bit(path)
    run(made, 1)
    assert len(windows(made)) == 25
    first, *others = windows(made)
    assert first.window.start.year == 1970
    assert (first.rows, first.lost, first.lost_most) == (0, 1, 31)
    assert all(one.rows == 4 for one in others)
    assert of_hour(made, 3) == [(4, 1)]
    run(made, 2)
    assert len(windows(made)) == 25


def test_of_a_thin_loss_both_ends_are_there(made: World) -> None:
    """Each end of a file is the time of an event; between them nothing is known."""
    lose(made, 1000, 3.5, 4, over=16.0)
    run(made, 1)
    assert [(one.window.start, one.lost) for one in windows(made)] == [
        (START + 3 * HOUR, 1),
        (START + 15 * HOUR, 1),
    ]


def test_an_event_at_the_very_end_is_told_of_its_window(made: World) -> None:
    """Though next to nothing of the file's time lies in it."""
    before = files(made)
    made.predict([START + k * HOUR for k in (1, 9)])
    (path,) = files(made) - before
    damage_bit(path)
    run(made, 1)
    assert [one.lost for one in windows(made)] == [1, 1]


def test_a_thin_loss_is_not_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five events in nine years of minutes are told of two windows, at once."""
    monkeypatch.setattr(Calendar, "between", None)
    plan = replace(PLAN, calendar=Calendar(Every(1, "m"), UTC))
    first = START - 9 * 365 * DAY
    loss = Loss("predictions", "damaged_segment", 5, first, START)
    span = Window(first - DAY, START + DAY)
    assert len(Losses(plan, [loss], span).more({}, START + 9 * DAY)) == 2


def test_hours_inside_a_day_that_they_became_are_not_there_again() -> None:
    """Neither in the one day nor in its neighbour; those after both are."""
    loss = Loss("predictions", "missing_segment", 999, hour(0).start, hour(50).start)
    days = [done(hour(k, 24)) for k in (0, 24)]
    losses = Losses(PLAN, [loss], hour(0, 99))
    found = losses.more({day.window: day for day in days}, START + 999 * DAY)
    assert sorted(found - {day.window for day in days}) == [
        hour(48),
        hour(49),
        hour(50),
    ]


def test_a_pass_that_was_stopped_leaves_none_out(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that it had not come to are counted by the next one."""
    lose(made, 1000, 0, 300, over=100.0)
    made.predict([START + k * HOUR for k in range(101, 110)], first=2000)
    put, calls = SqlState.put, iter(range(2))

    def stopped(*given: Any, **named: Any) -> None:
        if next(calls) == 1:
            raise InterruptedError
        put(*given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(SqlState, "put", stopped)
        with pytest.raises(InterruptedError):
            run(made, 5)
    assert len(windows(made)) == 64
    run(made, 5)
    assert sum(one.rows == 0 for one in windows(made)) == 100


@pytest.mark.parametrize(("years", "many"), [(9.9, True), (10.1, False)])
def test_a_loss_over_more_than_ten_years_makes_its_ends_alone(
    years: float, *, many: bool
) -> None:
    """However many events: one of them, at least, is likely to have a wrong time."""
    plan = replace(PLAN, calendar=Calendar(Every(1, "d"), UTC))
    last = START - years * timedelta(days=365.25)
    loss = Loss("predictions", "damaged_segment", 10**6, last, START)
    span = Window(START - 9000 * DAY, START + DAY)
    found = Losses(plan, [loss], span).more({}, START + 9 * DAY)
    days = [plan.calendar.window_of(moment) for moment in (last, START)]
    assert found >= set(days)
    assert (len(found) > 3000, len(found) == 2) == (many, not many)


def test_a_day_lacks_what_its_hours_lack_and_no_more(made: World) -> None:
    """Shares of an event an hour add up to the file's events, not to one an hour."""
    made.predict(hours(0, 480))
    lose(made, 1000, 0.5, 30, over=22.0)
    lose(made, 2000, 4.1, 7, over=0.5)
    run(made, 1)
    assert sum(one.lost for one in windows(made)) > 37
    made.predict(hours(11, 10), first=5000)
    run(made, 13)
    first = windows(made)[0]
    assert first.window == Window(START, START + DAY)
    assert (first.rows, first.lost, first.lost_most) == (480, 37, 37)
    assert "about 7 % of the events are lost" in dict(first.notes)["lost"]


def test_a_day_keeps_what_was_noted_of_hours_that_the_log_tells_no_longer() -> None:
    """A log that has forgotten a loss makes no day whole; nor is one told of twice."""
    lossy = [
        done(hour(0), lost=3, lost_most=9, lost_labels=4),
        done(hour(1), lost=2, lost_most=9, lost_labels=1),
        done(hour(2), lost=0, lost_most=0, lost_labels=0),
    ]
    day = done(hour(0, 24), notes=())

    def lacks(*found: Loss) -> tuple[int, int, int]:
        one = Losses(PLAN, found).added(day, lossy)
        return one.lost, one.lost_most, one.lost_labels

    assert lacks() == (5, 9, 4)
    start = hour(0).start
    labels = Loss("feedback", "damaged_segment", 90, start, start + 9 * DAY)
    few = Loss("feedback", "damaged_segment", 3, start, start)
    assert lacks(labels) == (5, 9, 5)
    assert lacks(few, few) == (5, 9, 4)
    # damaged when its hour, which lacks nothing, had been counted
    late = Loss("predictions", "damaged_segment", 50, hour(2).start, hour(2).start)
    assert lacks(late) == (5, 9, 4)
    one = Loss("predictions", "damaged_segment", 5, start, hour(2).start)
    other = Loss("predictions", "damaged_segment", 7, hour(1).start, hour(1).start)
    assert lacks(one, other)[1] == 12
    assert "lost" in dict(Losses(PLAN).added(day, lossy).notes)
    assert Losses(PLAN).added(day, lossy[2:]).notes == ()


class _Asked(MemoryLog):
    """A log that has lost something, and keeps what was asked."""

    def __init__(self, *found: Loss) -> None:
        super().__init__()
        self.found, self.spans = found, list[Window]()

    def losses(
        self, model: str, span: Window | Sequence[Window] | None = None
    ) -> Sequence[Loss]:
        """Give all that touch what is asked for."""
        assert model == "demand"
        assert isinstance(span, Sequence)
        self.spans += span
        return [one for one in self.found if one.touches(span)]


def _year(lossy: int) -> dict[Window, Done]:
    """A year of hours that lack nothing, but for one."""
    return {
        (
            one := done(hour(k), lost=k == lossy, lost_most=k == lossy, lost_labels=0)
        ).window: one
        for k in range(8760)
    }


def test_an_old_loss_does_not_have_the_log_read_back_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is asked about its own hour and the latest; only that hour is compared."""
    at = hour(7).start
    log = _Asked(Loss("predictions", "not_json", 1, at, at))
    compared: list[Any] = []
    near = Losses._near

    def counted(self: Losses, *given: Any) -> list[Loss]:
        compared.append(given)
        return near(self, *given)

    monkeypatch.setattr(Losses, "_near", counted)
    year = _year(7)
    now = hour(8760).start
    assert losses_near(log, PLAN, [], year, now)[1] == set()
    assert log.spans == [hour(7)]
    assert compared == [(hour(7), "predictions")]
    log.spans.clear()
    losses_near(log, PLAN, [hour(8760)], year, now + HOUR)
    new = Window(hour(8760).start, hour(8760).end + PLAN.horizon)
    assert log.spans == [hour(7), new]
    log.found = ()
    assert losses_near(log, PLAN, [], year, now)[1] == {hour(7)}


def test_losses_are_found_wherever_they_begin() -> None:
    """A long one that began first is seen behind short ones that ended before."""
    start = hour(0).start
    long = Loss("predictions", "damaged_segment", 24, start, start + DAY)
    short = [
        Loss("predictions", "not_json", 1, hour(k).start, hour(k).start)
        for k in range(0, 24, 2)
    ]
    losses = Losses(PLAN, [*short[::-1], long])
    for k in range(24):
        one = losses.told(done(hour(k)))
        assert one.lost_most == 24 + (k % 2 == 0)
    assert losses.told(done(hour(30))).lost_most == 0
