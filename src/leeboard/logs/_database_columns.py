"""What the columns of a table in a database hold, so that rows become typed columns.

Place: under the source of a database's rows. Postgres says it in its catalogue. In
SQLite a column's declared type binds nothing: what is stored is looked at.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    Text,
    case,
    cast,
    column,
    func,
    literal,
    quoted_name,
    select,
    table,
)

from leeboard.errors import LogError

__all__ = ["Columns", "columns_of", "expression"]

Columns = dict[str, str]
"""Kind by name: number, double, bool, aware, naive, date, text or other."""

_POSTGRES = """
    SELECT a.attname, coalesce(b.typname, t.typname)
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_type AS t ON t.oid = a.atttypid
    LEFT JOIN pg_type AS b ON b.oid = t.typbasetype AND t.typtype = 'd'
    WHERE c.relname = %(table)s AND a.attnum > 0 AND NOT a.attisdropped
    AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
    AND CASE WHEN %(schema)s::text IS NULL THEN pg_table_is_visible(c.oid)
        ELSE n.nspname = %(schema)s END
    ORDER BY a.attnum
"""
_POSTGRES_NAMES = """
    SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname
        ELSE n.nspname || '.' || c.relname END
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p')
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    LIMIT 10000
"""
_SQLITE = "SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden <> 1"
_SQLITE_NAMES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
_KINDS = {
    **dict.fromkeys(("int2", "int4", "int8"), "number"),
    **dict.fromkeys(("float4", "float8", "numeric"), "double"),
    "bool": "bool",
    "timestamptz": "aware",
    "timestamp": "naive",
    "date": "date",
}


def columns_of(connection: Connection, name: str, where: str) -> tuple[str, Columns]:
    """Schema of a table, empty for the one in sight, and its columns.

    Raises
    ------
    LogError
        ``database_gone``: no such table or view.
    """
    if connection.dialect.name == "sqlite":
        listed = connection.exec_driver_sql(_SQLITE, (name,)).all()
        if listed:
            return "", _stored(connection, name, {str(n): str(t) for n, t in listed})
    else:
        # a name may itself hold a dot
        schema, _, table_name = name.rpartition(".")
        for pair in ((None, name), (schema or None, table_name)):
            asked = {"schema": pair[0], "table": pair[1]}
            found = connection.exec_driver_sql(_POSTGRES, asked).all()
            if found:
                return pair[0] or "", {n: _KINDS.get(t, "text") for n, t in found}
    raise _no_table(connection, name, where)


def _stored(connection: Connection, name: str, declared: dict[str, str]) -> Columns:
    """Kinds by what is stored, in one look at all rows."""
    source = table(
        quoted_name(name, True), *(column(quoted_name(n, True)) for n in declared)
    )
    asked: list[Any] = []
    for one in source.c:
        kind = func.typeof(one)
        asked += [
            func.max(kind == word) for word in ("integer", "real", "text", "blob")
        ]
        asked.append(func.max(one.not_in((0, 1))))
    row = connection.execute(select(*asked).select_from(source)).one()
    kinds = {}
    for i, (column_name, type_name) in enumerate(declared.items()):
        seen = tuple(bool(v) for v in row[5 * i : 5 * i + 5])
        kinds[column_name] = _sqlite_kind(seen, type_name.upper())
    return kinds


def _sqlite_kind(seen: tuple[bool, ...], declared: str) -> str:
    whole, real, text, blob, beyond = seen
    if blob:
        return "other"
    if text:
        return "text"
    if real:
        return "double"
    if whole:
        return "bool" if declared.startswith("BOOL") and not beyond else "number"
    return "null"


def expression(of: ColumnElement[Any], kind: str, dialect: str) -> ColumnElement[Any]:
    """What is asked of a column, so that each value fits its kind.

    A time that Python has no name for, as infinity, is missing.
    """
    if dialect == "postgresql" and kind in {"aware", "naive", "date"}:
        low, high = literal("0001-01-02", Text), literal("9999-12-30", Text)
        native = {"aware": "timestamptz", "naive": "timestamp", "date": "date"}[kind]
        bounds = (_as_time(low, native), _as_time(high, native))
        return case((of.between(*bounds), of))
    if kind == "double":
        return cast(of, Double)
    return cast(of, Text) if kind == "text" else of


def _as_time(text: ColumnElement[Any], native: str) -> ColumnElement[Any]:
    from sqlalchemy import TIMESTAMP, Date

    kinds: dict[str, Any] = {
        "timestamptz": TIMESTAMP(timezone=True),
        "timestamp": TIMESTAMP(),
        "date": Date(),
    }
    return cast(text, kinds[native])


def _no_table(connection: Connection, name: str, where: str) -> LogError:
    asked = (
        _SQLITE_NAMES if connection.dialect.name == "sqlite" else _POSTGRES_NAMES
    ).replace("%", "%%")
    names = [str(one) for (one,) in connection.exec_driver_sql(asked)]
    near = get_close_matches(name, names, n=3)
    listed = f"; near it are {', '.join(map(repr, near))}" if near else ""
    return LogError(
        code="database_gone",
        where=where,
        found=f"no table or view {name!r}, or no right to see it{listed}",
        expected="one that the user may read",
        fix="Name it as it is spelt there, in Postgres as schema.table.",
    )
