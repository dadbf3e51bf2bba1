"""A SQLite file as a whole: copied while others write, and rid of old bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import exc

from leeboard.databases._failures import failures
from leeboard.errors import StateError

__all__ = ["copy_sqlite", "sound_sqlite", "vacuum_sqlite"]

_BUSY_S = 60.0


def copy_sqlite(path: str, target: str) -> None:
    """Copy a database as of one moment, by SQLite's own online backup.

    Raises
    ------
    StateError
        If it cannot be read.
    """
    with (
        _told(path),
        closing(sqlite3.connect(path, timeout=_BUSY_S)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)


def sound_sqlite(path: str) -> bool:
    """Tell whether a file is a whole database."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            (answer,) = connection.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError:
        return False
    return bool(answer == "ok")


def vacuum_sqlite(path: str) -> None:
    """Write a database anew, so that no deleted row is left in its file or journal.

    Raises
    ------
    StateError
        If others hold it for a minute, or it cannot be written.
    """
    with _told(path), closing(sqlite3.connect(path, timeout=_BUSY_S)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _told(path: str) -> Iterator[None]:
    with failures(StateError, path):
        try:
            yield
        except sqlite3.Error as problem:
            raise exc.DBAPIError(None, None, problem) from problem
