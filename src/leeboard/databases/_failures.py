"""What a database's refusal means to a person, without any secret in it.

Decided by the codes that SQLite and Postgres give, never by the wording of a message.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import URL, exc, make_url

from leeboard.errors import LogError, StateError

__all__ = ["failures", "shown"]

_SQLITE = {
    sqlite3.SQLITE_BUSY: "database_busy",
    sqlite3.SQLITE_LOCKED: "database_busy",
    sqlite3.SQLITE_CANTOPEN: "database_unreachable",
    sqlite3.SQLITE_READONLY: "database_denied",
    sqlite3.SQLITE_PERM: "database_denied",
    sqlite3.SQLITE_AUTH: "database_denied",
    sqlite3.SQLITE_FULL: "database_full",
    sqlite3.SQLITE_CORRUPT: "database_damaged",
    sqlite3.SQLITE_NOTADB: "database_damaged",
}

# by class (two letters) or whole code; Postgres manual, appendix A
_POSTGRES = {
    "08": "database_unreachable",
    "28": "database_denied",
    "42501": "database_denied",
    "25006": "database_denied",
    "3D000": "database_unreachable",
    "42P01": "database_gone",
    "42703": "database_gone",
    "3F000": "database_gone",
    "53100": "database_full",
    "53": "database_busy",
    "55P03": "database_busy",
    "57014": "database_busy",
    "40": "database_busy",
    "57": "database_unreachable",
    "XX001": "database_damaged",
    "XX002": "database_damaged",
}

_ADVICE = {
    "database_busy": (
        "a turn within the time allowed",
        "Run it again; if it stays so, look what else writes there.",
    ),
    "database_unreachable": (
        "a database that can be opened",
        "Check address, user, password and rights, and that server or folder is there.",
    ),
    "database_denied": (
        "the right to read and write",
        "Check the owner and mode of the file, or the rights of the user.",
    ),
    "database_gone": (
        "the tables and columns named",
        "Check that they exist in the schema that the user sees.",
    ),
    "database_full": ("room on the disk", "Free some, and run it again."),
    "database_damaged": (
        "a sound database",
        "Restore a backup, or move it away: results can be counted again from the log.",
    ),
    "database_failed": (
        "a statement that succeeds",
        "Look at the database's own log.",
    ),
}


def shown(target: str | URL) -> str:
    """Name of a database for messages: no password, no options, no query."""
    if isinstance(target, str) and "://" not in target:
        return target
    try:
        url = make_url(target)
    except (exc.ArgumentError, ValueError):
        return str(target).partition("://")[0] + "://…"
    if url.drivername.startswith("sqlite"):
        return url.database or "SQLite in memory"
    port = f":{url.port}" if url.port else ""
    return f"{url.get_backend_name()}://{url.host or ''}{port}/{url.database or ''}"


@contextmanager
def failures(
    error: type[LogError | StateError], target: str | URL, *, secret: str | None = None
) -> Iterator[None]:
    """Turn what the database or its driver raises inside into one of our errors.

    Parameters
    ----------
    error : type
        Of the error raised.
    target : str or URL
        The database, for messages.
    secret : str, optional
        A password that no message may hold.

    Raises
    ------
    LogError or StateError
        Codes ``database_busy``, ``database_unreachable``, ``database_denied``,
        ``database_gone``, ``database_full``, ``database_damaged``,
        ``database_failed``.
    """
    try:
        yield
    except exc.TimeoutError as problem:
        # every connection of the pool is in use
        raise _error(error, target, "database_busy", "no free connection") from problem
    except _raised() as problem:
        origin = problem.orig if isinstance(problem, exc.DBAPIError) else problem
        # the driver's exception repeats values and addresses; it is not chained
        text = _text(origin, secret or getattr(target, "password", None))
        raise _error(error, target, _code(origin), text) from None


@cache
def _raised() -> tuple[type[Exception], ...]:
    """What SQLAlchemy raises, and drivers used without it, as for COPY."""
    try:
        from psycopg import Error
    except ImportError:
        return (exc.DBAPIError, sqlite3.Error)
    return exc.DBAPIError, sqlite3.Error, Error


def _error(
    kind: type[LogError | StateError], target: str | URL, code: str, found: str
) -> LogError | StateError:
    expected, fix = _ADVICE[code]
    return kind(code=code, where=shown(target), found=found, expected=expected, fix=fix)


def _code(origin: BaseException | None) -> str:
    number = getattr(origin, "sqlite_errorcode", None)
    if isinstance(number, int):
        return _SQLITE.get(number & 0xFF, "database_failed")
    state = getattr(origin, "sqlstate", None)
    if state is None and type(origin).__name__ == "OperationalError":
        # psycopg has no code for a server that never answered
        return "database_unreachable"
    state = str(state)
    return _POSTGRES.get(state) or _POSTGRES.get(state[:2]) or "database_failed"


def _text(origin: BaseException | None, secret: object) -> str:
    """First line of the engine's message; of Postgres, without the values in DETAIL."""
    primary = getattr(getattr(origin, "diag", None), "message_primary", None)
    text = str(primary or origin or type(origin).__name__)
    if secret:
        text = text.replace(str(secret), "…")
    return " ".join(text.split("\n", maxsplit=1)[0].split())[:200]
