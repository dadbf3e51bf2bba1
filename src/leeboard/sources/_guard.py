"""Whether a path may be read at all, and whether the file stayed the same meanwhile.

Place: before and after every reading of a file. Must not know formats.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from leeboard.errors import FileError

__all__ = ["Stamp", "arrow_file", "cannot_open", "open_regular", "stamp_of"]

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one state of a file from another.

    Parameters
    ----------
    path : Path
    device, inode, size, mtime_ns : int
    """

    path: Path
    device: int
    inode: int
    size: int
    mtime_ns: int

    def check(self, name: str) -> None:
        """Raise FileError if the file is no longer the one that was opened."""
        try:
            now = _stamp(self.path, self.path.stat())
        except OSError as error:
            found = f"the file gone ({error.strerror})"
        else:
            if now == self:
                return
            found = _change(self, now)
        raise FileError(
            code="changed_during_read",
            where=name,
            found=found,
            expected="the same file from the first row to the last",
            fix="Run again when nothing writes to it, or check a copy.",
        )


def stamp_of(path: Path, name: str) -> Stamp:
    """Return the state of a regular file.

    Raises
    ------
    FileError
        Missing, not readable, or no regular file; nothing is opened, so that a pipe or
        a device cannot hang.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise cannot_open(error, name) from error
    except ValueError as error:
        raise FileError(
            code="bad_path",
            where=repr(name),
            found="a NUL character in the path",
            expected="a path",
            fix="Correct the path.",
        ) from error
    for is_kind, kind in _KINDS:
        if is_kind(state.st_mode):
            raise FileError(
                code="not_a_file",
                where=name,
                found=kind,
                expected="a regular file, or a folder of them",
                fix="Write the data to a file first.",
            )
    return _stamp(path, state)


def open_regular(stamp: Stamp, name: str) -> BinaryIO:
    """Open a file that was stamped; a pipe put in its place does not hang."""
    try:
        descriptor = os.open(
            stamp.path,
            os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0),
        )
    except OSError as error:
        raise cannot_open(error, name) from error
    handle = os.fdopen(descriptor, "rb", buffering=0)
    if _stamp(stamp.path, os.fstat(descriptor)) != stamp:
        handle.close()
        stamp.check(name)
    return handle


@contextmanager
def arrow_file(stamp: Stamp, name: str) -> Iterator[pa.NativeFile]:
    """Open a file that was stamped for Arrow's own reading.

    A Python file would do, but Arrow's threads must not call into an interpreter that
    is shutting down.
    """
    open_regular(stamp, name).close()
    try:
        file = pa.OSFile(os.fsencode(stamp.path).decode("utf-8"), "rb")
    except OSError as error:
        raise cannot_open(error, name) from error
    except UnicodeDecodeError as error:
        raise FileError(
            code="bad_path",
            where=repr(name),
            found="a path that is not UTF-8",
            expected="a path Arrow can open",
            fix="Rename the file.",
        ) from error
    with file:
        stamp.check(name)
        yield file


def cannot_open(error: OSError, name: str) -> FileError:
    """Return the error for a path the system does not open."""
    reason = error.strerror or type(error).__name__
    missing = isinstance(error, FileNotFoundError)
    fix = "Check the path." if missing else "Check the path and its permissions."
    if missing and name == "-":
        fix = "Standard input is not read: write the data to a file first."
    return FileError(
        code="no_such_file" if missing else "cannot_open",
        where=name,
        found="no such file" if missing else reason,
        expected="a file that can be read",
        fix=fix,
    )


def _stamp(path: Path, state: os.stat_result) -> Stamp:
    return Stamp(path, state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)


def _change(before: Stamp, now: Stamp) -> str:
    if before.inode != now.inode or before.device != now.device:
        return "another file in its place"
    if before.size != now.size:
        return f"{now.size} bytes where there were {before.size}"
    return "a new time of change"
