"""Spool files of loggers: which there are, what stands in them, and when they are done.

Place: under the committer and the reads of what is not committed yet. A file that
somebody else put there, or a link, is never opened.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from leeboard.errors import LogError
from leeboard.logs._disk import Disk
from leeboard_logger.frames import END, LARGEST, Gap, read_frames, whole_frames

__all__ = ["Read", "Spool", "SpoolFile", "blank_committed", "spool_copies"]

_SUFFIX = ".frames"
_NAME = ".spool"
_LEASE = ".committer"
_ZEROS = 1 << 20
_SETTLED_S = 5.0
"""Seconds after which a file that nobody holds is taken for left behind."""


@dataclass(frozen=True, slots=True)
class SpoolFile:
    """One file of a spool.

    Parameters
    ----------
    source : str
        The spool's own name and the file's: the key of its mark.
    """

    source: str
    path: str
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of one file from a mark on.

    Parameters
    ----------
    payloads : tuple of bytes
    gaps : tuple of (int, bytes)
        Damaged spans: offset and bytes.
    stop : int
        Offset up to which all of this reaches.
    finished : bool
        Nobody will write to the file any more, and all of it was read.
    """

    source: str
    path: str
    payloads: tuple[bytes, ...]
    gaps: tuple[tuple[int, bytes], ...]
    stop: int
    finished: bool


class Spool:
    """A folder into which loggers of this machine write frames.

    Parameters
    ----------
    path : str
        Need not exist yet.
    disk : Disk, optional
    """

    def __init__(self, path: str, disk: Disk | None = None) -> None:
        self.path = path
        self._disk = disk or Disk()
        self.refused: dict[str, str] = {}

    def files(self, *, named: bool = False) -> Sequence[SpoolFile]:
        """List the files that may be read, by name; notes the others as refused.

        Parameters
        ----------
        named : bool
            Give the spool a name of its own if it has none yet: who commits needs one.

        Raises
        ------
        LogError
            The folder is a link, or others than its owner may write to it.
        """
        try:
            folder = os.lstat(self.path)
        except FileNotFoundError:
            return ()
        self._check(folder)
        found = []
        self.refused = {}
        for entry in os.scandir(self.path):
            if not entry.name.endswith(_SUFFIX) or entry.name.startswith("."):
                continue
            with suppress(FileNotFoundError):
                own = entry.stat(follow_symlinks=False)
                why = _refusal(own, folder)
                if why:
                    self.refused[entry.name] = why
                    continue
                found.append((entry.name, entry.path, own))
        if not found:
            return ()
        name = self.name(make=named)
        return tuple(
            SpoolFile(f"{name}/{file}", path, own.st_size, own.st_mtime_ns)
            for file, path, own in sorted(found, key=lambda one: one[0])
        )

    def read(self, file: SpoolFile, start: int, most: int) -> Read:
        """Read whole frames from an offset on, about ``most`` bytes of them.

        Raises
        ------
        FileNotFoundError
            The file is gone: it was committed and removed.
        """
        with _opened(file.path) as handle:
            finished = _left(handle)
            size = os.fstat(handle).st_size
            most = max(most, 2 * LARGEST)  # so that one frame always fits
            data = os.pread(handle, max(0, min(most, size - start)), start)
            whole = start + len(data) >= size
        payloads, stop = whole_frames(data)
        gaps: list[tuple[int, bytes]] = []
        for item in read_frames(data, stop):
            if isinstance(item, Gap):
                if item.stop == len(data) and not (finished and whole):
                    break  # what looks damaged may be a frame that is being written
                gaps.append((start + item.start, data[item.start : item.stop]))
            else:
                payloads.append(item.payload)
            stop = item.stop
        ended = payloads[-1:] == [END]
        if (finished or ended) and whole and stop < len(data):
            gaps.append((start + stop, data[stop:]))
            stop = len(data)
        done = (finished or ended) and whole and stop == len(data)
        return Read(
            file.source, file.path, tuple(payloads), tuple(gaps), start + stop, done
        )

    def remove(self, read: Read) -> bool:
        """Remove a file that is finished and wholly committed; tell whether it was."""
        with suppress(FileNotFoundError), _opened(read.path) as handle:
            # a power cut may have left less of it than was committed
            if os.fstat(handle).st_size <= read.stop:
                self._disk.remove(read.path)
                return True
        return False

    def _check(self, folder: os.stat_result) -> None:
        if stat.S_ISLNK(folder.st_mode) or not stat.S_ISDIR(folder.st_mode):
            found = "a link or a file"
        elif folder.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            found = "a folder that others may write to"
        else:
            return
        raise LogError(
            code="unsafe_spool",
            where=self.path,
            found=found,
            expected="a folder that only its owner may write to",
            fix="Make it so: chmod 700.",
        )

    def name(self, *, make: bool = False) -> str:
        """Name of this spool, made once: marks of several do not mix. Empty if none."""
        path = os.path.join(self.path, _NAME)
        with suppress(FileNotFoundError), _opened(path) as handle:
            return os.read(handle, 64).decode("ascii")
        if not make:
            return ""
        temporary = f"{path}-{secrets.token_hex(8)}"
        self._disk.write(temporary, secrets.token_hex(8).encode())
        self._disk.sync(temporary)
        with suppress(FileExistsError):
            self._disk.link(temporary, path)
        self._disk.remove(temporary)
        self._disk.sync(self.path)
        return self.name()

    @contextmanager
    def lease(self) -> Iterator[bool]:
        """Hold the right to commit this spool; false where another process has it."""
        path = os.path.join(self.path, _LEASE)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            handle = os.open(path, flags, 0o600)
        except FileNotFoundError:  # no spool yet: nothing to commit
            yield True
            return
        try:
            yield _locked(handle)
        finally:
            os.close(handle)


def spool_copies(path: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and whole frames of each file of a spool, and the spool's own name."""
    spool = Spool(path)
    files = spool.files()
    name = spool.name()
    if name:
        yield _NAME, name.encode("ascii")
    for file in files:
        with suppress(FileNotFoundError), _opened(file.path) as handle:
            whole = spool.read(file, 0, os.fstat(handle).st_size).stop
            yield os.path.basename(file.path), os.pread(handle, whole, 0)


def blank_committed(path: str, marks: Mapping[str, int]) -> None:
    """Write zeros over all frames of a spool that the log has.

    A logger may go on writing: it adds to the end, and nobody reads before the mark.
    """
    for file in Spool(path).files() if path else ():
        upto = marks.get(file.source, 0)
        flags = os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        with suppress(FileNotFoundError):
            handle = os.open(file.path, flags)
            try:
                for at in range(0, min(upto, file.size), _ZEROS):
                    size = min(_ZEROS, min(upto, file.size) - at)
                    os.pwrite(handle, bytes(size), at)
                os.fsync(handle)
            finally:
                os.close(handle)


def _refusal(own: os.stat_result, folder: os.stat_result) -> str:
    if not stat.S_ISREG(own.st_mode):
        return "no regular file"
    if own.st_uid not in {folder.st_uid, os.geteuid()}:
        return "another owner"
    return "a second name" if own.st_nlink > 1 else ""


@contextmanager
def _opened(path: str) -> Iterator[int]:
    # a pipe of that name would make us wait for its writer
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    handle = os.open(path, flags)
    try:
        yield handle
    finally:
        os.close(handle)


def _left(handle: int) -> bool:
    """Tell whether a file's writer is gone: it would hold the file's lock."""
    # a new file is left alone: its writer may be about to lock it
    if time.time() - os.fstat(handle).st_mtime < _SETTLED_S or not _locked(handle):
        return False
    fcntl.flock(handle, fcntl.LOCK_UN)
    return True


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
