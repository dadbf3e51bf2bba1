"""Engines: SQLite for one host, Postgres for several.

SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode when one connection resets the
log while another reads it (sqlite.org/wal.html, "the WAL-reset bug"); those get the
rollback journal, in which it cannot happen. A writing transaction there begins with
BEGIN IMMEDIATE, so that two writers wait for one another at its beginning: with a plain
BEGIN both may read first, and then neither can go on.
"""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    FromClause,
    NullPool,
    create_engine,
    event,
    exc,
    make_url,
)
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler

from leeboard.databases._failures import failures, shown
from leeboard.databases._where import network_disk
from leeboard.errors import LogError, StateError

__all__ = ["Writes", "journal_mode", "open_postgres", "open_sqlite"]

_WAL_IS_SAFE = (3, 51, 3)
_BUSY_S = 60.0
_CONNECT_S = 10


def journal_mode(version: tuple[int, ...], *, remote: bool) -> str:
    """Which journal SQLite of a version should keep: ``wal``, or ``delete``.

    Parameters
    ----------
    version : tuple of int
        As ``sqlite3.sqlite_version_info``.
    remote : bool
        The file lies on a network disk, where WAL's shared memory does not work.
    """
    return "wal" if version >= _WAL_IS_SAFE and not remote else "delete"


class Writes:
    """Transactions of an engine, to read in and to write in."""

    def __init__(self, engine: Engine, error: type[LogError | StateError]) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._error = error

    @property
    def engine(self) -> Engine:
        """The engine."""
        return self._engine

    @property
    def is_postgres(self) -> bool:
        """The engine is Postgres, not SQLite."""
        return self._engine.dialect.name == "postgresql"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of things."""
        with failures(self._error, self._engine.url), self._engine.begin() as held:
            yield held

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are made whole, or not at all."""
        with failures(self._error, self._engine.url), self._writer.begin() as held:
            yield held

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Give a connection whose statements stand for themselves, as VACUUM must."""
        own = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with failures(self._error, self._engine.url), own.connect() as held:
            yield held

    @contextmanager
    def one_view(self) -> Iterator[Connection]:
        """Give a connection whose statements all see one moment of a server."""
        own = self._engine.execution_options(isolation_level="REPEATABLE READ")
        with failures(self._error, self._engine.url), own.begin() as held:
            yield held


class _Hinted(SQLiteCompiler):
    """Writes hints, such as INDEXED BY, after the table they are about."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        del table
        return text


def open_sqlite(path: str, error: type[LogError | StateError]) -> Engine:
    """Open a SQLite file, made where it is not there, and its folder too.

    Raises
    ------
    LogError or StateError
        If the file cannot be made, read and written, or is no SQLite database.
    """
    folder = os.path.dirname(os.path.abspath(path))
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as problem:
        raise error(
            code="database_unreachable",
            where=path,
            found=f"no folder, and none can be made ({problem.strerror})",
            expected="a folder that can be written to",
            fix="Check the path and the rights on the folder.",
        ) from problem
    # a connection is opened for each transaction: it may not outlive a fork
    engine = create_engine(
        URL.create("sqlite", database=path),
        poolclass=NullPool,
        connect_args={"timeout": _BUSY_S, "check_same_thread": False},
    )
    engine.dialect.statement_compiler = _Hinted
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    journal = journal_mode(
        sqlite3.sqlite_version_info, remote=network_disk(path) is not None
    )
    with failures(error, path):
        _try(engine, journal)
    return engine


def _try(engine: Engine, journal: str) -> None:
    """Read a page, which shows whether this is a database, and lock it to write."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute(f"PRAGMA journal_mode = {journal}")
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("PRAGMA user_version").fetchone()
        cursor.execute("ROLLBACK")
    finally:
        raw.close()


def _prepare(connection: Any, _: Any) -> None:
    # transactions begin where we say, not before the first statement that writes
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _bound(connection: Any, _: Any) -> None:
    # a session that sleeps inside a transaction gives its locks up; whoever waits for
    # one longer than that is told
    milliseconds = str(int(_BUSY_S * 1000))
    settings = ["idle_in_transaction_session_timeout", "lock_timeout"]
    if connection.info.server_version >= 140_000:
        # a query whose asker has died ends too
        settings.append("client_connection_check_interval")
    for setting in settings:
        connection.execute("SELECT set_config(%s, %s, false)", (setting, milliseconds))
    connection.commit()


def open_postgres(target: str, error: type[LogError | StateError]) -> Engine:
    """Open a Postgres database by its address, ``postgresql://user@host/database``.

    Raises
    ------
    LogError or StateError
        If the address is none, the driver is not installed, or no server answers.
    """
    try:
        url = make_url(target)
        _ = url.port
    except (exc.ArgumentError, ValueError):
        raise error(
            code="bad_address",
            where=shown(target),
            found="an address that cannot be read",
            expected="postgresql://user:password@host:port/database",
            fix="Correct it; in a password, @ is written %40 and / is written %2F.",
        ) from None
    url = url.set(drivername="postgresql+psycopg")
    try:
        engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=4,
            max_overflow=12,
            pool_timeout=_BUSY_S,
            connect_args={
                "connect_timeout": _CONNECT_S,
                "application_name": "leeboard",
            },
        )
    except ImportError as problem:
        raise error(
            code="missing_driver",
            where=shown(url),
            found="no Postgres driver (psycopg)",
            expected="one",
            fix='Install it: pip install "leeboard[postgres]".',
        ) from problem
    event.listen(engine, "connect", _bound)
    with failures(error, url), engine.connect():
        pass
    alive = weakref.ref(engine)

    def forget() -> None:
        # a connection is its parent's; a child that used it would garble both
        own = alive()
        if own is not None:
            own.dispose(close=False)

    os.register_at_fork(after_in_child=forget)
    return engine
