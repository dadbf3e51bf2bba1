"""From spool files to a log: everything once, files removed when they are done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from leeboard.errors import LogError
from leeboard.logs import open_log, ship
from leeboard.logs._spool import Spool
from leeboard_logger.frames import frame
from tests.logs._records import NOW, feedback, held, payload, prediction, spooled

HOLD = """
import fcntl, sys
file = open(sys.argv[1], "ab")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def holding(path: Path) -> subprocess.Popen[bytes]:
    """Start a process that holds a file's lock until its input ends."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout.readline() == b"held\n"
    return holder


def test_frames_become_events_and_files_go(tmp_path: Path) -> None:
    """A finished file is committed whole and removed; its events can be read."""
    log = open_log(str(tmp_path))
    path = spooled(tmp_path / "spool", "a", [prediction("1"), feedback("1", 2.0)])
    shipped = ship(log, str(tmp_path / "spool"), NOW)
    assert (shipped.predictions, shipped.feedback, shipped.removed) == (1, 1, 1)
    assert not path.exists()
    (summary,) = log.summary()
    assert (summary.predictions, summary.labels, summary.joined) == (1, 1, 1)


def test_a_file_that_is_written_is_read_up_to_now(tmp_path: Path) -> None:
    """Whole frames of an open file are committed; the rest when it has come."""
    log = open_log(str(tmp_path))
    spool = tmp_path / "spool"
    path = spooled(spool, "a", [prediction("1")], end=False)
    whole = frame(prediction("2"))
    with path.open("ab") as file:
        file.write(whole[:20])
    assert ship(log, str(spool), NOW).predictions == 1
    assert path.exists()
    with path.open("ab") as file:
        file.write(whole[20:])
    spooled(spool, "a", [])
    assert ship(log, str(spool), NOW).predictions == 1
    assert not path.exists()
    assert held(log) == {"1": 1, "2": 1}


def test_nothing_is_committed_twice(tmp_path: Path) -> None:
    """A second run finds nothing new, and a file that stayed behind is only removed."""
    log = open_log(str(tmp_path))
    spool = tmp_path / "spool"
    path = spooled(spool, "a", [prediction("1")])
    content = path.read_bytes()
    ship(log, str(spool), NOW)
    path.write_bytes(content)  # as if its removal had not reached the disk
    os.utime(path, (1, 1))
    again = ship(log, str(spool), NOW)
    assert (again.predictions, again.batches, again.removed) == (0, 0, 1)
    assert held(log) == {"1": 1}


def test_marks_of_files_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    """The log does not remember offsets of spool files for ever."""
    log = open_log(str(tmp_path))
    for number in range(5):
        spooled(tmp_path / "spool", f"a{number}", [prediction(str(number))])
        ship(log, str(tmp_path / "spool"), NOW)
    assert len(log.marks()) == 1


def test_damage_is_quarantined_with_its_place(tmp_path: Path) -> None:
    """Bytes that are no frame are kept, with their place; the rest is read."""
    log = open_log(str(tmp_path))
    spool = tmp_path / "spool"
    one, two, three = (frame(prediction(str(n))) for n in range(3))
    path = spooled(spool, "a", [], end=False)
    path.write_bytes(one + b"\xff" + two[1:] + three)
    os.utime(path, (1, 1))
    shipped = ship(log, str(spool), NOW)
    assert (shipped.predictions, dict(shipped.quarantined)) == (2, {"damaged_frame": 1})
    (row,) = log.events("quarantined", "demand").read_all().to_pylist()
    assert row["payload"] == b"\xff" + two[1:]
    assert f"{len(two)} bytes at {len(one)} of " in row["detail"]
    assert log.summary()[0].quarantined == {"damaged_frame": 1}


def test_a_writer_that_holds_its_file_keeps_it(tmp_path: Path) -> None:
    """A torn end of a held file is left alone; released, it is damage."""
    log = open_log(str(tmp_path))
    spool = tmp_path / "spool"
    path = spooled(spool, "a", [prediction("1")], end=False)
    with path.open("ab") as file:
        file.write(frame(prediction("2"))[:30])
    os.utime(path, (1, 1))
    holder = holding(path)
    assert ship(log, str(spool), NOW).quarantined == {}
    assert path.exists()
    holder.communicate(b"")
    shipped = ship(log, str(spool), NOW)
    assert dict(shipped.quarantined) == {"damaged_frame": 1}
    assert not path.exists()


def test_a_gap_before_a_frame_that_is_being_written_waits(tmp_path: Path) -> None:
    """Damage followed by half a frame is left alone until the frame is whole."""
    log = open_log(str(tmp_path))
    spool = tmp_path / "spool"
    path = spooled(spool, "a", [prediction("1")], end=False)
    whole = frame(prediction("2"))
    with path.open("ab") as file:
        file.write(b"junk" + whole[:40])
    holder = holding(path)
    assert ship(log, str(spool), NOW).predictions == 1
    with path.open("ab") as file:
        file.write(whole[40:])
    shipped = ship(log, str(spool), NOW)
    assert (shipped.predictions, dict(shipped.quarantined)) == (1, {"damaged_frame": 1})
    holder.communicate(b"")


def test_a_file_that_grew_meanwhile_stays(tmp_path: Path) -> None:
    """What was written after the read is not removed with the file."""
    spool = Spool(str(tmp_path))
    path = spooled(tmp_path, "a", [prediction("1")])
    tmp_path.chmod(0o700)
    (file,) = spool.files()
    read = spool.read(file, 0, 1 << 20)
    assert read.finished
    with path.open("ab") as more:
        more.write(frame(prediction("2")))
    assert not spool.remove(read)
    assert path.exists()


def test_a_file_that_a_power_cut_shortened_goes(tmp_path: Path) -> None:
    """A file that holds less than was committed of it is done with."""
    log = open_log(str(tmp_path))
    spool = tmp_path / "spool"
    path = spooled(spool, "a", [prediction("1"), prediction("2")], end=False)
    new = NOW.timestamp()
    os.utime(path, (new * 2, new * 2))  # as if it were written right now
    assert ship(log, str(spool), NOW).removed == 0
    os.truncate(path, 100)
    os.utime(path, (1, 1))
    assert ship(log, str(spool), NOW).removed == 1
    assert held(log) == {"1": 1, "2": 1}


def test_what_others_put_there_is_not_opened(tmp_path: Path) -> None:
    """Links, pipes and second names are refused by name; others are committed."""
    log = open_log(str(tmp_path / "m"))
    spool = tmp_path / "m" / "spool"
    outside = spooled(tmp_path / "elsewhere", "x", [prediction("evil")])
    spooled(spool, "good", [prediction("1")])
    (spool / "link.frames").symlink_to(outside)
    os.mkfifo(spool / "pipe.frames")
    os.link(outside, spool / "second.frames")
    shipped = ship(log, str(spool), NOW)
    assert set(shipped.refused) == {"link.frames", "pipe.frames", "second.frames"}
    assert held(log) == {"1": 1}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user's file")
def test_a_file_of_another_owner_is_refused(tmp_path: Path) -> None:
    """A file that belongs to somebody else than its folder is not read."""
    log = open_log(str(tmp_path))
    path = spooled(tmp_path / "spool", "planted", [prediction("evil")])
    os.chown(path, 4242, 4242)
    assert ship(log, str(tmp_path / "spool"), NOW).refused == {
        "planted.frames": "another owner"
    }


def test_a_spool_that_anyone_may_write_to_is_refused(tmp_path: Path) -> None:
    """A spool in which others can put files is an error that says so."""
    spool = tmp_path / "spool"
    spooled(spool, "a", [prediction("1")])
    spool.chmod(0o777)
    with pytest.raises(LogError) as error:
        ship(open_log(str(tmp_path)), str(spool), NOW)
    assert error.value.code == "unsafe_spool"


def test_one_committer_at_a_time(tmp_path: Path) -> None:
    """While one process commits a spool, another finds it busy and does nothing."""
    log = open_log(str(tmp_path))
    spool = tmp_path / "spool"
    spooled(spool, "a", [prediction("1")])
    holder = holding(spool / ".committer")
    assert ship(log, str(spool), NOW).busy
    holder.communicate(b"")
    assert ship(log, str(spool), NOW).predictions == 1


def test_what_is_not_committed_yet_can_be_read(tmp_path: Path) -> None:
    """Frames in the spool are part of every read, and are not counted twice later."""
    log = open_log(str(tmp_path))
    spool = tmp_path / "spool"
    spooled(
        spool,
        "a",
        [
            prediction("1"),
            prediction("2"),
            feedback("1", 1.0),
            b"p{",
            payload("a", logger="t", model="demand", dropped={"queue_full": 3}),
        ],
        end=False,
    )
    before = log.summary()
    assert log.models() == ["demand"]
    assert held(log) == {"1": 1, "2": 1}
    assert log.events("quarantined", "demand").read_all().num_rows == 1
    ship(log, str(spool), NOW)
    (after,) = log.summary()
    assert (after.predictions, after.labels, after.joined) == (2, 1, 1)
    assert dict(after.dropped) == {"queue_full": 3}
    assert dict(after.quarantined) == {"bad_json": 1}
    assert [(s.predictions, s.joined, dict(s.dropped)) for s in before] == [
        (2, 1, {"queue_full": 3})
    ]


def test_much_is_committed_in_portions(tmp_path: Path) -> None:
    """A backlog is committed in batches of about the size asked for, all of it."""
    log = open_log(str(tmp_path))
    spool = tmp_path / "spool"
    for file in range(3):
        spooled(spool, f"a{file}", [prediction(f"{file}-{n}") for n in range(100)])
    shipped = ship(log, str(spool), NOW, most=5_000)
    assert shipped.batches == 3
    assert shipped.removed == 3
    assert len(held(log)) == 300
