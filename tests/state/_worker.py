"""A process that writes results, to be raced, paused and killed.

python -m tests.state._worker count TARGET HOLDER TIMES
python -m tests.state._worker edit TARGET TIMES
python -m tests.state._worker pause TARGET
python -m tests.state._worker kill TARGET KILLS SEED
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import warnings
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

from leeboard.errors import StateError
from leeboard.state import Lease, State, open_state
from tests.state._results import done, hour, measured, packed

__all__ = ["consistent", "count_up", "edit", "put_whole"]

WINDOWS, FIGURES = 3, 40


def take(state: State, holder: str) -> Lease:
    """Wait for the lease, not for ever."""
    late = time.monotonic() + 60
    while time.monotonic() < late:
        lease = state.lease("pass", holder, datetime.now(UTC), 60.0)
        if lease is not None:
            return lease
        time.sleep(random.uniform(0.001, 0.02))
    raise TimeoutError(holder)


def count_up(state: State, holder: str, times: int) -> None:
    """Add one to the shared place so often, and write a model of one's own between."""
    own = state.lease(holder, holder, datetime.now(UTC), 600.0)
    assert own is not None
    for i in range(times):
        lease = take(state, holder)
        state.put(lease, [], model="shared", place=state.place("shared") + 1)
        state.release(lease)
        one = (done(hour(i), holder), [packed()], [measured()])
        state.put(own, [one], model=holder, place=i + 1)
        state.keep(holder, "document", str(i))


def edit(state: State, times: int) -> None:
    """Add one to an incident by hand so often, reading it again when refused."""
    for _ in range(times):
        while True:
            read = state.alarms.incident("demand-1")
            assert read is not None
            if state.alarms.edit(read, replace(read, held=read.held + 1), []):
                break


def put_whole(state: State, lease: Lease, number: int) -> None:
    """Put windows, counts and figures that all say one number."""
    some = [
        (
            done(hour(i), revision=number),
            [packed("" if j == 0 else f"s={j}") for j in range(4)],
            [measured(f"m{j}", value=float(number)) for j in range(FIGURES)],
        )
        for i in range(WINDOWS)
    ]
    state.put(lease, some, model="demand", place=number)


def consistent(state: State) -> int:
    """Return the number that everything in the store says; fail where two are said."""
    number = state.place("demand")
    if number:
        assert [d.revision for d in state.windows("demand")] == [number] * WINDOWS
        values = state.measurements({"model": "demand"}).column("value").to_pylist()
        assert values == [float(number)] * WINDOWS * FIGURES
        assert len(state.profiles("demand")) == 4 * WINDOWS
    return number


def pause(target: str) -> None:
    """Put as the leader when told to, until the right is lost."""
    state = open_state(target)
    lease = state.lease("pass", "paused", datetime.now(UTC), 0.2)
    assert lease is not None
    put_whole(state, lease, 1)
    for number in count(2):
        print("between", flush=True)
        sys.stdin.readline()
        try:
            put_whole(state, lease, number)
        except StateError as error:
            print(error.code, flush=True)
            return


def kill(target: str, kills: int, seed: int) -> None:
    """Fork writers, kill each at a random moment, and look at what is left."""
    rng = random.Random(seed)
    open_state(target).close()
    for _ in range(kills):
        read, write = os.pipe()
        with warnings.catch_warnings():
            # the child of a process with threads writes, is killed, and locks nothing
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            state = open_state(target)
            lease = take(state, "writer")
            for number in count(state.place("demand") + 1):
                put_whole(state, lease, number)
                os.write(write, f"{number}\n".encode())
        os.close(write)
        first = os.read(read, 1)
        time.sleep(rng.uniform(0, 0.06))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(read, "rb") as said:
            stored = (first + said.read()).split()
        state = open_state(target)
        number = consistent(state)
        state.close()
        # what was acknowledged is there; at most one more was under way
        assert int(stored[-1]) <= number <= int(stored[-1]) + 1, (stored[-1], number)
    print(f"{kills} kills, {number} puts", flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["count", target, holder, times]:
            count_up(open_state(target), holder, int(times))
        case ["edit", target, times]:
            edit(open_state(target), int(times))
        case ["pause", target]:
            pause(target)
        case ["kill", target, kills, seed]:
            kill(target, int(kills), int(seed))
