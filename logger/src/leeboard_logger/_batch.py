"""Logs whole frames: each row an event, hundreds of events a write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

from leeboard_logger._core import Core
from leeboard_logger._errors import NotDurable
from leeboard_logger._record import Extras, identity_of
from leeboard_logger._rows import Roles, columns_of, length_of, pieces
from leeboard_logger._sink import Entry
from leeboard_logger._values import RefusedError
from leeboard_logger.ids import EventId

__all__ = ["Batches"]

_Piece = dict[str, list[Any]]
_Row = tuple[object, tuple[Any, ...]]  # an id, and what makes an entry beside it


class Batches:
    """The calls of a logger that take a frame."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def predictions(
        self, frame: Any, given: dict[str, Any], features: Any
    ) -> list[EventId]:
        """Log rows as predictions; ``given`` maps roles to names of columns."""

        def rows() -> Iterator[list[_Row]]:
            roles = Roles.of(columns_of(frame), given, features)
            for piece in pieces(frame, roles.all()):
                yield list(_predictions(piece, roles))

        return self._log("p", frame, rows(), self._core.records.prediction)

    def feedbacks(
        self, frame: Any, identity: str, label: str, observed_at: str | None
    ) -> list[EventId]:
        """Log rows as labels."""
        columns = [identity, label, *([] if observed_at is None else [observed_at])]

        def rows() -> Iterator[list[_Row]]:
            for piece in pieces(frame, columns):
                times = _column(piece, observed_at)
                yield [
                    # A missing id must not become a new one.
                    ("" if given is None else given, (value, time))
                    for given, value, time in zip(
                        piece[identity], piece[label], times, strict=False
                    )
                ]

        return self._log("f", frame, rows(), self._core.records.feedback)

    def _log(
        self,
        kind: str,
        frame: Any,
        rows: Iterator[list[_Row]],
        make: Callable[..., Entry],
    ) -> list[EventId]:
        ids: list[EventId] = []
        lost = ""
        try:
            for some in rows:
                entries: list[Entry] = []
                for given, parts in some:
                    if kind == "f" and _is_missing(parts[0]):
                        ids.append(self._unlabelled(given))
                        continue
                    identity, entry, reason = self._entry(kind, given, make, parts)
                    ids.append(identity)
                    lost = lost or reason
                    if entry is not None:
                        entries.append(entry)
                lost = self._core.take_many(entries) or lost
        except Exception as error:  # noqa: BLE001  # the promise of every call
            lost = "invalid"
            self._core.pipe.warn(f"a frame cannot be read: {type(error).__name__}")
            for _ in range(length_of(frame) - len(ids)):
                self._core.pipe.refuse(kind, lost)
                ids.append(identity_of(None))
        if lost and self._core.settings.mode == "durable":
            raise NotDurable(lost, ids)
        return ids

    def _entry(
        self,
        kind: str,
        given: object,
        make: Callable[..., Entry],
        parts: tuple[Any, ...],
    ) -> tuple[EventId, Entry | None, str]:
        """Make the entry of a row: its id, the entry, and why there is none."""
        identity = None
        try:
            identity = identity_of(given)
            if self._core.left_out(identity):
                return identity, None, ""
            return identity, make(identity, *parts), ""
        except RefusedError as error:
            reason = error.reason
        except Exception:  # noqa: BLE001  # the promise of every call
            reason = "invalid"
        self._core.pipe.refuse(kind, reason)
        return identity or identity_of(None), None, reason

    def _unlabelled(self, given: object) -> EventId:
        try:
            return identity_of(given)
        except RefusedError:
            return identity_of(None)


def _predictions(piece: _Piece, roles: Roles) -> Iterator[_Row]:
    groups = [
        _group(piece, names)
        for names in (roles.features, roles.scores, roles.segments, roles.metadata)
    ]
    columns = [
        _column(piece, name)
        for name in (roles.id, roles.prediction, roles.at, roles.latency_s)
    ]
    length = len(next(iter(piece.values()), []))
    whole = zip(range(length), *groups, *columns, strict=False)
    for (
        _,
        features,
        scores,
        segments,
        metadata,
        given,
        prediction,
        at,
        latency_s,
    ) in whole:
        extras = Extras(at, scores, segments, metadata, latency_s)
        yield given, (features, prediction, extras)


def _column(piece: _Piece, name: str | None) -> Any:
    return repeat(None) if name is None else piece[name]


def _group(piece: _Piece, names: tuple[str, ...]) -> Any:
    if not names:
        return repeat(None)
    rows = zip(*(piece[name] for name in names), strict=True)
    return (dict(zip(names, row, strict=True)) for row in rows)


def _is_missing(label: object) -> bool:
    """Tell whether a row has no label: None, NaN, or pandas' own nothing."""
    if label is None or type(label).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(label, float) and label != label  # noqa: PLR0124
