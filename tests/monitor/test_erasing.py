"""What is erased is gone from every byte of the data directory, and only that is."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from leeboard import Logger
from leeboard.alarms.judged import Subject
from leeboard.alarms.memory import memories_from_text, memories_to_text
from leeboard.cli import main
from leeboard.errors import ConfigError
from leeboard.logs import Wanted, open_log, spellings
from leeboard.logs.folder import FolderLog
from leeboard.monitor.erasing import ERASURES
from leeboard.state import open_state
from tests.logs._records import feedback, held, prediction, spooled
from tests.monitor._world import DAY, START, World, world
from tests.state.test_alarms import incident, outgoing, story, verdict, write

NAME = "Zoë-Marker-7731"
NOW = START + 3 * DAY


def _payloads(first: int, n: int) -> Iterator[bytes]:
    """Predictions of many people, every tenth of the one who wants to be forgotten."""
    for i in range(first, first + n):
        who = NAME if i % 10 == 0 else f"user-{i}"
        features = {"temp": float(i), "user": who, "more": {"names": [who, "x"]}}
        yield prediction(
            f"p{i}", START + i * DAY / 400, features=features, segments={"user": who}
        )
        yield feedback(f"p{i}", float(i), START + DAY)


@pytest.fixture
def model(tmp_path: Path) -> World:
    """A log of several segments, merged ones, and quarantined events."""
    made = world(tmp_path)
    spool = tmp_path / "monitor" / "spool"
    for part in range(9):
        spooled(spool, f"f{part}", _payloads(part * 20, 20))
        made.monitor.ship()
    broken = [b"p{" + NAME.encode(), json.dumps({"id": NAME}).encode()]
    spooled(
        spool, "q", [*broken, prediction("y" * 200, segments={"user": NAME}), b"px"]
    )
    made.monitor.run(now=NOW)
    return made


def _bytes(folder: Path) -> dict[str, bytes]:
    """All bytes of a folder, those of Parquet files as texts of their columns too."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            if path.suffix == ".parquet":
                data += repr(pq.read_table(io.BytesIO(data)).to_pydict()).encode()
            found[str(path)] = data
    return found


def _standing(folder: Path, *names: str) -> list[str]:
    spelt = [one for name in names for one in spellings(name)]
    spelt += [repr(name.encode())[2:-1].encode() for name in names]
    found = _bytes(folder).items()
    return [path for path, data in found if any(one in data for one in spelt)]


def test_no_byte_of_an_entity_is_left(model: World) -> None:
    """Segments, merged and replaced ones, spool, quarantine, state: none has it."""
    assert _standing(model.folder, NAME)
    before = held(model.monitor._log())
    figures = model.monitor.export("measurements").read_all()
    done = model.monitor.erase(NAME, column="user")
    assert (done.predictions, done.labels, done.quarantined) == (18, 18, 3)
    assert (done.left, done.kept, done.scanned) == ((), (), True)
    assert _standing(model.folder, NAME) == []
    assert held(model.monitor._log()) == {
        name: 1 for name in before if int(name[1:]) % 10
    }
    assert model.monitor.export("feedback").read_all().num_rows == 162
    assert model.monitor.export("measurements").read_all().equals(figures)
    assert [one.reason for one in model.monitor.quarantine()] == ["bad_json"]


def test_no_word_of_alarms_keeps_an_entity(model: World) -> None:
    """Verdicts, incidents, stories, messages and memories that quote it lose it."""
    where = Subject(f"user={NAME}", "temp", "missing")
    one = replace(
        incident(), title=f"{NAME} is missing", subjects=(where,), standing=()
    )
    message = replace(outgoing().message, lines=(f"of {NAME}",))
    memories = memories_to_text({where: (0.0, 1.0), Subject("", "temp", "range"): ()})
    with closing(open_state(model.monitor.plan.state)) as state:
        kept = json.loads(state.kept("demand", "alarms") or "{}")
        left = {"watched": [f"user={NAME}"], "left": {}}
        write(
            state,
            verdicts=[verdict(subject=where, text=f"where user={NAME}: it rose")],
            incidents=[one],
            transitions=[replace(story("demand-1", 1), why=f"for {NAME}")],
            messages=[replace(outgoing(), message=message)],
            documents={
                "alarms": json.dumps({**kept, "memories": memories}),
                "segments": json.dumps(left),
            },
        )
    assert _standing(model.folder, NAME, json.dumps(NAME)[1:-1])
    done = model.monitor.erase(NAME, column="user")
    assert done.left == ()
    twice = json.dumps(json.dumps(NAME)[1:-1])[1:-1]
    assert _standing(model.folder, NAME, json.dumps(NAME)[1:-1], twice) == []
    (after,) = [i for i in model.monitor.incidents() if i.id == "demand-1"]
    assert after.title == "(erased) is missing"
    assert [s.segment for s in after.subjects] == ["user=(erased)"]
    with closing(open_state(model.monitor.plan.state)) as state:
        text = json.loads(state.kept("demand", "alarms") or "")["memories"]
    assert set(memories_from_text(text)) == {Subject("", "temp", "range")}


def test_ids_are_erased_from_manifests_and_draws_too(model: World) -> None:
    """An id stands in manifests as a bound, and in what a draw remembers."""
    log = open_log(model.monitor.plan.log)
    spooled(
        model.folder / "monitor" / "spool",
        "z",
        [prediction("zz-marker-last", START + DAY), feedback("zz-marker-last", 1.0)],
    )
    model.predict([START + DAY] * 30, first=500)
    model.monitor.ship()
    model.monitor.sample(31, now=NOW)
    assert any("manifests" in p for p in _standing(model.folder, "zz-marker-last"))
    done = model.monitor.erase(ids=["zz-marker-last"])
    assert (done.predictions, done.labels, done.left) == (1, 1, ())
    assert _standing(model.folder, "zz-marker-last") == []
    assert "zz-marker-last" not in held(log)


def test_an_erasure_that_broke_off_is_ended_by_the_next(
    model: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which ids are meant is told by events, so draws lose them before those go."""
    one = prediction("zz-marker", START + DAY, features={"temp": 1.0, "user": NAME})
    spooled(model.folder / "monitor" / "spool", "z", [one])
    model.predict([START + DAY] * 30, first=500)
    model.monitor.run(now=NOW)
    drawn = model.monitor.sample(31, now=NOW + DAY / 24)
    assert "zz-marker" in drawn.draw.chosen
    real = FolderLog.take_out

    def dies(log: FolderLog, wanted: Wanted) -> None:
        real(log, wanted)
        raise KeyboardInterrupt

    monkeypatch.setattr(FolderLog, "take_out", dies)
    with pytest.raises(KeyboardInterrupt):
        model.monitor.erase(NAME, column="user")
    monkeypatch.undo()
    assert model.monitor.erase(NAME, column="user").left == ()
    assert _standing(model.folder, NAME, "zz-marker") == []


def test_a_living_logger_goes_on(model: World) -> None:
    """What it wrote and what was committed is blank; what it writes next arrives."""
    with Logger(str(model.folder / "monitor"), model="demand", mode="durable") as log:
        log.log_prediction({"temp": 1.0, "user": NAME}, prediction=1.0, id="live-1")
        done = model.monitor.erase(NAME, column="user")
        assert done.predictions == 19
        assert done.left == ()
        assert _standing(model.folder, NAME) == []
        log.log_prediction({"temp": 2.0, "user": "other"}, prediction=1.0, id="live-2")
    model.monitor.ship()
    names = held(model.monitor._log())
    assert names["live-2"] == 1
    assert "live-1" not in names
    assert {one.reason for one in model.monitor.quarantine()} == {"bad_json"}


def test_what_cannot_be_erased_is_named(model: World) -> None:
    """A foreign file in the data directory is no part of the log, and is pointed at."""
    foreign = model.folder / "monitor" / "notes.txt"
    foreign.write_text(f"called {NAME}", encoding="utf-8")
    reference = model.folder / "demand.profile.json"
    text = reference.read_text(encoding="utf-8")
    done = model.monitor.erase(NAME, column="user")
    assert [path for path, _ in done.left] == [os.path.realpath(foreign)]
    assert reference.read_text(encoding="utf-8") == text


def test_files_left_behind_are_searched(model: World) -> None:
    """A file that no manifest names may be a commit's: it is named, not removed."""
    folder = next((model.folder / "monitor" / "log" / "models").iterdir())
    source = max(folder.glob("predictions-*"), key=lambda path: path.stat().st_size)
    data = source.read_bytes()
    left = folder / f"predictions-{'0' * 16}-{'0' * 32}.parquet"
    left.write_bytes(data)
    done = model.monitor.erase(NAME, column="user")
    assert {os.path.basename(path) for path, _ in done.left} == {left.name}
    os.utime(left, (1, 1))
    assert model.monitor.erase(NAME, column="user").left == ()
    assert _standing(model.folder, NAME) == []


def test_the_record_names_nobody_and_proves_who(model: World) -> None:
    """A salted hash, and how much."""
    model.monitor.erase(NAME, column="user")
    state = open_state(model.monitor.plan.state)
    (record,) = json.loads(state.kept("", ERASURES))
    state.close()
    salt = bytes.fromhex(record["salt"])
    hashed = hashlib.blake2b(NAME.encode(), key=salt).hexdigest()
    assert record["blake2b"] == [hashed]
    assert record["predictions"] == 18


@pytest.mark.parametrize("value", ["4", "4.0"])
def test_numbers_are_found_as_numbers(model: World, value: str) -> None:
    """A short value is looked for in columns, not in bytes."""
    done = model.monitor.erase(value, column="temp")
    assert (done.predictions, done.scanned, done.left) == (1, False, ())
    assert "p4" not in held(model.monitor._log())


def test_nothing_or_both_is_refused(model: World) -> None:
    """A column without a value erases nothing by mistake."""
    for arguments in ({}, {"column": "user"}):
        with pytest.raises(ConfigError, match="no_choice"):
            model.monitor.erase(**arguments)
    with pytest.raises(ConfigError, match="no_choice"):
        model.monitor.erase(NAME, column="user", ids=["p1"])


def test_the_command_speaks(model: World, capsys: pytest.CaptureFixture[str]) -> None:
    """What was erased; and 1 where something still stands."""
    config = ["--config", str(model.folder / "leeboard.toml")]
    command = ["erase", "--entity", NAME, "--column", "user", *config]
    (model.folder / "monitor" / "notes.txt").write_text(NAME, encoding="utf-8")
    assert main(command) == 1
    told = capsys.readouterr()
    assert "Erased 18 predictions, 18 labels and 3 quarantined" in told.out
    assert "notes.txt" in told.err
    (model.folder / "monitor" / "notes.txt").unlink()
    assert main(command) == 0
    assert main(["erase", "--id", "p3", *config]) == 0
    assert "Erased 1 predictions, 1 labels" in capsys.readouterr().out
    assert main(["erase", *config]) == 2
