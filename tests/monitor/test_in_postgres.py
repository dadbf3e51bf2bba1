"""Events and results in Postgres are erased, forgotten and replayed as in files."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from leeboard import Monitor
from leeboard.cli import main
from leeboard.errors import FileError
from leeboard.logs import _exact, _pg_write
from leeboard.monitor.backups import restore
from leeboard.monitor.sampling import SAMPLES
from leeboard.state import open_state
from tests.logs._records import feedback, held, prediction, rows, spooled
from tests.monitor._world import CONFIG, DAY, START, World, hours, world

NAME = "Zoë-Marker-7731"
NOW = START + 3 * DAY

_FILES = """
    SELECT c.relname, pg_read_binary_file(pg_relation_filepath(c.oid))
    FROM pg_class AS c WHERE relnamespace = current_schema()::regnamespace
    AND pg_relation_filepath(c.oid) IS NOT NULL
"""


@pytest.fixture
def model(tmp_path: Path, postgres: str) -> World:
    """A monitor whose log and state lie in one schema of a server."""
    made = world(tmp_path)
    made.configure(_config(postgres))
    return made


@pytest.fixture
def postgres_pair(postgres: str, postgres_server: str) -> Iterator[tuple[str, str]]:
    """Addresses of two schemas."""
    name = sql.Identifier(f"pair_{secrets.token_hex(4)}")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(name))
        try:
            path = name.as_string(None).strip('"')
            yield postgres, f"{postgres_server}?options=-csearch_path%3D{path}"
        finally:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(name))


def _config(postgres: str, more: str = "") -> str:
    places = f'log = "{postgres}"\nstate = "{postgres}"\nspool = "spool"\n'
    return places + CONFIG.replace('log = "monitor"\n', "") + more


def _payloads(first: int, n: int) -> Iterator[bytes]:
    """Predictions of many people, every tenth of the one who wants to be forgotten.

    The last in a page too, which a plain VACUUM does not write over.
    """
    for i in range(first, first + n):
        who = NAME if i % 10 == 9 else f"user-{i}"
        features = {"temp": float(i), "user": who, "more": {"names": [who, "x"]}}
        at = START + i * DAY / 400
        yield prediction(f"p{i}", at, features=features, segments={"user": who})
        yield feedback(f"p{i}", float(i), START + DAY)


def _standing(postgres: str, *names: str) -> list[str]:
    """Tables and indexes whose files hold a text."""
    spelt = [name.encode() for name in names]
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        found = connection.execute(_FILES).fetchall()
    return [name for name, data in found if any(one in data for one in spelt)]


def test_no_byte_of_an_entity_is_left(model: World, postgres: str) -> None:
    """Rows, their old versions, indexes, what draws remember: no file has it."""
    for later in (1, 0):  # an earlier arrival leaves an old version of each row
        for part in range(9):
            spooled(model.folder / "spool", f"f{part}", _payloads(part * 20, 20))
        model.monitor.ship(now=NOW + later * DAY)
    spooled(model.folder / "spool", "q", [b"p{" + NAME.encode(), b"px"])
    model.monitor.run(now=NOW)
    assert {"predictions_2026_03", "quarantined"} <= set(_standing(postgres, NAME))
    done = model.monitor.erase(NAME, column="user")
    assert (done.predictions, done.labels, done.quarantined) == (18, 18, 1)
    assert (done.left, done.kept, done.scanned) == ((), (), True)
    assert done.files > 10
    assert _standing(postgres, NAME) == []
    names = held(model.monitor._log())
    assert set(names) == {f"p{i}" for i in range(180) if i % 10 != 9}
    assert model.monitor.export("feedback").read_all().num_rows == 162


def test_ids_are_erased_from_draws_too(model: World, postgres: str) -> None:
    """An id stands in rows and keys, in repeats, and in what a draw remembers."""
    name = "zz-marker-last"
    ids = [prediction(name, START + DAY, prediction=one) for one in (1, 2)]
    spooled(model.folder / "spool", "z", ids)
    model.predict([START + DAY] * 2, first=500)
    model.monitor.ship(now=NOW - DAY)
    model.monitor.sample(3, now=NOW)
    state = open_state(model.monitor.plan.state)
    assert name in state.kept("demand", SAMPLES)
    assert {"log_repeated", "documents"} <= set(_standing(postgres, name))
    done = model.monitor.erase(ids=[name])
    assert (done.predictions, done.left) == (2, ())
    assert name not in state.kept("demand", SAMPLES)
    state.close()
    assert _standing(postgres, name) == []


def test_a_read_that_is_older_is_named(model: World, postgres: str) -> None:
    """What an open transaction may still see is on the disk, and is not said gone."""
    spooled(model.folder / "spool", "f", _payloads(0, 20))
    model.monitor.ship()
    with psycopg.connect(postgres) as reader:
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT 1 FROM log_head").fetchall()
        done = model.monitor.erase(NAME, column="user")
        assert "table predictions_2026_03" in [place for place, _ in done.left]
    assert model.monitor.erase(NAME, column="user").left == ()
    assert _standing(postgres, NAME) == []


def test_what_stands_elsewhere_in_the_tables_is_named(
    model: World, postgres: str
) -> None:
    """Another's event that names the person is no part of it, and is pointed at."""
    events = [*_payloads(0, 20), prediction("z", START, metadata={"note": f"x {NAME}"})]
    spooled(model.folder / "spool", "f", events)
    model.monitor.ship()
    done = model.monitor.erase(NAME, column="user")
    ((place, what),) = done.left
    assert (place, what.split(",")[0]) == ("table predictions", "s")


def test_old_months_go_whole_and_counts_stay(model: World, postgres: str) -> None:
    """Retention drops a month that is past, and deletes rows of one that is not."""
    model.configure(_config(postgres, 'retention = "12d"\n'))
    model.predict([one for day in range(-2, 2) for one in hours(day, 50)])
    model.monitor.run(now=START + 3 * DAY)
    before = model.monitor.export("measurements").read_all()
    (ran,) = model.monitor.run(now=START + 13 * DAY + timedelta(hours=1)).passes
    assert ran.expired == 153
    assert model.monitor.export("predictions").read_all().num_rows == 47
    assert model.monitor.export("measurements").read_all().equals(before)
    with psycopg.connect(postgres) as connection:
        gone = connection.execute("SELECT to_regclass('predictions_2026_02')")
        assert gone.fetchone() == (None,)
    model.label(["p100"], [1.0], [START + 13 * DAY])
    model.predict(hours(-1, 5), received_at=START + 13 * DAY, first=900)
    (ran,) = model.monitor.run(now=START + 13.2 * DAY).passes
    assert (ran.counted, ran.revised, ran.forgotten) == (0, 0, 1)


def test_a_month_that_is_being_read_loses_its_rows(model: World, postgres: str) -> None:
    """A pass does not wait for hours; nor does a new read."""
    model.configure(_config(postgres, 'retention = "12d"\n'))
    model.predict(hours(-2, 50))
    model.monitor.run(now=START)
    with psycopg.connect(postgres) as reader:
        reader.execute("SELECT FROM predictions LIMIT 1")
        (ran,) = model.monitor.run(now=START + 20 * DAY).passes
        assert ran.expired == 50
    with psycopg.connect(postgres) as connection:
        rows = connection.execute("SELECT count(*) FROM predictions_2026_02")
        assert rows.fetchone() == (0,)


def test_quarantined_events_enter_once_after_a_fix(
    model: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version that takes longer ids takes them from the quarantine, once."""
    long = [prediction("x" * 200, START), feedback("x" * 200, 1.0, START)]
    spooled(model.folder / "spool", "a", [*long, prediction("y"), b"pnonsense"])
    model.monitor.ship(now=NOW)
    assert model.monitor.replay_quarantined().predictions == 0
    monkeypatch.setattr(_exact, "LONGEST_ID", 256)
    done = model.monitor.replay_quarantined()
    assert (done.predictions, done.labels, dict(done.left)) == (1, 1, {"bad_json": 1})
    assert held(model.monitor._log()) == {"x" * 200: 1, "y": 1}
    assert model.monitor.discard() == 1
    assert list(model.monitor.quarantine()) == []


def test_the_command_speaks(model: World, capsys: pytest.CaptureFixture[str]) -> None:
    """The same words as for files."""
    spooled(model.folder / "spool", "f", _payloads(0, 20))
    config = ["--config", str(model.folder / "leeboard.toml")]
    assert main(["erase", "--entity", NAME, "--column", "user", *config]) == 0
    assert "Erased 2 predictions, 2 labels and 0" in capsys.readouterr().out


def _answers(monitor: Monitor) -> list[object]:
    exported = []
    for kind in ("predictions", "feedback", "joined"):
        table = monitor.export(kind).read_all()
        exported.append(rows(table))
    status = monitor.status(now=NOW).to_dict()
    for one in status["models"].values():
        one.pop("bytes", None)
        one.pop("bytes_per_year", None)
    figures = monitor.export("measurements").read_all().to_pylist()
    profiles = monitor.export("profiles").read_all().to_pylist()
    incidents = [repr(one) for one in monitor.incidents()]
    quarantined = rows(monitor.quarantined())
    return [*exported, status, figures, profiles, incidents, quarantined]


@pytest.mark.parametrize("first", ["files", "server"])
@pytest.mark.parametrize("second", ["files", "server"])
def test_a_backup_is_brought_back_anywhere(
    tmp_path: Path, postgres_pair: tuple[str, str], first: str, second: str
) -> None:
    """Equal answers, and the next pass counts what is new, and nothing else."""
    (tmp_path / "one").mkdir()
    model = world(tmp_path / "one")
    files = f'spool = "spool"\n{CONFIG}'
    model.configure(files if first == "files" else _config(postgres_pair[0]))
    ids = model.predict([one for day in range(2) for one in hours(day, 60)])
    model.label(ids[:40], [100.0] * 40, [START + DAY] * 40)
    spooled(model.folder / "spool", "a", [prediction("x" * 200, START), b"pbroken"])
    model.monitor.run(now=NOW)
    saved = model.monitor.backup(tmp_path / "b.tar")
    assert saved.files > 5
    before = _answers(model.monitor)
    shutil.copytree(model.folder, tmp_path / "two")
    other = World(tmp_path / "two")
    for name in ("spool", "monitor"):
        shutil.rmtree(other.folder / name, ignore_errors=True)
    other.configure(files if second == "files" else _config(postgres_pair[1]))
    restore(str(tmp_path / "b.tar"), str(other.folder / "leeboard.toml"))
    assert _answers(other.monitor) == before
    other.predict(hours(2, 30), first=500)
    other.label(ids[60:70], [100.0] * 10, [START + 2 * DAY] * 10)
    (ran,) = other.monitor.run(now=NOW + timedelta(hours=2)).passes
    assert (ran.counted, ran.revised, ran.unchanged) == (1, 1, 0)


def test_what_a_server_holds_is_replaced_only_by_force(
    model: World, tmp_path: Path
) -> None:
    """And is then as it was when the backup was taken."""
    config, path = str(model.folder / "leeboard.toml"), str(tmp_path / "b.tar")
    model.predict(hours(0, 30))
    model.monitor.run(now=START + 2 * DAY)
    model.monitor.backup(path)
    before = _answers(model.monitor)
    model.predict(hours(1, 30), first=100)
    model.monitor.run(now=NOW)
    with pytest.raises(FileError, match="not_empty"):
        restore(path, config)
    assert _answers(model.monitor) != before
    restore(path, config, force=True)
    assert _answers(model.monitor) == before


def test_a_restore_that_breaks_off_changes_no_server(
    model: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log is filled in one transaction."""
    config, path = str(model.folder / "leeboard.toml"), str(tmp_path / "b.tar")
    model.predict(hours(0, 30))
    model.monitor.run(now=START + 2 * DAY)
    model.monitor.backup(path)
    model.predict(hours(1, 30), first=100)
    before = _answers(model.monitor)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_pg_write, "_write_marks", dies)
    with pytest.raises(KeyboardInterrupt):
        restore(path, config, force=True)
    monkeypatch.undo()
    assert _answers(model.monitor) == before
