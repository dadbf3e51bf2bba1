"""Users' own databases, opened to be read and never written: not even made."""

from __future__ import annotations

import sqlite3
import weakref
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, exc, make_url

from leeboard.databases._engine import Writes, open_postgres
from leeboard.databases._failures import shown
from leeboard.errors import LogError

__all__ = ["open_reading"]

_BUSY_S = 60.0


def open_reading(address: str) -> Writes:
    """Open a database to read in: ``postgresql://…`` or ``sqlite:///path``.

    Parameters
    ----------
    address : str
        Three strokes and a path from here, or four and a path from the root, as
        SQLAlchemy has it.

    Raises
    ------
    LogError
        If the address is none, or no such database answers.
    """
    try:
        url = make_url(address)
    except (exc.ArgumentError, ValueError):
        url = None
    if url is None or url.get_backend_name() not in {"postgresql", "sqlite"}:
        # the dialect "postgres" is what many tools still write
        if not address.startswith("postgres://"):
            raise _bad(address)
    elif url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise _bad(address)
        return Writes(_sqlite(url.database), LogError)
    engine = open_postgres(address, LogError)
    readonly = engine.execution_options(postgresql_readonly=True)
    found = Writes(readonly, LogError)
    weakref.finalize(found, engine.dispose)
    return found


def _sqlite(path: str) -> Engine:
    # mode=ro: a file that is not there is an error, and the journal stays as it is
    place = Path(path).absolute().as_uri() + "?mode=ro"

    def connect() -> sqlite3.Connection:
        held = sqlite3.connect(
            place, uri=True, timeout=_BUSY_S, check_same_thread=False
        )
        # bytes that are no text are told by their own error, not by one of the engine
        held.text_factory = bytes.decode
        return held

    return create_engine(f"sqlite:///{path}", creator=connect, poolclass=NullPool)


def _bad(address: str) -> LogError:
    return LogError(
        code="bad_address",
        where=shown(address),
        found="no address of a database that can be read",
        expected="postgresql://user@host:port/database or sqlite:///path",
        fix="Correct it; give files by their path, without a table.",
    )
