"""A pass that is killed, and passes that meet."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from leeboard.errors import StateError
from leeboard.monitor import passes
from tests.monitor._world import CONFIG, DAY, START, World, hours, world

NOW = START + 30 * DAY
RUN = """
import sys
from datetime import datetime
from leeboard import Monitor
print("begins", flush=True)
Monitor(sys.argv[1]).run(now=datetime.fromisoformat(sys.argv[2]))
print("done", flush=True)
"""


def _filled(folder: Path, days: int) -> World:
    made = world(folder)
    made.configure(CONFIG.replace('"1d"', '"1h"') + 'hours_for = "300d"\n')
    for day in range(days):
        ids = made.predict(hours(day, 48), first=48 * day, seed=day)
        made.label(ids[::2], [100.0] * 24, [START + (day + 1) * DAY] * 24)
    return made


def _start(model: World) -> subprocess.Popen[str]:
    path = str(model.folder / "leeboard.toml")
    return subprocess.Popen(
        [sys.executable, "-c", RUN, path, NOW.isoformat()],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def _figures(model: World) -> pa.Table:
    table = pa.Table.from_pandas(model.monitor.measurements(), preserve_index=False)
    keys = ["window_start", "segment", "subject", "metric", "basis"]
    return table.sort_by([(key, "ascending") for key in keys])


class _StoppedError(Exception):
    """Stands for the power going off."""


def test_a_pass_that_was_killed_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped between two transactions, the next pass counts what is left, once."""
    model = _filled(tmp_path, 4)
    monkeypatch.setattr(passes, "_BATCH", 16)
    keep, calls = passes._keep, []

    def stopping(*arguments: object) -> None:
        keep(*arguments)  # type: ignore[arg-type]
        calls.append(1)
        if len(calls) == 2:
            raise _StoppedError

    monkeypatch.setattr(passes, "_keep", stopping)
    with pytest.raises(_StoppedError):
        model.monitor.run(now=NOW)
    assert model.monitor.status(now=NOW).models[0].windows == 32
    monkeypatch.setattr(passes, "_keep", keep)
    again = model.monitor.run(now=NOW + timedelta(minutes=1)).passes[0]
    assert (again.counted, again.revised, again.unchanged) == (64, 0, 32)
    assert set(_figures(model)["revision"].to_pylist()) == {1}


def test_two_passes_at_once_do_the_work_once(tmp_path: Path) -> None:
    """The second finds it under way or done, whatever their order."""
    model = _filled(tmp_path, 4)
    both = [_start(model), _start(model)]
    outputs = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert all(text.endswith("done\n") for text in outputs)
    assert model.monitor.status(now=NOW).models[0].windows == 96
    assert set(_figures(model)["revision"].to_pylist()) == {1}


def test_a_pass_whose_lease_was_lost_writes_nothing(tmp_path: Path) -> None:
    """A holder that slept too long meets a greater token, and is refused."""
    from leeboard.monitor.holder import taken
    from leeboard.state import open_state

    model = _filled(tmp_path, 1)
    model.monitor.run(now=NOW)
    state = open_state(model.monitor.plan.state)
    try:
        lease = taken(state, "pass:demand")
        assert lease is not None
        state.release(lease)
        other = taken(state, "pass:demand")
        assert other is not None
        with pytest.raises(StateError) as caught:
            state.put(lease, [], model="demand", place=99)
        assert caught.value.code == "lease_lost"
        assert state.place("demand") != 99
    finally:
        state.close()


def _killed_passes(tmp_path: Path, kills: int) -> None:
    seed = 20260301
    draw = random.Random(seed)
    whole = tmp_path / "whole"
    whole.mkdir()
    expected = _filled(whole, 6)
    expected.monitor.run(now=NOW)
    broken = tmp_path / "broken"
    broken.mkdir()
    model = _filled(broken, 6)
    for _ in range(kills):
        process = _start(model)
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        time.sleep(draw.uniform(0.0, 2.5))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    done = model.monitor.run(now=NOW).passes[0]
    assert not done.busy, f"seed {seed}"
    assert _figures(model).equals(_figures(expected)), f"seed {seed}"


def test_killed_passes_leave_the_same_results(tmp_path: Path) -> None:
    """After kills at random moments, the tables equal those of a pass left alone."""
    _killed_passes(tmp_path, 3)


@pytest.mark.long
def test_many_killed_passes_leave_the_same_results(tmp_path: Path) -> None:
    """After 25 kills, likewise."""
    _killed_passes(tmp_path, 25)
