"""Texts looked for in tables of Postgres, and tables written anew without old rows.

Place: below log and state, which say what is to be gone. A deleted row stays in its
file until the table is written anew; what the planner remembers of a column holds
values of it too.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    Text,
    cast,
    func,
    literal,
    or_,
    select,
    text,
)

from leeboard.databases._engine import Writes
from leeboard.errors import LeeboardError

__all__ = ["search_postgres", "vacuum_postgres"]

_LOOKS, _PAUSE_S = 5, 0.2

_VISIBLE = """
    SELECT relallvisible >= relpages FROM pg_class WHERE oid = to_regclass(:name)
"""

_REMEMBERED = """
    SELECT string_agg(attname, ', ') FROM pg_stats
    WHERE schemaname = ANY(current_schemas(false)) AND tablename = :name AND EXISTS (
        SELECT FROM unnest(CAST(:spelt AS text[])) AS u (x)
        WHERE strpos(most_common_vals::text, x) > 0
        OR strpos(histogram_bounds::text, x) > 0
        OR strpos(most_common_elems::text, x) > 0
    )
"""


def search_postgres(
    connection: Connection, tables: MetaData, spelt: Sequence[bytes]
) -> Mapping[str, str]:
    """Look for texts in every row and in what the planner remembers of each table.

    Parameters
    ----------
    connection : Connection
    tables : MetaData
        Tables to search; a partitioned one stands for all its partitions.
    spelt : sequence of bytes
        Ways in which the texts may be written.

    Returns
    -------
    mapping of str to str
        Each table, and in which columns they stand; empty for nothing.
    """
    found = {}
    words = [one.decode("utf-8", "replace") for one in spelt]
    for table in tables.sorted_tables:
        columns = [*_holding(connection, table, words, spelt)]
        asked = {"name": table.name, "spelt": words}
        if words and (known := connection.execute(text(_REMEMBERED), asked).scalar()):
            columns.append(f"statistics of {known}")
        found[f"table {table.name}"] = ", ".join(columns)
    return found


def _holding(
    connection: Connection, table: Table, words: list[str], spelt: Sequence[bytes]
) -> list[str]:
    """Columns of a table in which a text stands, by one reading of it."""
    tests = {}
    for column in table.columns:
        parts: list[ColumnElement[bool]] = []
        if isinstance(column.type, LargeBinary):
            parts = [column.op("LIKE")(literal(_anywhere(one))) for one in spelt]
        elif isinstance(column.type, ARRAY):
            if isinstance(column.type.item_type, Text):
                whole = func.array_to_string(column, "\n")
                parts = [func.strpos(whole, word) > 0 for word in words]
        elif isinstance(column.type, Text | JSON):
            parts = [func.strpos(cast(column, Text), word) > 0 for word in words]
        if parts:
            tests[column.name] = func.count().filter(or_(*parts))
    if not tests:
        return []
    counts = connection.execute(select(*tests.values()).select_from(table)).one()
    return [name for name, count in zip(tests, counts, strict=True) if count]


def _anywhere(part: bytes) -> bytes:
    """Pattern of bytes that hold a part; its own signs stand for themselves."""
    for sign in (b"\\", b"%", b"_"):
        part = part.replace(sign, b"\\" + sign)
    return b"%" + part + b"%"


def vacuum_postgres(database: Writes, names: Sequence[str]) -> Mapping[str, str]:
    """Write tables anew, so that no deleted row is left in their files.

    Readers and writers of a table wait meanwhile. What the planner remembers of them is
    renewed too.

    Parameters
    ----------
    database : Writes
    names : sequence of str
        As the server writes them.

    Returns
    -------
    mapping of str to str
        Tables for which that cannot be said, and why.
    """
    left = {}
    for name in names:
        try:
            with database.alone() as connection:
                _run(connection, "VACUUM (FULL, ANALYZE)", name)
                done = _settled(connection, name)
        except LeeboardError as error:
            left[f"table {name}"] = f"deleted rows ({error.found})"
            continue
        if not done:
            left[f"table {name}"] = "deleted rows that an older transaction may see"
    return left


def _settled(connection: Connection, name: str) -> bool:
    """Tell whether all rows of a table are visible to everyone: none is a deleted one.

    Rows that others have just written are not, for a moment.
    """
    for look in range(_LOOKS):
        if look:
            time.sleep(_PAUSE_S)
        _run(connection, "VACUUM", name)
        seen: Any = connection.execute(text(_VISIBLE), {"name": name}).scalar()
        if seen or seen is None:
            return True
    return False


def _run(connection: Connection, command: str, name: str) -> None:
    # the name is as the server writes it, quoted where it must be
    connection.exec_driver_sql(f"{command} {name}")
