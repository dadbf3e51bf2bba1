"""Files of a spool as who ships them sees them: which there are, whose, how far done.

``X.frames`` is one writer's file, ``X.shipped`` how far it is shipped, ``X.damaged``
bytes of it that were no whole frame.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator

__all__ = [
    "frames_in",
    "keep",
    "mark_of",
    "opened",
    "read_mark",
    "unlocked",
    "write_mark",
]


def frames_in(folder: str) -> list[str]:
    # names begin with the time they were made at
    return sorted(name for name in os.listdir(folder) if name.endswith(".frames"))


@contextlib.contextmanager
def opened(path: str) -> Iterator[int | None]:
    """Open a file of ours for reading; None for a link, a pipe, a file of others."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    file = os.open(path, flags)
    try:
        state = os.fstat(file)
        ours = stat.S_ISREG(state.st_mode) and state.st_uid == os.geteuid()
        yield file if ours else None
    finally:
        os.close(file)


def unlocked(file: int) -> bool:
    """Tell whether no writer holds a file's lock any more."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    fcntl.flock(file, fcntl.LOCK_UN)
    return True


def mark_of(path: str) -> str:
    return path.removesuffix(".frames") + ".shipped"


def read_mark(path: str) -> int:
    """How far a file is shipped; 0 where that is not known: then all goes again."""
    try:
        # bytes: a codec is loaded when it is first asked for, and a child that is
        # forked meanwhile waits for ever for the lock of that
        with open(mark_of(path), "rb") as file:
            text = file.read(20)
    except OSError:
        return 0
    return int(text) if text.isdigit() else 0


def write_mark(path: str, offset: int) -> None:
    """Write down how far a file is shipped, so that a reader sees old or new."""
    mark = mark_of(path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    made = os.open(f"{mark}.tmp", flags, 0o600)
    with os.fdopen(made, "wb") as file:
        file.write(str(offset).encode())
    os.replace(f"{mark}.tmp", mark)


def keep(path: str, data: bytes) -> None:
    """Keep bytes of a file that were no frame, for who wants to look at them."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    kept = os.open(path.removesuffix(".frames") + ".damaged", flags, 0o600)
    with os.fdopen(kept, "wb") as file:
        file.write(data)
