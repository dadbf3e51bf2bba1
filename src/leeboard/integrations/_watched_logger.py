"""A logger whose calls are counted for Prometheus as well.

Place: in front of a logger; what it is asked goes through unchanged.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from leeboard.integrations._prediction_families import Families

if TYPE_CHECKING:
    from leeboard_logger import Logger
    from leeboard_logger._counts import Tally
    from leeboard_logger.ids import EventId

__all__ = ["WatchedLogger"]

_KEPT = 10_000
_WAIT_S = 1.0
_REASONS = 20
_LONGEST = 256
_LARGE = object()
"""In place of a prediction that is too large to be kept."""


class _Metrics(Protocol):
    def observe(self, *, score: object, latency_s: object) -> None: ...

    def observe_many(self, count: int) -> None: ...

    def label(self, prediction: object, label: object) -> None: ...

    def not_counted(self) -> None: ...


class WatchedLogger:
    """Passes on what a logger is asked, and counts it."""

    def __init__(
        self, logger: Logger, metrics: _Metrics, families: Families, model: str
    ) -> None:
        self._logger = logger
        self._metrics = metrics
        self._lock = threading.Lock()
        self._predictions: OrderedDict[str, object] = OrderedDict()
        self._account = _Account(logger, families, model, metrics)

    def log_prediction(
        self, features: object, prediction: object = None, **more: Any
    ) -> EventId:
        """Log one prediction, as ``Logger.log_prediction`` does."""
        try:
            return self._remembered(
                self._logger.log_prediction(features, prediction, **more), prediction
            )
        finally:
            self._observed(more)

    def log_feedback(self, id: object, label: object, **more: Any) -> EventId:  # noqa: A002  # the logger's word
        """Log what came true, as ``Logger.log_feedback`` does."""
        try:
            return self._logger.log_feedback(id, label, **more)
        finally:
            self._labelled(id, label)
            self._account.later()

    async def log_prediction_async(self, *args: Any, **kwargs: Any) -> EventId:
        """Log one prediction, as ``Logger.log_prediction_async`` does."""
        prediction = args[1] if len(args) > 1 else kwargs.get("prediction")
        try:
            return self._remembered(
                await self._logger.log_prediction_async(*args, **kwargs), prediction
            )
        finally:
            self._observed(kwargs)

    async def log_feedback_async(
        self,
        id: object,  # noqa: A002  # as above
        label: object,
        **more: Any,
    ) -> EventId:
        """Log what came true, as ``Logger.log_feedback_async`` does."""
        try:
            return await self._logger.log_feedback_async(id, label, **more)
        finally:
            self._labelled(id, label)
            self._account.later()

    def log_predictions(self, frame: object, **columns: Any) -> list[EventId]:
        """Log rows, as ``Logger.log_predictions`` does; they are counted alone."""
        found = self._logger.log_predictions(frame, **columns)
        self._metrics.observe_many(len(found))
        self._account.later()
        return found

    def log_feedbacks(self, frame: object, **columns: Any) -> list[EventId]:
        """Log labels, as ``Logger.log_feedbacks`` does; not compared."""
        found = self._logger.log_feedbacks(frame, **columns)
        self._account.later()
        return found

    def close(self) -> None:
        """Close the logger, and count what became of the last events."""
        self._logger.close()
        self._account.now()

    def flush(self, timeout: float = 2.0) -> bool:
        """Flush the logger, and count what became of the events."""
        done = self._logger.flush(timeout)
        self._account.now()
        return done

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._logger, name)

    def _remembered(self, id_: EventId, prediction: object) -> EventId:
        if prediction is not None:
            with self._lock:
                self._predictions[str(id_)] = _kept(prediction)
                while len(self._predictions) > _KEPT:
                    self._predictions.popitem(last=False)
        return id_

    def _observed(self, more: Mapping[str, object]) -> None:
        self._metrics.observe(score=more.get("scores"), latency_s=more.get("latency_s"))
        self._account.later()

    def _labelled(self, id_: object, label: object) -> None:
        if label is None:  # takes a label back
            return
        try:
            with self._lock:
                prediction = self._predictions.pop(str(id_), None)
        except Exception:  # noqa: BLE001 - a model server must not hear of it
            self._metrics.not_counted()
            return
        if prediction is not None:
            self._metrics.label(prediction, label)


class _Account:
    """Takes what the logger's counters have gained over to those of Prometheus."""

    def __init__(
        self, logger: Logger, families: Families, model: str, metrics: _Metrics
    ) -> None:
        self._logger, self._families, self._model = logger, families, model
        self._metrics = metrics
        self._lock = threading.Lock()
        self._told: dict[tuple[str, ...], int] = {}
        self._due = self._process = 0

    def later(self) -> None:
        """Look in a second, once, however many ask."""
        process = os.getpid()
        if self._due == process:  # a child that was forked meanwhile waits itself
            return
        self._due = process
        try:
            timer = threading.Timer(_WAIT_S, self.now)
            timer.daemon = True
            timer.start()
        except RuntimeError:  # the interpreter ends, or has no thread left
            self._due = 0

    def now(self) -> None:
        """Look, and add what is new."""
        self._due = 0
        try:
            with self._lock:
                self._begin_anew_in_a_child()
                stats = self._logger.stats()
                self._add("predictions", stats.predictions)
                self._add("feedback", stats.feedback)
        except Exception:  # noqa: BLE001 - a model server must not hear of it
            self._metrics.not_counted()

    def _begin_anew_in_a_child(self) -> None:
        if self._process != os.getpid():
            self._process, self._told = os.getpid(), {}

    def _add(self, kind: str, tally: Tally) -> None:
        own = (self._model, kind)
        families = self._families
        self._gain((kind, "logged"), tally.logged, families.logged.labels(*own).inc)
        self._gain(
            (kind, "acknowledged"),
            tally.acknowledged,
            families.acknowledged.labels(*own).inc,
        )
        families.queued.labels(*own).set(tally.queued)
        for reason, count in _few(tally.dropped).items():
            self._gain(
                (kind, "dropped", reason),
                count,
                families.dropped.labels(*own, reason).inc,
            )

    def _gain(
        self, key: tuple[str, ...], count: int, inc: Callable[[float], None]
    ) -> None:
        gained = count - self._told.get(key, 0)
        if gained > 0:
            inc(gained)
            self._told[key] = count


def _kept(prediction: object) -> object:
    """Return what is kept of a prediction: 10,000 of them must stay small."""
    if isinstance(prediction, str):
        return prediction if len(prediction) <= _LONGEST else _LARGE
    small = isinstance(prediction, bool | int | float)
    return prediction if small or _is_scalar(prediction) else _LARGE


def _is_scalar(value: object) -> bool:
    """Tell numpy's scalars."""
    return hasattr(value, "dtype") and getattr(value, "shape", None) == ()


def _few(dropped: Mapping[str, int]) -> Mapping[str, int]:
    """At most so many reasons; a logger has a dozen."""
    return dict(list(dropped.items())[:_REASONS])
