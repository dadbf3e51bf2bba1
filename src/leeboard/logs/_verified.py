"""Segments as local files that hold what was written, or the reason why they do not."""

from __future__ import annotations

import hashlib
import os
import threading

from leeboard.logs._manifest import Segment
from leeboard.logs._objects import Objects

__all__ = ["Verified"]


class Verified:
    """Checks each file against its hash before it is first read, and when it changed.

    Parameters
    ----------
    objects : Objects
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._sound: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

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

    def _checked(self, segment: Segment) -> str | None:
        path = self._objects.local(segment.name, segment.size)
        stat = os.stat(path)
        stamp = (stat.st_size, stat.st_mtime_ns)
        with self._lock:
            if self._sound.get(segment.name) == stamp:
                return path
        if stat.st_size != segment.size or _sha256(path) != segment.sha256:
            return None
        with self._lock:
            self._sound[segment.name] = stamp
        return path


def _sha256(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
