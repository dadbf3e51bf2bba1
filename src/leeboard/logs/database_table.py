"""A table of a database as a source of rows: streamed, never held whole.

Place: between databases and an import. Knows nothing of what the columns mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import pyarrow as pa

from leeboard.errors import LogError
from leeboard.sources import Streamed

__all__ = ["is_database", "open_table"]

_VALUES = 1 << 19
"""Values of one fetch: what is held as objects at a time."""

_ARROW = {
    "number": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "aware": pa.timestamp("us", tz="UTC"),
    "naive": pa.timestamp("us"),
    "date": pa.date32(),
    "text": pa.string(),
    "other": pa.binary(),
    "null": pa.null(),
}


def is_database(data: object) -> bool:
    """Tell whether data is the address of a database, and no path."""
    schemes = ("postgresql:", "postgresql+", "postgres:", "sqlite:")
    return isinstance(data, str) and data.lower().startswith(schemes)


def open_table(address: str, name: str) -> Streamed:
    """Return a table or view of Postgres or SQLite as a source.

    Parameters
    ----------
    address : str
        ``postgresql://user@host/database`` or ``sqlite:///path``.
    name : str
        ``table``, or ``schema.table`` in Postgres; taken as it is spelt.

    Raises
    ------
    LogError
        ``bad_address``, ``database_unreachable``, ``database_gone`` and others of
        docs/errors.md. No message holds a password.
    """
    from leeboard.databases import open_reading, shown

    database = open_reading(address)
    where = f"{shown(address)}, table {name!r}"
    from leeboard.logs._database_columns import columns_of

    with database.reading() as connection:
        schema, kinds = columns_of(connection, name, where)
    table = name.removeprefix(f"{schema}.") if schema else name

    def batches(names: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        chosen = {n: kinds[n] for n in (kinds if names is None else names)}
        return _batches(database, (schema, table), chosen, where)

    arrow = pa.schema([(n, _ARROW[kind]) for n, kind in kinds.items()])
    return Streamed(where, arrow, batches)


def _batches(
    database: Any, place: tuple[str, str], kinds: dict[str, str], where: str
) -> Iterator[pa.RecordBatch]:
    from sqlalchemy import select

    from leeboard.logs._database_columns import expression
    from leeboard.logs._table_sql import source_of

    source = source_of(*place, list(kinds))
    arrow = pa.schema([(n, _ARROW[kind]) for n, kind in kinds.items()])
    with database.reading() as connection:
        dialect = connection.dialect.name
        if dialect == "postgresql":
            _prepare(connection)
        asked = [
            expression(source.c[n], kind, dialect).label(f"c{i}")
            for i, (n, kind) in enumerate(kinds.items())
        ]
        held = connection.execution_options(stream_results=True, max_row_buffer=1)
        result = iter(held.execute(select(*asked)).yield_per(_rows(kinds)))
        while rows := list(islice(result, _rows(kinds))):
            yield _batch(rows, arrow, where)


def _prepare(connection: Any) -> None:
    # what is read is stored between two fetches, which may take longer than a session
    # may sleep; and each pass is to begin at the first row, not where another one is
    for setting in (
        "idle_in_transaction_session_timeout = 0",
        "synchronize_seqscans = off",
    ):
        connection.exec_driver_sql(f"SET LOCAL {setting}")


def _rows(kinds: dict[str, str]) -> int:
    return max(1, min(20_000, _VALUES // max(1, len(kinds))))


def _batch(rows: list[Any], arrow: pa.Schema, where: str) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = []
    for values, field in zip(columns, arrow, strict=True):
        plain = values
        if pa.types.is_boolean(field.type):
            # SQLite has no truth values: 0 and 1 are stored
            plain = tuple(None if v is None else bool(v) for v in values)
        try:
            arrays.append(pa.array(plain, field.type))
        except (pa.ArrowException, OverflowError, UnicodeError) as problem:
            raise LogError(
                code="table_unreadable",
                where=f"{where}, column {field.name!r}",
                found=f"a value that is no {field.type} ({type(problem).__name__})",
                expected="values of the type that the column had before",
                fix="Import again, when nothing else changes the table.",
            ) from None
    return pa.RecordBatch.from_arrays(arrays, schema=arrow)
