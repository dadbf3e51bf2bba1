"""Logs under conditions that a test's own process would not survive.

    python -m tests.logger.driver crash FOLDER MODE
    python -m tests.logger.driver kill FOLDER MODE KILLS SEED
    python -m tests.logger.driver forks FOLDER MODE FORKS

Each case has a folder of its own below FOLDER, with the spool and a file ``ids`` of the
ids that were seen to be stored. Loads nothing but the logger, so that a fork is cheap.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time

from leeboard_logger import EventId, Logger
from leeboard_logger._core import Edges
from tests.logger.faults import Crash, faulty

FEATURES = {"temp": 0.25, "wind": 3, "city": "DC"}
HANG_S = 15.0


def told(file: int, identity: EventId) -> None:
    """Write down an id that is stored; a pipe or file keeps it whatever comes."""
    if identity.stored:
        os.write(file, f"{identity}\n".encode())


def one_cycle(folder: str, mode: str, through: Crash) -> None:
    """Open, write, rotate twice, close: every step a spool can take."""
    ids = os.open(f"{folder}/ids", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    edges = Edges(folder=faulty(through), rotate_bytes=2500)
    log = Logger(folder, model="m", mode=mode, timeout=5, flush_s=0, _edges=edges)
    for _ in range(8):
        identity = log.log_prediction(FEATURES, 1.5)
        log.flush(5)
        told(ids, identity)
    feedback = log.log_feedback(identity, 2.5)
    log.close()
    told(ids, feedback)


def crash(folder: str, mode: str) -> None:
    """Crash one child at each step of a cycle, before, within and after it."""
    step = 0
    while True:
        came = crashed(f"{folder}/{step}-before", mode, Crash(step, "before"))
        crashed(f"{folder}/{step}-after", mode, Crash(step, "after"))
        if came == 78:  # it was a write
            crashed(f"{folder}/{step}-half", mode, Crash(step, "half"))
        step += 1
        if came == 0:
            break
    print(step)


def crashed(place: str, mode: str, through: Crash) -> int:
    """Run a cycle in a child; return how it ended."""
    os.makedirs(place)
    child = os.fork()
    if child == 0:
        one_cycle(place, mode, through)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in {0, 77, 78}:
        sys.exit(f"{place}: exit {status}")
    return status


def load(folder: str, mode: str, ids: int) -> None:
    """Log from three threads until killed, telling what is stored."""
    log = Logger(folder, model="m", mode=mode, timeout=5)

    def work() -> None:
        waiting: list[EventId] = []
        while True:
            waiting.append(log.log_prediction(FEATURES, 1.5))
            while waiting and waiting[0].stored:
                told(ids, waiting.pop(0))
            if len(waiting) > 500:
                time.sleep(0.001)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    work()


def kill(folder: str, mode: str, kills: int, seed: int) -> None:
    """Kill children under load at random moments."""
    chance = random.Random(seed)
    for number in range(kills):
        place = f"{folder}/{number}"
        os.makedirs(place)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            load(place, mode, writing)
        os.close(writing)
        with open(f"{place}/ids", "wb") as ids:
            ids.write(os.read(reading, 1 << 16))
            until = time.monotonic() + chance.uniform(0, 0.05)
            while (more := os.read(reading, 1 << 16)) and time.monotonic() < until:
                ids.write(more)
            os.kill(child, signal.SIGKILL)
            ids.write(more)
            while more := os.read(reading, 1 << 16):
                ids.write(more)
        os.close(reading)
        os.waitpid(child, 0)


def forks(folder: str, mode: str, count: int) -> None:
    """Fork again and again while four threads log; every child logs too."""
    log = Logger(folder, model="m", mode=mode, timeout=HANG_S, close_s=HANG_S)
    stop = threading.Event()
    ids = os.open(f"{folder}/ids", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def work() -> None:
        while not stop.is_set():
            log.log_prediction(FEATURES, 1.5)
            time.sleep(0.0005)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(count):
        child = os.fork()
        if child == 0:
            os._exit(in_child(log, ids))
        if waited(child):
            print("a child failed or hung", file=sys.stderr, flush=True)
            os._exit(1)  # the threads are still at it
    stop.set()
    for thread in threads:
        thread.join()
    log.close()
    stats = log.stats()
    print(stats.logged, stats.acknowledged, stats.queued, stats.dropped)


def in_child(log: Logger, ids: int) -> int:
    """Log in a forked child; return 0 where its own account is right."""
    before = log.stats()
    if before.logged or before.queued:
        return 2
    mine = [log.log_prediction(FEATURES, 2.5) for _ in range(3)]
    log.close()
    stats = log.stats()
    for identity in mine:
        told(ids, identity)
    return 0 if (stats.logged, stats.acknowledged) == (3, 3) else 3


def waited(child: int) -> bool:
    """Wait for a child; tell whether it failed or hung."""
    until = time.monotonic() + HANG_S
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) != 0
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


if __name__ == "__main__":
    what, where, how, *numbers = sys.argv[1:]
    calls = {"crash": crash, "kill": kill, "forks": forks}
    calls[what](where, how, *map(int, numbers))  # type: ignore[operator]
