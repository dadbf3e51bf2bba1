"""From the name of a target to a log."""

from __future__ import annotations

import os

from leeboard.errors import LogError
from leeboard.logs._bucket import Bucket
from leeboard.logs._log import Log
from leeboard.logs._objects import Folder
from leeboard.logs.folder import FolderLog

__all__ = ["local_folder", "open_log"]


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
    scheme, mark, _ = target.partition("://")
    folder = local_folder(target)
    if folder is not None:
        frames = spool if spool is not None else os.path.join(target, "spool")
        return FolderLog(Folder(folder), frames)
    if scheme == "s3":
        return FolderLog(Bucket(target), spool)
    if scheme in {"postgresql", "postgres"}:
        from leeboard.logs.postgres import PostgresLog

        return PostgresLog(f"postgresql{mark}{target.partition(mark)[2]}")
    raise LogError(
        code="unknown_target",
        where="log",
        found=f"{scheme}://",
        expected="a folder, s3:// or postgresql://",
        fix="Name one of these.",
    )


def local_folder(target: str) -> str | None:
    """Folder of a log's pieces; None where it lies in a bucket or a server."""
    return None if "://" in target else os.path.join(target, "log")
