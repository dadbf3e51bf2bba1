"""The intake: events are on the disk before anybody hears that they are taken.

Place: one thread between requests and spool. Requests that come while it writes wait
together and share the next write. The order is the promise: first the spool, synced to
the disk; then the ledger; then the answers. A crash between two of them leaves events
that nobody was told of; they come again, and the log counts each once.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from leeboard.server.events import Event
from leeboard.server.ledger import Ledger
from leeboard.server.refusal import Refusal
from leeboard_logger.durable import DurableSpool

__all__ = ["Intake", "Room"]

_LOG = logging.getLogger("leeboard.server")
_TICK_S = 1.0
_GROUP = 20_000
"""Events that share one write at most."""


@dataclass(frozen=True, slots=True)
class Room:
    """What may wait for the disk."""

    events: int = 50_000
    bytes: int = 64 << 20


@dataclass(slots=True)
class _Sent:
    """The events of one request, waiting for their statuses."""

    events: Sequence[Event]
    atomic: bool
    size: int
    answer: Future[list[str]] = field(default_factory=Future)
    statuses: list[str] = field(default_factory=list)


class Intake:
    """Takes events from any thread, and stores them in one of its own.

    Parameters
    ----------
    spool : DurableSpool
    ledger : Ledger
        Both are closed with the intake.
    room : Room
    clock : callable
        Seconds since 1970.
    """

    def __init__(
        self,
        spool: DurableSpool,
        ledger: Ledger,
        room: Room | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._spool = spool
        self._ledger = ledger
        self._room = room or Room()
        self._clock = clock
        self._queue: queue.SimpleQueue[_Sent | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._events = self._bytes = 0
        self._closed = False
        self.trouble = ""
        # a daemon: what is not acknowledged must not hold up a process that fails
        self._thread = threading.Thread(
            target=self._work, name="leeboard-intake", daemon=True
        )

    def start(self) -> None:
        """Begin to store."""
        self._thread.start()

    def close(self) -> None:
        """Store what waits, and let go of the files."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        if self._thread.ident is not None:
            self._thread.join()
        self._spool.close()
        self._ledger.close()

    def submit(
        self, events: Sequence[Event], *, atomic: bool = False
    ) -> Future[list[str]]:
        """Hand in the events of one request.

        Parameters
        ----------
        events : sequence of Event
        atomic : bool
            Store none where one conflicts with what is stored.

        Returns
        -------
        Future of list of str
            For each event ``accepted``, ``duplicate``, ``conflict`` or ``quarantined``;
            with ``atomic`` also ``rejected``. Raises ``Refusal`` (503) where the disk
            did not take them.

        Raises
        ------
        Refusal
            429: as much waits as there is room for. 503: the server is stopping.
        """
        sent = _Sent(events, atomic, sum(len(one.payload) for one in events))
        with self._lock:
            if self._closed:
                raise _unavailable("stopping", "a server that is being stopped")
            full = self._events + len(events) > self._room.events
            if self._events and (full or self._bytes + sent.size > self._room.bytes):
                raise Refusal(
                    429,
                    code="queue_full",
                    where="server",
                    found="as many events waiting for the disk as there is room for",
                    expected="fewer at a time",
                    fix="Send the same request again after Retry-After.",
                    retry_s=1,
                )
            self._events += len(events)
            self._bytes += sent.size
            self._queue.put(sent)
        return sent.answer

    # ── the thread ──────────────────────────────────────────────────────────────────

    def _work(self) -> None:
        while True:
            try:
                first = self._queue.get(timeout=_TICK_S)
            except queue.Empty:
                self._tick()
                continue
            if first is None:
                return
            group = self._group(first)
            try:
                self._settle(group)
            except Exception as error:  # noqa: BLE001 - logged whole
                # a defect of ours: nothing is acknowledged, and the thread goes on
                _LOG.exception("the intake failed")
                self._fail(group, type(error).__name__)
            with self._lock:
                self._events -= sum(len(sent.events) for sent in group)
                self._bytes -= sum(sent.size for sent in group)

    def _tick(self) -> None:
        with contextlib.suppress(OSError):
            self._spool.tick()
        if self.trouble:
            self._try_again()

    def _try_again(self) -> None:
        """Look whether the disk takes something: who asks first may send nothing."""
        trouble = self._spool.trouble()
        if not trouble:
            try:
                self._ledger.probe()
            except sqlite3.OperationalError as error:
                trouble = _unwritten(error)
            except sqlite3.DatabaseError:
                self._anew()
        self._stands(trouble)

    def _stands(self, trouble: str) -> None:
        """Say how it is where that has changed: a full disk is told once."""
        if trouble and trouble != self.trouble:
            _LOG.warning("events are not taken: %s", trouble)
        elif self.trouble and not trouble:
            _LOG.warning("events are taken again")
        self.trouble = trouble

    def _group(self, first: _Sent) -> list[_Sent]:
        """Take what waits beside the first, up to the size of a group."""
        group = [first]
        count = len(first.events)
        while count < _GROUP:
            try:
                more = self._queue.get_nowait()
            except queue.Empty:
                break
            if more is None:
                self._queue.put(None)  # to be met again after this group
                break
            group.append(more)
            count += len(more.events)
        return group

    def _settle(self, group: list[_Sent]) -> None:
        known = self._known([one.key for sent in group for one in sent.events])
        if known is None:
            self._fail(group, self.trouble)
            return
        fresh: dict[bytes, Event] = {}
        for sent in group:
            _decide(sent, known, fresh)
        kept = fresh
        if fresh:
            stored, trouble = self._store(list(fresh.values()))
            self._stands(trouble)
            if trouble:
                kept = dict(list(fresh.items())[:stored])
        if not self._remember(kept):
            self._fail(group, self.trouble)
            return
        gone = fresh.keys() - kept.keys()
        self._answer(group, gone)

    def _known(self, keys: Sequence[bytes]) -> dict[bytes, bytes] | None:
        try:
            return self._ledger.known(keys)
        except sqlite3.OperationalError:
            self._stands("ledger_unreadable")
        except sqlite3.DatabaseError:
            self._anew()
            return {}
        return None

    def _store(self, events: Sequence[Event]) -> tuple[int, str]:
        try:
            return self._spool.append([one.payload for one in events])
        except OSError:  # the folder cannot be opened again
            return 0, "io_error"

    def _remember(self, kept: dict[bytes, Event]) -> bool:
        if not kept:
            return True
        digests = {key: one.digest for key, one in kept.items()}
        try:
            self._ledger.add(digests, int(self._clock()))
        except sqlite3.OperationalError as error:
            self._stands(_unwritten(error))
            return False
        except sqlite3.DatabaseError:
            self._anew()
        return True

    def _anew(self) -> None:
        with contextlib.suppress(sqlite3.Error, OSError):
            self._ledger.begin_anew()

    def _answer(self, group: list[_Sent], gone: set[bytes]) -> None:
        for sent in group:
            if gone and any(one.key in gone for one in sent.events):
                self._fail([sent], self.trouble)
            else:
                sent.answer.set_result(sent.statuses)

    def _fail(self, group: list[_Sent], why: str) -> None:
        self._stands(why)
        for sent in group:
            sent.answer.set_exception(
                _unavailable("not_stored", f"a disk that takes nothing ({why})")
            )


def _decide(sent: _Sent, known: dict[bytes, bytes], fresh: dict[bytes, Event]) -> None:
    """Say what each event is, and add what is new to ``fresh``."""
    own: dict[bytes, Event] = {}
    for one in sent.events:
        had = known.get(one.key)
        if had is None:
            before = fresh.get(one.key) or own.get(one.key)
            had = None if before is None else before.digest
        if had is None:
            own[one.key] = one
            status = "accepted"
        else:
            status = "duplicate" if had == one.digest else "conflict"
        if one.aside and status != "conflict":
            status = "quarantined"
        sent.statuses.append(status)
    if sent.atomic and "conflict" in sent.statuses:
        sent.statuses = [
            status if status == "conflict" else "rejected" for status in sent.statuses
        ]
    else:
        fresh.update(own)


def _unavailable(code: str, found: str) -> Refusal:
    return Refusal(
        503,
        code=code,
        where="server",
        found=found,
        expected="a server that can store what it takes",
        fix="Send the same request again after Retry-After: nothing was acknowledged.",
        retry_s=5,
    )


def _unwritten(error: sqlite3.OperationalError) -> str:
    """Why the ledger takes nothing; a full disk is one, whichever file meets it."""
    full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
    return "disk_full" if full else "ledger_unwritable"
