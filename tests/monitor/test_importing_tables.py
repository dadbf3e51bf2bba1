"""Tables of databases are imported as the same rows from a file are."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from leeboard.cli import main
from leeboard.databases import _engine
from leeboard.errors import LeeboardError
from leeboard.logs import database_table
from leeboard.logs.columns import Moments
from leeboard.logs.memory import MemoryLog
from leeboard.monitor.importing import Imported, import_rows
from tests.monitor._world import START, World, world

NOW = datetime(2026, 4, 1, tzinfo=UTC)
FIELDS = {"id": 'the "key"', "made_at": "at", "prediction": "yhat", "label": "y"}
NAME = 'Rows "of" %s; DROP'
N = 50
ROWS = pa.table(
    {
        'the "key"': [f"p{i}" for i in range(N)],
        "at": pa.array([START + i * timedelta(hours=1) for i in range(N)]),
        "yhat": [i / 7 for i in range(N)],
        "y": pa.array([float(i) if i % 2 else None for i in range(N)]),
        "select": pa.array([None if i % 5 == 0 else i * 10**15 for i in range(N)]),
        "ok": pa.array([None if i % 9 == 0 else i % 3 == 0 for i in range(N)]),
        "50% of": ["", "Straße", None, "a'b", 'c"d'] * (N // 5),
    }
)
KINDS = ["text", "timestamptz", "float8", "numeric(20, 17)", "int8", "bool", "text"]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _moments() -> Moments:
    return Moments(None, None, NOW)


def _sqlite(folder: Path) -> str:
    path = folder / "my data.db"
    kinds = ["TEXT", "TIMESTAMP", "REAL", "", "INTEGER", "BOOLEAN", "VARCHAR(9)"]
    columns = ", ".join(
        f"{_quoted(n)} {k}" for n, k in zip(ROWS.column_names, kinds, strict=True)
    )
    rows = [
        tuple(v.isoformat() if isinstance(v, datetime) else v for v in row.values())
        for row in ROWS.to_pylist()
    ]
    with closing(sqlite3.connect(path)) as held, held:
        held.execute(f"CREATE TABLE {_quoted(NAME)} ({columns})")
        marks = ", ".join("?" * ROWS.num_columns)
        held.executemany(f"INSERT INTO {_quoted(NAME)} VALUES ({marks})", rows)
    return f"sqlite:///{path}"


def _postgres(address: str) -> str:
    columns = ", ".join(
        f"{_quoted(n)} {k}" for n, k in zip(ROWS.column_names, KINDS, strict=True)
    ).replace("%", "%%")
    name = _quoted(NAME).replace("%", "%%")
    with psycopg.connect(address) as held:
        held.execute(f"CREATE TABLE {name} ({columns})".replace("%%", "%").encode())
        marks = ", ".join(["%s"] * ROWS.num_columns)
        rows = [tuple(row.values()) for row in ROWS.to_pylist()]
        held.cursor().executemany(f"INSERT INTO {name} VALUES ({marks})".encode(), rows)
    return address


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a database that holds the rows."""
    if request.param == "sqlite":
        return _sqlite(tmp_path)
    return _postgres(request.getfixturevalue("postgres"))


def _imported(data: Any, table: str | None = None, **groups: Any) -> Any:
    log = MemoryLog()
    groups = {"segments": ["50% of"], **groups}
    done = import_rows(log, data, "m", _moments(), FIELDS, table=table, **groups)
    held = {}
    for kind in ("predictions", "feedback", "quarantined"):
        rows = log.events(kind, "m").read_all().to_pylist()
        held[kind] = sorted(rows, key=lambda row: str(row.get("id")))
    return done, held, log


def test_a_table_is_imported_as_the_same_rows_from_a_frame(address: str) -> None:
    """Names, types, missing values and empty texts are those of the same rows."""
    done, held, log = _imported(address, NAME)
    wanted, rows, _ = _imported(ROWS)
    assert held == rows
    assert (done.rows, done.predictions, done.labels) == (N, N, N // 2)
    assert replace(done, notes=()) == replace(wanted, notes=())
    again = import_rows(
        log, address, "m", _moments(), FIELDS, table=NAME, segments=["50% of"]
    )
    assert (again.known, again.predictions) == (N, 0)


def test_rows_are_fetched_in_portions(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few rows are held at a time, all come, once."""
    monkeypatch.setattr(database_table, "_VALUES", 7 * 3)
    source = database_table.open_table(address, NAME)
    sizes = [batch.num_rows for batch in source._batches(None)]
    assert max(sizes) == 3
    assert sum(sizes) == N
    assert _imported(address, NAME)[1] == _imported(ROWS)[1]


def test_only_mapped_columns_are_asked_for(address: str) -> None:
    """Columns that nothing takes are not imported."""
    _, held, _ = _imported(address, NAME, features=["select"])
    names = {n for n in held["predictions"][0] if n.startswith("features.")}
    assert names == {"features.select#i"}


def test_a_table_that_is_not_there_is_named(address: str) -> None:
    """The message lists what is spelt nearly so; a column too."""
    with pytest.raises(LeeboardError, match=r"near it are 'Rows") as caught:
        _imported(address, NAME + "s")
    assert caught.value.code == "database_gone"
    with pytest.raises(LeeboardError, match="no column 'temp'") as caught:
        _imported(address, NAME, features=["temp"])
    assert caught.value.code == "bad_mapping"


@pytest.mark.parametrize(
    ("data", "table", "code"),
    [
        ("postgresql://reader:hunter2@127.0.0.1:1/shop", "t", "database_unreachable"),
        ("postgresql://reader:hunter2@127.0.0.1:1/shop", None, "bad_mapping"),
        ("postgres://reader:hunter2@127.0.0.1:x/shop", "t", "bad_address"),
        ("sqlite://", "t", "bad_address"),
        ("sqlite:////nowhere/hunter.db", "t", "database_unreachable"),
        ("rows.parquet", "t", "bad_mapping"),
    ],
)
def test_what_is_no_table_of_a_database_is_refused(
    data: str, table: str | None, code: str
) -> None:
    """By a named error, in which no password stands."""
    with pytest.raises(LeeboardError) as caught:
        _imported(data, table)
    assert caught.value.code == code
    assert "hunter2" not in str(caught.value)


def test_a_missing_file_is_not_made_and_a_read_one_not_written(tmp_path: Path) -> None:
    """A database is read; nothing about it changes."""
    with pytest.raises(LeeboardError):
        _imported(f"sqlite:///{tmp_path}/none.db", "t")
    assert list(tmp_path.iterdir()) == []
    address = _sqlite(tmp_path)
    (file,) = tmp_path.iterdir()
    before = file.read_bytes()
    _imported(address, NAME)
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_bytes() == before


def test_times_beyond_the_calendar_are_set_aside(postgres: str) -> None:
    """Infinity is no time of a prediction: its row is quarantined, the others go on."""
    with psycopg.connect(postgres) as held:
        held.execute(
            "CREATE TABLE odd AS SELECT i::text AS id, CASE WHEN i = 3 THEN "
            "'infinity'::timestamptz WHEN i = 4 THEN '0044-03-15 BC' ELSE "
            "'2026-03-01Z' END AS at FROM generate_series(1, 9) AS i"
        )
    log = MemoryLog()
    fields = {"id": "id", "made_at": "at"}
    done = import_rows(log, postgres, "m", _moments(), fields, table="odd")
    assert (done.predictions, done.quarantined) == (7, {"bad_time": 2})


def test_a_schema_may_be_named(postgres: str) -> None:
    """``schema.table`` is a table of that schema, in sight or not."""
    with psycopg.connect(postgres) as held:
        (schema,) = held.execute("SELECT current_schema()").fetchone() or ("",)
        held.execute("CREATE VIEW ids AS SELECT 'a' AS id, now() AS at")
    plain = postgres.partition("?")[0]
    log = MemoryLog()
    fields = {"id": "id", "made_at": "at"}
    moments = Moments(None, None, datetime.now(UTC))
    done = import_rows(log, plain, "m", moments, fields, table=f"{schema}.ids")
    assert (done.rows, done.predictions) == (1, 1)


def test_a_session_may_sleep_while_its_rows_are_stored(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading outlives the time after which a session that waits is ended."""
    _postgres(postgres)
    monkeypatch.setattr(_engine, "_BUSY_S", 0.2)
    monkeypatch.setattr(database_table, "_VALUES", 7 * 3)
    source = database_table.open_table(postgres, NAME)
    batches = source._batches(None)
    first = next(batches).num_rows
    time.sleep(0.6)
    assert first + sum(batch.num_rows for batch in batches) == N


def test_the_command_imports_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--table`` names it; the monitor's own log holds its rows."""
    model: World = world(tmp_path)
    address = _sqlite(tmp_path)
    command = ["import", address, "--table", NAME, "--config"]
    command += [str(tmp_path / "leeboard.toml")]
    for field, column in FIELDS.items():
        command += ["--map", f"{field}={column}"]
    assert main(command) == 0
    assert (
        f"Read {N} rows: {N} predictions and {N // 2} labels" in capsys.readouterr().out
    )
    done: Imported = model.monitor.import_(address, FIELDS, table=NAME)
    assert done.known == N
