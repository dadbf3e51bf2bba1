"""The few calls by which a log changes a disk: a test can make each of them fail."""

from __future__ import annotations

import os

__all__ = ["Disk"]


class Disk:
    """What is done to files of this machine; reading is not part of it."""

    def make_folder(self, path: str) -> None:
        """Make a folder that only its owner may enter; its parent exists."""
        os.mkdir(path, 0o700)

    def write(self, path: str, data: bytes) -> None:
        """Write a new file whole; it may not exist yet."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(path, flags, 0o600)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(handle, rest) :]
        finally:
            os.close(handle)

    def sync(self, path: str) -> None:
        """Return once a file or a folder is on the disk."""
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, in place of what had it."""
        os.replace(old, new)

    def link(self, old: str, new: str) -> None:
        """Give a file a second name, which may not exist yet."""
        os.link(old, new, follow_symlinks=False)

    def remove(self, path: str) -> None:
        """Take a file's name away."""
        os.unlink(path)
