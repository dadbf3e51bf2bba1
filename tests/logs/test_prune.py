"""Taking events out: exactly those, in one step, and never news to a reader."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeboard.logs import Wanted, digest_of
from leeboard.logs._decode import decode
from leeboard.logs._disk import Disk
from leeboard.logs._objects import Folder
from leeboard.logs._wanted import marks_of
from leeboard.logs.committer import ship
from leeboard.logs.folder import FolderLog
from tests.logs._faults import Crashed, DyingDisk, RecordingDisk
from tests.logs._records import NOW, feedback, held, prediction, rows, spooled

GONE = "7"


def _log(root: Path, disk: Disk | None = None) -> FolderLog:
    return FolderLog(Folder(str(root / "log"), disk), str(root / "spool"))


def _fill(root: Path, first: int, n: int) -> None:
    payloads = []
    for i in range(first, first + n):
        at = NOW + timedelta(minutes=i)
        payloads += [prediction(str(i), at), feedback(str(i), float(i), at)]
    spooled(root / "spool", f"f{first:04d}", [*payloads, b"pbroken%d" % first])
    ship(_log(root), str(root / "spool"), NOW)


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A log of three segments of each kind."""
    for first in (0, 5, 10):
        _fill(tmp_path / "full", first, 5)
    return tmp_path / "full"


def _everything(log: FolderLog) -> list[Counter[str]]:
    return [rows(log.events(kind).read_all()) for kind in ("predictions", "feedback")]


@settings(max_examples=5, deadline=None)
@given(st.sets(st.integers(0, 16), max_size=6))
def test_exactly_what_is_wanted_goes(
    tmp_path_factory: pytest.TempPathFactory, chosen: set[int]
) -> None:
    """Those ids and their labels, no other; and what is left is no news."""
    root = tmp_path_factory.mktemp("log")
    for first in (0, 5, 10):
        _fill(root, first, 5)
    log = _log(root)
    place = log.changes("demand", 0).upto
    wanted = Wanted(ids=frozenset(("demand", str(i)) for i in chosen))
    there = {i for i in chosen if i < 15}
    told = log.would_take(wanted)
    taken = log.take_out(wanted)
    assert taken == told
    assert (taken.predictions, taken.feedback) == (len(there), len(there))
    assert held(log) == {str(i): 1 for i in range(15) if i not in chosen}
    labels = log.events("feedback", "demand").read_all()["id"].to_pylist()
    assert sorted(labels) == sorted(held(log))
    news = log.changes("demand", place)
    assert news.minutes == frozenset()
    assert log.take_out(wanted).predictions == 0


@pytest.mark.parametrize("when", ["before", "half"])
def test_a_crash_at_any_call_takes_all_or_nothing(full: Path, when: str) -> None:
    """Die at any call: the log is as before or as after, and a second try ends it."""
    wanted = Wanted(ids=frozenset({("demand", GONE)}))
    before = _everything(_log(full))
    shutil.copytree(full, full.parent / "count")
    disk = RecordingDisk()
    _log(full.parent / "count", disk).take_out(wanted)
    after = _everything(_log(full.parent / "count"))
    calls = [op.name for op in disk.ops]
    assert len(calls) > 10
    for at, call in enumerate(calls):
        if when == "half" and call != "write":
            continue
        root = full.parent / str(at)
        shutil.copytree(full, root)
        with pytest.raises(Crashed):
            _log(root, DyingDisk(at, when)).take_out(wanted)
        assert _everything(_log(root)) in (before, after), at
        _log(root).take_out(wanted)
        assert _everything(_log(root)) == after, at


def test_events_that_come_meanwhile_stay(full: Path) -> None:
    """Others commit and merge all the time: nothing of theirs is lost."""
    stop = threading.Event()
    numbers = list(range(100, 1000, 5))
    done: list[int] = []

    def others() -> None:
        for first in numbers:
            if stop.is_set():
                return
            _fill(full, first, 5)
            done.append(first)

    thread = threading.Thread(target=others)
    thread.start()
    try:
        for name in map(str, range(15)):
            _log(full).take_out(Wanted(ids=frozenset({("demand", name)})))
    finally:
        stop.set()
        thread.join()
    assert held(_log(full)) == {str(f + i): 1 for f in done for i in range(5)}


def test_a_quarantined_event_is_named_by_its_contents(full: Path) -> None:
    """One payload goes, the others stay."""
    log = _log(full)
    log.take_out(Wanted(payloads=frozenset({digest_of(b"pbroken5")})))
    left = log.events("quarantined").read_all()["payload"].to_pylist()
    assert sorted(left) == [b"pbroken0", b"pbroken10"]


def test_a_damaged_segment_is_told_of(full: Path) -> None:
    """Nobody can look into it, and it is not passed over in silence."""
    segment = next((full / "log" / "models").rglob("predictions-*"))
    segment.write_bytes(b"x" + segment.read_bytes()[1:])
    taken = _log(full).take_out(Wanted(ids=frozenset({("demand", GONE)})))
    assert [Path(name).name for name in taken.unreadable] == [segment.name]


@pytest.mark.parametrize(
    ("stored", "asked", "found"),
    [
        ("ann", "ann", True),
        ("anna", "ann", False),
        (7, "7", True),
        (7, "7.0", True),
        (7.0, "7", True),
        (7.5, "7.5", True),
        (True, "true", True),
        (["x", "ann"], "ann", True),
        ({"name": "Zoë"}, "Zoë", True),
        (7, "seven", False),
        (2**53 + 1, str(2**53 + 1), True),
    ],
)
def test_a_value_is_found_whatever_its_type(
    stored: object,
    asked: str,
    found: bool,  # noqa: FBT001 - what should come out
) -> None:
    """Text, numbers, truth values, and what lists and objects hold."""
    for group in ("features", "segments", "metadata"):
        payload = prediction("1", NOW, **{group: {"who": stored}})
        table = decode([payload], NOW).predictions
        wanted = Wanted(column="who", value=asked)
        assert marks_of(wanted, "predictions", "demand", table).tolist() == [found]
        other = Wanted(column="whom", value=asked)
        assert not marks_of(other, "predictions", "demand", table).any()
