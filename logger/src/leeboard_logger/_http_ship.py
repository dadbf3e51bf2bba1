"""Takes a local spool to a collector: reads frames back, posts them, deletes files.

One shipper works on a spool at a time, whichever of the processes on it gets the lock;
it ships what the others and the dead wrote too. How far a file is shipped stands beside
it and is written after the collector's answer: whatever happens between the two is
mended by sending again, since the collector knows events by id.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from leeboard_logger._http_batch import PATHS, STORED
from leeboard_logger._http_courier import Courier
from leeboard_logger._http_files import (
    frames_in,
    keep,
    mark_of,
    opened,
    read_mark,
    unlocked,
    write_mark,
)
from leeboard_logger.frames import END, LARGEST, Frame, read_frames

__all__ = ["Shipped", "Shipper"]

_CHUNK = LARGEST + (64 << 10)  # more than the largest frame: each read gets further
_POLL_S = 0.25
_WARN_EVERY_S = 60.0
_LOG = logging.getLogger("leeboard_logger")


@dataclass(frozen=True, slots=True)
class Shipped:
    """What one shipper did so far.

    Parameters
    ----------
    stored : int
        Records that the collector has.
    refused : mapping of str to int
        Records it will not have, by reason.
    damaged : int
        Bytes that were no whole frame; they are kept in files beside.
    """

    stored: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    damaged: int = 0


@dataclass(slots=True)
class _Pending:
    """A payload that waits for its outcome, and where its frame ends in the file."""

    payload: bytes
    stop: int
    settled: bool = False


class Shipper:
    """Ships one spool folder in a thread of its own.

    Parameters
    ----------
    folder : str
        Holds ``*.frames``.
    courier : Courier
    clock : callable
        Seconds that never run back.
    """

    def __init__(
        self,
        folder: str,
        courier: Courier,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._courier = courier
        self._clock = clock
        self._warned_at = -float("inf")
        self._done = Shipped()
        self._begin()

    def _begin(self) -> None:
        # What was shipped is known here too, for the marks cannot be written to a full
        # disk, and shipping is what empties it.
        self._reached: dict[str, int] = {}
        self._lock: int | None = None
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread, if it does not run."""
        if self._thread is not None:
            return
        thread = threading.Thread(
            target=self._run, name="leeboard-shipper", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:  # too many threads; another process may ship
            return
        self._thread = thread

    def stats(self) -> Shipped:
        """Return what was done so far."""
        return self._done

    def drain(self, within_s: float) -> bool:
        """Wait until the whole spool is shipped; False where time ran out first."""
        deadline = self._clock() + within_s
        while True:
            self._wake.set()
            with contextlib.suppress(OSError):  # the folder may be gone: so be it
                if not any(self._unshipped()):
                    return True
            if self._clock() >= deadline:
                return False
            time.sleep(0.01)

    def stop(self, within_s: float) -> bool:
        """Ship what can be shipped in so many seconds, then end the thread."""
        started = self._clock()
        done = self.drain(within_s) if self._thread is not None else True
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(max(0.05, within_s - (self._clock() - started)))
            self._thread = None
        return done

    def abandon(self) -> None:
        """In a child after a fork: leave thread, lock and connection to the parent."""
        if self._lock is not None:
            # Closing lets the parent keep it: the lock belongs to the open file of
            # both, and goes when the last of them closes it.
            os.close(self._lock)
        self._courier.close()
        self._done = Shipped()
        self._begin()

    def _run(self) -> None:
        try:
            while not self._stopping:
                wait = _POLL_S
                try:
                    if self._leads():
                        wait = self.ship()
                except Exception as error:  # noqa: BLE001 — a thread has nobody above it
                    self._warn("cannot be read (%s)", type(error).__name__)
                self._pause(wait)
        finally:
            self._courier.close()
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    def _pause(self, wait: float) -> None:
        """Wait; a wake-up ends a poll, but not a rest that the courier asked for."""
        deadline = self._clock() + wait
        while not self._stopping and (left := deadline - self._clock()) > 0:
            if self._wake.wait(min(left, _POLL_S)):
                self._wake.clear()
                if wait <= _POLL_S:
                    return
                time.sleep(0.01)

    def _leads(self) -> bool:
        """Tell whether this process is the one that ships; try to become it."""
        if self._lock is not None:
            return True
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        lock = os.open(os.path.join(self._folder, ".shipper"), flags, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return False
        self._lock = lock
        return True

    def ship(self) -> float:
        """Ship what lies there now; return the seconds to wait before the next time."""
        names = frames_in(self._folder)
        self._sweep(names)
        for name in names:
            try:
                wait = self._ship_file(os.path.join(self._folder, name))
            except FileNotFoundError:  # whoever took it away has it now
                continue
            except OSError as error:
                # one file that cannot be read does not keep the others back
                self._warn("cannot be read (%s)", type(error).__name__)
                continue
            if wait > 0 or self._stopping:
                return wait
        return _POLL_S

    def _sweep(self, names: list[str]) -> None:
        """Forget files that are gone: delete their marks, and half-written ones."""
        paths = {os.path.join(self._folder, name) for name in names}
        self._reached = {p: at for p, at in self._reached.items() if p in paths}
        marks = {mark_of(name) for name in names}
        for name in os.listdir(self._folder):
            if name.endswith((".shipped", ".shipped.tmp")) and name not in marks:
                os.unlink(os.path.join(self._folder, name))

    def _ship_file(self, path: str) -> float:
        with opened(path) as file:
            if file is None:
                self._warn("holds a file that is not ours: %s", os.path.basename(path))
                return 0.0
            # Looked at before reading: what a dead writer wrote is all there by then.
            abandoned = unlocked(file)
            offset = self._reached.get(path, read_mark(path))
            if offset > os.fstat(file).st_size:
                offset = 0
            ended = False
            while data := os.pread(file, _CHUNK, offset):
                pending, stop, ended = self._read(path, data, offset)
                wait = self._post(path, pending)
                if wait > 0 or self._stopping:
                    return wait
                if stop == offset:
                    break
                offset = stop
                self._save(path, offset)
            size = os.fstat(file).st_size
            if not (ended or abandoned):
                return 0.0
            if offset < size:
                self._damage(path, os.pread(file, size - offset, offset))
            for done in (path, mark_of(path)):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(done)
            return 0.0

    def _read(
        self, path: str, data: bytes, offset: int
    ) -> tuple[list[_Pending], int, bool]:
        """Frames of a piece of a file: what to post, where it ends, whether at END."""
        pending: list[_Pending] = []
        stop, ended = 0, False
        for number, piece in enumerate(read_frames(data)):
            if not isinstance(piece, Frame):
                if stop == 0:
                    stop = piece.stop
                    self._damage(path, data[:stop])
                # Frames before a gap go first, so that each gap is counted once.
                break
            stop = piece.stop
            ended = piece.payload == END
            if piece.payload[:1].decode("latin-1") in PATHS:
                pending.append(_Pending(piece.payload, offset + stop))
            if number % 64 == 0:
                time.sleep(2e-5)  # a caller that waits for the interpreter has it now
        return pending, offset + stop, ended

    def _post(self, path: str, pending: list[_Pending]) -> float:
        """Post until everything is settled or the courier must rest."""
        left = pending
        while left and not self._stopping:
            attempt = self._courier.attempt([one.payload for one in left])
            for place, _ in attempt.settled:
                left[place].settled = True
            self._count(Counter(outcome for _, outcome in attempt.settled))
            left = [one for one in pending if not one.settled]
            if attempt.settled:
                self._save(path, _before(pending))
            if attempt.wait_s > 0:
                return attempt.wait_s
        return 0.0

    def _count(self, outcomes: Counter[str]) -> None:
        stored = self._done.stored + outcomes.pop(STORED, 0)
        refused = {**(Counter(self._done.refused) + outcomes)}
        self._done = replace(self._done, stored=stored, refused=refused)
        for reason in outcomes:
            self._warn("holds records that the collector will not have: %s", reason)

    def _damage(self, path: str, data: bytes) -> None:
        """Keep and count bytes that are no frame."""
        self._done = replace(self._done, damaged=self._done.damaged + len(data))
        self._warn("is damaged: %s", os.path.basename(path))
        with contextlib.suppress(OSError):
            keep(path, data)

    def _save(self, path: str, offset: int) -> None:
        """Remember how far a file is shipped, also for who comes after this process."""
        if offset <= 0:
            return
        self._reached[path] = offset
        with contextlib.suppress(OSError):
            write_mark(path, offset)

    def _unshipped(self) -> Iterator[str]:
        for name in frames_in(self._folder):
            path = os.path.join(self._folder, name)
            with contextlib.suppress(FileNotFoundError):
                if os.stat(path).st_size > self._reached.get(path, read_mark(path)):
                    yield name

    def _warn(self, what: str, about: str) -> None:
        now = self._clock()
        if now - self._warned_at >= _WARN_EVERY_S:
            self._warned_at = now
            _LOG.warning("the spool %s " + what, self._folder, about)


def _before(pending: list[_Pending]) -> int:
    """Where the last frame ends before one that is not settled; 0: the first is not."""
    offset = 0
    for one in pending:
        if not one.settled:
            break
        offset = one.stop
    return offset
