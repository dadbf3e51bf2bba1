"""Crashes, power cuts and errors of the disk: nothing is lost, doubled or invented."""

from __future__ import annotations

import errno
import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from leeboard.errors import LogError
from leeboard.logs._compact import AT_ONCE
from leeboard.logs._decode import decode
from leeboard.logs._disk import Disk
from leeboard.logs._objects import Folder
from leeboard.logs.committer import ship
from leeboard.logs.folder import FolderLog
from tests.logs._faults import Crashed, DyingDisk, FailingDisk, RecordingDisk, images
from tests.logs._records import NOW, feedback, prediction, spooled

IDS = [str(number) for number in range(12)]


def fill(root: Path, files: int = 2) -> None:
    """Make a spool of some files that hold predictions, and a label."""
    for number in range(files):
        payloads = [prediction(one) for one in IDS[number::files]]
        spooled(root / "spool", f"a{number:02d}", [*payloads, feedback("1", 1)])


def log_in(root: Path, disk: Disk | None = None) -> FolderLog:
    """Open the log of a folder on a disk."""
    return FolderLog(Folder(str(root / "log"), disk), str(root / "spool"))


def ids(log: FolderLog) -> Counter[str]:
    """Count the ids of predictions in files and frames, with repetitions."""
    import pyarrow.parquet as pq

    files = log._reader.read(None).files
    found: Counter[str] = Counter()
    for file in files.predictions:
        found.update(pq.read_table(file.path, columns=["id"]).column(0).to_pylist())
    if files.new_predictions is not None:
        found.update(files.new_predictions.column("id").to_pylist())
    return found


def cycle(root: Path, disk: Disk | None) -> None:
    """Commit everything in small portions, and tidy."""
    log = log_in(root, disk)
    ship(log, str(root / "spool"), NOW, most=300, disk=disk)
    log.tidy()


def calls_of(root: Path) -> list[str]:
    """Names of the calls that one cycle makes."""
    fill(root)
    disk = RecordingDisk()
    cycle(root, disk)
    shutil.rmtree(root)
    return [op.name for op in disk.ops]


@pytest.mark.parametrize("when", ["before", "half", "after"])
def test_a_crash_at_any_call_loses_and_doubles_nothing(
    tmp_path: Path, when: str
) -> None:
    """Die at any call: then, and after the next run, each event is there once."""
    calls = calls_of(tmp_path / "count")
    assert len(calls) > 30
    for at, call in enumerate(calls):
        if when == "half" and call != "write":
            continue
        root = tmp_path / str(at)
        fill(root)
        with pytest.raises(Crashed):
            cycle(root, DyingDisk(at, when))
        assert ids(log_in(root)) == Counter(IDS), at
        cycle(root, None)
        assert ids(log_in(root)) == Counter(IDS), at
        assert not list((root / "spool").glob("*.frames"))


@pytest.mark.parametrize("when", ["before", "half", "after"])
def test_a_crash_while_merging_loses_nothing(tmp_path: Path, when: str) -> None:
    """Die at any call of a merge: each event can be read, and the next one ends it."""
    full = tmp_path / "full"
    log = log_in(full)
    for one in IDS[:AT_ONCE]:
        log.write(decode([prediction(one), prediction("same")], NOW))
    disk = RecordingDisk()
    shutil.copytree(full, tmp_path / "count")
    log_in(tmp_path / "count", disk).tidy()
    assert len(disk.ops) > 8
    for at, op in enumerate(disk.ops):
        if when == "half" and op.name != "write":
            continue
        root = tmp_path / str(at)
        shutil.copytree(full, root)
        with pytest.raises(Crashed):
            log_in(root, DyingDisk(at, when)).tidy()
        assert set(ids(log_in(root))) == {*IDS[:AT_ONCE], "same"}, at
        log_in(root).tidy()
        assert ids(log_in(root)) == Counter([*IDS[:AT_ONCE], "same"]), at


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_an_error_at_any_call_is_told_and_mended(tmp_path: Path, error: int) -> None:
    """A disk that fails, once or for good: an error says so, and all is still there."""
    calls = calls_of(tmp_path / "count")
    for at in range(0, len(calls), 3):
        for lasting in (False, True):
            root = tmp_path / f"{at}-{lasting}"
            fill(root)
            with pytest.raises(LogError, match=r"(log|spool)_unwritable"):
                cycle(root, FailingDisk(at, error, lasting=lasting))
            assert ids(log_in(root)) == Counter(IDS), at
            cycle(root, None)
            assert ids(log_in(root)) == Counter(IDS), at


def image_of(root: Path) -> dict[str, bytes]:
    """Read all files under a folder."""
    return {
        os.path.join(place, file): Path(place, file).read_bytes()
        for place, _, files in os.walk(root)
        for file in files
    }


@pytest.mark.parametrize(
    ("files", "step"),
    [
        pytest.param(2, 5, id="some"),
        pytest.param(AT_ONCE + 1, 3, id="all", marks=pytest.mark.long),
    ],
)
def test_a_power_cut_at_any_moment_loses_nothing(
    tmp_path: Path, files: int, step: int
) -> None:
    """Whatever part of unsynced writes and names a cut takes, each event is there."""
    root = tmp_path / "live"
    fill(root, files)
    before = image_of(root)
    disk = RecordingDisk()
    cycle(root, disk)
    shutil.rmtree(root)
    tried = 0
    seen = set()
    for number, (cut, image) in enumerate(images(before, disk.ops)):
        key = frozenset((path, hash(data)) for path, data in image.items())
        if number % step or key in seen:
            continue
        seen.add(key)
        root.mkdir(mode=0o700)
        (root / "spool").mkdir(mode=0o700)
        for path, data in image.items():
            os.makedirs(os.path.dirname(path), exist_ok=True)
            Path(path).write_bytes(data)
            os.utime(path, (1, 1))
        assert ids(log_in(root)) == Counter(IDS), (cut, sorted(image))
        shutil.rmtree(root)
        tried += 1
    assert tried > 300 / step
