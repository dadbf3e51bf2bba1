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

from leeboard_logger._copy import RefusedError
from leeboard_logger._event import EventId
from leeboard_logger._logger import Logger
from leeboard_logger._pipe import Pipe, written
from leeboard_logger._sink import Answer, Entry

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

    def __init__(
        self,
        target: str | os.PathLike[str] = "memory",
        *,
        model: str = "model",
        **settings: Any,
    ) -> None:
        self.predictions: list[Prediction] = []
        self.feedback: list[Feedback] = []
        self._refusing = ""
        super().__init__(target, model=model, **settings)

    def refuse(self, reason: str = "queue_full") -> None:
        """Refuse every event from now on under a reason; an empty one ends that."""
        self._refusing = reason

    def _lay(self, key: str | None) -> Pipe:
        del key
        most, most_bytes = self._settings.queue_records, self._settings.queue_bytes
        return _Still(_Nowhere(), self._clock, most=most, most_bytes=most_bytes)

    def _left_out(self, identity: EventId) -> bool:
        if self._records.sampled_out(identity):
            self._pipe.left_out("sampled")
            return True
        return False

    def _hand_over(self, entry: Entry) -> EventId:
        reason = self._refusing or written(entry)
        if not reason and self._pipe.closed:
            reason = "shutdown"
        if reason:
            raise RefusedError(reason)
        self._keep(json.loads(entry.payload[1:]), entry.kind)
        entry.id.stored = True
        self._pipe.stored(entry.kind)
        return entry.id

    def _wait_for(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self._hand_over(entry)

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
