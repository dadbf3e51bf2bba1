"""The logger: what a model's process calls for each prediction and each label.

Here calls become entries. Where entries go is the pipe's and the sink's affair.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from leeboard_logger._batch import Batches
from leeboard_logger._core import Core, Edges
from leeboard_logger._counts import Stats
from leeboard_logger._errors import NotDurable
from leeboard_logger._record import Extras, identity_of
from leeboard_logger._settings import Settings, is_disabled, one_way, place, redaction
from leeboard_logger._values import RefusedError
from leeboard_logger.ids import EventId

if TYPE_CHECKING:
    from leeboard_logger._http_ship import Shipped

__all__ = ["Logger"]

_PASSED_ON = (KeyboardInterrupt, SystemExit, GeneratorExit)


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

    _core_type: type[Core] = Core  # the fake has one of its own

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
        url, folder = place(target, mode, spool)
        checked = Settings(
            model=one_way(model),
            version=version,
            mode=mode,
            url=url,
            spool=folder,
            columns=None if columns is None else tuple(columns),
            sample=sample,
            queue_records=queue_records,
            queue_bytes=queue_bytes,
            spool_bytes=spool_bytes,
            timeout=timeout,
            close_s=close_s,
            flush_s=flush_s,
            disabled=is_disabled(),
        )
        private = redaction(redact, hash, truncate or {}, hash_key)
        self._core = self._core_type(checked, private, key, _edges or Edges())
        self._batches = Batches(self._core)

    def __repr__(self) -> str:
        s = self._core.settings
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
            if self._core.left_out(identity):
                return identity
            extras = Extras(at, scores, segments, metadata, latency_s, columns)
            entry = self._core.records.prediction(
                identity, features, prediction, extras
            )
            return self._core.take(entry)
        except NotDurable:
            raise
        except RefusedError as error:
            return self._core.refuse("p", error.reason, identity)
        except BaseException as error:
            if isinstance(error, _PASSED_ON):
                raise
            return self._core.refuse("p", "invalid", identity)

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
                return self._core.refuse("f", "invalid", None)
            identity = identity_of(id)
            if self._core.left_out(identity):
                return identity
            return self._core.take(
                self._core.records.feedback(identity, label, observed_at)
            )
        except NotDurable:
            raise
        except RefusedError as error:
            return self._core.refuse("f", error.reason, identity)
        except BaseException as error:
            if isinstance(error, _PASSED_ON):
                raise
            return self._core.refuse("f", "invalid", identity)

    async def log_prediction_async(self, *args: Any, **kwargs: Any) -> EventId:
        """Log one prediction as `log_prediction` does, without blocking the loop."""
        if self._core.settings.mode != "durable":
            return self.log_prediction(*args, **kwargs)
        from asyncio import to_thread

        return await to_thread(self.log_prediction, *args, **kwargs)

    async def log_feedback_async(self, *args: Any, **kwargs: Any) -> EventId:
        """Log one label as `log_feedback` does, without blocking the loop."""
        if self._core.settings.mode != "durable":
            return self.log_feedback(*args, **kwargs)
        from asyncio import to_thread

        return await to_thread(self.log_feedback, *args, **kwargs)

    # ── whole frames ────────────────────────────────────────────────────────────────

    def log_predictions(
        self,
        frame: Any,
        *,
        prediction: str | None = "prediction",
        scores: str | Sequence[str] = (),
        id: str | None = None,  # noqa: A002  # the word for it
        at: str | None = None,
        segments: str | Sequence[str] = (),
        metadata: str | Sequence[str] = (),
        latency_s: str | None = None,
        features: Sequence[str] | None = None,
    ) -> list[EventId]:
        """Log a row of a frame as one prediction each.

        With a spool the rows are written before the call returns, in buffered mode
        too; to a collector they wait for room in the queue, for ``timeout`` at most.

        Parameters
        ----------
        frame : pandas, polars or Arrow table, or dict of lists
        prediction, id, at, latency_s : str, optional
            Columns that hold what `log_prediction` takes under these names.
        scores, segments, metadata : str or sequences of str
            Columns of these groups.
        features : sequence of str, optional
            Columns of features; by default all that are named nothing else.

        Returns
        -------
        list of EventId
            One for each row, in order.
        """
        return self._batches.predictions(
            frame,
            {
                "prediction": prediction,
                "scores": scores,
                "id": id,
                "at": at,
                "segments": segments,
                "metadata": metadata,
                "latency_s": latency_s,
            },
            features,
        )

    def log_feedbacks(
        self,
        frame: Any,
        *,
        id: str = "id",  # noqa: A002  # the word for it
        label: str = "label",
        observed_at: str | None = None,
    ) -> list[EventId]:
        """Log a row of a frame as one label each; arguments are names of columns."""
        return self._batches.feedbacks(frame, id, label, observed_at)

    # ── the logger itself ───────────────────────────────────────────────────────────

    def flush(self, timeout: float = 2.0) -> bool:
        """Wait until all that was logged is settled and had on the disk.

        Returns
        -------
        bool
            False when it is not within so many seconds; logging goes on in any case.
        """
        return self._core.pipe.flush(timeout)

    def close(self) -> None:
        """Send what is queued for ``close_s`` seconds at most, and count the rest."""
        self._core.close()

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
        return self._core.stats()

    def shipped(self) -> Shipped | None:
        """Return what this process took from its spool to the collector so far.

        Returns
        -------
        Shipped or None
            None unless a spool is shipped. Of several processes on one spool one ships
            for all, so the sum over the processes says what was shipped.
        """
        return self._core.shipped()
