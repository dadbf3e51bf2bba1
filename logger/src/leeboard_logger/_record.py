"""Makes entries of what a caller hands over: ids, times and copies of values.

Knows no queue and no file. What cannot be taken raises `RefusedError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import isfinite

from leeboard_logger._copy import Copier, row_of
from leeboard_logger._edges import Clock
from leeboard_logger._settings import Settings
from leeboard_logger._sink import Entry
from leeboard_logger._values import ABSENT, RefusedError, moment_of, tidy
from leeboard_logger.ids import EventId, new_id, readable_id

__all__ = ["Extras", "Records", "identity_of"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LATEST = 7_258_118_400_000_000  # microseconds; the year 2200: no event is later
_PLAIN_BYTES = 200  # about what a record takes beside its groups


class Extras:
    """The parts of a prediction that are often not given."""

    __slots__ = ("at", "columns", "latency_s", "metadata", "scores", "segments")

    def __init__(
        self,
        at: object = None,
        scores: object = None,
        segments: object = None,
        metadata: object = None,
        latency_s: object = None,
        columns: Sequence[str] | None = None,
    ) -> None:
        self.at = at
        self.scores = scores
        self.segments = segments
        self.metadata = metadata
        self.latency_s = latency_s
        self.columns = columns


def identity_of(given: object) -> EventId:
    """Return a given id, or a new one where none is given."""
    if given is None:
        return new_id()
    text = readable_id(given)
    if text is None:
        raise RefusedError("invalid")
    return EventId(text)


class Records:
    """Makes the entries of one logger."""

    __slots__ = ("_clock", "_settings", "_threshold", "copier")

    def __init__(self, settings: Settings, copier: Copier, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._threshold = round(settings.sample * (1 << 64))
        self.copier = copier

    def sampled_out(self, identity: EventId) -> bool:
        """Tell whether chance leaves an id out: the same for prediction and label."""
        if self._threshold >= 1 << 64:
            return False
        from hashlib import blake2b  # loads OpenSSL, which most have no need of

        digest = blake2b(identity.encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") >= self._threshold

    def prediction(
        self, identity: EventId, features: object, prediction: object, extras: Extras
    ) -> Entry:
        """Make the entry of a prediction."""
        s = self._settings
        names = s.columns if extras.columns is None else extras.columns
        group, size = self.copier.group(features, names)
        record: dict[str, object] = {
            "id": identity,
            "model": s.model,
            "version": s.version,
            "made_at": self._moment(extras.at),
            "prediction": None,
            "features": group,
        }
        if prediction is not None:
            self._set(record, "prediction", prediction)
        if extras.scores is not None:
            record["scores"], more = self._scores(extras.scores)
            size += more
        if extras.segments is not None:
            record["segments"], more = self.copier.group(extras.segments)
            size += more
        if extras.metadata is not None:
            record["metadata"], more = self.copier.group(extras.metadata)
            size += more
        if extras.latency_s is not None:
            self._latency(record, extras.latency_s)
        if s.sample < 1:
            record["rate"] = s.sample
        return Entry(identity, "p", record, size + _PLAIN_BYTES)

    def feedback(self, identity: EventId, label: object, observed_at: object) -> Entry:
        """Make the entry of a label."""
        record: dict[str, object] = {
            "id": identity,
            "model": self._settings.model,
            "label": None,
            "observed_at": self._moment(observed_at),
        }
        if label is not None:
            self._set(record, "label", label)
            if record["label"] is None:
                # Not to be mistaken for a label that is taken back.
                raise RefusedError("invalid")
        return Entry(identity, "f", record, _PLAIN_BYTES)

    def _moment(self, at: object) -> int:
        """Return whole microseconds since 1970."""
        if at is None:
            return self._clock.time_ns() // 1000
        if type(at).__module__ == "numpy":
            if type(at).__name__ == "datetime64":
                at = at.astype("datetime64[us]").item().replace(tzinfo=UTC)  # type: ignore[attr-defined]
            else:
                at = at.item()  # type: ignore[attr-defined]
        micros = -1
        if isinstance(at, datetime):
            moment = moment_of(at)
            if moment.tzinfo is not None:
                micros = (moment - _EPOCH) // _MICROSECOND
        elif isinstance(at, int | float) and type(at) is not bool and isfinite(at):
            micros = round(at * 1_000_000)
        if not 0 <= micros < _LATEST:
            raise RefusedError("invalid")
        return micros

    def _set(self, record: dict[str, object], name: str, given: object) -> None:
        if type(given) is not float:
            given = tidy(given, self.copier.losses)
            if isinstance(given, list) and len(given) == 1:
                given = given[0]  # what a model says of one row
            if isinstance(given, list | dict):
                self.copier.losses.dropped += 1
                return
        if given is not ABSENT:
            record[name] = given

    def _scores(self, scores: object) -> tuple[dict[str, object], int]:
        kind = type(scores)
        names = None
        scores = row_of(scores) if kind.__module__ == "numpy" else scores
        array = kind.__module__ == "numpy" and getattr(scores, "ndim", 0) == 1
        if array or kind in {list, tuple}:
            names = [format(place, "d") for place in range(len(scores))]  # type: ignore[arg-type]
        elif not hasattr(kind, "items"):
            scores = {"score": scores}
        group, size = self.copier.group(scores, names)
        return {name: self._number(one) for name, one in group.items()}, size

    def _number(self, value: object) -> float | None:
        """Return a number as a double; None, and count a loss, where it is none."""
        if type(value) is float or value is None:
            return value
        if type(value) is int:
            return float(value)
        self.copier.losses.dropped += 1
        return None

    def _latency(self, record: dict[str, object], given: object) -> None:
        value = self._number(tidy(given, self.copier.losses))
        if value is None:
            return
        if 0 <= value < float("inf"):
            record["latency_s"] = value
        else:
            self.copier.losses.dropped += 1
