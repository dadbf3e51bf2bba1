"""The logger: what a model's process calls for each prediction and each label.

Here calls become entries. Where entries go is the pipe's and the sink's affair.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from leeboard_logger import _processes
from leeboard_logger._copy import Copier, RefusedError
from leeboard_logger._counts import Stats, account
from leeboard_logger._edges import Clock, Folder
from leeboard_logger._errors import LoggerError, NotDurable
from leeboard_logger._event import EventId, new_id
from leeboard_logger._pipe import LINGER_S, Pipe, written
from leeboard_logger._record import Extras, Records, identity_of
from leeboard_logger._settings import redaction, settings
from leeboard_logger._sink import QUEUED, Entry, Sink
from leeboard_logger._spool import Spool

if TYPE_CHECKING:
    from leeboard_logger._http_ship import Shipper

__all__ = ["Edges", "Logger"]

_PASSED_ON = (KeyboardInterrupt, SystemExit, GeneratorExit)


@dataclass(frozen=True, slots=True)
class Edges:
    """The outside world of a logger; tests hand in another.

    ``sink`` takes the place of the spool or the collector.
    """

    clock: Clock = field(default_factory=Clock)
    folder: Any = Folder
    sink: Sink | None = None


class Logger:
    """Logs predictions and late labels of one model, without harm to its process.

    Parameters
    ----------
    target : path or URL
        A folder, in whose ``spool`` frames are kept for a committer, or the http(s)
        URL of a collector.
    model, version : str
        What predicts; up to 128 printable characters.
    mode : {"buffered", "spooled", "durable"}
        What a call waits for: nothing, a write to a file, or the disk's word. Says
        what is lost when the process or the machine dies; see ``docs/logging.md``.
    key : str, optional
        What the collector knows this sender by.
    columns : sequence of str, optional
        Names of features that are given as a one-dimensional array.
    redact, hash : sequences of str
        Columns to leave out, and to replace by a keyed hash.
    truncate : mapping of str to int
        Columns of text, and the characters to keep.
    hash_key : str or bytes, optional
        At least 16 bytes; ``LEEBOARD_HASH_KEY`` by default.
    sample : float
        Share of events to keep, in (0, 1]; a hash of the id decides, so that a label
        is kept where its prediction is.
    queue_records, queue_bytes : int
        What may wait in memory. What finds no room is dropped and counted.
    spool_bytes : int
        What the spool folder may hold; also at most a tenth of the free disk.
    spool : path, optional
        The spool folder, where it is not that of ``target``.
    timeout, close_s, flush_s : float
        Seconds that a durable call waits, that closing takes at most, and after which
        a spool is had on the disk.

    Raises
    ------
    LoggerError
        When a setting cannot be used. No other call raises, but in durable mode, where
        it is `NotDurable`.
    """

    def __init__(
        self,
        target: str | os.PathLike[str],
        *,
        model: str,
        version: str = "",
        mode: str = "buffered",
        key: str | None = None,
        columns: Sequence[str] | None = None,
        redact: Sequence[str] = (),
        hash: Sequence[str] = (),  # noqa: A002  # reads as what it does
        truncate: Mapping[str, int] | None = None,
        hash_key: str | bytes | None = None,
        sample: float = 1.0,
        queue_records: int = 10_000,
        queue_bytes: int = 16 << 20,
        spool_bytes: int = 1 << 30,
        spool: str | os.PathLike[str] | None = None,
        timeout: float = 1.0,
        close_s: float = 2.0,
        flush_s: float = 0.5,
        _edges: Edges | None = None,
    ) -> None:
        self._settings = settings(
            target,
            model=model,
            version=version,
            mode=mode,
            spool=spool,
            columns=columns,
            sample=sample,
            whole={
                "queue_records": queue_records,
                "queue_bytes": queue_bytes,
                "spool_bytes": spool_bytes,
            },
            seconds={"timeout": timeout, "close_s": close_s, "flush_s": flush_s},
        )
        self._edges = Edges() if _edges is None else _edges
        self._clock = self._edges.clock
        private = redaction(redact, hash, truncate or {}, hash_key)
        self._records = Records(self._settings, Copier(private), self._clock)
        self._spool: Spool | None = None
        self._token = os.urandom(4).hex()
        self._shipper: Shipper | None = None
        self._pipe = self._lay(key)
        if not self._settings.disabled:
            self._probe()
            _processes.remember(self)

    def _lay(self, key: str | None) -> Pipe:
        s = self._settings
        if s.url:
            from leeboard_logger._http import HttpSink, courier_to
            from leeboard_logger._http_ship import Shipper

            courier = courier_to(s.url, key)
        if s.spool:
            self._spool = Spool(
                lambda: self._edges.folder(s.spool),
                self._account,
                token=lambda: self._token,
                cap_bytes=s.spool_bytes,
                clock=self._clock,
                durable=s.mode == "durable",
                sync_s=s.flush_s,
            )
        if s.spool and s.url:
            self._shipper = Shipper(s.spool, courier)
        return Pipe(
            self._edges.sink or self._spool or HttpSink(courier),
            self._clock,
            most=s.queue_records,
            most_bytes=s.queue_bytes,
            linger_s=0.0 if s.mode == "durable" else LINGER_S,
            started=self._started,
        )

    def _started(self) -> None:
        _processes.leave_with_worker(self)
        if self._shipper is not None:
            self._shipper.start()

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
                found=f"{self._settings.spool!r}, not ours alone or not to be written",
                expected="a folder of this user with mode 0700, not a link",
                fix=f"Give another folder, or chmod 700 it. ({error.strerror})",
            ) from error
        except OSError as error:
            raise LoggerError(
                code="spool_unusable",
                where="spool",
                found=f"{self._settings.spool!r}: {error.strerror}",
                expected="a folder that can be made and written",
                fix="Give another folder.",
            ) from error

    def __repr__(self) -> str:
        s = self._settings
        return f"<Logger of {s.model!r} {s.version!r}, {s.mode}>"

    # ── one event ───────────────────────────────────────────────────────────────────

    def log_prediction(
        self,
        features: object,
        prediction: object = None,
        *,
        scores: object = None,
        id: object = None,  # noqa: A002  # the word for it
        at: object = None,
        segments: object = None,
        metadata: object = None,
        latency_s: float | None = None,
        columns: Sequence[str] | None = None,
    ) -> EventId:
        """Log one prediction.

        Parameters
        ----------
        features : mapping of name to value, or array of shape (columns,)
            Copied at the call; see `leeboard_logger._values` for what values become.
        prediction : number, text or bool
        scores : mapping of class to probability, or one probability
        id : str, int or UUID, optional
            Up to 128 printable characters; a UUID of version 7 by default.
        at : aware datetime, or seconds since 1970; now by default
        segments, metadata : mappings of name to value
        latency_s : float
            Seconds the prediction took.
        columns : sequence of str
            Names for features given as an array.

        Returns
        -------
        EventId
            The id as text. Its ``stored`` tells whether the write that the mode
            promises has returned.
        """
        identity = None
        try:
            identity = identity_of(id)
            if self._left_out(identity):
                return identity
            extras = Extras(at, scores, segments, metadata, latency_s, columns)
            entry = self._records.prediction(identity, features, prediction, extras)
            return self._hand_over(entry)
        except NotDurable:
            raise
        except RefusedError as error:
            return self._refuse("p", error.reason, identity)
        except BaseException as error:
            if isinstance(error, _PASSED_ON):
                raise
            return self._refuse("p", "invalid", identity)

    def log_feedback(
        self,
        id: object,  # noqa: A002  # the word for it
        label: object,
        *,
        observed_at: object = None,
    ) -> EventId:
        """Log what came true of a prediction; a label of None takes the label back.

        Parameters
        ----------
        id : EventId, str, int or UUID
            Of the prediction.
        label : number, text, bool or None
        observed_at : aware datetime, or seconds since 1970; now by default
        """
        identity = None
        try:
            if id is None:
                return self._refuse("f", "invalid", None)
            identity = identity_of(id)
            if self._left_out(identity):
                return identity
            return self._hand_over(self._records.feedback(identity, label, observed_at))
        except NotDurable:
            raise
        except RefusedError as error:
            return self._refuse("f", error.reason, identity)
        except BaseException as error:
            if isinstance(error, _PASSED_ON):
                raise
            return self._refuse("f", "invalid", identity)

    async def log_prediction_async(self, *args: Any, **kwargs: Any) -> EventId:
        """Log one prediction as `log_prediction` does, without blocking the loop."""
        if self._settings.mode != "durable":
            return self.log_prediction(*args, **kwargs)
        from asyncio import to_thread

        return await to_thread(self.log_prediction, *args, **kwargs)

    async def log_feedback_async(self, *args: Any, **kwargs: Any) -> EventId:
        """Log one label as `log_feedback` does, without blocking the loop."""
        if self._settings.mode != "durable":
            return self.log_feedback(*args, **kwargs)
        from asyncio import to_thread

        return await to_thread(self.log_feedback, *args, **kwargs)

    def _left_out(self, identity: EventId) -> bool:
        if self._settings.disabled:
            self._pipe.left_out("disabled")
            return True
        if self._records.sampled_out(identity):
            self._pipe.left_out("sampled")
            return True
        return False

    # ── ways out ────────────────────────────────────────────────────────────────────

    def _hand_over(self, entry: Entry) -> EventId:
        mode = self._settings.mode
        if mode == "buffered":
            self._pipe.put(entry)
        elif mode == "durable":
            self._wait_for([entry])
        elif self._spool is None or not self._write_now(entry):
            self._pipe.left_out("degraded")
            self._pipe.put(entry)
        return entry.id

    def _write_now(self, entry: Entry) -> bool:
        spool = self._spool
        assert spool is not None  # noqa: S101  # the caller looked
        reason = written(entry)
        if reason:
            raise RefusedError(reason)
        if self._pipe.closed or self._clock.monotonic() < spool.tripped_until:
            return False
        if not spool.direct([entry.payload]):
            return False
        entry.id.stored = True
        self._pipe.stored(entry.kind)
        return True

    def _wait_for(self, entries: Sequence[Entry]) -> None:
        taken = [entry for entry in entries if self._pipe.put(entry)]
        if not self._pipe.wait(taken, self._settings.timeout):
            raise NotDurable(self._pipe.trouble or "timeout")
        for entry in entries:
            if not entry.id.stored:
                raise NotDurable(
                    "timeout" if entry.outcome == QUEUED else entry.outcome
                )

    def _refuse(self, kind: str, reason: str, identity: EventId | None) -> EventId:
        self._pipe.refuse(kind, reason)
        if self._settings.mode == "durable":
            raise NotDurable(reason)
        return new_id() if identity is None else identity

    # ── the logger itself ───────────────────────────────────────────────────────────

    def flush(self, timeout: float = 2.0) -> bool:
        """Wait until all that was logged is settled and had on the disk.

        Returns
        -------
        bool
            False when it is not within so many seconds; logging goes on in any case.
        """
        return self._pipe.flush(timeout)

    def close(self) -> None:
        """Send what is queued for ``close_s`` seconds at most, and count the rest."""
        _processes.forget(self)
        until = self._clock.monotonic() + self._settings.close_s
        self._pipe.close(self._settings.close_s)
        if self._shipper is not None:
            self._shipper.stop(max(0.0, until - self._clock.monotonic()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def stats(self) -> Stats:
        """Return what became of all calls in this process so far."""
        losses = self._records.copier.losses
        return self._pipe.stats(cut=losses.cut, dropped=losses.dropped)

    def _account(self) -> bytes:
        return account(self.stats(), self._token, self._settings.model)

    def _begin_anew(self) -> None:
        """In a child after a fork: another token, an empty queue, files of its own."""
        self._token = os.urandom(4).hex()
        self._records.copier.losses = type(self._records.copier.losses)()
        self._pipe.abandon()
        if self._shipper is not None:
            self._shipper.abandon()
