"""Real disks that are full, too small or read-only, as far as this machine has them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from leeboard_logger.frames import Frame, read_frames

LIMITED = """
import json, resource, sys
from leeboard_logger import Logger
from leeboard_logger._core import Edges
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
log = Logger(sys.argv[1], model="m", mode=sys.argv[2], timeout=10)
ids = [log.log_prediction({"x": "y" * 1000}) for _ in range(100)]
log.flush(10)
log.close()
stats = log.stats()
print(json.dumps([[i for i in ids if i.stored], stats.logged, stats.acknowledged,
                  stats.queued, sum(stats.dropped.values())]))
"""

FULL = """
import json, os, sys
from leeboard_logger import Logger
folder = sys.argv[1]
log = Logger(folder + "/target", model="m", mode=sys.argv[2], timeout=0.3, close_s=0.5)
ids = []
def some(count):
    for _ in range(count):
        try:
            ids.append(log.log_prediction({"x": "y" * 1000}))
        except RuntimeError as error:
            ids.extend(error.ids)
some(20)
log.flush(10)
try:
    with open(folder + "/ballast", "wb", buffering=0) as ballast:
        while True:
            ballast.write(b"x" * 4096)
except OSError:
    pass
some(100)
before = sum(i.stored for i in ids)
os.unlink(folder + "/ballast")
log.flush(10)
some(20)
log.flush(10)
log.close()
stats = log.stats()
print(json.dumps([[i for i in ids if i.stored], stats.logged, stats.acknowledged,
                  stats.queued, sum(stats.dropped.values()), before, ids[-1].stored]))
"""


def run(code: str, *words: object, wrap: tuple[str, ...] = ()) -> list[object]:
    """Run a host; return what it printed."""
    done = subprocess.run(
        [*wrap, sys.executable, "-c", code, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found: list[object] = json.loads(done.stdout)
    return found


def ids_in(folder: Path) -> list[str]:
    """Return the ids of the records in a spool, none of which may be damaged."""
    found = []
    for path in sorted(folder.glob("*.frames")):
        for piece in read_frames(path.read_bytes()):
            assert isinstance(piece, Frame)
            if piece.payload[:1] == b"p":
                found.append(json.loads(piece.payload[1:])["id"])
    return found


@pytest.mark.parametrize("mode", ["buffered", "spooled", "durable"])
def test_files_that_may_not_grow_are_left_for_others(tmp_path: Path, mode: str) -> None:
    """At a limit of the file's size a short write is cut back, and a new file begun."""
    stored, logged, acknowledged, queued, dropped = run(LIMITED, tmp_path, mode)
    assert (logged, acknowledged, queued, dropped) == (100, 100, 0, 0)
    assert sorted(stored) == sorted(ids_in(tmp_path / "spool"))  # type: ignore[call-overload]
    assert len(list((tmp_path / "spool").glob("*.frames"))) >= 4


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small disk")
@pytest.mark.parametrize("mode", ["buffered", "spooled", "durable"])
def test_a_full_disk_stops_nothing_and_heals(tmp_path: Path, mode: str) -> None:
    """A disk of 8 MiB fills and empties: no crash, exact counts, and on it goes."""
    script = (
        f"mount -t tmpfs -o size=8m none {tmp_path} && "
        f'{sys.executable} -c "$0" {tmp_path} {mode} && '
        f"cp -r {tmp_path}/target/spool {tmp_path}.copy"
    )
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, FULL],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("mounting is not allowed here")
    assert done.returncode == 0, done.stderr
    stored, logged, acknowledged, queued, dropped, before, last = json.loads(
        done.stdout
    )
    assert logged == acknowledged + queued + dropped
    assert queued == 0
    assert last, "it goes on when there is room again"
    assert 20 <= before < 120
    assert mode == "durable" or dropped == 0, "the queue outlasts it"
    there = ids_in(Path(f"{tmp_path}.copy"))
    assert set(stored) <= set(there)
