"""A logger before a collector that is slow, down, lying or gone."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from leeboard_logger import Logger, NotDurable, Stats
from leeboard_logger._http_ship import Shipped
from leeboard_logger.frames import Frame, read_frames
from tests.logger.receiver import KEY, Receiver, lasting_port
from tests.logger.test_http_courier import LIES

ROOT = Path(__file__).resolve().parents[2]
FEATURES = {f"x{n}": n / 7 for n in range(20)}


def whole(stats: Stats) -> bool:
    """Tell whether every event is accounted for, and none is left waiting."""
    sides = (stats.predictions, stats.feedback)
    return all(
        side.logged == side.acknowledged + sum(side.dropped.values())
        for side in sides
        if side.queued == 0
    ) and not any(side.queued for side in sides)


@contextlib.contextmanager
def collector(file: Path, port: int = 0) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Yield the address of a collector in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.logger.receiver", str(file), str(port)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def kept(file: Path) -> set[str]:
    """Return ids of the predictions in a collector's file."""
    names = [json.loads(line)[0] for line in file.read_text().splitlines()]
    return {n.removeprefix("predictions:") for n in names if n.startswith("pred")}


def test_stored_is_true_once_the_collector_has_it(tmp_path: Path) -> None:
    """Durable: on return. Buffered: after the flush, and not before the answer."""
    with Receiver(tmp_path / "kept", mode="late") as receiver:
        with Logger(receiver.url, model="m", key=KEY, mode="durable") as log:
            pid = log.log_prediction(FEATURES, 1.0, scores={"a": 0.25}, at=1.5)
            assert pid.stored
            assert receiver.ids() == {pid}
            assert log.log_feedback(pid, 2.0, observed_at=86_400).stored
        with Logger(receiver.url, model="m", key=KEY) as log:
            late = log.log_prediction(FEATURES, 1.0)
            seen = [late.stored, log.flush(5), late.stored]
            assert seen == [False, True, True]
        event = receiver.kept[f"predictions:{pid}"]
        assert event["made_at"] == "1970-01-01T00:00:01.500000Z"
        assert event["features"] == FEATURES
        assert event["scores"] == {"a": 0.25}
        label = receiver.kept[f"feedback:{pid}"]
        assert (label["label"], label["observed_at"]) == (
            2.0,
            "1970-01-02T00:00:00.000000Z",
        )


@pytest.mark.parametrize("mode", LIES.split())
def test_no_lie_makes_an_event_stored(
    mode: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each misbehaviour ends in a drop that is counted, and nowhere in the key."""
    shown = []
    with Receiver(tmp_path / "kept", mode=mode) as receiver, caplog.at_level("DEBUG"):
        log = Logger(receiver.url, model="m", key=KEY, close_s=0.1)
        ids = [log.log_prediction(FEATURES, 1.0) for _ in range(3)]
        shown.append(repr(log))
        start = time.monotonic()
        log.close()
        assert time.monotonic() - start < 1
        assert not any(pid.stored for pid in ids)
        stats = log.stats()
        assert whole(stats)
        assert stats.logged == sum(stats.dropped.values()) == 3
        shown.append(repr(stats))
        assert "3 were waiting when" in caplog.text or not stats.dropped.get("shutdown")
        durable = Logger(
            receiver.url, model="m", key=KEY, mode="durable", timeout=0.1, close_s=0
        )
        with pytest.raises(NotDurable) as failure:
            durable.log_prediction(FEATURES, 1.0)
        # its native form: pytest's own parses sources, which threads can disturb
        native = str(failure.getrepr(style="native"))
        shown += [repr(failure.value), str(failure.value), native]
        durable.close()
        assert whole(durable.stats())
    shown += [caplog.text, *map(repr, caplog.records)]
    assert not any(KEY in text or KEY[:12] in text for text in shown)
    assert all(record.levelno <= logging.WARNING for record in caplog.records)


@pytest.mark.parametrize("seconds", [2, pytest.param(20, marks=pytest.mark.long)])
def test_a_collector_that_takes_five_seconds_does_not_slow_the_host(
    seconds: int, tmp_path: Path
) -> None:
    """At 2,000 calls a second from four threads calls stay fast, and all is counted."""
    with collector(tmp_path / "kept") as (url, process):
        assert process.stdin is not None
        process.stdin.write("slow\n")
        process.stdin.flush()
        log = Logger(url, model="m", key=KEY, queue_records=1000, close_s=0.5)
        took: list[list[float]] = [[] for _ in range(4)]
        ids: list[list[object]] = [[] for _ in range(4)]

        def host(place: int) -> None:
            begin = time.perf_counter()
            for n in range(500 * seconds):
                time.sleep(max(0.0, begin + n / 500 - time.perf_counter()))
                start = time.perf_counter()
                pid = log.log_prediction(FEATURES, 1.0)
                took[place].append(time.perf_counter() - start)
                ids[place].append(pid)

        threads = [threading.Thread(target=host, args=(place,)) for place in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        log.close()
        stats = log.stats()
    calls = sorted(one for place in took for one in place)
    stored = [pid for place in ids for pid in place if pid.stored]  # type: ignore[attr-defined]
    assert stats.logged == len(calls) == 2000 * seconds
    assert whole(stats)
    assert set(stats.dropped) <= {"queue_full", "unreachable", "shutdown"}
    assert stats.acknowledged == len(stored)
    assert {str(pid) for pid in stored} <= kept(tmp_path / "kept")
    half, most, rare = (calls[int(len(calls) * q)] for q in (0.5, 0.99, 0.999))
    print(f"p50 {half:.6f} s, p99 {most:.6f} s, most {calls[-1]:.6f} s")
    # The product's own bounds are far lower; a shared machine is allowed for.
    assert half < 0.001
    assert most < 0.01
    assert rare < 0.1
    # a machine may stop one call of each thread; the collector would for seconds
    assert calls[-1 - len(threads)] < 0.25
    assert calls[-1] < 1.0


def test_a_collector_that_was_down_gets_what_the_queue_held(tmp_path: Path) -> None:
    """Buffered: the queue's worth arrives after an outage, the rest is counted."""
    with Receiver(tmp_path / "kept", mode="500") as receiver:
        log = Logger(receiver.url, model="m", key=KEY, queue_records=100, close_s=5)
        ids = [log.log_prediction(FEATURES, float(n)) for n in range(100)]
        while not receiver.requests:
            time.sleep(0.01)
        more = [log.log_prediction(FEATURES, float(n)) for n in range(150)]
        assert log.stats().queued == 100
        receiver.mode = "well"
        assert log.flush(10)
        log.close()
        assert all(pid.stored for pid in ids)
        assert not any(pid.stored for pid in more)
        assert receiver.ids() == set(ids)
    assert log.stats().acknowledged == 100
    assert sum(log.stats().dropped.values()) == 150


def test_a_spool_outlives_an_outage(tmp_path: Path) -> None:
    """Spooled: nothing is lost while the collector is away, and it drains fast."""
    spool = tmp_path / "spool"
    port = lasting_port()
    url = f"http://127.0.0.1:{port}"
    log = Logger(url, model="m", key=KEY, mode="spooled", spool=spool, close_s=10)
    ids = [log.log_prediction(FEATURES, float(n)) for n in range(4000)]
    assert log.flush(20)  # on a busy machine a write may have been slow, and queued
    assert all(pid.stored for pid in ids)
    with collector(tmp_path / "kept", port):
        more = [log.log_prediction(FEATURES, float(n)) for n in range(1000)]
        log.close()
    assert kept(tmp_path / "kept") == {*ids, *more}
    assert not list(spool.glob("*.frames"))
    assert log.shipped() == Shipped(stored=5000)
    assert log.stats().acknowledged == 5000
    assert KEY not in "".join(p.name for p in spool.iterdir())


def test_what_a_collector_refuses_of_a_spool_is_counted(tmp_path: Path) -> None:
    """It was stored near by, as its mode promises; that it went no further is told."""
    with Receiver(tmp_path / "kept") as receiver:
        log = Logger(
            receiver.url, model="m", key=KEY, mode="spooled", spool=tmp_path / "spool"
        )
        good = log.log_prediction(FEATURES, 1.0)
        bad = log.log_prediction(FEATURES, 1.0, metadata={"is": "poison"})
        log.close()
        assert good.stored
        assert bad.stored
        assert log.shipped() == Shipped(stored=1, refused={"rejected": 1})
        assert receiver.ids() == {good}
    assert Logger(tmp_path / "monitor", model="m").shipped() is None


ENDING = """
import signal, sys, time
from leeboard_logger import Logger
log = Logger(sys.argv[1], model="m", key=sys.argv[2], close_s=1.0)
for _ in range(100):
    log.log_prediction({"x": 1.0}, 1.0)
time.sleep(0.2)
if sys.argv[3] == "term":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
    signal.raise_signal(signal.SIGTERM)
if sys.argv[3] == "raise":
    raise ValueError
sys.exit(int(sys.argv[3]))
"""


@pytest.mark.parametrize(
    ("way", "code"),
    [
        ("term", 7),
        *(
            pytest.param(*case, marks=pytest.mark.long)
            for case in [("0", 0), ("5", 5), ("raise", 1)]
        ),
    ],
)
def test_a_collector_that_hangs_does_not_keep_a_host_from_ending(
    way: str, code: int, tmp_path: Path
) -> None:
    """The host ends with its own exit code, a second and a little later at most."""
    with Receiver(tmp_path / "kept", mode="slow") as receiver:
        command = [sys.executable, "-c", ENDING, receiver.url, KEY, way]
        start = time.monotonic()
        run = subprocess.run(command, check=False, capture_output=True, timeout=20)
        assert run.returncode == code
        assert time.monotonic() - start < 4.8, "not the five seconds of each answer"


FORKING = """
import os, sys, threading, time
from leeboard_logger import Logger
url, spool, key, forks = *sys.argv[1:4], int(sys.argv[4])
log = Logger(url, model="m", key=key, mode="spooled", spool=spool)
going = True
def busy():
    while going:
        log.log_prediction({"x": 1.0}, 1.0)
        time.sleep(0.001)
threads = [threading.Thread(target=busy) for _ in range(4)]
for thread in threads:
    thread.start()
for _ in range(forks):
    child = os.fork()
    if child == 0:
        pid = log.log_prediction({"x": 1.0}, 1.0)
        os.write(1, f"{pid}\\n".encode() if pid.stored else b"lost\\n")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
going = False
for thread in threads:
    thread.join()
log.close()
"""


@pytest.mark.parametrize("forks", [30, pytest.param(200, marks=pytest.mark.long)])
def test_forks_while_threads_log_and_ship_hang_nowhere(
    forks: int, tmp_path: Path
) -> None:
    """Children of a process that ships log at once, and what they log is shipped."""
    spool = tmp_path / "spool"
    with Receiver(tmp_path / "kept") as receiver:
        command = [sys.executable, "-c", FORKING, receiver.url, str(spool), KEY]
        run = subprocess.run(
            [*command, str(forks)], check=True, capture_output=True, timeout=60
        )
        ids = run.stdout.decode().split()
        assert len(set(ids) - {"lost"}) == forks
        with Logger(
            receiver.url, model="m", key=KEY, mode="spooled", spool=spool, close_s=10
        ) as log:
            log.log_prediction(FEATURES, 1.0)
        assert set(ids) <= receiver.ids()


HOST = """
import os, sys
from leeboard_logger import Logger
log = Logger(sys.argv[1], model="m", key=sys.argv[3], mode="spooled", spool=sys.argv[2])
features = {f"x{n}": n / 7 for n in range(20)}
while True:
    pid = log.log_prediction(features, 1.0)
    if pid.stored:
        os.write(1, f"{pid}\\n".encode())
"""


@pytest.mark.parametrize("kills", [5, pytest.param(40, marks=pytest.mark.long)])
def test_killed_hosts_and_collectors_lose_and_double_nothing(
    kills: int, tmp_path: Path
) -> None:
    """After kill −9 of host or collector at any moment the next ones complete it."""
    draw = random.Random(7)
    spool, file = tmp_path / "spool", tmp_path / "kept"
    said: list[str] = []
    port = lasting_port()
    for number in range(kills):
        with collector(file, port) as (url, process):
            command = [sys.executable, "-c", HOST, url, str(spool), KEY]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as host:
                assert host.stdout is not None
                said.append(host.stdout.readline().strip())
                reader = threading.Thread(
                    target=lambda out=host.stdout: said.extend(out.read().split())
                )
                reader.start()
                time.sleep(draw.uniform(0, 0.25))
                if number % 2:
                    process.send_signal(signal.SIGKILL)
                    time.sleep(draw.uniform(0, 0.05))
                host.send_signal(signal.SIGKILL)
                reader.join()
    with collector(file, port) as (url, _):
        log = Logger(url, model="m", key=KEY, mode="spooled", spool=spool, close_s=30)
        said.append(str(log.log_prediction(FEATURES, 1.0)))
        log.close()
    whole_ids = [line for line in said if len(line) == 36]
    assert set(whole_ids) <= kept(file)
    names = Counter(json.loads(line)[0] for line in file.read_text().splitlines())
    assert max(names.values()) == 1
    # a write that the kernel cut short leaves half a frame, which is set aside
    left = {p.name for p in spool.iterdir() if p.suffix != ".damaged"}
    assert left == {".shipper"}
    for damaged in spool.glob("*.damaged"):
        data = damaged.read_bytes()
        found = list(read_frames(data))
        assert {one.stop for one in found if not isinstance(one, Frame)} <= {len(data)}
        whole_events = [
            f for f in found if isinstance(f, Frame) and f.payload[:1] == b"p"
        ]
        assert {json.loads(f.payload[1:])["id"] for f in whole_events} <= kept(file)


def test_what_is_spooled_is_not_read_by_others(tmp_path: Path) -> None:
    """Every file of a spool that is shipped is this user's alone."""
    spool = tmp_path / "spool"
    log = Logger(
        "http://127.0.0.1:9",
        model="m",
        key=KEY,
        mode="spooled",
        spool=spool,
        close_s=0.3,
    )
    log.log_prediction(FEATURES, 1.0)
    log.close()
    assert spool.stat().st_mode & 0o777 == 0o700
    for path in spool.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.stat().st_uid == os.geteuid()
        assert KEY.encode() not in path.read_bytes()
    (frames,) = spool.glob("*.frames")
    pieces = list(read_frames(frames.read_bytes()))
    assert all(isinstance(piece, Frame) for piece in pieces)
