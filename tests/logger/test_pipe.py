"""The queue and its worker: bounded, exact, and never in the caller's way."""

from __future__ import annotations

import gc
import logging
import random
import signal
import threading
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard_logger import EventId, Logger, NotDurable, Stats
from leeboard_logger._core import Edges
from leeboard_logger._pipe import Pipe, Room
from leeboard_logger._sink import ACKNOWLEDGED, Answer, Entry
from tests.logger.faults import FakeClock
from tests.logger.sinks import MemorySink
from tests.logger.test_logger import payloads

FEATURES: dict[str, object] = {f"x{k}": k / 7 for k in range(15)}
FEATURES |= {f"c{k}": f"level {k}" for k in range(5)}

VAST: dict[str, Any] = {"queue_records": 1 << 20, "queue_bytes": 1 << 30}


def identity_holds(stats: Stats) -> bool:
    """Tell whether the accounting identity holds for both kinds."""
    return all(
        side.logged == side.acknowledged + side.queued + sum(side.dropped.values())
        for side in (stats.predictions, stats.feedback)
    )


def logger(folder: Path, sink: MemorySink, **settings: Any) -> Logger:
    """Return a logger before a sink in memory."""
    edges = Edges(sink=sink)
    return Logger(folder, model="m", _edges=edges, **settings)


def unstarted(sink: MemorySink, clock: FakeClock, records: int = 100) -> Pipe:
    """Return a pipe whose worker's steps a test takes itself."""
    pipe = Pipe(sink, clock, Room(records, 1 << 20))
    pipe._start = lambda: None  # type: ignore[method-assign]
    return pipe


def entry(name: str = "x", kind: str = "p", size: int = 100) -> Entry:
    """Return an entry as the logger makes it."""
    return Entry(EventId(name), kind, {"id": name}, size)


@given(st.data())
def test_the_identity_holds_whatever_the_sink_answers(data: st.DataObject) -> None:
    """Every event is in exactly one place after each step of any history."""
    sink, clock = MemorySink(), FakeClock()
    pipe = unstarted(sink, clock, records=5)

    def answer(batch: Sequence[Entry]) -> Answer:
        upto = data.draw(st.integers(0, len(batch)))
        outcomes = st.sampled_from([ACKNOWLEDGED, "rejected", "auth"])
        settled = [data.draw(outcomes) for _ in range(upto)]
        return Answer(settled, data.draw(st.sampled_from([0.0, 1.0])))

    sink.answer = answer
    made: list[Entry] = []
    for step in data.draw(st.lists(st.sampled_from("pfrst"), max_size=25)):
        if step in "pf":
            made.append(entry(str(len(made)), step))
            pipe.put(made[-1])
        elif step == "r":
            pipe.refuse("p", "invalid")
        elif step == "s":
            pipe.step()
        else:
            clock.pass_s(0.7)
        stats = pipe.stats(cut=0, dropped=0)
        assert identity_holds(stats)
        assert stats.queued == len(pipe._queue) + len(pipe._sending) <= 5
        assert stats.acknowledged == len(sink.stored) == sum(e.id.stored for e in made)
        assert pipe._bytes == 100 * stats.queued


def test_the_queue_is_bounded_in_records_and_in_bytes(tmp_path: Path) -> None:
    """The newest event finds no room and is counted; those queued stay."""
    sink = MemorySink()
    sink.hung = threading.Event()
    for bounds in ({"queue_records": 50}, {"queue_bytes": 50 * 1000}):
        log = logger(tmp_path, sink, close_s=0, **bounds)
        ids = [log.log_prediction(FEATURES) for _ in range(200)]
        stats = log.stats()
        assert identity_holds(stats)
        assert 30 <= stats.queued <= 80
        assert stats.dropped == {"queue_full": 200 - stats.queued}
        assert not any(one.stored for one in ids)
        log.close()
        assert log.stats().dropped["shutdown"] == stats.queued
    sink.hung.set()


def test_a_full_queue_stays_within_its_memory(tmp_path: Path) -> None:
    """Ten thousand records of twenty features take at most 32 MiB."""
    sink = MemorySink()
    sink.hung = threading.Event()
    log = logger(tmp_path, sink, close_s=0)
    tracemalloc.start()
    for number in range(12_000):
        features = {k: v if k[0] == "c" else number / 7 for k, v in FEATURES.items()}
        log.log_prediction(features, 1.0)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert log.stats().queued >= 9_000
    assert held <= 32 << 20
    log.close()
    sink.hung.set()


def test_refusals_alone_reach_the_log(tmp_path: Path) -> None:
    """A service whose every event is refused says so in its files within seconds."""
    log = Logger(tmp_path, model="m", mode="spooled")
    log.log_prediction({}, id="\n")
    until = time.monotonic() + 10
    while not payloads(tmp_path, "a") and time.monotonic() < until:
        time.sleep(0.05)
    assert payloads(tmp_path, "a")[0]["dropped"] == {"invalid": 1}
    log.close()


def test_a_slow_store_never_slows_the_caller(tmp_path: Path) -> None:
    """With a store of 5 s a batch, four threads log on, and all is accounted for."""
    sink = MemorySink(slow_s=5.0)
    log = logger(tmp_path, sink, queue_records=1000, close_s=0)
    took: list[list[int]] = [[], [], [], []]

    def work(mine: list[int]) -> None:
        for _ in range(700):
            start = time.perf_counter_ns()
            log.log_prediction(FEATURES, 1.0)
            mine.append(time.perf_counter_ns() - start)
            time.sleep(0.002)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in took]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert identity_holds(log.stats())
        time.sleep(0.01)
    stats = log.stats()
    log.close()
    assert stats.logged == 2800
    assert stats.queued == 1000
    assert stats.dropped == {"queue_full": 1800 - stats.acknowledged}
    every = sorted(chain.from_iterable(took))
    p50, p99 = every[1400] / 1e3, every[2772] / 1e3
    print(f"p50 {p50:.1f} us, p99 {p99:.1f} us, max {every[-1] / 1e3:.0f} us")
    # The targets, 10 and 50, are the bench's on a quiet machine.
    assert p50 <= 1000
    assert p99 <= 50_000


def test_an_outage_is_counted_exactly_and_ends_by_itself() -> None:
    """Ten minutes down: the queue is kept, the rest counted, and all of it drains."""
    sink, clock = MemorySink(), FakeClock()
    pipe = unstarted(sink, clock, records=100)
    sink.answer = lambda _: Answer([], 5.0, "unreachable")
    made = []
    for number in range(600):
        made.append(entry(str(number)))
        pipe.put(made[-1])
        pipe.step()
        clock.pass_s(1.0)
    assert sink.sends <= 600 / 5 + 1, "the store is left alone while it rests"
    stats = pipe.stats(cut=0, dropped=0)
    assert identity_holds(stats)
    assert (stats.queued, stats.dropped) == (100, {"unreachable": 500})
    sink.answer = None
    for _ in range(2):  # what was being sent, then the queue
        clock.pass_s(5.0)
        pipe.step()
    stats = pipe.stats(cut=0, dropped=0)
    assert (stats.acknowledged, stats.queued) == (100, 0)
    assert stats.trouble == ""
    assert [one.id.stored for one in made] == [True] * 100 + [False] * 500


def test_a_clock_that_steps_back_stops_nothing() -> None:
    """The time of day may jump by hours: nothing waits for it."""
    sink, clock = MemorySink(), FakeClock()
    pipe = unstarted(sink, clock)
    for hours in (0, 1, -1, -2, 24):
        clock.day_ns += hours * 3_600_000_000_000
        pipe.put(entry(str(hours)))
        clock.mono += 0.02
        pipe.step()
    assert len(sink.stored) == 5


def test_a_fault_of_the_sink_costs_its_batch_and_no_more(tmp_path: Path) -> None:
    """A sink that breaks its promise never to raise does not end the worker."""
    sink = MemorySink()

    def broken(_: Sequence[Entry]) -> Answer:
        raise MemoryError

    sink.answer = broken
    with logger(tmp_path, sink) as log:
        lost = log.log_prediction(FEATURES)
        assert log.flush(5)
        sink.answer = None
        kept = log.log_prediction(FEATURES)
        assert log.flush(5)
    assert (lost.stored, kept.stored) == (False, True)
    assert log.stats().dropped == {"internal": 1}


def test_trouble_is_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """A lasting fault fills nobody's log, and nothing above WARNING is said."""
    sink, clock = MemorySink(), FakeClock()
    pipe = unstarted(sink, clock)
    sink.answer = lambda _: Answer([], 0.2, "disk_full")
    pipe.put(entry())
    for _ in range(1000):
        pipe.step()
        clock.pass_s(0.25)
    assert 4 <= len(caplog.records) <= 5
    assert {record.levelno for record in caplog.records} == {logging.WARNING}
    assert "disk_full" in caplog.text


@pytest.fixture
def alarm() -> Iterator[None]:
    """Put a signal's handler back."""
    before = signal.getsignal(signal.SIGALRM)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
    gc.enable()


@pytest.mark.parametrize("mode", ["buffered", "spooled"])
def test_a_signals_handler_may_log(tmp_path: Path, mode: str, alarm: None) -> None:
    """A handler that logs while its thread is in the logger neither hangs nor loses."""
    nested: list[EventId] = []
    with Logger(tmp_path, model="m", mode=mode, **VAST) as log:

        def handler(_signal: int, _frame: object) -> None:
            nested.append(log.log_prediction({"nested": 1}))

        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        until = time.monotonic() + 1
        count = 0
        while time.monotonic() < until:
            log.log_prediction(FEATURES)
            count += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert log.flush(10)
        stats = log.stats()
    assert len(nested) > 10
    assert stats.logged == stats.acknowledged == count + len(nested)


def test_a_handler_that_raises_leaves_the_account_exact(
    tmp_path: Path, alarm: None
) -> None:
    """KeyboardInterrupt at any moment counts an event whole or not at all."""

    def handler(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    def spin(seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            log.log_prediction(FEATURES)

    chance = random.Random(1)
    gc.disable()  # in a callback of the collector Python only prints an exception
    with Logger(tmp_path, model="m", **VAST) as log:
        log.log_prediction(FEATURES)
        signal.signal(signal.SIGALRM, handler)
        raised = 0
        for _ in range(300):
            try:
                signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-5, 1e-3))
                # a function: Python 3.13 leaves a loop's jump back out of its try
                spin(5)
            except KeyboardInterrupt:
                raised += 1
        gc.enable()
        assert log.flush(10)
        stats = log.stats()
    assert raised == 300
    assert identity_holds(stats)
    assert stats.logged == stats.acknowledged


def test_durable_waits_no_longer_than_it_says(tmp_path: Path) -> None:
    """A store that does not answer raises in time; what it does later still counts."""
    sink = MemorySink()
    sink.hung = threading.Event()
    with logger(tmp_path, sink, mode="durable", timeout=0.1) as log:
        start = time.monotonic()
        with pytest.raises(NotDurable, match="timeout") as caught:
            log.log_prediction(FEATURES)
        assert 0.1 <= time.monotonic() - start < 2
        (identity,) = caught.value.ids
        before = identity.stored
        sink.hung.set()
        assert log.flush(5)
        assert (before, identity.stored) == (False, True)
        assert log.stats().acknowledged == 1


def test_durable_refuses_aloud(tmp_path: Path) -> None:
    """What cannot be taken raises its reason in durable mode."""
    with Logger(tmp_path, model="m", mode="durable") as log:
        with pytest.raises(NotDurable, match="invalid"):
            log.log_prediction({}, id="\n")
        with pytest.raises(NotDurable, match="invalid"):
            log.log_feedback("a", object())
        assert log.stats().dropped == {"invalid": 2}


def test_flush_and_close_keep_their_time(tmp_path: Path) -> None:
    """A store that hangs holds neither of them beyond what they promise."""
    sink = MemorySink()
    sink.hung = threading.Event()
    log = logger(tmp_path, sink, close_s=0.2)
    log.log_prediction(FEATURES)
    start = time.monotonic()
    assert not log.flush(0.1)
    log.close()
    assert time.monotonic() - start < 2
    stats = log.stats()
    assert identity_holds(stats)
    assert stats.dropped == {"shutdown": 1}
    sink.hung.set()
    time.sleep(0.1)
    assert log.stats() == stats, "an answer that comes too late changes nothing"


def test_after_close_nothing_is_taken(tmp_path: Path) -> None:
    """A call after the end is refused and counted, and closing twice is well."""
    for mode in ("buffered", "spooled"):
        log = Logger(tmp_path / mode, model="m", mode=mode)
        log.close()
        assert not log.log_prediction(FEATURES).stored
        log.close()
        assert log.stats().dropped == {"shutdown": 1}
        assert identity_holds(log.stats())


def test_a_spooled_caller_outlives_a_disk_that_hangs(tmp_path: Path) -> None:
    """While another thread is stuck in the disk, calls take 50 ms once, then none."""
    log = Logger(tmp_path, model="m", mode="spooled")
    assert log.log_prediction(FEATURES).stored
    spool = log._core._spool
    assert spool is not None
    held, done = threading.Event(), threading.Event()

    def hold() -> None:  # as a thread stuck in write would
        with spool._turn:
            held.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    start = time.monotonic()
    first = log.log_prediction(FEATURES)
    stuck = time.monotonic() - start
    many = [log.log_prediction(FEATURES) for _ in range(100)]
    rest = time.monotonic() - start - stuck
    done.set()
    thread.join()
    assert 0.05 <= stuck < 1
    assert rest < 0.9
    before = first.stored
    assert log.stats().degraded == 101
    assert log.flush(5)
    assert (before, first.stored) == (False, True)
    assert all(one.stored for one in many)
    log.close()


def test_an_event_that_comes_before_the_worker_sleeps_is_not_slept_over() -> None:
    """It finds nobody asleep to rouse, so the worker looks again before it sleeps."""
    pipe = unstarted(MemorySink(), FakeClock())
    pipe.step()
    pipe.put(entry())
    began = time.monotonic()
    pipe._wait(5.0)
    assert time.monotonic() - began < 1.0
