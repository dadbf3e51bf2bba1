"""Opening a store of results by its address."""

from __future__ import annotations

from datetime import UTC, datetime
from os import PathLike, fspath
from typing import TYPE_CHECKING

from leeboard.errors import Note, StateError
from leeboard.state._state import State

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from leeboard.state._sql import SqlState

__all__ = [
    "copy_state",
    "file_of",
    "fill_state",
    "open_state",
    "state_is_empty",
    "state_time",
    "state_version",
]


def open_state(target: str | PathLike[str]) -> State:
    """Open a store of results, made where there is none.

    Parameters
    ----------
    target : str or path
        A file of SQLite (a path, or ``sqlite:///path``), or the address of a Postgres
        database, ``postgresql://user:password@host/database``.

    Returns
    -------
    State
        Its ``notes`` say what should be known of the disk it lies on.

    Raises
    ------
    StateError
        If it cannot be read and written, or a newer Leeboard has written it.
    """
    return _open(target)


def copy_state(target: str | PathLike[str], path: str) -> None:
    """Write all results as of one moment into a new file of SQLite.

    Raises
    ------
    StateError
        If they cannot be read.
    """
    from leeboard.state._copies import copy_rows

    state = _open(target)
    try:
        copy_rows(state, path)
    finally:
        state.close()


def fill_state(target: str | PathLike[str], path: str) -> None:
    """Hold what a file of SQLite holds, and nothing else; all of it or no change.

    Raises
    ------
    StateError
        If it cannot be read, or the target not be written.
    """
    from leeboard.state._copies import replace_rows

    state = _open(target)
    try:
        replace_rows(state, path)
    finally:
        state.close()


def state_is_empty(target: str | PathLike[str]) -> bool:
    """Tell whether there are no results at all."""
    from leeboard.state._copies import holds_rows

    state = _open(target)
    try:
        return not holds_rows(state)
    finally:
        state.close()


def state_version(target: str | PathLike[str]) -> tuple[str | None, str]:
    """Tell which form a store of results has, and which this Leeboard writes.

    Nothing is changed, but that a file that is not there is made, without tables.

    Raises
    ------
    StateError
        If it cannot be read and written.
    """
    from leeboard.databases import Writes, version_of
    from leeboard.state._tables import HEAD, VERSION_TABLE

    engine, _ = _engine(target)
    try:
        return version_of(Writes(engine, StateError), VERSION_TABLE, StateError), HEAD
    finally:
        engine.dispose()


def state_time(target: str | PathLike[str]) -> datetime:
    """Return what time the server of a store of results has.

    Raises
    ------
    StateError
        If it does not answer.
    """
    from sqlalchemy import func, select

    from leeboard.databases import Writes

    engine, _ = _engine(target)
    try:
        with Writes(engine, StateError).reading() as connection:
            found: datetime = connection.execute(
                select(func.clock_timestamp())
            ).scalar_one()
            return found.astimezone(UTC)
    finally:
        engine.dispose()


def _open(target: str | PathLike[str]) -> SqlState:
    from leeboard.state._sql import SqlState

    return SqlState(*_engine(target))


def _engine(target: str | PathLike[str]) -> tuple[Engine, tuple[Note, ...]]:
    from leeboard.databases import network_disk, open_postgres, open_sqlite

    address = fspath(target)
    scheme, mark, _ = address.partition("://")
    kind = scheme.partition("+")[0]
    if not mark:
        path = address
    elif kind in {"postgresql", "postgres"}:
        rest = address.partition("://")[2]
        return open_postgres(f"postgresql://{rest}", StateError), ()
    elif kind == "sqlite" and address.startswith("sqlite:///"):
        path = address.removeprefix("sqlite:///")
    else:
        raise StateError(
            code="bad_address",
            where="state",
            found=f"an address that begins with {scheme}://",
            expected="a path, sqlite:///path or postgresql://…",
            fix="Several hosts need Postgres; one host needs a path alone.",
        )
    disk = network_disk(path)
    text = (
        f"the state lies on a network disk ({disk}), where SQLite's locks may not hold "
        "between hosts; keep it on a local disk, or use Postgres"
    )
    notes = () if disk is None else (Note("network_disk", path, text),)
    return open_sqlite(path, StateError), notes


def file_of(target: str | PathLike[str]) -> str | None:
    """Path of a store of results; None where it lies in a server."""
    address = fspath(target)
    if address.startswith("sqlite:///"):
        return address.removeprefix("sqlite:///")
    return None if "://" in address else address
