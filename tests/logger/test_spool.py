"""Files of the spool: what is in them, whose they are, and when they end."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leeboard_logger import EventId, Logger, LoggerError
from leeboard_logger._core import Edges
from leeboard_logger._edges import Folder
from leeboard_logger._sink import ACKNOWLEDGED, Entry
from leeboard_logger._spool import PATIENCE_S, ROTATE_S, Spool, Terms
from leeboard_logger.frames import END, Frame, frame, read_frames
from tests.logger.faults import FakeClock, Plan, faulty

ACCOUNT = b'a{"logged":1}'


def entry(text: str = "x") -> Entry:
    """Return an entry that is written out."""
    made = Entry(EventId(text), "p", {}, 10)
    made.payload = b"p" + json.dumps({"id": text}).encode()
    return made


class Case:
    """A spool with a folder that fails as told and a clock that stands."""

    def __init__(self, folder: Path, **terms: object) -> None:
        self.plan = Plan()
        self.clock = FakeClock()
        self.folder = folder
        self.account = b""
        self.spool = Spool(
            lambda: faulty(self.plan)(str(folder)),
            lambda: self.account,
            lambda: "t0",
            self.clock,
            Terms(**{"cap_bytes": 1 << 30, **terms}),  # type: ignore[arg-type]
        )

    def files(self) -> list[list[bytes]]:
        """Return the payloads in each file, in the order the files were made."""
        found = []
        for path in sorted(self.folder.glob("*.frames"), key=_number):
            pieces = list(read_frames(path.read_bytes()))
            assert all(isinstance(piece, Frame) for piece in pieces)
            found.append([p.payload for p in pieces if isinstance(p, Frame)])
        return found

    def fail(self, step: str, number: int | None) -> None:
        """Let a step fail, or go well again."""
        if number is None:
            self.plan.errors.pop(step, None)
        else:
            self.plan.errors[step] = number


def _number(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])


@pytest.fixture
def case(tmp_path: Path) -> Callable[..., Case]:
    """Return what makes spools of this test."""
    return lambda **terms: Case(tmp_path / "spool", **terms)


def test_files_are_private_named_and_locked(case: Callable[..., Case]) -> None:
    """A file has the name, the mode and the lock that a committer relies on."""
    c = case()
    assert c.spool.send([entry()]).settled == [ACKNOWLEDGED]
    (path,) = c.folder.iterdir()
    assert re.fullmatch(rf"17\d{{17}}-{os.getpid()}-t0-1\.frames", path.name)
    assert path.stat().st_mode & 0o777 == 0o600
    assert c.folder.stat().st_mode & 0o777 == 0o700
    with path.open("rb") as file:
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        c.spool.close()
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert c.files() == [[entry().payload, END]]


def test_a_file_never_has_its_name_without_its_lock(case: Callable[..., Case]) -> None:
    """A reader that takes an unlocked file for finished never sees one being made."""
    c = case()
    c.spool.send([entry()])
    steps = [step for step in c.plan.calls if step in {"begin", "hold", "rename"}]
    assert steps == ["begin", "hold", "rename"]


def test_files_end_by_size_by_time_and_at_close(case: Callable[..., Case]) -> None:
    """Each file but the open one has END, and the accounting before it."""
    c = case(rotate_bytes=60)
    c.account = ACCOUNT
    for number in range(4):
        c.spool.send([entry(f"id{number}")])
    assert c.files()[0][-2:] == [ACCOUNT, END]
    assert all(file[-1] == END for file in c.files()[:-1])
    assert c.files()[-1][-1] != END
    c.clock.pass_s(ROTATE_S + 1)
    c.spool.tick()
    assert all(file[-1] == END for file in c.files())
    count = len(c.files())
    assert not c.spool.tick(), "an idle spool has nothing to do"
    c.spool.send([entry("late")])
    c.spool.close()
    assert len(c.files()) == count + 1
    everything = [one for file in c.files() for one in file if one[:1] == b"p"]
    assert len(everything) == 5


def test_accounting_is_written_when_it_changes(case: Callable[..., Case]) -> None:
    """A second apart, once for each change, and not for none."""
    c = case()
    c.spool.send([entry()])
    c.account = ACCOUNT
    for _ in range(3):
        c.clock.pass_s(1.1)
        c.spool.tick()
    c.account = b'a{"logged":2}'
    c.spool.tick()
    c.clock.pass_s(1.1)
    c.spool.tick()
    assert c.files() == [[entry().payload, ACCOUNT, c.account]]


def test_losses_are_told_even_where_nothing_was_stored(
    case: Callable[..., Case],
) -> None:
    """The account alone makes a file: a loss is never silent."""
    c = case()
    c.account = b'a{"logged":1,"dropped":{"invalid":1}}'
    c.spool.close()
    assert c.files() == [[c.account, END]]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EFBIG])
@pytest.mark.parametrize("step", ["write", "begin", "hold", "rename"])
@pytest.mark.parametrize("short", ["short", "whole"])
def test_a_failing_disk_is_told_and_outlived(
    case: Callable[..., Case], step: str, number: int, short: str
) -> None:
    """What does not go in stays with the caller, and goes in when the disk is well."""
    c = case(rotate_bytes=100)
    assert c.spool.send([entry("before")]).settled == [ACKNOWLEDGED]
    if step != "write":
        c.spool.send([entry("a" * 80)])  # so that another file is due
    c.plan.short = short == "short"
    c.fail(step, number)
    batch = [entry(f"during{k}") for k in range(3)]
    answer = c.spool.send(batch)
    reason = {errno.EIO: "io_error", errno.EROFS: "read_only"}
    assert answer.trouble == reason.get(number, "disk_full")
    assert answer.wait_s > 0
    left = batch[len(answer.settled) :]
    assert left, "the last one cannot have gone in whole"
    c.fail(step, None)
    answer = c.spool.send(left)
    assert answer.settled == [ACKNOWLEDGED] * len(left)
    assert answer.trouble == ""
    c.spool.close()
    ids = [one for file in c.files() for one in file if b"during" in one]
    assert ids == [one.payload for one in batch]
    assert len(list(c.folder.glob("*.new"))) == 0


def test_a_torn_frame_that_cannot_be_cut_is_left_behind(
    case: Callable[..., Case],
) -> None:
    """Where even cutting back fails, another file is begun: nothing follows a tear."""
    c = case()
    c.spool.send([entry("before")])
    c.plan.short = True
    c.fail("write", errno.EIO)
    c.fail("truncate", errno.EIO)
    assert c.spool.send([entry("during")]).settled == []
    c.fail("write", None)
    c.fail("truncate", None)
    assert c.spool.send([entry("during")]).settled == [ACKNOWLEDGED]
    c.spool.close()
    first, *torn, last = c.files()
    assert first == [entry("before").payload]
    assert last == [entry("during").payload, END]
    assert torn == [[]], "a second file was tried, and left too"


def test_durable_entries_fail_at_once_when_the_disk_cannot_vouch(
    case: Callable[..., Case],
) -> None:
    """A failed sync acknowledges nothing, and that file is trusted no more."""
    c = case(durable=True)
    assert c.spool.send([entry("a")]).settled == [ACKNOWLEDGED]
    c.fail("sync", errno.EIO)
    assert c.spool.send([entry("b")]).settled == ["io_error"]
    c.fail("sync", None)
    assert c.spool.send([entry("c")]).settled == [ACKNOWLEDGED]
    c.fail("write", errno.ENOSPC)
    assert c.spool.send([entry("d"), entry("e")]).settled == ["disk_full"] * 2
    assert [file[0] for file in c.files()] == [entry("a").payload, entry("c").payload]


def test_durable_order_is_write_sync_then_answer(case: Callable[..., Case]) -> None:
    """The name of the file and its contents are on the disk before the answer."""
    c = case(durable=True)
    c.spool.send([entry("a")])
    assert c.plan.calls == ["begin", "hold", "rename", "sync_names", "write", "sync"]


class _Power(Plan):
    """Knows what would be left of each file if the power went now."""

    def __init__(self) -> None:
        super().__init__()
        self.written: dict[int, bytes] = {}
        self.safe: dict[int, int] = {}
        self.named: set[int] = set()
        self._new: set[int] = set()

    def __call__(
        self, name: str, call: Callable[..., object], given: tuple[object, ...]
    ) -> object:
        found = super().__call__(name, call, given)
        if name == "begin":
            assert isinstance(found, int)
            self.written[found], self.safe[found] = b"", 0
            self._new.add(found)
        elif name == "write":
            file, data = given
            assert isinstance(file, int)
            assert isinstance(data, bytes)
            self.written[file] += data
        elif name == "sync":
            (file,) = given
            assert isinstance(file, int)
            self.safe[file] = len(self.written[file])
        elif name == "sync_names":
            self.named |= self._new
            self._new.clear()
        elif name == "close":
            self._closed(given[0])
        return found

    def _closed(self, file: object) -> None:
        """Keep a closed file under a number that is not used again."""
        assert isinstance(file, int)
        kept = min(0, *self.written) - 1
        self.written[kept], self.safe[kept] = (
            self.written.pop(file),
            self.safe.pop(file),
        )
        self.named = {kept if one == file else one for one in self.named}
        self._new.discard(file)

    def images(self) -> Iterator[list[bytes]]:
        """Yield payloads that may be left: each file with more or less of its tail."""
        files = [one for one in self.written if one in self.named]
        for share in (0.0, 0.3, 0.7, 1.0):
            left: list[bytes] = []
            for file in files:
                whole, safe = self.written[file], self.safe[file]
                upto = safe + int((len(whole) - safe) * share)
                pieces = read_frames(whole[:upto])
                left += [one.payload for one in pieces if isinstance(one, Frame)]
            yield left


@pytest.mark.parametrize("mode", ["durable", "spooled"])
def test_a_power_cut_takes_no_more_than_was_said(tmp_path: Path, mode: str) -> None:
    """Durable: nothing acknowledged. Otherwise: what came since the last sync."""
    c = Case(tmp_path / "spool", durable=mode == "durable", rotate_bytes=400)
    c.plan = power = _Power()
    told: list[bytes] = []
    sure = 0
    for number in range(60):
        one = entry(f"id{number}")
        assert c.spool.send([one]).settled == [ACKNOWLEDGED]
        told.append(one.payload)
        if number % 7 == 0:
            c.clock.pass_s(1)
            c.spool.tick()
            sure = len(told)
        must = told if mode == "durable" else told[:sure]
        for left in power.images():
            events = [one for one in left if one[:1] == b"p"]
            assert set(must) <= set(events) <= set(told)
            assert len(events) == len(set(events))
    c.spool.close()
    assert all(set(told) <= set(left) for left in power.images())


def test_the_cap_holds_and_frees_itself(case: Callable[..., Case]) -> None:
    """The folder never outgrows its cap; what a committer takes away makes room."""
    c = case(cap_bytes=20_000, rotate_bytes=2000)
    big = "i" * 500
    taken = 0
    for _ in range(60):
        c.clock.pass_s(0.1)
        taken += len(c.spool.send([entry(big)]).settled)
    assert 20 <= taken < 32
    assert c.spool.send([entry(big)]).trouble == "spool_full"
    assert sum(path.stat().st_size for path in c.folder.iterdir()) <= 20_000
    for path in sorted(c.folder.glob("*.frames"), key=_number)[:4]:
        path.unlink()
    c.clock.pass_s(0.1)
    assert c.spool.send([entry(big)]).settled == [ACKNOWLEDGED]


def test_a_deleted_file_is_noticed(case: Callable[..., Case]) -> None:
    """Where somebody deletes the folder, the spool begins again within a tick."""
    c = case()
    c.spool.send([entry("a")])
    for path in c.folder.iterdir():
        path.unlink()
    c.folder.rmdir()
    c.spool.tick()
    assert c.spool.send([entry("b")]).settled == [ACKNOWLEDGED]
    assert c.files() == [[entry("b").payload]]


def test_a_folder_deleted_before_the_first_event_is_made_again(
    case: Callable[..., Case],
) -> None:
    """What the logger saw when it was made may be gone by its first event."""
    c = case()
    c.spool.probe()
    c.folder.rmdir()
    assert c.spool.send([entry("a")]).settled == [ACKNOWLEDGED]


def test_a_slow_write_trips(case: Callable[..., Case]) -> None:
    """After a direct write above 50 ms callers keep away from the disk for a second."""
    c = case()
    c.spool.direct([entry("a").payload])
    assert c.spool.tripped_until < c.clock.mono
    c.plan.slow_s = PATIENCE_S + 0.01
    c.plan.clock = c.clock
    assert c.spool.direct([entry("b").payload]) == 1
    assert c.spool.tripped_until == c.clock.mono + 1


def test_an_interrupted_write_spoils_nothing(case: Callable[..., Case]) -> None:
    """An exception from a signal's handler amid a write begins another file."""
    c = case()
    c.spool.send([entry("a")])
    c.plan.interrupts = True
    with pytest.raises(KeyboardInterrupt):
        c.spool.direct([entry("b").payload])
    c.plan.interrupts = False
    assert c.spool.direct([entry("c").payload]) == 1
    c.spool.close()
    first, second = c.files()
    assert first == [entry("a").payload, entry("b").payload]
    assert second == [entry("c").payload, END]


# ── whose folder it is ──────────────────────────────────────────────────────────────


def refused(target: Path) -> str:
    """Return the code of the error that a logger is refused with."""
    with pytest.raises(LoggerError) as caught:
        Logger(target, model="m", mode="spooled")
    return caught.value.code


def test_a_link_in_place_of_the_spool_is_refused(tmp_path: Path) -> None:
    """Nobody can lead the frames elsewhere."""
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "spool").symlink_to(tmp_path / "elsewhere")
    assert refused(tmp_path) == "spool_unusable"
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    """What others can read or plant is no place for features."""
    (tmp_path / "spool").mkdir(mode=0o755)
    (tmp_path / "spool").chmod(0o755)
    assert refused(tmp_path) == "spool_not_private"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a folder away")
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    """Even root does not write where another user holds the folder."""
    (tmp_path / "spool").mkdir(mode=0o700)
    os.chown(tmp_path / "spool", 12345, 12345)
    assert refused(tmp_path) == "spool_not_private"


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A target that is a file fails when the logger is made."""
    target = tmp_path / "file"
    target.write_text("")
    assert refused(target) == "spool_unusable"


def test_a_planted_file_is_never_written(tmp_path: Path) -> None:
    """A name that is already there, or is a link, is not opened."""
    folder = Folder(str(tmp_path / "spool"))
    os.symlink("/etc/passwd", tmp_path / "spool" / "a.frames.new")
    with pytest.raises(FileExistsError):
        folder.create("a.frames")
    folder.leave()


def test_a_full_disk_does_not_keep_a_service_from_starting(tmp_path: Path) -> None:
    """A disk that is full at the start may empty: the logger waits for it."""
    plan = Plan()
    plan.errors = {"begin": errno.ENOSPC, "write": errno.ENOSPC}
    edges = Edges(folder=faulty(plan))
    with Logger(tmp_path, model="m", mode="spooled", _edges=edges) as log:
        early = log.log_prediction({"x": 1})
        before = early.stored
        plan.errors = {}
        assert log.flush(5)
        assert (before, early.stored) == (False, True)
    assert log.stats().degraded == 1


def test_frames_survive_their_own_reader() -> None:
    """What the spool writes for a payload is what the reader gives back."""
    (piece,) = read_frames(frame(b"p{}"))
    assert isinstance(piece, Frame)
    assert piece.payload == b"p{}"
