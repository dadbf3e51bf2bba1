"""Files the commands write: whole or not at all, and never into nowhere.

Must not know what is written.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable

from leeboard.errors import ConfigError, FileError

__all__ = ["check_new", "check_places", "write_whole"]


def check_places(paths: Iterable[str]) -> None:
    """Refuse files that could not be written, before anything is computed.

    Raises
    ------
    FileError
        A folder that is missing or may not be written, or a folder where a file
        should be.
    ConfigError
        One file named for two outputs.
    """
    seen: set[str] = set()
    for path in paths:
        folder = os.path.dirname(path) or "."
        if not os.path.isdir(folder):
            raise FileError(
                code="no_folder",
                where=path,
                found=f"no folder {folder!r}",
                expected="a folder to write into",
                fix="Make the folder, or name another place.",
            )
        if os.path.isdir(path):
            raise FileError(
                code="is_folder",
                where=path,
                found="a folder",
                expected="the name of a file",
                fix="Add a file name.",
            )
        _check_rights(path)
        real = os.path.realpath(path)
        if real in seen:
            raise ConfigError(
                code="same_output",
                where=path,
                found="the same file for two outputs",
                expected="a file of its own for each",
                fix="Name another file.",
            )
        seen.add(real)


def _check_rights(path: str) -> None:
    """Refuse a folder that takes no new file: each is written beside and renamed."""
    real = os.path.realpath(path)
    if os.path.exists(real) and not os.path.isfile(real):  # /dev/null, a named pipe
        return
    folder = os.path.dirname(real)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FileError(
            code="no_rights",
            where=path,
            found=f"the folder {folder!r} may not be written by this user",
            expected="a folder to write into",
            fix="Name another place, or mend the folder's permissions.",
        )


def check_new(path: str, *, force: bool) -> None:
    """Refuse to replace a file unless told to.

    Raises
    ------
    FileError
    """
    if not force and os.path.lexists(path):
        raise FileError(
            code="file_exists",
            where=path,
            found="a file of that name",
            expected="none",
            fix="Give --force to replace it, or name another file.",
        )


def write_whole(path: str, text: str) -> None:
    """Write a file so that a reader sees the old one or the whole new one.

    Parameters
    ----------
    path : str
        A link is followed, and the file it names replaced.
    text : str
        Written as UTF-8 with the line ends it has.

    Raises
    ------
    OSError
        With the name of the file; nothing half-written is left behind.
    """
    asked, path = path, os.path.realpath(path)
    if os.path.exists(path) and not os.path.isfile(path):  # /dev/null, a named pipe
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        return
    temporary = f"{path}.{secrets.token_hex(4)}.tmp"
    try:
        with open(temporary, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError):
            error.filename, error.filename2 = asked, None  # nobody knows the other
        raise
