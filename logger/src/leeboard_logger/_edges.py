"""The world outside as two small objects: time, and the files of one folder.

Tests hand in a clock that jumps and a folder that is full.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import time

__all__ = ["Clock", "Folder"]


class Clock:
    """Time as the logger sees it: of the day for events, monotonic for durations."""

    __slots__ = ()

    def time_ns(self) -> int:
        """Return nanoseconds since 1970."""
        return time.time_ns()

    def monotonic(self) -> float:
        """Return seconds since some moment; never goes back."""
        return time.monotonic()


class Folder:
    """Calls on files of one folder, which nobody else can write to.

    All names are looked up from the folder as it was opened, so that exchanging the
    folder for a link afterwards leads nowhere.

    Raises
    ------
    PermissionError
        When the folder is a link, belongs to another user, or is open to others.
    OSError
        When it cannot be made or opened.
    """

    __slots__ = ("_at", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, 0o700)
        self._at = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        found = os.fstat(self._at)
        if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
            os.close(self._at)
            raise PermissionError(path)

    def create(self, name: str) -> int:
        """Create a file for appending, hold its lock, and only then give it its name.

        A reader takes a file without a lock for finished: there must be no moment at
        which it sees the name and not the lock.
        """
        fresh = f"{name}.new"
        file = self.begin(fresh)
        try:
            self.hold(file)
            self.rename(fresh, name)
        except OSError:
            os.close(file)
            with contextlib.suppress(OSError):
                os.unlink(fresh, dir_fd=self._at)
            raise
        return file

    def begin(self, name: str) -> int:
        """Create a file that nobody has, for appending."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        return os.open(name, flags, 0o600, dir_fd=self._at)

    def hold(self, file: int) -> None:
        """Take a file's lock, which ends with its last descriptor."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def rename(self, old: str, new: str) -> None:
        """Give a file its name."""
        os.rename(old, new, src_dir_fd=self._at, dst_dir_fd=self._at)

    def probe(self, name: str, data: bytes = b"") -> None:
        """Create a file, lock it, have data on the disk, and take it away again."""
        file = self.begin(f"{name}.new")
        try:
            self.hold(file)
            while data:
                data = data[self.write(file, data) :]
                self.sync(file)
        finally:
            os.close(file)
            os.unlink(f"{name}.new", dir_fd=self._at)

    def write(self, file: int, data: bytes) -> int:
        """Append; return how many bytes went in."""
        return os.write(file, data)

    def truncate(self, file: int, size: int) -> None:
        """Cut a file back."""
        os.ftruncate(file, size)

    def sync(self, file: int) -> None:
        """Have a file's contents on the disk."""
        os.fdatasync(file)

    def sync_names(self) -> None:
        """Have the folder's names on the disk."""
        os.fsync(self._at)

    def close(self, file: int) -> None:
        """Close a file, which gives up its lock."""
        os.close(file)

    def linked(self, file: int) -> bool:
        """Tell whether a file still has its name."""
        return os.fstat(file).st_nlink > 0

    def used(self) -> int:
        """Bytes of all files in the folder."""
        total = 0
        with os.scandir(self._at) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    total += entry.stat(follow_symlinks=False).st_size
        return total

    def free(self) -> int:
        """Bytes of the file system that are free to us."""
        found = os.fstatvfs(self._at)
        return found.f_bavail * found.f_frsize

    def leave(self) -> None:
        """Close the folder itself."""
        os.close(self._at)
