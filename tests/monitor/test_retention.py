"""Old events go by arrival, counts stay, and nothing is counted from what is left."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from leeboard import Monitor
from leeboard.errors import StateError
from leeboard.logs import Wanted
from leeboard.logs.folder import FolderLog
from leeboard.monitor.baseline import load_baseline
from leeboard.monitor.judging import Standing
from leeboard.monitor.passes import Passed
from leeboard.monitor.retention import Forgotten, forget, forgotten_of
from leeboard.state import open_state
from tests.monitor._world import CONFIG, DAY, START, World, hours, world

HOUR = timedelta(hours=1)
KEPT = CONFIG + 'retention = "12d"\n'


@pytest.fixture
def model(tmp_path: Path) -> World:
    """A monitor that keeps events for twelve days, and three days of predictions."""
    made = world(tmp_path)
    made.configure(KEPT)
    made.predict([one for day in range(3) for one in hours(day, 300)])
    return made


def _pass(monitor: Monitor, day: float) -> Passed:
    (one,) = monitor.run(now=START + day * DAY + HOUR).passes
    return one


def _rows(monitor: Monitor) -> dict[datetime, tuple[int, int, str]]:
    state = open_state(monitor.plan.state)
    found = {
        one.window.start: (one.rows, one.revision, one.digest)
        for one in state.windows("demand")
    }
    state.close()
    return found


def _events(monitor: Monitor) -> int:
    return int(monitor.export("predictions").read_all().num_rows)


def test_nothing_is_forgotten_until_it_is_set(model: World) -> None:
    """Without a retention a log keeps everything."""
    model.configure(CONFIG)
    assert _pass(model.monitor, 400).expired == 0
    assert _events(model.monitor) == 900


def test_old_events_go_and_counts_stay(model: World) -> None:
    """Events older than the retention are gone; figures are as they were."""
    _pass(model.monitor, 3)
    before = _rows(model.monitor)
    assert _pass(model.monitor, 14) == Passed("demand", unchanged=3, expired=613)
    assert _events(model.monitor) == 287
    assert _rows(model.monitor) == before
    assert _pass(model.monitor, 30) == Passed("demand", expired=287)
    assert _events(model.monitor) == 0
    assert _rows(model.monitor) == before
    assert _pass(model.monitor, 31) == Passed("demand")


def test_age_counts_from_arrival(model: World) -> None:
    """Old predictions that came lately stay as long as others that came then."""
    model.predict(hours(-30, 50), received_at=START + 3 * DAY, first=900)
    _pass(model.monitor, 3)
    _pass(model.monitor, 14.5)
    assert _events(model.monitor) == 50 + 137
    _pass(model.monitor, 17)
    assert _events(model.monitor) == 0


def test_no_window_is_counted_from_what_is_left(model: World) -> None:
    """Labels that come when a window's events are gone change none of its figures."""
    _pass(model.monitor, 3)
    _pass(model.monitor, 14)
    before = _rows(model.monitor)
    model.label(["p500", "p899"], [1.0, 1.0], [START + 14 * DAY] * 2)
    passed = _pass(model.monitor, 14.1)
    assert (passed.revised, passed.forgotten) == (0, 1)
    model.predict(hours(1, 5), received_at=START + 14 * DAY, first=950)
    passed = _pass(model.monitor, 14.2)
    assert (passed.counted, passed.revised, passed.forgotten) == (0, 0, 1)
    assert _rows(model.monitor) == before


def test_windows_in_part_are_left_alone(model: World) -> None:
    """A day half of whose events are gone is not counted again either."""
    _pass(model.monitor, 3)
    _pass(model.monitor, 14.5)
    state = open_state(model.monitor.plan.state)
    forgotten = forgotten_of(state, "demand")
    state.close()
    assert forgotten.predictions == 763
    model.label(["p899"], [1.0], [START + 14 * DAY])
    assert _pass(model.monitor, 14.6).forgotten == 1


def test_nothing_is_forgotten_that_was_not_counted(model: World) -> None:
    """An import of old events is counted before the log may forget it."""
    _pass(model.monitor, 3)
    model.predict(hours(-100, 40), first=900)
    passed = _pass(model.monitor, 14)
    assert (passed.counted, passed.expired) == (1, 40 + 613)
    assert _rows(model.monitor)[START - 100 * DAY][0] == 40
    model.predict(hours(13, 30), first=940)
    passed = _pass(model.monitor, 13.9)
    assert (passed.counted, passed.waiting) == (0, 1)


def test_a_crash_between_mark_and_deed_loses_no_guard(
    model: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is about to be forgotten is written down first."""
    _pass(model.monitor, 3)
    real = FolderLog.take_out

    def dies(log: FolderLog, wanted: Wanted) -> None:
        real(log, wanted)
        raise KeyboardInterrupt

    monkeypatch.setattr(FolderLog, "take_out", dies)
    with pytest.raises(KeyboardInterrupt):
        _pass(model.monitor, 14)
    monkeypatch.undo()
    model.predict(hours(1, 5), received_at=START + 14 * DAY, first=950)
    passed = _pass(model.monitor, 14.2)
    assert (passed.revised, passed.forgotten) == (0, 1)


def test_a_pass_that_lost_its_lease_forgets_nothing(model: World) -> None:
    """Another pass goes on with the work, and counts on what is in the log."""
    _pass(model.monitor, 3)
    plan, now = model.monitor.plan["demand"], START + 14 * DAY
    baseline = load_baseline(plan)
    with closing(open_state(model.monitor.plan.state)) as state:
        mine = state.lease("pass:demand", "slow", now, 60.0)
        other = state.lease("pass:demand", "other", now + HOUR, 60.0)
        assert mine is not None
        assert other is not None
        slow = Standing(state, mine, plan, baseline, baseline.adopted)
        log, upto = model.monitor._log(), state.place("demand")
        with pytest.raises(StateError, match="lease_lost"):
            forget(log, slow, now, (), upto)
        assert forgotten_of(state, "demand") == Forgotten()
        assert _events(model.monitor) == 900
        assert forget(log, replace(slow, lease=other), now, (), upto) > 0


def test_clocks_that_run_ahead_lose_nothing(model: World) -> None:
    """Events received before they were made stay until their window is counted."""
    model.predict(hours(20, 10), received_at=START + 1 * DAY, first=900)
    _pass(model.monitor, 3)
    _pass(model.monitor, 15)
    assert _events(model.monitor) == 10
    passed = _pass(model.monitor, 21)
    assert (passed.counted, passed.expired) == (1, 10)
    model.label(["p900"], [1.0], [START + 21 * DAY])
    model.predict(hours(20, 3), first=990)
    assert _pass(model.monitor, 21.5).forgotten == 1
