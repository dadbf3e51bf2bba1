"""What was stored is there after the process died, and nothing that was not logged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leeboard_logger.frames import Frame, Gap, read_frames
from tests.logger.driver import FEATURES
from tests.logger.test_logger import MODES

KILLS = int(os.environ.get("LEEBOARD_TORTURE", "100"))


def drive(*words: object) -> str:
    """Run the driver; return what it printed."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.logger.driver", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def read(folder: Path) -> Iterator[tuple[Path, Frame | Gap]]:
    """Yield what lies in the finished and unfinished files of a spool."""
    for path in sorted((folder / "spool").glob("*.frames")):
        for piece in read_frames(path.read_bytes()):
            yield path, piece


def conserved(folder: Path) -> int:
    """Check that stored ids are there and all records are as logged; count them."""
    ids = (folder / "ids").read_text() if (folder / "ids").exists() else ""
    # The last line may be torn, as the one who told was killed too.
    stored = {line for line in ids.splitlines(keepends=True) if line.endswith("\n")}
    found: dict[tuple[str, str], int] = {}
    for path, piece in read(folder):
        assert isinstance(piece, Frame), f"{path}: a gap {piece}"
        kind = piece.payload[:1].decode()
        record = json.loads(piece.payload[1:])
        if kind == "p":
            assert record["features"] == FEATURES
            assert record["prediction"] in {1.5, 2.5}
        if kind in "pf":
            place = (kind, record["id"])
            found[place] = found.get(place, 0) + 1
    there = {identity for _, identity in found}
    missing = {line.strip() for line in stored} - there
    assert not missing, f"{folder}: {len(missing)} of {len(stored)} lost"
    assert set(found.values()) <= {1}
    return len(found)


@pytest.mark.parametrize("mode", MODES)
def test_every_crash_point_keeps_what_was_stored(tmp_path: Path, mode: str) -> None:
    """A process that ends before, within or after any step loses nothing stored."""
    steps = int(drive("crash", tmp_path, mode))
    assert steps >= 25
    counts = [conserved(place) for place in tmp_path.iterdir()]
    assert max(counts) == 9
    assert min(counts) == 0


@pytest.mark.parametrize("mode", MODES)
def test_a_few_kills_lose_nothing_stored(tmp_path: Path, mode: str) -> None:
    """Killed under load by signal 9, a logger has kept all it called stored."""
    drive("kill", tmp_path, mode, 5, 1)
    assert sum(conserved(place) for place in tmp_path.iterdir()) > 5


@pytest.mark.long
@pytest.mark.parametrize("mode", ["spooled", "durable"])
def test_many_kills_lose_nothing_stored(tmp_path: Path, mode: str) -> None:
    """A hundred kills, or as many as LEEBOARD_TORTURE says, lose nothing stored."""
    drive("kill", tmp_path, mode, KILLS, 2)
    total = sum(conserved(place) for place in tmp_path.iterdir())
    print(f"{mode}: {KILLS} kills, {total} records, 0 lost")
    assert total > KILLS


@pytest.mark.parametrize(
    ("mode", "forks"),
    [
        ("buffered", 20),
        ("spooled", 20),
        pytest.param("buffered", 200, marks=pytest.mark.long),
        pytest.param("spooled", 200, marks=pytest.mark.long),
        pytest.param("durable", 200, marks=pytest.mark.long),
    ],
)
def test_forks_under_load_neither_hang_nor_lose(
    tmp_path: Path, mode: str, forks: int
) -> None:
    """Children of a process whose threads log have accounts and files of their own."""
    told = drive("forks", tmp_path, mode, forks)
    logged, acknowledged, queued, dropped = told.split(maxsplit=3)
    assert (queued, dropped.strip()) == ("0", "{}")
    assert logged == acknowledged
    assert len((tmp_path / "ids").read_text().splitlines()) == 3 * forks
    assert conserved(tmp_path) == int(logged) + 3 * forks
