"""A logger for the tests of those who log: it keeps what it is given, in lists.

Everything up to the queue is the real thing, so a test sees ids, copies, redaction,
sampling and refusals as they will be; only the writing is left out, and with it files,
threads and waiting.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from leeboard_logger._core import Core
from leeboard_logger._pipe import Pipe, Room, written
from leeboard_logger._sink import Answer, Entry
from leeboard_logger._values import RefusedError
from leeboard_logger.ids import EventId
from leeboard_logger.logger import Logger

__all__ = ["FakeLogger", "Feedback", "Prediction"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GROUPS = ("features", "scores", "segments", "metadata")


@dataclass(frozen=True, slots=True)
class Prediction:
    """One prediction as it would be stored; what was not given is None or empty."""

    id: str
    model: str
    version: str
    made_at: datetime
    prediction: Any
    features: Mapping[str, Any]
    scores: Mapping[str, Any] = field(default_factory=dict)
    segments: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    latency_s: float | None = None
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class Feedback:
    """One label as it would be stored; a label of None takes the label back."""

    id: str
    model: str
    label: Any
    observed_at: datetime


class _Still(Pipe):
    """A pipe without a thread: nothing ever waits in it."""

    def _start(self) -> None:
        pass


class _Nowhere:
    """The sink of a pipe that nothing comes out of."""

    def send(self, batch: Sequence[Entry]) -> Answer:
        raise AssertionError(batch)

    def tick(self) -> bool:
        return False

    def close(self) -> None:
        pass

    def abandon(self) -> None:
        pass


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


class _Memory(Core):
    """What stands behind a fake: lists in the place of queue, spool and collector."""

    def __init__(self, *parts: Any) -> None:
        self.predictions: list[Prediction] = []
        self.feedback: list[Feedback] = []
        self.refusing = ""
        super().__init__(*parts)

    def _lay(self, key: str | None) -> Pipe:
        s = self.settings
        if s.url:
            from leeboard_logger._http import courier_to

            courier_to(s.url, key)  # refuses what the logger would refuse
        room = Room(s.queue_records, s.queue_bytes)
        return _Still(_Nowhere(), self._clock, room)

    def left_out(self, identity: EventId) -> bool:
        if self.records.sampled_out(identity):
            self.pipe.left_out("sampled")
            return True
        return False

    def take(self, entry: Entry) -> EventId:
        reason = written(entry)
        if self.pipe.closed:
            reason = "shutdown"
        reason = self.refusing or reason
        if reason:
            raise RefusedError(reason)
        self._keep(json.loads(entry.payload[1:]), entry.kind)
        entry.id.stored = True
        self.pipe.stored(entry.kind)
        return entry.id

    def take_many(self, entries: Sequence[Entry]) -> str:
        lost = ""
        for entry in entries:
            try:
                self.take(entry)
            except RefusedError as error:
                lost = lost or error.reason
                self.pipe.refuse(entry.kind, error.reason)
        return lost

    def _keep(self, record: dict[str, Any], kind: str) -> None:
        for place, name in record.pop("special", {}).items():
            group, _, column = place.partition(".")
            into = record[group] if group in _GROUPS else record
            into[column if group in _GROUPS else place] = float(name)
        if kind == "p":
            record["made_at"] = _moment(record["made_at"])
            self.predictions.append(Prediction(**record))
        else:
            record["observed_at"] = _moment(record["observed_at"])
            self.feedback.append(Feedback(**record))


class FakeLogger(Logger):
    """A `Logger` that stores in memory, at once and in order.

    Takes every setting of `Logger`; only what a test is about need be given. It logs
    even where ``LEEBOARD_DISABLED`` is set.

    Attributes
    ----------
    predictions : list of Prediction
    feedback : list of Feedback

    Examples
    --------
    >>> log = FakeLogger(redact=["name"])
    >>> pid = log.log_prediction({"temp": 21.5, "name": "Ada"}, 412.0)
    >>> pid.stored, log.predictions[0].features
    (True, {'temp': 21.5})
    """

    _core: _Memory
    _core_type: type[Core] = _Memory

    def __init__(
        self,
        target: str | os.PathLike[str] = "memory",
        *,
        model: str = "model",
        **settings: Any,
    ) -> None:
        super().__init__(target, model=model, **settings)
        self.predictions = self._core.predictions
        self.feedback = self._core.feedback

    def refuse(self, reason: str = "queue_full") -> None:
        """Refuse every event from now on under a reason; an empty one ends that."""
        self._core.refusing = reason
