"""Damaged, missing and foreign files: no wrong record is read, the rest is served."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leeboard.errors import LogError
from leeboard.logs import Loss, ship
from leeboard.logs._decode import decode
from leeboard.logs._manifest import EVERY, FOLDER, name_of
from leeboard.logs._objects import Folder
from leeboard.logs._repair import Repaired
from leeboard.logs._segments import segments_of
from leeboard.logs._spool import Spool
from leeboard.logs._verified import Verified
from leeboard.logs.folder import FolderLog
from leeboard.windows import Window
from leeboard_logger.frames import frame, read_frames
from tests.logs._records import NOW, held, prediction, spooled

STRIDES = [
    pytest.param(11, id="some"),
    pytest.param(1, id="all", marks=pytest.mark.long),
]


def flipped(data: bytes, bit: int) -> bytes:
    """Return data with one bit flipped."""
    damaged = bytearray(data)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def log_in(root: Path) -> FolderLog:
    """Open a log anew, as another process would."""
    return FolderLog(Folder(str(root)))


def segments(root: Path) -> list[Path]:
    """Files of predictions, in order of their sizes."""
    found = (root / "models").rglob("predictions-*.parquet")
    return sorted(found, key=lambda path: path.stat().st_size)


def two_segments(root: Path) -> FolderLog:
    """Write a log of two files of predictions: of 3 and of 40."""
    log = log_in(root)
    log.write(decode([prediction(f"few-{n}") for n in range(3)], NOW))
    log.write(decode([prediction(f"many-{n}") for n in range(40)], NOW))
    return log


def test_a_spool_file_cut_at_any_byte_gives_no_wrong_record() -> None:
    """Cut a spool file at each byte: what is read is how the written begins."""
    payloads = [prediction(str(n), features={"x": n + 0.5}) for n in range(3)]
    whole = b"".join(frame(one) for one in payloads)
    for stop in range(len(whole)):
        read = [
            item.payload
            for item in read_frames(whole[:stop])
            if hasattr(item, "payload")
        ]
        assert read == payloads[: len(read)]


@pytest.mark.parametrize("stride", STRIDES)
def test_a_flipped_bit_of_a_spool_file_gives_no_wrong_record(
    tmp_path: Path, stride: int
) -> None:
    """Flip each bit of a spool file: the other records are read, the bytes are kept."""
    payloads = [prediction(str(n)) for n in range(3)]
    whole = b"".join(frame(one) for one in payloads)
    spool = Spool(str(tmp_path))
    tmp_path.chmod(0o700)
    for bit in range(0, len(whole) * 8, stride):
        path = spooled(tmp_path, "a", [], end=False)
        path.write_bytes(flipped(whole, bit))
        (file,) = spool.files()
        read = spool.read(file, 0, 1 << 20)
        assert set(read.payloads) < set(payloads)
        assert len(read.payloads) == 2
        lost = sum(len(data) for _, data in read.gaps)
        unread = len(whole) - sum(len(frame(one)) for one in read.payloads)
        assert lost == unread - (len(whole) - read.stop)
        path.unlink()


@pytest.mark.parametrize("stride", STRIDES)
def test_no_cut_or_flipped_bit_of_a_segment_is_believed(
    tmp_path: Path, stride: int
) -> None:
    """Cut a segment at any byte, flip any bit of it: it is never taken for sound."""
    objects = Folder(str(tmp_path))
    table = decode([prediction(str(n), features={"x": n / 7}) for n in range(20)], NOW)
    ((segment, data),) = segments_of(table.predictions, "predictions")
    objects.put(segment.name, data)
    path = tmp_path / segment.name
    assert Verified(objects).path(segment) == str(path)
    with path.open("r+b", buffering=0) as file:
        for bit in range(0, len(data) * 8, stride):
            os.pwrite(file.fileno(), flipped(data, bit)[bit // 8 :][:1], bit // 8)
            assert Verified(objects).path(segment) is None
            os.pwrite(file.fileno(), data[bit // 8 :][:1], bit // 8)
        for stop in reversed(range(0, len(data), stride)):
            file.truncate(stop)
            assert Verified(objects).path(segment) is None


@pytest.mark.parametrize("stride", STRIDES)
def test_pages_have_checksums_of_their_own(stride: int) -> None:
    """Even without the hash, no changed value of a page is read."""
    table = decode([prediction(str(n), features={"x": n / 7}) for n in range(20)], NOW)
    ((_, data),) = segments_of(table.predictions, "predictions")
    whole = pq.read_table(pa.BufferReader(data))
    pages = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    told = 0
    for bit in range(0, pages * 8, stride):
        source = pa.BufferReader(flipped(data, bit))
        try:
            read = pq.read_table(source, page_checksum_verification=True)
        except (pa.ArrowException, OSError):
            told += 1
        else:
            assert read.equals(whole), bit
    assert told > pages * 8 / stride / 2  # the rest says nothing of values


def damage_cut(path: Path) -> None:
    """Cut off the end."""
    path.write_bytes(path.read_bytes()[:-1])


def damage_bit(path: Path) -> None:
    """Flip one bit in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def damage_zero(path: Path) -> None:
    """Fill with zeros."""
    path.write_bytes(bytes(path.stat().st_size))


def damage_other(path: Path) -> None:
    """Put a sound file of other events in its place."""
    batch = decode([prediction("evil")], NOW)
    ((_, data),) = segments_of(batch.predictions, "predictions")
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [damage_cut, damage_bit, damage_zero, damage_other])
def test_a_damaged_segment_is_set_aside(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    """Events of a damaged file are counted as lost, and all others are served."""
    two_segments(tmp_path)
    damage(segments(tmp_path)[0])
    log = log_in(tmp_path)
    assert set(held(log)) == {f"many-{n}" for n in range(40)}
    (summary,) = log.summary()
    assert summary.predictions == 40
    assert dict(summary.quarantined) == {"damaged_segment": 3}


def test_a_segment_that_is_damaged_later_is_seen_too(tmp_path: Path) -> None:
    """A file that was sound at first is looked at again when it changes."""
    log = two_segments(tmp_path)
    path = segments(tmp_path)[0]
    os.utime(path, (1, 1))
    assert len(held(log)) == 43
    damage_bit(path)
    os.utime(path, (2, 2))
    assert len(held(log)) == 40


def test_a_missing_segment_is_counted(tmp_path: Path) -> None:
    """Events of a file that is gone are counted as lost, and all others are served."""
    two_segments(tmp_path)
    segments(tmp_path)[0].unlink()
    log = log_in(tmp_path)
    assert len(held(log)) == 40
    assert dict(log.summary()[0].quarantined) == {"missing_segment": 3}


@pytest.mark.parametrize("gone", [False, True])
def test_a_loss_has_a_time(tmp_path: Path, *, gone: bool) -> None:
    """What a file cost is told by the manifest: how many events, and between when."""
    log = log_in(tmp_path)
    hour = timedelta(hours=1)
    log.write(decode([prediction(f"a{n}", NOW + n * hour) for n in range(3)], NOW))
    log.write(decode([prediction(f"b{n}", NOW + 9 * hour) for n in range(40)], NOW))
    assert not log.losses("demand")
    path = segments(tmp_path)[0]
    if gone:
        path.unlink()
    else:
        damage_bit(path)
    log = log_in(tmp_path)
    reason = "missing_segment" if gone else "damaged_segment"
    lost = Loss("predictions", reason, 3, NOW, NOW + 2 * hour)
    assert log.losses("demand") == [lost]
    assert log.losses("demand", Window(NOW + 2 * hour, NOW + 3 * hour)) == [lost]
    assert not log.losses("demand", Window(NOW + 3 * hour, NOW + 4 * hour))
    assert not log.losses("other")


def test_events_that_were_set_aside_and_damaged_are_lost_once(tmp_path: Path) -> None:
    """A file of quarantined events that is damaged counts by its damage alone."""
    log = log_in(tmp_path)
    log.write(decode([prediction("a"), b"p{", b"p["], NOW, model="demand"))
    (path,) = (tmp_path / "models").rglob("quarantined-*.parquet")
    damage_bit(path)
    log = log_in(tmp_path)
    (summary,) = log.summary()
    assert dict(summary.quarantined) == {"damaged_segment": 2}
    (loss,) = log.losses("demand")
    assert (loss.kind, loss.rows, loss.reason) == ("predictions", 2, "damaged_segment")


def test_swapped_segments_are_both_set_aside(tmp_path: Path) -> None:
    """Two files that were exchanged are both damaged: a name has one content."""
    two_segments(tmp_path)
    one, two = segments(tmp_path)
    one_data, two_data = one.read_bytes(), two.read_bytes()
    one.write_bytes(two_data)
    two.write_bytes(one_data)
    log = log_in(tmp_path)
    assert held(log) == {}
    assert sum(s.quarantined["damaged_segment"] for s in log.summary()) == 43


def test_a_foreign_file_is_ignored(tmp_path: Path) -> None:
    """A file that no manifest names is no part of the log."""
    two_segments(tmp_path)
    shutil.copy(segments(tmp_path)[0], segments(tmp_path)[0].with_name("x.parquet"))
    (tmp_path / FOLDER / "notes.txt").write_text("hello")
    (tmp_path / FOLDER / "0000000000000009.json.swp").write_text("x")
    assert len(held(log_in(tmp_path))) == 43


def test_every_flipped_byte_of_a_manifest_is_seen(tmp_path: Path) -> None:
    """A manifest that was changed is an error, never another log."""
    two_segments(tmp_path)
    path = tmp_path / FOLDER / "0000000000000002.json"
    whole = path.read_bytes()
    for place in range(len(whole) - 1):
        data = bytearray(whole)
        data[place] ^= 1
        path.write_bytes(data)
        with pytest.raises(LogError) as error:
            log_in(tmp_path).models()
        assert error.value.code == "damaged_manifest"
    for stop in range(len(whole) - 1):
        path.write_bytes(whole[:stop])
        with pytest.raises(LogError, match="damaged_manifest"):
            log_in(tmp_path).models()


def test_a_missing_manifest_is_an_error(tmp_path: Path) -> None:
    """A gap in the numbers is told: the log does not answer from half of its past."""
    log = two_segments(tmp_path)
    log.write(decode([prediction("x")], NOW))
    (tmp_path / FOLDER / "0000000000000002.json").unlink()
    with pytest.raises(LogError) as error:
        log_in(tmp_path).models()
    assert error.value.code == "missing_manifest"


def test_a_manifest_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """A format that this version does not know is not guessed at."""
    two_segments(tmp_path)
    text = b'{"format":2}'
    data = text + b"\n" + hashlib.sha256(text).hexdigest().encode() + b"\n"
    (tmp_path / FOLDER / "0000000000000003.json").write_bytes(data)
    with pytest.raises(LogError) as error:
        log_in(tmp_path).models()
    assert error.value.code == "newer_log"


def test_nothing_is_lost_where_the_spool_is_damaged(tmp_path: Path) -> None:
    """Damage between frames costs its own bytes and no neighbour."""
    log = FolderLog(Folder(str(tmp_path / "log")))
    path = spooled(tmp_path / "spool", "a", [prediction("1"), prediction("2")])
    path.write_bytes(b"\x00" * 100 + path.read_bytes() + b"\xd5LB1junk")
    os.utime(path, (1, 1))
    shipped = ship(log, str(tmp_path / "spool"), NOW)
    assert shipped.predictions == 2
    assert dict(shipped.quarantined) == {"damaged_frame": 2}


@pytest.mark.parametrize(
    ("number", "gone"), [(1, True), (2, False), (EVERY, False), (EVERY + 1, True)]
)
def test_a_damaged_chain_can_be_repaired(
    tmp_path: Path, number: int, *, gone: bool
) -> None:
    """Whatever manifest is damaged or missing, a repair brings every event back."""
    log = log_in(tmp_path)
    count = EVERY + 2 if number >= EVERY else 3
    for one in range(count):
        batch = decode([prediction(str(one)), prediction("same"), b"p{"], NOW)
        log.write(replace(batch, marks={f"s/{one}": one}))
    path = tmp_path / name_of(number)
    if gone:
        path.unlink()
    else:
        damage_bit(path)
    repaired = log_in(tmp_path).repair()
    after = log_in(tmp_path)
    assert held(after) == Counter(["same", *map(str, range(count))])
    assert (repaired.manifests, repaired.adopted) == (1, 2)
    assert after.repair() == Repaired()
    after.write(decode([prediction("new")], NOW))
    assert held(log_in(tmp_path))["new"] == 1


def test_a_repair_believes_no_damaged_segment(tmp_path: Path) -> None:
    """A segment that nobody vouches for and that is damaged is named, not adopted."""
    two_segments(tmp_path)
    damage_bit(tmp_path / name_of(1))
    damage_bit(segments(tmp_path)[0])
    repaired = log_in(tmp_path).repair()
    assert (repaired.adopted, len(repaired.unreadable)) == (0, 1)
    assert len(held(log_in(tmp_path))) == 40
