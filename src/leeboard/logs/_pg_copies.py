"""All of a log in Postgres as a log in files, and back.

Place: under the log in Postgres, inside its transactions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection

from leeboard.logs import _pg_sql as sql
from leeboard.logs._log import Batch
from leeboard.logs._pg_rows import (
    LABEL_COLUMNS,
    Shape,
    feedback_table,
    prediction_table,
)
from leeboard.logs._pg_write import write
from leeboard.logs._portable import Part, Whole, pieces_of
from leeboard.logs._segments import PLAIN
from leeboard.logs._tables import ARROW, PREDICTIONS_PLAIN, QUARANTINED

__all__ = ["copies", "fetched", "fill"]

_ROWS = 20_000
"""Rows fetched at once, and the most of a file of a copy."""


def fetched(
    connection: Connection, statement: str, asked: Mapping[str, Any]
) -> Iterator[list[tuple[Any, ...]]]:
    """Rows in portions, by a cursor of the server's, in binary form."""
    raw: Any = connection.connection.driver_connection
    with raw.cursor(name="leeboard_read", binary=True) as cursor:
        cursor.execute(statement, asked)
        while rows := cursor.fetchmany(_ROWS):
            yield rows


def copies(connection: Connection) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of the pieces of a log in a folder that holds the same."""
    number = connection.exec_driver_sql(sql.HEAD_NUMBER).scalar_one()
    marks = dict(_pairs(connection, "SELECT source, upto FROM log_marks"))
    accounts = dict(_pairs(connection, "SELECT token, account FROM log_accounts"))
    parts = chain(
        _predictions(connection), _feedback(connection), _set_aside(connection, number)
    )
    if not number:
        return iter(())
    return pieces_of(parts, number, marks, accounts)


def _pairs(connection: Connection, statement: str) -> Iterator[tuple[str, Any]]:
    rows = connection.exec_driver_sql(statement)
    return ((key, value) for key, value in rows)


def _predictions(connection: Connection) -> Iterator[Part]:
    found = connection.exec_driver_sql("SELECT number, columns FROM log_shapes")
    shapes = {number: Shape(tuple(columns)) for number, columns in found}
    at = len(PREDICTIONS_PLAIN)
    for rows in fetched(connection, sql.ALL_PREDICTIONS, {}):
        used = {row[at] for row in rows}
        typed = sorted({name for one in used for name in shapes[one].columns})
        fields = [*PREDICTIONS_PLAIN, *(pa.field(n, ARROW[n[-1]]) for n in typed)]
        table = prediction_table([r[:-1] for r in rows], shapes, pa.schema(fields))
        yield Part("predictions", rows[-1][-1], table)


def _feedback(connection: Connection) -> Iterator[Part]:
    for rows in fetched(connection, sql.ALL_FEEDBACK, {}):
        table = feedback_table([row[:-1] for row in rows], LABEL_COLUMNS)
        yield Part("feedback", rows[-1][-1], table)


def _set_aside(connection: Connection, number: int) -> Iterator[Part]:
    for rows in fetched(connection, sql.QUARANTINED, {"model": None}):
        columns = zip(*rows, strict=True)
        arrays = [
            pa.array(values, field.type)
            for values, field in zip(columns, QUARANTINED, strict=True)
        ]
        yield Part("quarantined", number, pa.table(arrays, schema=QUARANTINED))


def fill(connection: Connection, folder: str) -> None:
    """Hold what a log in a folder holds, and nothing else."""
    whole = Whole(folder)
    connection.exec_driver_sql(sql.EMPTY)
    for part in whole.parts():
        write(connection, part.batch, part.place)
    predictions, feedback, aside = (plain.empty_table() for plain in PLAIN.values())
    last = Batch(predictions, feedback, aside, whole.marks, whole.accounts)
    write(connection, last, whole.number)
    connection.exec_driver_sql(sql.SET_NUMBER, {"number": whole.number})
    connection.exec_driver_sql("ANALYZE predictions, feedback, log_repeated")
