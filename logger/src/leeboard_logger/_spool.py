"""The spool: frames appended to files of a local folder, for a committer to read.

A file is ``<start_ns>-<pid>-<token>-<n>.frames``. Its writer holds an exclusive lock on
it while it is open, and ends it with an END frame at 16 MiB, after a minute, or at
close; a file is finished when it has END or nobody holds its lock.

One lock guards the file. The worker waits for it; a caller waits 50 ms at most.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from leeboard_logger._edges import Clock, Folder
from leeboard_logger._sink import ACKNOWLEDGED, Answer, Entry
from leeboard_logger.frames import END, frame

__all__ = ["PATIENCE_S", "ROTATE_BYTES", "ROTATE_S", "TRIP_S", "Spool", "Terms"]

ROTATE_BYTES = 16 << 20
ROTATE_S = 60.0
_ACCOUNT_S = 1.0
PATIENCE_S = 0.05
"""A direct write slower than this is a slow disk."""
TRIP_S = 1.0
"""How long direct writes are then avoided."""
_RETRY_S = 0.2
_SHARE_OF_FREE = 0.1
_TRIAL_BYTES = 64 << 10
_TAIL_BYTES = 4096  # kept free for the accounting and END frames of a full spool


class _Turn:
    """A lock that is refused to whoever already has it.

    A signal's handler or a finaliser may log while its own thread is writing: to wait
    for that thread would be to wait for nothing.
    """

    __slots__ = ("_busy", "_lock")

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._busy = False

    def take(self, timeout: float = -1) -> bool:
        """Take the lock in so many seconds; tell whether it is taken."""
        if not self._lock.acquire(timeout=timeout):
            return False
        if self._busy:
            self._lock.release()
            return False
        self._busy = True
        return True

    def give(self) -> None:
        """Give the lock back."""
        self._busy = False
        self._lock.release()

    def __enter__(self) -> None:
        self._lock.acquire()
        self._busy = True

    def __exit__(self, *_: object) -> None:
        self.give()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a spool promises and may take.

    Parameters
    ----------
    cap_bytes : int
        What the folder may hold, everybody's files counted; also at most a tenth of
        what would be free without it.
    durable : bool
        Whether a batch is acknowledged only once it is on the disk. What then fails is
        dropped, as the caller is told; otherwise it is tried again.
    sync_s : float
        Seconds after which written frames are had on the disk in the background.
    rotate_bytes : int
        Size at which another file is begun.
    """

    cap_bytes: int
    durable: bool = False
    sync_s: float = 0.5
    rotate_bytes: int = ROTATE_BYTES


class Spool:
    """A sink that appends frames to files.

    Parameters
    ----------
    open_folder : callable
        Opens the folder; called again in a child after a fork.
    account : callable
        Returns the accounting payload of this moment.
    token : callable
        Returns what tells this writer from others in file names.
    terms : Terms
    """

    def __init__(
        self,
        open_folder: Callable[[], Folder],
        account: Callable[[], bytes],
        token: Callable[[], str],
        clock: Clock,
        terms: Terms,
    ) -> None:
        self._open_folder = open_folder
        self._account = account
        self._token = token
        self._clock = clock
        self._terms = terms
        self._forget()

    def _forget(self) -> None:
        self._turn = _Turn()
        self._numbers = 0
        self._folder: Folder | None = None
        self._file: int | None = None
        self._retired: list[int] = []
        self._size = 0
        self._certain = True
        self._since = self._synced = self._accounted = self._looked = -1e9
        self._dirty = self._new_names = False
        self._told = b""
        self._used = self._cap = 0
        self._trouble = ""
        self.tripped_until = -1e9

    # ── what callers and the worker do ──────────────────────────────────────────────

    def send(self, batch: Sequence[Entry]) -> Answer:
        """Append a batch; in durable mode also have it on the disk."""
        return self.store([entry.payload for entry in batch])

    def store(self, payloads: Sequence[bytes]) -> Answer:
        """Append payloads, as ``send`` does the entries that hold them."""
        with self._turn:
            stored = self._append([frame(payload) for payload in payloads])
            if self._terms.durable:
                return self._settle_durable(len(payloads), stored)
            if stored == len(payloads):
                return Answer([ACKNOWLEDGED] * stored)
            return Answer([ACKNOWLEDGED] * stored, _RETRY_S, self._trouble)

    def _settle_durable(self, count: int, stored: int) -> Answer:
        if stored and not self._sync_now():
            stored = 0
        lost = [self._trouble] * (count - stored)
        return Answer([ACKNOWLEDGED] * stored + lost)

    def direct(self, payloads: Sequence[bytes]) -> int:
        """Append from a caller's own thread; return how many were stored.

        Fewer than all means that the disk is slow, full or broken, or that another
        thread is stuck in it: the rest belongs in the queue.
        """
        start = self._clock.monotonic()
        stored = 0
        if self._turn.take(PATIENCE_S):
            try:
                stored = self._append([frame(payload) for payload in payloads])
            finally:
                self._turn.give()
        elif self._clock.monotonic() - start < PATIENCE_S:
            return 0  # called from within: nothing is wrong with the disk
        end = self._clock.monotonic()
        if stored < len(payloads) or end - start > PATIENCE_S:
            self.tripped_until = end + TRIP_S
        return stored

    def probe(self) -> None:
        """Raise the `OSError` that tells that nothing can ever be written here.

        A full disk is not one: it may empty.
        """
        try:
            with self._turn:
                self._folder = self._open_folder()
                self._folder.probe(f"{os.getpid()}-{self._token()}")
        except OSError as error:
            if _reason(error) != "disk_full":
                raise

    def trouble(self) -> str:
        """Try whether a frame could be stored now; tell why not, or nothing."""
        try:
            with self._turn:
                if self._folder is None:
                    self._folder = self._open_folder()
                name = f"{os.getpid()}-{self._token()}"
                self._folder.probe(name, bytes(_TRIAL_BYTES))
                self._look(self._clock.monotonic())
                wanted = min(_TRIAL_BYTES, self._cap // 8) + _TAIL_BYTES
                return "" if self._used + wanted <= self._cap else "spool_full"
        except OSError as error:
            return _reason(error)

    def tick(self) -> bool:
        """Account, rotate, and have what was written on the disk."""
        now = self._clock.monotonic()
        with self._turn:
            if self._file is not None:
                self._check_names()
            if now - self._accounted >= _ACCOUNT_S:
                self._accounted = now
                self._write_account()
                self._look(now)
            if self._file is not None and now - self._since >= ROTATE_S:
                self._end()
        if now - self._synced >= self._terms.sync_s or self._retired:
            self.sync()
        return self._file is not None or self._account() != self._told

    def sync(self) -> bool:
        """Have all that was written on the disk; tell whether it is."""
        with self._turn:
            retired, self._retired = self._retired, []
            file, folder, dirty = self._file, self._folder, self._dirty
            names, self._dirty, self._new_names = self._new_names, False, False
        if folder is None:
            return not dirty
        # Outside the lock, so that callers can go on writing. Nobody else closes a
        # file: whoever ends one puts it among the retired, which are ours now.
        good = [self._had(folder.sync, old) for old in retired]
        if file is not None and dirty:
            good.append(self._had(folder.sync, file))
        if names:
            good.append(self._had(folder.sync_names))
        for old in retired:
            self._had(folder.close, old)
        self._synced = self._clock.monotonic()
        if not all(good):
            # After a failed sync the kernel may have forgotten what it could not
            # write: syncing the same file again would lie.
            with self._turn:
                self._end()
        return all(good)

    def _had(self, call: Callable[..., None], *given: object) -> bool:
        try:
            call(*given)
        except OSError as error:
            self._trouble = _reason(error)
            return False
        return True

    def close(self) -> None:
        """End the file."""
        with self._turn:
            self._write_account()
            self._end()
        self.sync()
        with self._turn:
            folder, self._folder = self._folder, None
        if folder is not None:
            folder.leave()

    def abandon(self) -> None:
        """In a child after a fork: let go of the parent's files, and write nothing.

        Closing a copied descriptor does not give up the parent's lock.
        """
        files = [*self._retired, *([] if self._file is None else [self._file])]
        folder = self._folder
        self._forget()
        if folder is not None:
            for file in files:
                folder.close(file)
            folder.leave()

    # ── under the lock ──────────────────────────────────────────────────────────────

    def _append(self, frames: list[bytes]) -> int:
        """Write frames; return how many are stored, from the first on."""
        stored = self._try(frames)
        if stored < len(frames) and self._file is not None and not self._certain:
            stored += self._try(frames[stored:])  # in another file
        return stored

    def _try(self, frames: list[bytes]) -> int:
        try:
            if not self._certain or self._size >= self._terms.rotate_bytes:
                self._end()
            if self._file is None:
                self._open()
            data = b"".join(frames)
            if self._used + len(data) + _TAIL_BYTES > self._cap and not self._look(
                self._clock.monotonic(), len(data)
            ):
                self._trouble = "spool_full"
                return 0
            return self._put(data, frames)
        except OSError as error:
            self._trouble = _reason(error)
            return 0

    def _put(self, data: bytes, frames: list[bytes]) -> int:
        folder, file = self._folder, self._file
        assert folder is not None  # noqa: S101  # opened by the caller
        assert file is not None  # noqa: S101
        done = 0
        # An exception from a signal's handler may end this between a write and its
        # count: then the file's size is not known, and another file is begun.
        self._certain = False
        self._dirty = True
        try:
            while done < len(data):
                done += folder.write(file, data[done:] if done else data)
        except OSError as error:
            self._trouble = _reason(error)
            whole, kept = _whole(frames, done)
            if kept < done:
                folder.truncate(file, self._size + kept)
            self._size += kept
            self._used += kept
            # A file that is at its own limit, or that the disk refuses, is left; but
            # an empty one is kept, or retries would fill the folder with them.
            other = error.errno in {errno.EFBIG, errno.EIO} and self._size > 0
            self._certain = not other
            return whole
        self._trouble = ""
        self._size += done
        self._used += done
        self._certain = True
        return len(frames)

    def _open(self) -> None:
        if self._folder is None:
            self._folder = self._open_folder()
        self._numbers += 1
        start = self._clock.time_ns()
        name = f"{start}-{os.getpid()}-{self._token()}-{self._numbers}.frames"
        try:
            self._file = self._folder.create(name)
        except FileNotFoundError:  # somebody has deleted the folder
            self._folder.leave()
            self._folder = None
            self._folder = self._open_folder()
            self._file = self._folder.create(name)
        self._size = 0
        self._certain = True
        self._since = self._clock.monotonic()
        self._new_names = True
        if self._terms.durable:
            self._folder.sync_names()
            self._new_names = False

    def _end(self) -> None:
        """Finish the file, if there is one; its last frames are a courtesy."""
        file = self._file
        if file is None:
            return
        if self._certain:
            told = self._account()
            tail = [frame(END)]
            if told and told != self._told:
                tail.insert(0, frame(told))
            with contextlib.suppress(OSError):
                if self._put(b"".join(tail), tail) == len(tail):
                    self._told = told
        self._file = None
        self._retired.append(file)

    def _sync_now(self) -> bool:
        file, folder = self._file, self._folder
        assert folder is not None  # noqa: S101  # something was just written
        assert file is not None  # noqa: S101
        good = self._had(lambda: folder.sync(file))
        self._dirty = False
        if not good:
            trouble = self._trouble
            self._end()
            self._trouble = trouble
        return good

    def _write_account(self) -> None:
        told = self._account()
        if told and told != self._told and self._append([frame(told)]):
            self._told = told

    def _check_names(self) -> None:
        """Begin again where somebody has deleted our file."""
        folder, file = self._folder, self._file
        if folder is None or file is None or folder.linked(file):
            return
        folder.close(file)
        folder.leave()
        self._file = self._folder = None

    def _look(self, now: float, wanted: int = 0) -> bool:
        """Count the folder anew; tell whether there is room for so many bytes."""
        folder = self._folder
        if folder is None:
            return False
        if wanted and now - self._looked < PATIENCE_S and self._cap:
            return False
        self._looked = now
        self._used = folder.used()
        free = folder.free()
        self._cap = int(
            min(self._terms.cap_bytes, _SHARE_OF_FREE * (free + self._used))
        )
        return self._used + wanted + _TAIL_BYTES <= self._cap


def _whole(frames: Sequence[bytes], size: int) -> tuple[int, int]:
    """Count the frames, and their bytes, that lie whole within a size."""
    count = kept = 0
    for one in frames:
        if kept + len(one) > size:
            break
        kept += len(one)
        count += 1
    return count, kept


def _reason(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return "disk_full"
    if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        return "read_only"
    return "io_error"
