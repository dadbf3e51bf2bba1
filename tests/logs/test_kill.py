"""Committers that are killed, and several at once: each event is there once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from leeboard.logs import open_log, ship
from leeboard.logs._chain import Chain
from leeboard.logs._decode import decode
from leeboard.logs._objects import Folder
from leeboard.logs._spool import Spool
from leeboard.logs.committer import _shipped
from tests.logs._records import NOW, feedback, held, prediction, spooled

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("LEEBOARD_TORTURE", "100"))


@pytest.mark.parametrize("kills", [10, pytest.param(KILLS, marks=pytest.mark.long)])
def test_a_killed_committer_loses_and_doubles_nothing(
    tmp_path: Path, kills: int
) -> None:
    """Kill −9 under load, again and again: all events are there, each once."""
    chance = random.Random(kills)
    spool = tmp_path / "spool"
    written = 0
    with subprocess.Popen(
        [sys.executable, "-m", "tests.logs._committing", str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as starter:
        for kill in range(kills):
            starter.stdin.write("go\n")
            starter.stdin.flush()
            committer = int(starter.stdout.readline())
            until = time.monotonic() + chance.uniform(0.0, 0.25)
            while time.monotonic() < until or written < 10 * kill:
                ids = range(written, written + chance.randrange(1, 40))
                written = ids.stop
                name = f"{kill:04d}-{ids.start}"
                pairs = [(prediction(str(n)), feedback(str(n), n)) for n in ids]
                spooled(spool, name, [one for pair in pairs for one in pair])
                time.sleep(0.002)
            os.kill(committer, signal.SIGKILL)
            assert starter.stdout.readline() == "gone\n"
        starter.stdin.close()
    log = open_log(str(tmp_path))
    assert held(log) == Counter(str(n) for n in range(written))
    ship(log, str(spool), NOW)
    assert not list(spool.glob("*.frames"))
    assert held(open_log(str(tmp_path))) == Counter(str(n) for n in range(written))
    (summary,) = log.summary()
    assert (summary.predictions, summary.joined) == (written, written)
    assert dict(summary.quarantined) == {}
    assert summary.predictions > 10 * (kills - 1)
    contents = Chain(Folder(str(tmp_path / "log"))).contents()
    stored = sum(segment.rows for segment in contents.segments.values())
    assert stored == 2 * written  # not even in files is an event twice


LOGGING = """
import sys, threading
from leeboard_logger import Logger

logger = Logger(sys.argv[1], model="demand", mode=sys.argv[2])
lock = threading.Lock()

def log():
    while True:
        stored = []
        for _ in range(20):
            id = logger.log_prediction({"x": 0.5}, prediction=1.0)
            stored += [str(id)] * id.stored
        with lock:
            print("\\n".join(stored), flush=True)

threads = [threading.Thread(target=log) for _ in range(2)]
for thread in threads:
    thread.start()
"""


@pytest.mark.parametrize("mode", ["spooled", "durable"])
@pytest.mark.parametrize("kills", [2, pytest.param(KILLS // 5, marks=pytest.mark.long)])
def test_what_a_killed_logger_called_stored_is_in_the_log(
    tmp_path: Path, mode: str, kills: int
) -> None:
    """Kill a logger while its spool is committed: ids it called stored are there."""
    log = open_log(str(tmp_path))
    stored: list[str] = []
    for _ in range(kills):
        with subprocess.Popen(
            [sys.executable, "-c", LOGGING, str(tmp_path), mode],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            stored.append(process.stdout.readline().strip())
            until = time.monotonic() + 0.3
            with ThreadPoolExecutor(1) as pool:
                told = pool.submit(process.stdout.read)
                while time.monotonic() < until:
                    ship(log, str(tmp_path / "spool"), NOW)
                process.kill()
                lines = told.result().splitlines(keepends=True)
            stored += [line.strip() for line in lines if line.endswith("\n")]
    ship(log, str(tmp_path / "spool"), NOW)
    found = held(log)
    assert set(found) >= set(filter(None, stored))
    assert len(found) >= 20 * kills
    assert set(found.values()) == {1}
    assert log.events("quarantined").read_all().num_rows == 0


def test_several_writers_of_one_log_all_commit(tmp_path: Path) -> None:
    """Of commits at one moment each takes its own number; none is lost."""

    def write(writer: int) -> None:
        log = open_log(str(tmp_path))
        for number in range(10):
            log.write(decode([prediction(f"{writer}-{number}")], NOW))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    log = open_log(str(tmp_path))
    assert held(log) == Counter(f"{w}-{n}" for w in range(4) for n in range(10))
    assert Chain(Folder(str(tmp_path / "log"))).contents().number == 40


def test_committers_without_a_lease_do_not_double(tmp_path: Path) -> None:
    """Where locks do not hold and several commit at once, each event is read once."""
    spool = tmp_path / "spool"
    for file in range(10):
        spooled(spool, f"a{file}", [prediction(f"{file}-{n}") for n in range(3)])
    spooled(spool, "b", [b"p{"])

    def commit(_: int) -> None:
        _shipped(open_log(str(tmp_path)), Spool(str(spool)), NOW, 1)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(commit, range(3)))
    log = open_log(str(tmp_path))
    assert held(log) == Counter(f"{f}-{n}" for f in range(10) for n in range(3))
    assert log.events("quarantined").read_all().num_rows == 1


def test_reads_go_on_while_commits_and_merges_happen(tmp_path: Path) -> None:
    """A reader beside a committer never sees less than it saw before."""
    spool = tmp_path / "spool"
    log = open_log(str(tmp_path))

    def commit() -> None:
        for number in range(30):
            spooled(spool, f"a{number:02d}", [prediction(f"{number}")])
            ship(log, str(spool), NOW)

    reader = open_log(str(tmp_path))
    seen: set[str] = set()
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(commit)
        while not done.done():
            ids = set(held(reader))
            assert ids >= seen
            seen = ids
        done.result()
    assert len(held(reader)) == 30
