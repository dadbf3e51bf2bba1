"""Is a log sound, and does its spool empty: looked at, never changed.

Place: beside the reads, for whoever examines an installation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from leeboard.logs._chain import Chain
from leeboard.logs._failures import as_log_errors
from leeboard.logs._log import Log
from leeboard.logs._objects import Objects
from leeboard.logs._spool import Spool
from leeboard.logs._verified import Verified
from leeboard.logs.folder import FolderLog

__all__ = ["Sound", "Waiting", "sound", "waiting"]


@dataclass(frozen=True, slots=True)
class Sound:
    """What was found of a log's segments.

    Parameters
    ----------
    segments : int
        All there are.
    looked : int
        Those whose contents were hashed.
    damaged : tuple of str
        Names of those that hold other bytes than were written, or are missing.
    """

    segments: int = 0
    looked: int = 0
    damaged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in a spool for its committer.

    Parameters
    ----------
    files, bytes : int
        With frames that the log does not have yet.
    since : datetime or None
        When the file that waits longest was last written to; None where none waits.
    refused : mapping of str to str
        Files that are never opened, and why.
    """

    files: int
    bytes: int
    since: datetime | None
    refused: Mapping[str, str]


def sound(log: Log, most: int | None = None) -> Sound:
    """Hash a log's segments, the newest first; a log in a server has none.

    Parameters
    ----------
    log : Log
    most : int, optional
        So many segments; None: all of them.

    Raises
    ------
    LogError
        A manifest is damaged, or the disk or bucket refuses.
    """
    if not isinstance(log, FolderLog):
        return Sound()
    return _looked(log.objects, most)


def _looked(objects: Objects, most: int | None) -> Sound:
    with as_log_errors("log_unreadable"):
        chain, verified = Chain(objects), Verified(objects)
        segments = chain.contents().segments
        newest = sorted(segments.values(), key=lambda one: -one.sequence)[:most]
        damaged = []
        for segment in newest:
            try:
                bad = verified.path(segment) is None
            except FileNotFoundError:
                # merged into another meanwhile, or gone
                bad = segment.name in chain.contents().segments
            if bad:
                damaged.append(segment.name)
    return Sound(len(segments), len(newest), tuple(damaged))


def waiting(spool: str, marks: Mapping[str, int]) -> Waiting:
    """Tell what a spool holds that is not in the log.

    Parameters
    ----------
    spool : str
    marks : mapping of source to offset
        Of the log.

    Raises
    ------
    LogError
        The folder is a link, or others than its owner may write to it.
    """
    folder = Spool(spool)
    with as_log_errors("log_unreadable", spool):
        files = [
            (file, file.size - marks.get(file.source, 0)) for file in folder.files()
        ]
    behind = [(file, size) for file, size in files if size > 0]
    since = min((file.modified_ns for file, _ in behind), default=None)
    return Waiting(
        len(behind),
        sum(size for _, size in behind),
        None if since is None else datetime.fromtimestamp(since / 1e9, UTC),
        folder.refused,
    )
