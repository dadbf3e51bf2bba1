"""Where the pieces of a log lie: named, written once, and never changed.

Place: under manifests and segments. A store is a folder of this machine or a bucket.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from leeboard.logs._disk import Disk

__all__ = ["Folder", "Objects", "Piece"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One object as it is listed; ``modified`` in seconds since 1970."""

    name: str
    size: int
    modified: float


class Objects(Protocol):
    """A store of named pieces. Names are relative, with ``/`` between folders.

    What is absent raises FileNotFoundError, what else goes wrong another OSError.
    """

    def get(self, name: str) -> bytes:
        """Read a piece whole."""
        ...

    def put(self, name: str, data: bytes) -> None:
        """Write a piece under a name that nobody else uses; whole, or not at all."""
        ...

    def create(self, name: str, data: bytes) -> bool:
        """Write a piece unless the name is taken; tell whether it was written."""
        ...

    def exists(self, name: str) -> bool:
        """Tell whether there is such a piece."""
        ...

    def pieces(self, folder: str, *, after: str = "") -> Sequence[Piece]:
        """List what a folder holds, at any depth, by name; names past ``after``."""
        ...

    def remove(self, name: str) -> None:
        """Remove a piece; one that is absent is no failure."""
        ...

    def local(self, name: str, size: int) -> str:
        """Path of a local file with the contents of a piece."""
        ...

    def address(self, name: str) -> str:
        """Where a piece lies, for people."""
        ...

    def forget(self, name: str) -> bool:
        """Remove a local copy; false where the local file is the piece itself."""
        ...

    def forget_others(self, names: Collection[str], before: float) -> None:
        """Remove the local copies of all pieces but these, if older than a time."""
        ...


class Folder:
    """Pieces in a folder of this machine.

    A piece is written under another name, brought to the disk and only then named: a
    crash leaves it whole or absent.
    """

    def __init__(self, root: str, disk: Disk | None = None) -> None:
        self.root = root
        self._disk = disk or Disk()

    def get(self, name: str) -> bytes:
        """Read a piece whole."""
        with open(self._path(name), "rb") as file:
            return file.read()

    def put(self, name: str, data: bytes) -> None:
        """Write a piece under a name that nobody else uses."""
        path, temporary = self._written(name, data)
        self._disk.rename(temporary, path)
        self._disk.sync(os.path.dirname(path))

    def create(self, name: str, data: bytes) -> bool:
        """Write a piece unless the name is taken."""
        if self.exists(name):
            return False
        path, temporary = self._written(name, data)
        try:
            self._disk.link(temporary, path)
        except FileExistsError:
            return False
        finally:
            self._disk.remove(temporary)
        self._disk.sync(os.path.dirname(path))
        return True

    def exists(self, name: str) -> bool:
        """Tell whether there is such a piece."""
        return os.path.lexists(self._path(name))

    def pieces(self, folder: str, *, after: str = "") -> Sequence[Piece]:
        """List what a folder holds, at any depth."""
        found = []
        for place, _, files in os.walk(self._path(folder)):
            prefix = os.path.relpath(place, self.root).replace(os.sep, "/")
            for file in files:
                name = f"{prefix}/{file}"
                if name <= after:
                    continue
                with suppress(FileNotFoundError):
                    stat = os.lstat(os.path.join(place, file))
                    found.append(Piece(name, stat.st_size, stat.st_mtime))
        return sorted(found, key=lambda piece: piece.name)

    def remove(self, name: str) -> None:
        """Remove a piece; one that is absent is no failure."""
        with suppress(FileNotFoundError):
            self._disk.remove(self._path(name))

    def local(self, name: str, size: int) -> str:  # noqa: ARG002 - the file is its size
        """Path of a local file with the contents of a piece."""
        path = self._path(name)
        os.stat(path)
        return path

    def address(self, name: str) -> str:
        """Path of a piece."""
        return os.path.realpath(self._path(name))

    def forget(self, name: str) -> bool:  # noqa: ARG002 - there are no copies
        """Remove a local copy: here the file is the piece itself."""
        return False

    def forget_others(self, names: Collection[str], before: float) -> None:
        """Do nothing: there are no copies."""

    def _written(self, name: str, data: bytes) -> tuple[str, str]:
        path = self._path(name)
        self._make(os.path.dirname(path))
        waiting = self._path("tmp")
        self._make(waiting)
        temporary = os.path.join(waiting, secrets.token_hex(12))
        try:
            self._disk.write(temporary, data)
            self._disk.sync(temporary)
        except OSError:
            with suppress(OSError):
                self._disk.remove(temporary)
            raise
        return path, temporary

    def _make(self, folder: str) -> None:
        if os.path.isdir(folder):
            return
        above = os.path.dirname(folder)
        self._make(above)
        with suppress(FileExistsError):
            self._disk.make_folder(folder)
        self._disk.sync(above)

    def _path(self, name: str) -> str:
        return os.path.join(self.root, *name.split("/"))
