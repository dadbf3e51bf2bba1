"""Disks that fail on purpose: crashes, errors and power cuts at any call."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from leeboard.logs._disk import Disk

CALLS = ("make_folder", "write", "sync", "rename", "link", "remove")


class Crashed(BaseException):
    """The process is gone: no handler may act any more."""


class _Watched(Disk):
    """Tells a subclass of each call, before and after."""

    def _call(self, name: str, *arguments: Any) -> None:
        getattr(Disk, name)(self, *arguments)

    def make_folder(self, path: str) -> None:
        self._call("make_folder", path)

    def write(self, path: str, data: bytes) -> None:
        self._call("write", path, data)

    def sync(self, path: str) -> None:
        self._call("sync", path)

    def rename(self, old: str, new: str) -> None:
        self._call("rename", old, new)

    def link(self, old: str, new: str) -> None:
        self._call("link", old, new)

    def remove(self, path: str) -> None:
        self._call("remove", path)


class DyingDisk(_Watched):
    """A disk whose process dies at one call: before it, after it, or inside of a write.

    Parameters
    ----------
    at : int
        Number of the call, from 0; later ones never happen.
    when : str
        ``before``, ``after`` or ``half``.
    """

    def __init__(self, at: int, when: str) -> None:
        self.at = at
        self.when = when
        self.calls = 0
        self.dead = False

    def _call(self, name: str, *arguments: Any) -> None:
        if self.dead:
            raise Crashed
        here = self.calls == self.at
        self.calls += 1
        if here and self.when == "before":
            self._die()
        if here and self.when == "half" and name == "write":
            path, data = arguments
            super()._call(name, path, data[: len(data) // 2])
            self._die()
        super()._call(name, *arguments)
        if here:
            self._die()

    def _die(self) -> None:
        self.dead = True
        raise Crashed


class FailingDisk(_Watched):
    """A disk that answers one call, or all from it on, with an error.

    Parameters
    ----------
    at : int
    error : int
        As in ``errno``.
    lasting : bool
    """

    def __init__(self, at: int, error: int, *, lasting: bool = False) -> None:
        self.at = at
        self.error = error
        self.lasting = lasting
        self.calls = 0

    def _call(self, name: str, *arguments: Any) -> None:
        number = self.calls
        self.calls += 1
        if number == self.at or (self.lasting and number > self.at):
            raise OSError(self.error, os.strerror(self.error))
        super()._call(name, *arguments)


@dataclass(frozen=True)
class Op:
    """One call that was made, or a note of what the caller was told."""

    name: str
    arguments: tuple[Any, ...]


@dataclass
class RecordingDisk(_Watched):
    """A disk that writes down every call, so that a power cut can be played."""

    ops: list[Op] = field(default_factory=list)

    def _call(self, name: str, *arguments: Any) -> None:
        super()._call(name, *arguments)
        self.ops.append(Op(name, arguments))

    def note(self, *what: Any) -> None:
        """Write down what the caller knows from here on."""
        self.ops.append(Op("note", what))


@dataclass
class _File:
    data: bytes
    synced: bool


Image = dict[str, bytes]


def images(before: Image, ops: list[Op]) -> Iterator[tuple[int, Image]]:
    """Yield what a disk may hold after a power cut, and how many calls preceded it.

    Of what was not synced, a cut may leave any part: the end of a file's data may be
    missing, and each name that was given or taken may be there or not.
    """
    for cut in range(len(ops) + 1):
        yield from ((cut, image) for image in _images_at(before, ops[:cut]))


def _images_at(before: Image, ops: list[Op]) -> Iterator[Image]:
    files = {path: _File(data, synced=True) for path, data in before.items()}
    lasting = dict(files)  # names that a cut cannot take away
    pending: list[tuple[str, str, _File | None]] = []  # folder, path, what it names
    for op in ops:
        if op.name == "write":
            path, data = op.arguments
            files[path] = _File(data, synced=False)
            pending.append((os.path.dirname(path), path, files[path]))
        elif op.name == "sync":
            (path,) = op.arguments
            if path in files:
                files[path].synced = True
            else:
                for folder, name, file in pending:
                    if folder == path:
                        _name(lasting, name, file)
                pending = [one for one in pending if one[0] != path]
        elif op.name in {"rename", "link"}:
            old, new = op.arguments
            files[new] = files[old]
            pending.append((os.path.dirname(new), new, files[new]))
            if op.name == "rename":
                del files[old]
                pending.append((os.path.dirname(old), old, None))
        elif op.name == "remove":
            (path,) = op.arguments
            files.pop(path, None)
            pending.append((os.path.dirname(path), path, None))
    count = len(pending)
    choices = {(), tuple(range(count))}
    choices |= {tuple(range(n)) for n in range(count)}
    choices |= {(n,) for n in range(count)}
    choices |= {tuple(k for k in range(count) if k != n) for n in range(count)}
    for choice in sorted(choices):
        names = dict(lasting)
        for number in choice:
            _, path, file = pending[number]
            _name(names, path, file)
        for share in (0.0, 0.5, 1.0):
            yield {
                path: file.data
                if file.synced
                else file.data[: int(len(file.data) * share)]
                for path, file in names.items()
            }
            if all(file.synced for file in names.values()):
                break


def _name(names: dict[str, _File], path: str, file: _File | None) -> None:
    if file is None:
        names.pop(path, None)
    else:
        names[path] = file
