"""Merging small files changes no read, and removes nothing that a read may need."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from leeboard.logs import Batch, _compact
from leeboard.logs._chain import KEPT_S
from leeboard.logs._compact import AT_ONCE, GRACE_S, ORPHAN_S
from leeboard.logs._decode import decode
from leeboard.logs._manifest import EVERY, FOLDER, Change, Segment, name_of
from leeboard.logs._objects import Folder, Piece
from leeboard.logs._segments import segments_of
from leeboard.logs.folder import FolderLog
from leeboard.windows import Window
from tests.logs._records import NOW, feedback, held, prediction
from tests.logs.contract import everything

START = NOW.timestamp()


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


def segments(root: Path) -> list[Path]:
    """All segment files there are."""
    return sorted((root / "models").rglob("*.parquet"))


def filled(log: FolderLog, batches: int) -> None:
    """Write batches with repetitions, conflicts and corrections."""
    for number in range(batches):
        later = NOW + timedelta(minutes=number)
        log.write(
            decode(
                [
                    prediction(str(number)),
                    prediction("same"),
                    prediction("other", features={"n": number % 2}),
                    feedback("same", number % 3, later),
                    feedback("same", 7, NOW),
                    b"p{",
                ],
                later,
                model="demand",
            )
        )


def test_many_small_files_become_few(tmp_path: Path) -> None:
    """After a merge there are fewer files, and every read gives what it gave."""
    log = FolderLog(Folder(str(tmp_path)))
    filled(log, AT_ONCE)
    before = everything(log)
    quarantined = log.events("quarantined").read_all().num_rows
    log.tidy()
    contents = log._chain.contents()
    assert len(contents.segments) == 3
    assert everything(log) == before
    assert log.events("quarantined").read_all().num_rows == quarantined
    predictions = [s for s in contents.segments.values() if s.kind == "predictions"]
    # the repeated event is there once, and both versions of the contradictory one
    assert predictions[0].rows == AT_ONCE + 1 + 2


@pytest.mark.parametrize("limit", ["_LARGE", "_HEAVY"])
def test_large_segments_stay_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """A merge is held in memory: what is large in rows or bytes is left out of it."""
    log = FolderLog(Folder(str(tmp_path)))
    filled(log, AT_ONCE)
    before = sorted(log._chain.contents().segments)
    monkeypatch.setattr(_compact, limit, 1)
    log.tidy()
    assert sorted(log._chain.contents().segments) == before


def test_what_was_received_first_stays_so(tmp_path: Path) -> None:
    """Of a repeated event the first arrival is kept: the past reads as it did."""
    log = FolderLog(Folder(str(tmp_path)))
    filled(log, AT_ONCE)
    span = Window(NOW, NOW + timedelta(days=1))
    early = NOW + timedelta(minutes=1)
    before = log.joined("demand", span, received_before=early).read_all().to_pylist()
    log.tidy()
    after = log.joined("demand", span, received_before=early).read_all().to_pylist()
    order = lambda row: row["id"]
    assert sorted(after, key=order) == sorted(before, key=order)


def test_changes_can_be_asked_after_a_merge(tmp_path: Path) -> None:
    """A place in the log stays one: nothing that came later is missed."""
    log = FolderLog(Folder(str(tmp_path)))
    filled(log, AT_ONCE - 1)
    place = log.changes("demand", 0).upto
    late = NOW + timedelta(hours=5)
    log.write(decode([prediction("late", late)], NOW))
    log.write(decode([prediction("x", NOW + timedelta(minutes=1))], NOW))
    log.tidy()
    changed = log.changes("demand", place)
    assert int(late.timestamp()) // 60 in changed.minutes
    assert log.changes("demand", changed.upto).minutes == frozenset()


def test_merged_files_stay_for_reads_that_began_with_them(tmp_path: Path) -> None:
    """Files that were merged go after a grace, not at once."""
    clock = Clock()
    log = FolderLog(Folder(str(tmp_path)), clock=clock)
    filled(log, AT_ONCE)
    log.tidy()
    assert len(segments(tmp_path)) == 3 * AT_ONCE + 3
    clock.now += GRACE_S - 1
    log.tidy()
    assert len(segments(tmp_path)) == 3 * AT_ONCE + 3
    clock.now += 2
    log.tidy()
    assert len(segments(tmp_path)) == 3
    assert log._chain.contents().dropped == {}
    assert len(held(log)) == AT_ONCE + 2


def test_files_that_a_crash_left_behind_go_after_a_day(tmp_path: Path) -> None:
    """Files that no manifest names are removed when they are old, and not before."""
    clock = Clock()
    log = FolderLog(Folder(str(tmp_path)), clock=clock)
    filled(log, 1)
    known = segments(tmp_path)
    orphan = known[0].with_name("predictions-left.parquet")
    orphan.write_bytes(b"x")
    left = tmp_path / "tmp" / "half"
    left.write_bytes(b"x")
    for path in (orphan, left, *known):
        os.utime(path, (START, START))
    log.tidy()
    assert orphan.exists()
    assert left.exists()
    clock.now = START + ORPHAN_S + 1
    log.tidy()
    assert segments(tmp_path) == known
    assert not left.exists()


def test_manifests_that_a_later_one_repeats_go(tmp_path: Path) -> None:
    """The chain is trimmed to the last whole manifest, and is read as before."""
    clock = Clock()
    log = FolderLog(Folder(str(tmp_path)), clock=clock)
    for number in range(EVERY + 3):
        log.write(decode([prediction(str(number))], NOW))
    manifests = tmp_path / FOLDER
    for path in manifests.iterdir():
        os.utime(path, (START, START))
    clock.now = START + KEPT_S + 1
    log.tidy()
    assert min(path.name for path in manifests.iterdir()).endswith(f"{EVERY}.json")
    assert len(held(FolderLog(Folder(str(tmp_path))))) == EVERY + 3


class Sleeping(Folder):
    """A folder of which a process saw the manifests before it slept."""

    def __init__(self, root: str) -> None:
        super().__init__(root)
        self.sleeps = False

    def pieces(self, folder: str, *, after: str = "") -> Sequence[Piece]:
        return [] if self.sleeps else super().pieces(folder, after=after)

    def exists(self, name: str) -> bool:
        if self.sleeps:
            self.sleeps = False  # it looked last, and wakes up
            return True
        return super().exists(name)


def test_a_commit_on_a_trimmed_chain_is_not_believed(tmp_path: Path) -> None:
    """A process that slept over a trim finds that its number was long taken."""
    objects = Sleeping(str(tmp_path))
    sleeper = FolderLog(objects)
    sleeper.write(decode([prediction("first")], NOW))
    log = FolderLog(Folder(str(tmp_path)))
    for number in range(EVERY + 3):
        log.write(decode([prediction(str(number))], NOW))
    log._chain.trim(START * 2)
    batch = decode([prediction("late")], NOW)
    added = Change(add=tuple(segment for segment, _ in put(objects, batch)))
    objects.sleeps = True
    sleeper._chain.commit(lambda _: added)
    assert held(FolderLog(Folder(str(tmp_path))))["late"] == 1
    assert not Folder(str(tmp_path)).exists(name_of(2))


def put(objects: Folder, batch: Batch) -> list[tuple[Segment, bytes]]:
    """Write the segments of a batch's predictions, and commit nothing."""
    made = list(segments_of(batch.predictions, "predictions"))
    for segment, data in made:
        objects.put(segment.name, data)
    return made
