"""Users' own tables are read where they lie, by the rules of every log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import polars as pl
import psycopg
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from leeboard.errors import LogError
from leeboard.logs._log import Batch
from leeboard.logs._table_sql import compiled, of_ids, told_of, within
from leeboard.logs._tables import FEEDBACK_PLAIN, PREDICTIONS_PLAIN, QUARANTINED
from leeboard.logs.columns import Mapped
from leeboard.logs.in_place import Bounds, FrameRows, PostgresRows, Rows
from leeboard.logs.table import TableLog
from leeboard.windows import Window

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MADE = pa.table(
    {
        "Pred Id": [1, 2, 3, 4],
        "when": pa.array([NOW + i * HOUR for i in range(4)], pa.timestamp("us", "UTC")),
        'the "answer"': [1.5, 2.5, None, 4.5],
        "temp": [10.0, 11.0, 12.0, 13.0],
        "city": ["Graz", "Lyon", "Graz", "Porto"],
        "unused": ["x"] * 4,
    }
)
TOLD = pa.table(
    {
        "pred": [2, 1, 2, 9],
        "seen": pa.array(
            [NOW + 9 * HOUR, NOW + 5 * HOUR, NOW + 8 * HOUR, NOW],
            pa.timestamp("us", "UTC"),
        ),
        "truth": [22.0, 11.0, 21.0, 99.0],
    }
)
MAPPED = Mapped(
    {"id": "Pred Id", "made_at": "when", "prediction": 'the "answer"'},
    features=("temp",),
    segments=("city",),
)
LABELS = Mapped({"id": "pred", "label": "truth", "observed_at": "seen"})
KINDS = ["arrow", "polars", "postgres"]
if int(duckdb.__version__.partition(".")[0]) >= 2:  # as docs/tables.md says
    KINDS += ["duckdb", "dataset"]


def _in_postgres(address: str) -> dict[str, Rows]:
    with psycopg.connect(address) as connection:
        connection.execute(
            'CREATE TABLE made ("Pred Id" bigint, "when" timestamptz, '
            '"the ""answer""" double precision, temp double precision, city text, '
            "unused text)"
        )
        connection.execute(
            "CREATE TABLE told (pred bigint, seen timestamptz, truth double precision)"
        )
        for name, table in (("made", MADE), ("told", TOLD)):
            marks = ", ".join(["%s"] * table.num_columns)
            rows = [tuple(row.values()) for row in table.to_pylist()]
            with connection.cursor() as cursor:
                cursor.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
    return {name: PostgresRows(address, name) for name in ("made", "told")}


@pytest.fixture(params=KINDS)
def rows(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[dict[str, Rows]]:
    """Give both tables in each kind of place."""
    if request.param == "postgres":
        yield _in_postgres(request.getfixturevalue("postgres"))
        return
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    found: dict[str, Any] = {}
    for name, table in (("made", MADE), ("told", TOLD)):
        pq.write_table(table, tmp_path / f"{name}.parquet")
        places: dict[str, Any] = {
            "arrow": table,
            "polars": pl.DataFrame(table).lazy(),
            "duckdb": connection.from_arrow(table),
            "dataset": ds.dataset(tmp_path / f"{name}.parquet"),
        }
        found[name] = FrameRows(places[request.param])
    yield found
    connection.close()


@pytest.fixture
def log(rows: dict[str, Rows]) -> TableLog:
    """Give a log over both tables."""
    return TableLog(
        rows["made"],
        MAPPED,
        model="demand",
        told=(rows["told"], LABELS),
        clock=lambda: NOW + 24 * HOUR,
    )


def test_rows_of_a_span_come_with_their_latest_labels(log: TableLog) -> None:
    """The span is half-open, ids are text, the latest label counts."""
    span = Window(NOW, NOW + 3 * HOUR)
    table = log.joined("demand", span).read_all().sort_by("id")
    assert table.column("id").to_pylist() == ["1", "2", "3"]
    assert table.column("label#d").to_pylist() == [11.0, 22.0, None]
    assert table.column("prediction#d").to_pylist() == [1.5, 2.5, None]
    assert table.column("features.temp#d").to_pylist() == [10.0, 11.0, 12.0]
    assert table.column("segments.city#s").to_pylist() == ["Graz", "Lyon", "Graz"]
    assert table.column("made_at")[1].as_py() == NOW + HOUR
    assert log.joined("other", span).read_all().num_rows == 0


def test_what_was_known_then_is_read(log: TableLog) -> None:
    """Labels that were seen later than asked for are not there."""
    span = Window(NOW, NOW + 3 * HOUR)
    then = log.joined("demand", span, received_before=NOW + 9 * HOUR).read_all()
    assert then.sort_by("id").column("label#d").to_pylist() == [11.0, 21.0, None]


def test_changes_follow_times(log: TableLog) -> None:
    """New predictions, and those that new labels are about, name their minutes."""
    first = log.changes("demand", 0)
    hours = {int((NOW + i * HOUR).timestamp()) // 60 for i in range(4)}
    assert first.minutes == hours
    again = log.changes("demand", first.upto)
    assert again.upto == first.upto
    assert again.minutes == {int((NOW + HOUR).timestamp()) // 60}
    assert log.changes("other", 5).minutes == frozenset()


def test_summary_counts_each_once(log: TableLog) -> None:
    """Predictions, labels, and labels that meet a prediction."""
    (summary,) = log.summary()
    assert (summary.predictions, summary.labels, summary.joined) == (4, 3, 2)
    assert (summary.first, summary.last) == (NOW, NOW + 3 * HOUR)
    assert list(log.models()) == ["demand"]
    assert log.events("feedback").read_all().num_rows == 4
    assert log.events("predictions", "other").read_all().num_rows == 0


def test_tables_are_not_written(log: TableLog) -> None:
    """The log refuses to store, and tidies nothing."""
    log.tidy()
    assert log.marks() == {}
    tables = (PREDICTIONS_PLAIN, FEEDBACK_PLAIN, QUARANTINED)
    with pytest.raises(LogError, match="read_only_log"):
        log.write(Batch(*(one.empty_table() for one in tables)))


def test_a_column_that_is_not_there_is_named(rows: dict[str, Rows]) -> None:
    """The error says which column is missing, and which there are."""
    with pytest.raises(LogError, match="temp") as caught:
        rows["made"].within(["temp", "tmp"], None)
    assert caught.value.code == "missing_column"
    with pytest.raises(LogError, match="nokey"):
        rows["made"].of_ids(["temp"], "nokey", pa.array([1]))


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_times_without_a_zone_are_of_the_zone_given(zone: str) -> None:
    """Local times are asked for widely, and sorted out exactly."""
    local = [pa.scalar(NOW, pa.timestamp("us", zone)).cast(pa.timestamp("us", zone))]
    naive = [one.as_py().replace(tzinfo=None) for one in local]
    table = pa.table({"t": pa.array(naive, pa.timestamp("us")), "y": [1.0]})
    log = TableLog(
        FrameRows(table),
        Mapped({"made_at": "t", "prediction": "y"}),
        model="demand",
        zone=zone,
        clock=lambda: NOW + HOUR,
    )
    assert log.joined("demand", Window(NOW, NOW + HOUR)).read_all().num_rows == 1
    assert log.joined("demand", Window(NOW - HOUR, NOW)).read_all().num_rows == 0


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_in_numbers_are_of_the_unit_given(unit: str) -> None:
    """Numbers since 1970 are compared as numbers, ends included and excluded."""
    scale = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    table = pa.table({"t": [int(NOW.timestamp()) * scale], "y": [1.0]})
    log = TableLog(
        FrameRows(table),
        Mapped({"made_at": "t", "prediction": "y"}),
        model="demand",
        unit=unit,
        clock=lambda: NOW + HOUR,
    )
    assert log.joined("demand", Window(NOW, NOW + HOUR)).read_all().num_rows == 1
    assert log.joined("demand", Window(NOW - HOUR, NOW)).read_all().num_rows == 0


def test_text_is_no_time_to_ask_by() -> None:
    """A column of text cannot be asked by time; the error names a way out."""
    with pytest.raises(LogError) as caught:
        FrameRows(MADE).within(["temp"], Bounds("city", NOW, None))
    assert caught.value.code == "no_time"


def test_a_table_that_is_gone_or_forbidden_is_told_without_secrets(
    postgres: str,
) -> None:
    """No table, no right, and a frame whose engine fails: each says what, cleaned."""
    with pytest.raises(LogError) as caught:
        PostgresRows(postgres, "nowhere")
    assert caught.value.code == "database_gone"
    _in_postgres(postgres)
    made = PostgresRows(postgres, "made")
    with psycopg.connect(postgres, autocommit=True) as other:
        other.execute("DROP TABLE made")
    with pytest.raises(LogError) as caught:
        made.within(["temp"], None)
    assert caught.value.code == "database_gone"

    connection = duckdb.connect()
    connection.execute('CREATE TABLE "://u:hunter22@h" AS SELECT 1 AS temp')
    frame = FrameRows(connection.table('"://u:hunter22@h"'))
    connection.execute('DROP TABLE "://u:hunter22@h"')
    with pytest.raises(LogError) as caught:
        frame.within(["temp"], None)
    assert caught.value.code == "table_unreadable"
    assert "hunter22" not in str(caught.value)
    assert caught.value.__suppress_context__
    connection.close()


def test_a_table_without_the_right_to_read_is_told(postgres: str) -> None:
    """A user without SELECT on a table is refused by the server, and told so."""
    _in_postgres(postgres)
    schema = postgres.rpartition("%3D")[2]
    with psycopg.connect(postgres, autocommit=True) as other:
        other.execute("DROP ROLE IF EXISTS leeboard_reader")
        other.execute("CREATE ROLE leeboard_reader LOGIN")
        other.execute(f"GRANT USAGE ON SCHEMA {schema} TO leeboard_reader")
        try:
            reader = postgres.replace("leeboard@", "leeboard_reader@")
            rows = PostgresRows(reader, "made")
            with pytest.raises(LogError) as caught:
                rows.within(["temp"], None)
            assert caught.value.code == "database_denied"
        finally:
            rows.close()
            other.execute("DROP OWNED BY leeboard_reader")
            other.execute("DROP ROLE leeboard_reader")


STATEMENTS = {
    ("bigquery", "within"): (
        "SELECT `shop.eu`.`made`.`id`, `shop.eu`.`made`.`a \\`b\\`` \n"
        "FROM `shop.eu`.`made` \n"
        "WHERE `shop.eu`.`made`.`when` >= @start AND `shop.eu`.`made`.`when` < @stop"
    ),
    ("bigquery", "told"): (
        "SELECT `told`.`truth` \nFROM `told` \n"
        "WHERE `told`.`pred` IN (SELECT `made`.`id` \nFROM `made` \n"
        "WHERE `made`.`when` >= @start AND `made`.`when` < @stop)"
    ),
    ("snowflake", "told"): (
        'SELECT "told"."truth" \nFROM "told" \n'
        'WHERE "told"."pred" IN (SELECT "made"."id" \nFROM "made" \n'
        'WHERE "made"."when" >= :start AND "made"."when" < :stop)'
    ),
    ("snowflake", "within"): (
        'SELECT "shop.eu"."made"."id", "shop.eu"."made"."a `b`" \n'
        'FROM "shop.eu"."made" \n'
        'WHERE "shop.eu"."made"."when" >= :start AND "shop.eu"."made"."when" < :stop'
    ),
}


@pytest.mark.parametrize("engine", ["bigquery", "snowflake"])
def test_statements_of_warehouses_are_as_reviewed(engine: str) -> None:
    """The compiled text is frozen: it was read by people, and never run."""
    bounds = [("when", ">=", NOW), ("when", "<", NOW + HOUR)]
    text = compiled(within("shop.eu", "made", ["id", "a `b`"], bounds), engine)
    assert text == STATEMENTS[engine, "within"]
    labels = ("", "told", ["truth"], "pred")
    told = compiled(told_of(labels, ("", "made", "id", "when")), engine)
    assert told == STATEMENTS[engine, "told"]
    hostile = 'x"; DROP TABLE made; --`'
    named = compiled(of_ids("", "made", [hostile], hostile, ["1"]), engine)
    quoted = {
        "bigquery": '`x"; DROP TABLE made; --\\``',
        "snowflake": '"x""; DROP TABLE made; --`"',
    }[engine]
    assert named.count(quoted) == 2
    assert named.count("DROP") == 2
