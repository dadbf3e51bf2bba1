"""Incidents edited from several processes, and the room that alarms take."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from leeboard.state import open_state
from tests.state._worker import edit
from tests.state.test_alarms import incident, outgoing, verdict, write

ROOT = Path(__file__).resolve().parents[2]
STORES = pytest.mark.parametrize("kind", ["sqlite", "postgres"])


@pytest.fixture
def target(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Give the address of an empty store."""
    if kind == "sqlite":
        return str(tmp_path / "state.sqlite")
    url: str = request.getfixturevalue("postgres")
    return url


@STORES
def test_no_edit_of_threads_and_processes_is_lost(target: str) -> None:
    """Eight threads and two processes count to the sum, and none meets a lock."""
    state = open_state(target)
    write(state, incidents=[incident(held=0)])
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.state._worker", "edit", target, "5"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    threads = [threading.Thread(target=edit, args=(state, 5)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    for process in processes:
        said, _ = process.communicate(timeout=120)
        assert (process.returncode, said) == (0, "")
    assert state.alarms.incident("demand-1").held == 50
    state.close()


@STORES
def test_the_room_that_alarms_take_is_counted(target: str) -> None:
    """A verdict, an incident and a message each add to what their model takes."""
    state = open_state(target)
    before = state.held("demand").bytes
    for written in (
        {"verdicts": [verdict()]},
        {"incidents": [incident()]},
        {"messages": [outgoing()]},
    ):
        write(state, **written)
        after = state.held("demand").bytes
        assert after > before
        before = after
    assert state.held("other").bytes == 0
    state.close()
