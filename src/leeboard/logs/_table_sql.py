"""Statements over users' own tables, by SQLAlchemy: no name or value is ever pasted in.

The same statement is compiled for Postgres, BigQuery and Snowflake.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnClause,
    Select,
    bindparam,
    column,
    quoted_name,
    select,
    table,
)
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.compiler import IdentifierPreparer, SQLCompiler

__all__ = ["COLUMNS", "compiled", "of_ids", "source_of", "told_of", "within"]

COLUMNS = """
    SELECT a.attname, t.typname
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
    JOIN pg_type AS t ON t.oid = a.atttypid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relname = %(table)s AND a.attnum > 0 AND NOT a.attisdropped
    AND CASE WHEN %(schema)s::text IS NULL THEN pg_table_is_visible(c.oid)
        ELSE n.nspname = %(schema)s END
    ORDER BY a.attnum
"""


def source_of(schema: str, name: str, columns: Sequence[str]) -> Any:
    """Table with quoted names, so that every name means just itself."""
    own: list[ColumnClause[Any]] = [
        column(quoted_name(one, True)) for one in dict.fromkeys(columns)
    ]
    within_schema = quoted_name(schema, True) if schema else None
    return table(quoted_name(name, True), *own, schema=within_schema)


def within(
    schema: str,
    name: str,
    columns: Sequence[str],
    bounds: Sequence[tuple[str, str, Any]],
) -> Select[Any]:
    """Columns of rows that keep bounds: column, ``>=`` or ``<``, and value."""
    source = source_of(schema, name, [*columns, *(one for one, _, _ in bounds)])
    asked = select(*(source.c[one] for one in columns))
    for one, sign, value in bounds:
        bound: BindParameter[Any] = bindparam(
            "start" if sign == ">=" else "stop", value
        )
        time = source.c[one]
        asked = asked.where(time >= bound if sign == ">=" else time < bound)
    return asked


def of_ids(
    schema: str, name: str, columns: Sequence[str], key: str, ids: Sequence[Any]
) -> Select[Any]:
    """Columns of rows whose key is among some values."""
    source = source_of(schema, name, [*columns, key])
    # the parameter has a name of ours: one made of a column's is no identifier
    wanted: BindParameter[Any] = bindparam("ids", list(ids), expanding=True)
    return select(*(source.c[one] for one in columns)).where(source.c[key].in_(wanted))


def told_of(
    told: tuple[str, str, Sequence[str], str],
    made: tuple[str, str, str, str],
) -> Select[Any]:
    """Labels of the predictions of a span, for engines that join themselves.

    Parameters
    ----------
    told : schema, name, columns and id of the table of labels
    made : schema, name, id and time of the table of predictions
    """
    schema, name, columns, key = told
    source = source_of(schema, name, [*columns, key])
    made_schema, made_name, made_key, time = made
    bounds = [(time, ">=", None), (time, "<", None)]
    ids = within(made_schema, made_name, [made_key], bounds)
    return select(*(source.c[one] for one in columns)).where(source.c[key].in_(ids))


class _BigQueryNames(IdentifierPreparer):
    def __init__(self, dialect: Any) -> None:
        super().__init__(dialect, initial_quote="`", escape_quote="\\`")

    def _escape_identifier(self, value: str) -> str:
        return value.replace("\\", "\\\\").replace("`", "\\`")


class _BigQueryText(SQLCompiler):
    def bindparam_string(self, name: str, *_: Any, **__: Any) -> str:
        return f"@{name}"


class _BigQuery(DefaultDialect):
    name = "bigquery"
    preparer: Any = _BigQueryNames
    statement_compiler = _BigQueryText
    supports_statement_cache = False


class _Snowflake(DefaultDialect):
    name = "snowflake"
    default_paramstyle = "named"
    supports_statement_cache = False


_DIALECTS = {"bigquery": _BigQuery, "snowflake": _Snowflake}


def compiled(statement: Select[Any], engine: str) -> str:
    """Text of a statement for ``bigquery`` (parameters ``@start``) or ``snowflake``.

    Neither was run: the text is frozen by a test, for review.
    """
    return str(statement.compile(dialect=_DIALECTS[engine]()))
