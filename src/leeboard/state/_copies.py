"""All results as one file of SQLite, out of any database, and back into it."""

from __future__ import annotations

from sqlalchemy import Connection, Table, delete, exists, select

from leeboard.databases import copy_sqlite, insert_rows, open_sqlite
from leeboard.errors import StateError
from leeboard.state._audit_sql import AUDIT
from leeboard.state._sql import SqlState
from leeboard.state._tables import TABLES

__all__ = ["copy_rows", "holds_rows", "replace_rows"]

_ROWS = 10_000


def copy_rows(state: SqlState, path: str) -> None:
    """Write a file of SQLite that holds what a store holds, as of one moment.

    Raises
    ------
    StateError
        The store cannot be read, or the file not be written.
    """
    database = state.database
    if not database.is_postgres:
        copy_sqlite(str(database.engine.url.database), path)
        return
    copy = SqlState(open_sqlite(path, StateError))
    try:
        with database.one_view() as source, copy.database.writing() as target:
            _poured(source, target)
    finally:
        copy.close()


def replace_rows(state: SqlState, path: str) -> None:
    """Hold what a file of SQLite holds, and nothing else; all of it or no change.

    The log of deeds is only ever added to, here too: it then holds both.
    """
    copy = SqlState(open_sqlite(path, StateError))
    try:
        with copy.database.reading() as source, state.database.writing() as target:
            for table in reversed(TABLES.sorted_tables):
                if table is not AUDIT:
                    target.execute(delete(table))
            _poured(source, target)
    finally:
        copy.close()


def holds_rows(state: SqlState) -> bool:
    """Tell whether a store holds anything beside deeds."""
    with state.database.reading() as connection:
        tables = (one for one in TABLES.sorted_tables if one is not AUDIT)
        return any(_any(connection, table) for table in tables)


def _any(connection: Connection, table: Table) -> bool:
    return bool(connection.execute(select(exists().select_from(table))).scalar())


def _poured(source: Connection, target: Connection) -> None:
    had = set(target.execute(select(AUDIT.c.id)).scalars())
    for table in TABLES.sorted_tables:
        found = source.execution_options(stream_results=True).execute(select(table))
        for rows in found.partitions(_ROWS):
            # the first column of deeds is their id
            new = [tuple(r) for r in rows if table is not AUDIT or r[0] not in had]
            insert_rows(target, table, new)
