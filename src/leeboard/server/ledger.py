"""Which events have come: ids as hashes, with a hash of what each said.

Place: beside the spool, for one intake alone. Its loss loses no event: an id that is
not known any more is stored once more, and the log counts each once.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from leeboard.errors import StateError
from leeboard.server.places import lock_of

__all__ = ["HORIZON", "Ledger"]

HORIZON = timedelta(days=7)
"""How long an id is known at least; at most twice as long."""

_LOG = logging.getLogger("leeboard.server")
_AT_ONCE = 500
_MAKE = """
CREATE TABLE IF NOT EXISTS recent (
    key BLOB PRIMARY KEY, digest BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS older (
    key BLOB PRIMARY KEY, digest BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS since (at INTEGER NOT NULL);
"""
_TURN = """
BEGIN IMMEDIATE;
DROP TABLE older;
ALTER TABLE recent RENAME TO older;
CREATE TABLE recent (key BLOB PRIMARY KEY, digest BLOB NOT NULL) WITHOUT ROWID;
DELETE FROM since;
COMMIT;
"""


class Ledger:
    """A SQLite file that one process holds.

    One connection writes and no other is open, so that SQLite's write-ahead log is safe
    in every version. A power cut may take the last seconds of it; a killed process
    takes nothing.

    Parameters
    ----------
    path : str
    horizon : timedelta

    Raises
    ------
    StateError
        Another server holds it (``already_served``), or it cannot be made.
    """

    def __init__(self, path: str, horizon: timedelta = HORIZON) -> None:
        self.path = path
        self._horizon_s = int(horizon.total_seconds())
        self._lock = _hold(lock_of(path))
        try:
            self._open_sound()
        except sqlite3.Error as error:
            os.close(self._lock)
            raise StateError(
                code="ledger_unusable",
                where=path,
                found=f"a file that SQLite does not open ({type(error).__name__})",
                expected="a folder that can be written to",
                fix="Look at the disk and at the rights on the folder.",
            ) from error

    def _open_sound(self) -> None:
        try:
            self._open()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            self.begin_anew()

    def _open(self) -> None:
        # made by one thread and used by another, never by both
        self._connection = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False
        )
        try:
            for setting in ("journal_mode = WAL", "synchronous = NORMAL"):
                self._connection.execute(f"PRAGMA {setting}").fetchall()
            self._connection.execute("PRAGMA cache_size = -16384")
            self._connection.executescript(_MAKE)
        except sqlite3.Error:
            self._connection.close()
            raise

    def begin_anew(self) -> None:
        """Put a damaged file away and begin an empty one."""
        _LOG.warning("the ledger of ids is damaged; a new one begins")
        with contextlib.suppress(AttributeError, sqlite3.Error):
            self._connection.close()
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.remove(self.path + end)
        self._open()

    def known(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the digest of each key that is known.

        Raises
        ------
        sqlite3.Error
        """
        found: dict[bytes, bytes] = {}
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            for table in ("older", "recent"):
                asked = f"SELECT key, digest FROM {table} WHERE key IN ({marks})"  # noqa: S608 - two names of ours
                found.update(self._connection.execute(asked, some).fetchall())
        return found

    def probe(self) -> None:
        """Write to the file, without changing what it says.

        Raises
        ------
        sqlite3.Error
        """
        self._connection.execute("UPDATE since SET at = at")

    def add(self, digests: Mapping[bytes, bytes], now_s: int) -> None:
        """Keep keys with their digests; forget those beyond the horizon.

        Raises
        ------
        sqlite3.Error
        """
        row = self._connection.execute("SELECT at FROM since").fetchone()
        if row is None or now_s - row[0] >= self._horizon_s:
            if row is not None:
                self._connection.executescript(_TURN)
            self._connection.execute("INSERT INTO since VALUES (?)", (now_s,))
        self._insert(digests.items())

    def _insert(self, rows: Iterable[tuple[bytes, bytes]]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        with (
            self._connection
        ):  # rolls back what SQLite has not, as it has on a full disk
            self._connection.executemany(
                "INSERT OR IGNORE INTO recent VALUES (?, ?)", rows
            )

    def close(self) -> None:
        """Let go of the file."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()
        os.close(self._lock)


def _hold(path: str) -> int:
    """Hold the lock of a ledger as long as the process lives."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise StateError(
            code="already_served",
            where=path,
            found="another leeboard serve with the same spool",
            expected="one server a spool",
            fix="Stop the other one, or give this one a configuration of its own.",
        ) from None
    return handle
