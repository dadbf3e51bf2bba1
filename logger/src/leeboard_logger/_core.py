"""One logger in one process: its records, its pipe, and the place where events go.

What the mode means is decided here; the calls that users make are in `_logger`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from leeboard_logger import _processes
from leeboard_logger._copy import Copier
from leeboard_logger._counts import Stats, account
from leeboard_logger._edges import Clock, Folder
from leeboard_logger._errors import LoggerError, NotDurable
from leeboard_logger._pipe import LINGER_S, Pipe, Room, written
from leeboard_logger._record import Records
from leeboard_logger._redact import Redaction
from leeboard_logger._settings import Settings
from leeboard_logger._sink import QUEUED, Entry, Sink
from leeboard_logger._spool import ROTATE_BYTES, Spool, Terms
from leeboard_logger._values import RefusedError
from leeboard_logger.ids import EventId, new_id

if TYPE_CHECKING:
    from leeboard_logger._http_ship import Shipped, Shipper

__all__ = ["Core", "Edges"]


@dataclass(frozen=True, slots=True)
class Edges:
    """The outside world of a logger; tests hand in another.

    ``folder`` opens a spool's folder by its path; ``sink`` takes the place of spool and
    collector.
    """

    clock: Clock = field(default_factory=Clock)
    folder: Any = Folder
    sink: Sink | None = None
    rotate_bytes: int = ROTATE_BYTES


class Core:
    """What stands behind a logger.

    Raises
    ------
    LoggerError
        When the place where events shall go can never take any.
    """

    def __init__(
        self, settings: Settings, private: Redaction, key: str | None, edges: Edges
    ) -> None:
        self.settings = settings
        self.records = Records(settings, Copier(private), edges.clock)
        self._edges = edges
        self._clock = edges.clock
        self._token = os.urandom(4).hex()
        self._spool: Spool | None = None
        self._shipper: Shipper | None = None
        self.pipe = self._lay(key)
        if not settings.disabled:
            self._probe()
            _processes.remember(self)

    def _lay(self, key: str | None) -> Pipe:
        s = self.settings
        sink = self._edges.sink
        if s.spool and sink is None:
            sink = self._spool = Spool(
                lambda: self._edges.folder(s.spool),
                self._account,
                lambda: self._token,
                self._clock,
                Terms(
                    s.spool_bytes,
                    s.mode == "durable",
                    s.flush_s,
                    self._edges.rotate_bytes,
                ),
            )
        if s.url:
            from leeboard_logger._http import HttpSink, courier_to
            from leeboard_logger._http_ship import Shipper

            courier = courier_to(s.url, key)
            if s.spool:
                self._shipper = Shipper(s.spool, courier)
            else:
                sink = sink or HttpSink(courier)
        assert sink is not None  # noqa: S101  # settings have a spool or a URL
        return Pipe(
            sink,
            self._clock,
            Room(s.queue_records, s.queue_bytes),
            linger_s=0.0 if s.mode == "durable" else LINGER_S,
            started=self._started,
            sync=self._sync,
        )

    def _started(self) -> None:
        _processes.leave_with_worker(self)
        if self._shipper is not None:
            self._shipper.start()

    def _sync(self) -> bool:
        return True if self._spool is None else self._spool.sync()

    def _probe(self) -> None:
        """Refuse a spool that can never be written; one that is full may empty."""
        if self._spool is None:
            return
        try:
            self._spool.probe()
        except PermissionError as error:
            raise LoggerError(
                code="spool_not_private",
                where="spool",
                found=f"{self.settings.spool!r}, not ours alone or not to be written",
                expected="a folder of this user with mode 0700, not a link",
                fix="Give another folder, or chmod 700 it.",
            ) from error
        except OSError as error:
            raise LoggerError(
                code="spool_unusable",
                where="spool",
                found=f"{self.settings.spool!r}: {error.strerror}",
                expected="a folder that can be made and written",
                fix="Give another folder.",
            ) from error

    # ── one event ───────────────────────────────────────────────────────────────────

    def left_out(self, identity: EventId) -> bool:
        """Tell whether an event is not to be logged, and count it."""
        if self.settings.disabled:
            self.pipe.left_out("disabled")
            return True
        if self.records.sampled_out(identity):
            self.pipe.left_out("sampled")
            return True
        return False

    def take(self, entry: Entry) -> EventId:
        """Do with an entry what the mode says."""
        mode = self.settings.mode
        if mode == "buffered":
            self.pipe.put(entry)
            return entry.id
        reason = written(entry)
        if reason:
            raise RefusedError(reason)
        if mode == "durable":
            reason = self._unsettled([entry])
            if reason:
                raise NotDurable(reason, [entry.id])
        elif not self._write_now(entry):
            self.pipe.left_out("degraded")
            self.pipe.put(entry)
        return entry.id

    def take_many(self, entries: Sequence[Entry]) -> str:
        """Do with the entries of a batch what the mode says, within its patience.

        Returns why some are not stored where the mode promises it; mostly nothing.

        A batch is not on anybody's request path: with a spool it is written at once in
        buffered mode too, and otherwise waits for room in the queue.
        """
        good = []
        lost = ""
        for entry in entries:
            reason = written(entry)
            if reason:
                lost = lost or reason
                self.pipe.refuse(entry.kind, reason)
            else:
                good.append(entry)
        if self.settings.mode == "durable":
            return self._unsettled(good) or lost
        for entry in good[self._write_through(good) :]:
            self.pipe.wait_for_room(entry.size, self.settings.timeout)
            self.pipe.put(entry)
        return lost

    def _write_now(self, entry: Entry) -> bool:
        """Write to the spool from this thread, if that is quick; tell whether it is."""
        spool = self._spool
        if (
            spool is None
            or self.pipe.closed
            or self._clock.monotonic() < spool.tripped_until
            or not spool.direct([entry.payload])
        ):
            return False
        entry.id.stored = True
        self.pipe.stored(entry.kind)
        return True

    def _write_through(self, entries: Sequence[Entry]) -> int:
        """Write to the spool from this thread, slow or not; return how many it took."""
        if self._spool is None or not entries or self.pipe.closed:
            return 0
        count = len(self._spool.send(entries).settled)
        for entry in entries[:count]:
            entry.id.stored = True
        self.pipe.stored(entries[0].kind, count)  # a batch is of one kind
        return count

    def _unsettled(self, entries: Sequence[Entry]) -> str:
        """Wait for entries; return why one of them is not known to be durable."""
        taken = [entry for entry in entries if self.pipe.put(entry)]
        self.pipe.wait(taken, self.settings.timeout)
        for entry in entries:
            if not entry.id.stored:
                late = entry.outcome == QUEUED
                return (self.pipe.trouble or "timeout") if late else entry.outcome
        return ""

    def refuse(self, kind: str, reason: str, identity: EventId | None) -> EventId:
        """Count an event that cannot be taken; in durable mode also say so."""
        self.pipe.refuse(kind, reason)
        identity = new_id() if identity is None else identity
        if self.settings.mode == "durable":
            raise NotDurable(reason, [identity])
        return identity

    # ── the logger itself ───────────────────────────────────────────────────────────

    def stats(self) -> Stats:
        """Return what became of all calls in this process so far."""
        losses = self.records.copier.losses
        return self.pipe.stats(cut=losses.cut, dropped=losses.dropped)

    def shipped(self) -> Shipped | None:
        """Return what went from the spool to the collector; None where none does."""
        return None if self._shipper is None else self._shipper.stats()

    def _account(self) -> bytes:
        return account(self.stats(), self._token, self.settings.model)

    def close(self) -> None:
        """Send what is queued for a while, and count the rest."""
        _processes.forget(self)
        until = self._clock.monotonic() + self.settings.close_s
        self.pipe.close(self.settings.close_s)
        if self._shipper is not None:
            self._shipper.stop(max(0.0, until - self._clock.monotonic()))

    def begin_anew(self) -> None:
        """In a child after a fork: another token, an empty queue, files of its own."""
        self._token = os.urandom(4).hex()
        self.records.copier.forget()
        self.pipe.abandon()
        if self._shipper is not None:
            self._shipper.abandon()
