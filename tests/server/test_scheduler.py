"""Passes on time, and how they are told."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from leeboard.errors import StateError
from leeboard.server.metrics import process_samples
from leeboard.server.scheduler import Health, Scheduler

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_pass_that_fails_is_told_and_is_not_sound() -> None:
    """What follows a pass sees its health, is called after each, and may fail."""
    seen: list[Health] = []
    whole = threading.Event()

    def make_pass() -> None:
        if len(seen) != 1:
            raise StateError(code="x", where="w", found="f", expected="e", fix="f")

    def after() -> None:
        seen.append(scheduler.health)
        if len(seen) == 3:
            whole.set()
        raise RuntimeError

    scheduler = Scheduler(make_pass, 0.0, after=after)
    scheduler.start()
    assert whole.wait(30)
    assert scheduler.stop(30)
    first, second, third = seen[:3]
    assert [one.failed for one in seen[:3]] == [1, 1, 2]
    assert [one.failures for one in seen[:3]] == [1, 0, 1]
    assert first.sound_at is None
    assert second.sound_at == second.ended_at
    assert third.sound_at == second.ended_at != third.ended_at
    told = {s.family: s.value for s in process_samples(third, 60.0, NOW, {})}
    assert third.sound_at is not None
    sound = told["leeboard_last_pass_timestamp_seconds"]
    assert sound == third.sound_at.timestamp()
    never = {s.family for s in process_samples(first, 60.0, NOW, {})}
    assert "leeboard_last_pass_timestamp_seconds" not in never
    assert "leeboard_start_timestamp_seconds" in never


def test_what_is_done_meanwhile_is_no_pass() -> None:
    """Who waits makes none, and is not taken for one that does; trouble is told."""
    whole = threading.Event()
    shipped: list[int] = []

    def ship() -> None:
        shipped.append(1)
        if len(shipped) == 3:
            whole.set()
        raise StateError(code="x", where="w", found="f", expected="e", fix="f")

    scheduler = Scheduler(lambda: None, 0.0, lambda _: False, ship)
    scheduler.start()
    assert whole.wait(30)
    assert scheduler.stop(30)
    health = scheduler.health
    assert health.waits
    assert (health.passes, health.failed) == (0, 0)
    assert (health.began_at, health.ended_at, health.sound_at) == (None, None, None)
    assert (health.failures, health.error) == (len(shipped), "x")
    told = {s.family: s.value for s in process_samples(health, 60.0, NOW, {})}
    assert told["leeboard_pass_interval_seconds"] == 60.0  # or nobody is missed
    collector = {s.family for s in process_samples(health, None, NOW, {})}
    assert "leeboard_pass_interval_seconds" not in collector
