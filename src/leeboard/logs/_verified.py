"""Segments as local files that hold what was written, or the reason why they do not."""

from __future__ import annotations

import hashlib
import os
import time
from functools import lru_cache

from leeboard.logs._files import SegmentFile
from leeboard.logs._manifest import Segment
from leeboard.logs._objects import Objects

__all__ = ["Verified"]

_SETTLED_S = 2.0
"""Seconds within which a file may change twice and show one time of change."""


class Verified:
    """Checks a file against its hash before a process reads it, and when it changed.

    Parameters
    ----------
    objects : Objects
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def path(self, segment: Segment) -> str | None:
        """Path of a segment's file; None where it is damaged.

        Raises
        ------
        FileNotFoundError
            There is no such file: it may have been replaced by another.
        """
        path = self._checked(segment)
        if path is None and self._objects.forget(segment.name):
            path = self._checked(segment)
        return path

    def still(self, file: SegmentFile) -> bool:
        """Tell whether a file that was read before holds what it held then."""
        try:
            return _hashed(file.path) == file.sha256
        except OSError:
            return False

    def _checked(self, segment: Segment) -> str | None:
        path = self._objects.local(segment.name, segment.size)
        stat = os.stat(path)
        if stat.st_size != segment.size:
            return None
        return path if _hashed(path) == segment.sha256 else None


def _hashed(path: str) -> str:
    stat = os.stat(path)
    if time.time() - stat.st_mtime < _SETTLED_S:
        return _sha256(path)
    return _sha256_at(path, stat.st_mtime_ns)


@lru_cache(maxsize=1 << 16)
def _sha256_at(path: str, _: int) -> str:
    """Hash a file that was last changed at a time, once in a process."""
    return _sha256(path)


def _sha256(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
