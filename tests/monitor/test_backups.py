"""A backup is of one moment, whole or refused, and gives the same answers when back."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from leeboard import Monitor
from leeboard.cli import main
from leeboard.errors import FileError
from leeboard.monitor.backups import restore
from tests.logs._records import feedback, prediction, rows, spooled
from tests.monitor._world import DAY, START, World, hours, world

NOW = START + 3 * DAY


@pytest.fixture
def model(tmp_path: Path) -> World:
    """Two counted days, some labels, frames in the spool and a quarantined event."""
    (tmp_path / "one").mkdir()
    made = world(tmp_path / "one")
    ids = made.predict([one for day in range(2) for one in hours(day, 60)])
    made.label(ids[:40], [100.0] * 40, [START + DAY] * 40)
    made.monitor.run(now=NOW)
    at = START + 2 * DAY
    spooled(
        made.folder / "monitor" / "spool",
        "a",
        [prediction("new", at), feedback("new", 1.0, at), b"pbroken"],
    )
    return made


def _tables(monitor: Monitor) -> list[object]:
    kinds = ("predictions", "feedback", "joined")
    exported = []
    for kind in kinds:
        table = monitor.export(kind).read_all()
        # a frame is received when it is read, until it is committed
        kept = [name for name in table.column_names if "received_at" not in name]
        exported.append(rows(table.select(kept)))
    status = monitor.status(now=NOW).to_dict()
    for one in status["models"].values():
        del one["last_received"]
    figures = monitor.export("measurements").read_all().to_pylist()
    profiles = monitor.export("profiles").read_all().to_pylist()
    return [*exported, status, figures, profiles]


def test_a_restored_copy_gives_equal_answers(model: World, tmp_path: Path) -> None:
    """Status, exports, measurements and profiles, and what the next pass does."""
    saved = model.monitor.backup(tmp_path / "b.tar")
    assert saved.files > 5
    (tmp_path / "two").mkdir()
    restore(str(tmp_path / "b.tar"), str(tmp_path / "two" / "leeboard.toml"))
    other = Monitor(tmp_path / "two" / "leeboard.toml")
    before = _tables(model.monitor)
    shutil.rmtree(model.folder)
    assert _tables(other) == before
    ran = other.run(now=NOW + timedelta(hours=1))
    assert (ran.shipped.predictions, ran.passes[0].counted) == (1, 1)


def test_events_that_come_meanwhile_tear_nothing(model: World, tmp_path: Path) -> None:
    """What was stored before the backup began is in it once, and every read works."""
    stop = threading.Event()
    known = {f"p{i}" for i in range(120)} | {"new"}

    def ingest() -> None:
        number = 1000
        while not stop.is_set():
            model.predict(hours(2, 5), first=number, seed=number)
            model.monitor.ship()
            number += 5

    thread = threading.Thread(target=ingest)
    thread.start()
    try:
        for place in range(3):
            model.monitor.backup(tmp_path / f"{place}.tar")
    finally:
        stop.set()
        thread.join()
    for place in range(3):
        (tmp_path / f"r{place}").mkdir()
        config = tmp_path / f"r{place}" / "leeboard.toml"
        restore(str(tmp_path / f"{place}.tar"), str(config))
        ids = Monitor(config).export("predictions").read_all()["id"].to_pylist()
        assert len(ids) == len(set(ids))
        assert known <= set(ids)
        Monitor(config).run(now=NOW)


def test_nothing_is_replaced_unless_forced(model: World, tmp_path: Path) -> None:
    """A place that holds events is left alone; with force it is as the backup was."""
    path = tmp_path / "b.tar"
    before = _tables(model.monitor)
    model.monitor.backup(path)
    model.predict(hours(4, 10), first=500)
    config = str(model.folder / "leeboard.toml")
    with pytest.raises(FileError, match="not_empty"):
        restore(str(path), config)
    assert _tables(model.monitor) != before
    restore(str(path), config, force=True)
    assert _tables(model.monitor) == before
    assert not list(model.folder.glob(".restoring*"))


def _changed(path: Path, target: Path, change: str) -> None:
    """Copy a backup with one thing changed."""
    with tarfile.open(path) as old, tarfile.open(target, "w") as new:
        for member in old:
            data = old.extractfile(member).read()
            if change == "bytes" and member.name.endswith(".parquet"):
                data = data[:50] + bytes([data[50] ^ 1]) + data[51:]
            if change == "missing" and member.name.endswith(".parquet"):
                continue
            if change == "newer" and member.name == "index.json":
                data = json.dumps({**json.loads(data), "format": 2}).encode()
            if change == "escape" and member.name.endswith(".parquet"):
                member.name = "log/models/../../../evil"
            if change == "link" and member.name.endswith(".parquet"):
                member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            member.size = 0 if member.issym() else len(data)
            new.addfile(member, io.BytesIO(data))


def test_a_backup_that_is_not_as_written_is_refused(
    model: World, tmp_path: Path
) -> None:
    """And nothing is touched, even by force."""
    model.monitor.backup(tmp_path / "b.tar")
    before = _tables(model.monitor)
    config = str(model.folder / "leeboard.toml")
    for change in ("bytes", "missing", "newer", "escape", "link"):
        _changed(tmp_path / "b.tar", tmp_path / "c.tar", change)
        code = "newer_backup" if change == "newer" else "damaged_backup"
        with pytest.raises(FileError, match=code):
            restore(str(tmp_path / "c.tar"), config, force=True)
    assert _tables(model.monitor) == before


def test_a_cut_backup_is_refused(model: World, tmp_path: Path) -> None:
    """At whatever byte it ends; the end itself is up to 10,240 zeros."""
    path = tmp_path / "b.tar"
    model.monitor.backup(path)
    whole = path.read_bytes()
    for size in (0, 100, 512, 5000, -20000, -10600):
        path.write_bytes(whole[:size])
        with pytest.raises(FileError, match="damaged_backup"):
            restore(str(path), str(model.folder / "leeboard.toml"), force=True)


def test_a_server_that_does_not_answer_is_not_left_out(
    model: World, tmp_path: Path
) -> None:
    """A backup without the state is none, and leaves no file."""
    text = (model.folder / "leeboard.toml").read_text(encoding="utf-8")
    model.configure('state = "postgresql://user@127.0.0.1:1/db"\n' + text)
    config = ["--config", str(model.folder / "leeboard.toml")]
    assert main(["backup", str(tmp_path / "b.tar"), *config]) == 2
    assert not list(tmp_path.glob("b.tar*"))


def test_the_commands_speak(
    model: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line each; a second restore is refused."""
    config = ["--config", str(model.folder / "leeboard.toml")]
    path = str(tmp_path / "b.tar")
    assert main(["backup", path, *config]) == 0
    assert "Wrote" in capsys.readouterr().out
    assert main(["restore", path, *config]) == 2
    assert "not_empty" in capsys.readouterr().err
    assert main(["restore", str(tmp_path / "none.tar"), *config]) == 2
    assert "[backup_failed]" in capsys.readouterr().err
    assert main(["restore", path, "--force", *config]) == 0
    assert "Restored" in capsys.readouterr().out
