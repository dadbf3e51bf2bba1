"""From the name of a target to a log."""

from __future__ import annotations

import os

from leeboard.errors import LogError
from leeboard.logs._bucket import Bucket
from leeboard.logs._log import Log
from leeboard.logs._objects import Folder
from leeboard.logs.folder import FolderLog

__all__ = ["local_folder", "log_version", "open_log"]


_SERVERS = {"postgresql", "postgres"}


def open_log(target: str, *, spool: str | None = None) -> Log:
    """Open the log at a target; nothing is written before the first commit.

    Parameters
    ----------
    target : str
        A folder, ``s3://bucket/prefix``, or ``postgresql://…``.
    spool : str or None
        Folder of frames of this machine, whose events are part of reads before they are
        committed; by default ``spool`` in the target where that is a folder. A log in
        Postgres takes no part in it: ship first.

    Raises
    ------
    LogError
        No such kind of target (``unknown_target``).
    """
    scheme = target.partition("://")[0]
    folder = local_folder(target)
    if folder is not None:
        frames = spool if spool is not None else os.path.join(target, "spool")
        return FolderLog(Folder(folder), frames)
    if scheme == "s3":
        return FolderLog(Bucket(target), spool)
    if scheme in _SERVERS:
        from leeboard.logs.postgres import PostgresLog

        return PostgresLog(_address(target))
    raise LogError(
        code="unknown_target",
        where="log",
        found=f"{scheme}://",
        expected="a folder, s3:// or postgresql://",
        fix="Name one of these.",
    )


def log_version(target: str) -> tuple[str | None, str] | None:
    """Tell which form a log in a server has, and which this Leeboard writes.

    Nothing is made or changed.

    Returns
    -------
    tuple of (str or None, str), or None
        The first is None for a database without tables of a log; all of it is None
        for a folder or a bucket, whose pieces say their form themselves.

    Raises
    ------
    LogError
        If it cannot be read, or has no tables and the user may make none.
    """
    if target.partition("://")[0] not in _SERVERS:
        return None
    from leeboard.databases import Writes, open_postgres, version_of
    from leeboard.logs._pg_tables import HEAD, VERSION_TABLE

    engine = open_postgres(_address(target), LogError)
    try:
        return version_of(Writes(engine, LogError), VERSION_TABLE, LogError), HEAD
    finally:
        engine.dispose()


def _address(target: str) -> str:
    """Return an address of Postgres as its driver spells it."""
    return f"postgresql://{target.partition('://')[2]}"


def local_folder(target: str) -> str | None:
    """Folder of a log's pieces; None where it lies in a bucket or a server."""
    return None if "://" in target else os.path.join(target, "log")
