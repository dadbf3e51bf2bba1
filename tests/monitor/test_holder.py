"""Who makes a pass, and when a holder is gone."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime

from leeboard.monitor.holder import gone, me, taken
from leeboard.state.memory import MemoryState


def _of_another_process(code: str = "") -> str:
    command = f"from leeboard.monitor.holder import me; print(me()){code}"
    run = subprocess.run(
        [sys.executable, "-c", command],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    return run.stdout.strip()


def test_a_living_holder_keeps_its_lease() -> None:
    """A process that runs is not gone, and a second pass in it has to wait."""
    assert not gone(me())
    state = MemoryState()
    assert taken(state, "pass:demand") is not None
    assert taken(state, "pass:demand") is None


def test_a_holder_that_ended_is_gone_at_once() -> None:
    """Its lease is taken over long before its time, with a greater token."""
    holder = _of_another_process()
    assert gone(holder)
    state = MemoryState()
    old = state.lease("pass:demand", holder, datetime.now(UTC), 3600.0)
    new = taken(state, "pass:demand")
    assert old is not None
    assert new is not None
    assert new.token > old.token


def test_a_number_used_again_is_not_the_same_process() -> None:
    """A new process with an old one's number started at another time."""
    host, pid, started, rest = me().split(":")
    assert gone(f"{host}:{pid}:{int(started) - 1}:{rest}")


def test_of_other_hosts_nothing_is_known() -> None:
    """Only the time of their lease tells."""
    assert not gone("elsewhere:1:1:abc")
    assert not gone("")
