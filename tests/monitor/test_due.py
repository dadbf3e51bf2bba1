"""Which windows a pass counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from leeboard.config.plan import ModelPlan
from leeboard.monitor.due import agenda, read_pending, write_pending
from leeboard.state import Done
from leeboard.windows import Calendar, Every, Window

DAY = timedelta(days=1)
START = datetime(2026, 3, 1, tzinfo=UTC)
PLAN = ModelPlan(
    "demand",
    "demand.profile.json",
    "",
    Calendar(Every.parse("1d"), UTC),
    delay=timedelta(hours=1),
    grace=2 * DAY,
    horizon=10 * DAY,
)


def _day(n: int) -> Window:
    return Window(START + n * DAY, START + (n + 1) * DAY)


def _done(window: Window, computed: datetime, *, provisional: bool) -> Done:
    return Done(
        "demand",
        window,
        1,
        rows=10,
        labels=3,
        completeness=0.3,
        provisional=provisional,
        fingerprint="f",
        digest="d",
        first_at=computed,
        computed_at=computed,
    )


def test_a_window_is_counted_once_its_delay_has_passed() -> None:
    """Up to then it waits, and not a minute longer."""
    ripe = _day(0).end + PLAN.delay
    before = agenda(PLAN, [_day(0)], [], {}, ripe - timedelta(seconds=1))
    assert (before.now, before.later) == ((), (_day(0),))
    after = agenda(PLAN, [_day(0)], [], {}, ripe)
    assert (after.now, after.later) == ((_day(0),), ())


def test_what_waited_is_counted_without_new_events() -> None:
    """A window that was not ripe when its events came is not forgotten."""
    found = agenda(PLAN, [], [_day(0)], {}, _day(1).end)
    assert found.now == (_day(0),)


def test_a_window_is_done_in_order_and_once() -> None:
    """Changed and waiting windows are one set."""
    found = agenda(PLAN, [_day(2), _day(0)], [_day(0), _day(1)], {}, _day(9).end)
    assert found.now == (_day(0), _day(1), _day(2))


@pytest.mark.parametrize("provisional", [True, False])
def test_a_provisional_window_becomes_final_by_time_alone(*, provisional: bool) -> None:
    """At its horizon a window is counted once more if labels were still expected."""
    one = _done(_day(0), _day(1).end, provisional=provisional)
    aged = _day(0).end + PLAN.horizon
    early = agenda(PLAN, [], [], {one.window: one}, aged - timedelta(seconds=1))
    assert early.now == ()
    late = agenda(PLAN, [], [], {one.window: one}, aged)
    assert late.now == ((one.window,) if provisional else ())
    again = replace(one, computed_at=aged)
    assert agenda(PLAN, [], [], {one.window: again}, aged + DAY).now == ()


def test_waiting_windows_are_kept_and_read_back() -> None:
    """What is written comes back; nothing is written where nothing waits."""
    windows = (_day(0), _day(5))
    assert read_pending(write_pending(windows)) == windows
    assert write_pending(()) is None
    assert read_pending(None) == ()
