"""Rows into a table, many at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table

__all__ = ["clean", "insert_rows"]

_NEITHER_STORES = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """Text that every database can hold: no NUL, and no half of a character."""
    return _NEITHER_STORES.sub("\ufffd", text)


def insert_rows(
    connection: Connection, table: Table, rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows, values in the order of the table's columns.

    Postgres takes them by COPY, ten times as fast as by INSERT.
    """
    if not rows:
        return
    columns = list(table.columns)
    if connection.dialect.name != "postgresql":
        names = [column.name for column in columns]
        connection.execute(
            table.insert(), [dict(zip(names, row, strict=True)) for row in rows]
        )
        return
    from psycopg import sql

    binders = [c.type.dialect_impl(connection.dialect) for c in columns]
    writers = [b.bind_processor(connection.dialect) for b in binders]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(sql.Identifier(column.name) for column in columns),
    )
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(
                [
                    value if write is None or value is None else write(value)
                    for write, value in zip(writers, row, strict=True)
                ]
            )
