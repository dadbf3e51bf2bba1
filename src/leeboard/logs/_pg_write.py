"""A batch of events into Postgres, inside one transaction: staged, then inserted once.

Place: under the log in Postgres.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from leeboard.databases import clean
from leeboard.logs import _pg_sql as sql
from leeboard.logs._log import Batch
from leeboard.logs._pg_rows import (
    LABEL_COLUMNS,
    feedback_rows,
    prediction_rows,
    quarantined_rows,
    shape_of,
)
from leeboard.logs._tables import models_of, of_model

__all__ = ["write"]

_OLDEST_YEARS, _AHEAD_MONTHS = 10, 2
"""Months around an arrival that get a partition; a wrong clock makes no others."""

_MANY = 10_000
"""Rows of one commit after which the server's statistics are renewed at once."""

_TYPES = {
    "predictions": (
        *("text", "text", "text", "timestamptz", "timestamptz", "float8", "float8"),
        *("int4", "float8[]", "int8[]", "text[]", "bool[]", "text[]", "bytea", "int8"),
    ),
    "feedback": (
        *("text", "text", "timestamptz", "timestamptz"),
        *("float8", "int8", "text", "bool", "bytea", "int8"),
    ),
    "quarantined": ("text", "text", "text", "timestamptz", "bytea", "bytea"),
}


def write(connection: Connection, batch: Batch, number: int) -> None:
    """Write what a batch holds; what is there already stays as it is.

    Parameters
    ----------
    connection : Connection
        In a transaction.
    batch : Batch
    number : int
        Of the commit.
    """
    made = False
    if batch.predictions.num_rows:
        made = _make_partitions(connection, batch.predictions)
        _write_predictions(connection, batch.predictions, number)
    if batch.feedback.num_rows:
        _write_feedback(connection, batch.feedback, number)
    if batch.quarantined.num_rows:
        _stage(connection, "quarantined", quarantined_rows(batch.quarantined))
        connection.exec_driver_sql(sql.INSERT_QUARANTINED)
        names = models_of(batch.quarantined)
        _seen(connection, "quarantined", [(name, 0) for name in names])
    _write_marks(connection, batch)
    rows = batch.predictions.num_rows + batch.feedback.num_rows
    if made or rows >= _MANY or number & (number - 1) == 0:
        # the server looks at new rows a minute later; until then it would plan for none
        connection.exec_driver_sql("ANALYZE predictions, feedback, log_repeated")


def _write_predictions(connection: Connection, table: pa.Table, number: int) -> None:
    rows: list[Iterable[tuple[Any, ...]]] = []
    seen = []
    for model in models_of(table):
        own = of_model(table, model)
        shape = shape_of(own)
        found = connection.exec_driver_sql(
            sql.SHAPE, {"digest": shape.digest, "columns": list(shape.columns)}
        ).scalar_one()
        seen.append((model, found))
        rows.append(prediction_rows(own, shape, found, number))
    _stage(connection, "predictions", (row for some in rows for row in some))
    connection.exec_driver_sql(sql.INSERT_PREDICTIONS)
    connection.exec_driver_sql(sql.REPEATED)
    _seen(connection, "predictions", seen)


def _write_feedback(connection: Connection, table: pa.Table, number: int) -> None:
    _stage(connection, "feedback", feedback_rows(table, number))
    connection.exec_driver_sql(sql.INSERT_FEEDBACK)
    seen = []
    for model in models_of(table):
        own = of_model(table, model)
        for part, name in enumerate(LABEL_COLUMNS):
            if name in shape_of(own).columns:
                seen.append((model, part))
        seen.append((model, -1))
    _seen(connection, "feedback", seen)


def _write_marks(connection: Connection, batch: Batch) -> None:
    for source, upto in batch.marks.items():
        asked = {"source": clean(source), "upto": upto}
        connection.exec_driver_sql(sql.FORGET if upto < 0 else sql.MARK, asked)
    for token, account in batch.accounts.items():
        text = json.dumps(account)
        asked = {"token": clean(token), "account": text}
        connection.exec_driver_sql(sql.ACCOUNT, asked)


def _seen(connection: Connection, kind: str, parts: Sequence[tuple[str, int]]) -> None:
    rows = [{"model": clean(m), "kind": kind, "part": part} for m, part in parts]
    if rows:
        connection.exec_driver_sql(sql.SEEN, rows)


def _stage(connection: Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Bring rows to the server by binary COPY, into a table of this transaction."""
    from psycopg import sql as compose

    own, staged = compose.Identifier(table), compose.Identifier(f"staged_{table}")
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor:
        # of an earlier batch of this transaction
        gone = "DROP TABLE IF EXISTS pg_temp.{}"
        cursor.execute(compose.SQL(gone).format(staged))
        make = "CREATE TEMPORARY TABLE {} (LIKE {}) ON COMMIT DROP"
        cursor.execute(compose.SQL(make).format(staged, own))
        copy_in = compose.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(staged)
        with cursor.copy(copy_in) as copy:
            copy.set_types(_TYPES[table])
            for row in rows:
                copy.write_row(row)
        cursor.execute(compose.SQL("ANALYZE {}").format(staged))


def _make_partitions(connection: Connection, table: pa.Table) -> bool:
    """Make the partitions of months in which predictions were made; tell if any.

    Months far from when they were received go to the partition for all others, as does
    a month of which that one has rows already.
    """
    from psycopg import sql as compose

    at, received = table.column("made_at"), table.column("received_at")
    latest = pc.max(received).as_py()
    last = _month(latest) + _AHEAD_MONTHS
    months = pc.add(pc.multiply(pc.year(at), 12), pc.subtract(pc.month(at), 1))
    raw: Any = connection.connection.driver_connection
    made = False
    for month in sorted(pc.unique(months).to_pylist()):
        if not last - 12 * _OLDEST_YEARS <= month <= last:
            continue
        start, stop = _first_of(month), _first_of(month + 1)
        name = f"predictions_{start:%Y_%m}"
        with raw.cursor() as cursor:
            there = cursor.execute(sql.PARTITION, (name, start, stop)).fetchone()
            if any(there):
                continue
            own = compose.Identifier(name)
            bounds = (compose.Literal(start), compose.Literal(stop))
            cursor.execute(compose.SQL(sql.MAKE_MONTH).format(own))
            # attached, not made as a partition: that would wait for every reader
            cursor.execute(compose.SQL(sql.ATTACH_MONTH).format(own, *bounds))
        made = True
    return made


def _month(time: datetime) -> int:
    return time.year * 12 + time.month - 1


def _first_of(month: int) -> datetime:
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
