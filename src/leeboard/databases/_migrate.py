"""A database brought up to what this Leeboard writes, by Alembic's steps.

Each room keeps its steps in a folder ``migrations`` and its version in a table of its
own, so that log and state may share a database.
"""

from __future__ import annotations

import os

from sqlalchemy import ColumnClause, Connection, column, func, inspect, select, table

from leeboard.databases._engine import Writes
from leeboard.databases._failures import shown
from leeboard.errors import LogError, StateError

__all__ = ["bring_up_to_date", "version_of"]

_LOCK = 0x6C656562  # a number that only our migrations lock: "leeb"


def bring_up_to_date(
    database: Writes,
    steps: str,
    *,
    head: str,
    version_table: str,
    error: type[LogError | StateError],
) -> None:
    """Take the steps that a database has not seen, all or none.

    Parameters
    ----------
    database : Writes
    steps : str
        Folder of Alembic's ``env.py`` and ``versions``.
    head : str
        The last step, so that Alembic is loaded only where there is something to do.
    version_table : str
        Where the database says which steps it has seen.

    Raises
    ------
    LogError or StateError
        ``newer_database``, if it has seen a step that this Leeboard does not know.
    """
    if version_of(database, version_table, error) == head:
        return
    with database.writing() as connection:
        if database.is_postgres:
            # of two that open an empty database at once, the second waits here
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        seen = _version(connection, version_table)
        if seen != head:
            _upgrade(connection, steps, seen, head, version_table, error)


def version_of(
    database: Writes, version_table: str, error: type[LogError | StateError]
) -> str | None:
    """Return the last step that a database has seen; None for one without tables.

    Raises
    ------
    LogError or StateError
        It cannot be read; or it has no tables, and the user may make none
        (``database_denied``).
    """
    with database.reading() as connection:
        seen = _version(connection, version_table)
        if seen is None and database.is_postgres and not _may_make(connection):
            raise error(
                code="database_denied",
                where=shown(connection.engine.url),
                found="no schema in which this user may make tables",
                expected="the right to read and write",
                fix="Give it one: GRANT USAGE, CREATE ON SCHEMA … TO …, and look"
                " at the user's search_path.",
            )
        return seen


def _may_make(connection: Connection) -> bool:
    # without the right to use a schema, current_schema() is null, and this too
    right = func.has_schema_privilege(func.current_schema(), "CREATE")
    return bool(connection.execute(select(right)).scalar())


def _version(connection: Connection, version_table: str) -> str | None:
    if not inspect(connection).has_table(version_table):
        return None
    version: ColumnClause[str] = column("version_num")
    found = connection.execute(select(version).select_from(table(version_table)))
    seen = found.scalar()
    return None if seen is None else str(seen)


def _upgrade(
    connection: Connection,
    steps: str,
    seen: str | None,
    head: str,
    version_table: str,
    error: type[LogError | StateError],
) -> None:
    from alembic import command
    from alembic.config import Config

    known = {
        name.partition("_")[0].removeprefix("v")
        for name in os.listdir(os.path.join(steps, "versions"))
        if name.endswith(".py")
    }
    if seen is not None and seen not in known:
        raise error(
            code="newer_database",
            where=shown(connection.engine.url),
            found=f"tables of version {seen}, written by a newer Leeboard",
            expected=f"version {head} or older",
            fix="Open it with a Leeboard at least as new as the one that wrote it.",
        )
    config = Config()
    # a % in a path would be taken for the beginning of a variable
    config.set_main_option("script_location", steps.replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["version_table"] = version_table
    command.upgrade(config, head)
