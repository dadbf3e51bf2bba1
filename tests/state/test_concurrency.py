"""Writers at once, leaders that sleep, and processes that die: nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leeboard.state import State, open_state
from tests.state._worker import consistent, count_up, put_whole

ROOT = Path(__file__).resolve().parents[2]
STORES = pytest.mark.parametrize("kind", ["sqlite", "postgres"])


@pytest.fixture
def target(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Give the address of an empty store."""
    if kind == "sqlite":
        return str(tmp_path / "state.sqlite")
    url: str = request.getfixturevalue("postgres")
    return url


def _worker(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.state._worker", *words],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@STORES
def test_threads_and_processes_lose_no_update(target: str) -> None:
    """Eight threads and two processes count to the sum, and none meets a lock."""
    state = open_state(target)
    times = 3
    failed: list[BaseException] = []

    def work(name: str) -> None:
        try:
            count_up(state, name, times)
        except BaseException as error:  # noqa: BLE001  # a thread's own are not seen
            failed.append(error)

    processes = [_worker("count", target, f"p{i}", str(times)) for i in range(2)]
    threads = [threading.Thread(target=work, args=(f"t{i}",)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    for process in processes:
        said, _ = process.communicate(timeout=120)
        assert (process.returncode, said) == (0, "")
    assert failed == []
    assert state.place("shared") == 10 * times
    for name in [f"t{i}" for i in range(8)] + ["p0", "p1"]:
        assert len(state.windows(name)) == state.place(name) == times
        assert state.kept(name, "document") == str(times - 1)
    state.close()


@STORES
def test_writers_that_read_first_wait_for_one_another(target: str) -> None:
    """Writers of models of their own never meet a lock, though each reads its lease."""
    state = open_state(target)

    def work(name: str) -> int:
        own = state.lease(name, name, datetime.now(UTC), 600.0)
        assert own is not None
        for number in range(20):
            state.put(own, [], model=name, place=number)
        return state.place(name)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, "abcd")) == [19] * 4
    state.close()


@STORES
def test_a_paused_leader_is_fenced(target: str) -> None:
    """A leader stopped beyond its lease wakes up, and its write is refused whole."""
    leader = _worker("pause", target)
    assert leader.stdout is not None
    assert leader.stdin is not None
    assert leader.stdout.readline() == "between\n"
    os.kill(leader.pid, signal.SIGSTOP)
    try:
        state = open_state(target)
        time.sleep(0.25)
        taken = state.lease("pass", "next", datetime.now(UTC), 60.0)
        assert taken is not None
        put_whole(state, taken, 50)
    finally:
        os.kill(leader.pid, signal.SIGCONT)
    said, _ = leader.communicate("go\n", timeout=60)
    assert said == "lease_lost\n"
    assert consistent(state) == 50
    state.close()


def _kill(target: str, kills: int) -> None:
    said, _ = _worker("kill", target, str(kills), "7").communicate(timeout=300)
    assert said.startswith(f"{kills} kills"), said
    print(said)


@STORES
def test_a_writer_killed_leaves_all_or_nothing(target: str) -> None:
    """After kill −9 the store says one number, and no acknowledged put is lost."""
    _kill(target, 10 if "://" not in target else 3)


@pytest.mark.long
@STORES
def test_a_writer_killed_often_leaves_all_or_nothing(target: str) -> None:
    """After each of 50 kills −9 the store says one number."""
    _kill(target, 50)


@STORES
def test_a_child_of_a_fork_has_connections_of_its_own(target: str) -> None:
    """Parent and child read and write one open store, and neither disturbs the other.

    In a process of its own: pytest's has threads.
    """
    script = f"""
import os
from tests.state._results import leased
from tests.state._worker import put_whole, consistent
from leeboard.state import open_state
state = open_state({target!r})
lease = leased(state)
put_whole(state, lease, 1)
children = []
for number in (2, 3):
    child = os.fork()
    if child == 0:
        put_whole(state, lease, number)
        os._exit(0 if state.place("demand") in (2, 3, 4) else 1)
    children.append(child)
put_whole(state, lease, 4)
codes = [os.waitpid(child, 0)[1] for child in children]
put_whole(state, lease, 5)
print(codes, consistent(state))
"""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.stdout, run.stderr) == ("[0, 0] 5\n", "")


def test_a_store_that_is_let_go_closes_its_connections(postgres: str) -> None:
    """A store that goes out of use without ``close`` leaves no open connection."""
    state: State | None = open_state(postgres)
    assert state is not None
    assert state.place("demand") == 0
    del state  # warnings are errors: one about an open connection would fail here
