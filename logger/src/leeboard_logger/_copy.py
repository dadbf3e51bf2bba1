"""Bounded copies of groups of named values, made at the call.

The common case, a plain ``dict`` of numbers and short texts under names seen before, is
copied and looked through in about a microsecond; all else takes the careful way of
`leeboard_logger._values`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from leeboard_logger._redact import Redaction
from leeboard_logger._values import (
    ABSENT,
    HIGHEST,
    LARGEST_RECORD,
    LONGEST_TEXT,
    LOWEST,
    MOST,
    Budget,
    Losses,
    RefusedError,
    name_of,
    tidy,
)

__all__ = ["Copier", "row_of"]

_PLAIN = frozenset({float, int, str, bool, type(None)})
_FLOATS = frozenset({float})
_NUMBER_BYTES = 22  # what a double takes in JSON, with its comma
_SHAPES = 256


class Copier:
    """Copies groups, with a memory of the sets of names that were found sound."""

    __slots__ = ("_private", "_redaction", "_shapes", "losses")

    def __init__(self, redaction: Redaction) -> None:
        self.losses = Losses()
        self._redaction = redaction
        self._private = bool(redaction.drop or redaction.hash or redaction.truncate)
        self._shapes: dict[tuple[str, ...], int] = {}

    def forget(self) -> None:
        """Count losses from zero again."""
        self.losses = Losses()

    def group(
        self, given: object, columns: Sequence[str] | None = None
    ) -> tuple[dict[str, object], int]:
        """Return a copy of a group, and about how many bytes it takes when written.

        Parameters
        ----------
        given : mapping of name to value, or array of shape (columns,)
        columns : names for an array
        """
        if type(given) is dict and len(given) <= MOST:
            copy: dict[str, object] = given.copy()
            size = self._size(copy)
            if size:
                return copy, size
            given = copy
        copy = self._careful(_pairs(given, columns))
        size = sum(_NUMBER_BYTES + len(k) + _length(v) for k, v in copy.items())
        return copy, size

    def _size(self, copy: dict[str, object]) -> int:
        """Size of a group that may be written as it is; 0 where care is needed."""
        kinds = set(map(type, copy.values()))
        if not kinds <= _PLAIN:
            return 0
        names = tuple(copy)
        size = self._shapes.get(names)
        if size is None:
            size = self._learn(names)
        if size and kinds != _FLOATS:
            chars = 0
            for value in copy.values():
                if type(value) is str:
                    if len(value) > LONGEST_TEXT:
                        return 0
                    chars += len(value)
                elif type(value) is int and not LOWEST <= value <= HIGHEST:
                    return 0
            if chars > LARGEST_RECORD:
                raise RefusedError("too_large")
            size += chars
        return size

    def _learn(self, names: tuple[str, ...]) -> int:
        """Look once at a new set of names; 0 where they need care each time."""
        size = 2
        for name in names:
            sound = type(name) is str and name_of(name) == name
            if not sound or (self._private and self._redaction.touches(name)):
                size = 0
                break
            size += len(name) + 4 + _NUMBER_BYTES
        if len(self._shapes) >= _SHAPES:
            self._shapes.clear()
        self._shapes[names] = size
        return size

    def _careful(self, pairs: Iterable[tuple[object, object]]) -> dict[str, object]:
        copy: dict[str, object] = {}
        budget = Budget()
        for key, given in islice(pairs, MOST + 1):
            name = name_of(key)
            if name is None:
                self.losses.dropped += 1
                continue
            value = self._value(given, name, budget)
            if value is not ABSENT:
                copy[name] = value
            if len(copy) > MOST:
                raise RefusedError("too_large")
        return copy

    def _value(self, given: object, name: str, budget: Budget) -> object:
        """Return one value tidied and redacted, or `ABSENT`."""
        if self._private and name in self._redaction.drop:
            return ABSENT
        value = tidy(given, self.losses, budget)
        if value is not ABSENT and self._private and self._redaction.touches(name):
            return self._redaction.of(name, value)
        return value


def row_of(array: Any) -> Any:
    """Return the row of an array that has one, as models take and give them."""
    return array[0] if getattr(array, "ndim", 0) == 2 and len(array) == 1 else array


def _length(value: object) -> int:
    if isinstance(value, str | list | dict):
        return len(value) * (1 if isinstance(value, str) else _NUMBER_BYTES)
    return 0


def _pairs(
    given: object, columns: Sequence[str] | None
) -> Iterable[tuple[object, object]]:
    """Return names and values of whatever has them."""
    if given is None:
        return ()
    if hasattr(type(given), "items"):
        many = len(given) if hasattr(type(given), "__len__") else 0  # type: ignore[arg-type]
        if many > MOST:
            raise RefusedError("too_large")
        return given.items()  # type: ignore[attr-defined, no-any-return]
    if columns is None:
        raise RefusedError("invalid")
    if len(columns) > MOST:
        raise RefusedError("too_large")
    if type(given).__module__ == "numpy":
        given = row_of(given)
        if getattr(given, "ndim", 0) != 1 or len(given) != len(columns):  # type: ignore[arg-type]
            raise RefusedError("invalid")
        given = given.tolist()  # type: ignore[attr-defined]
    if not isinstance(given, list | tuple) or len(given) != len(columns):
        raise RefusedError("invalid")
    return zip(columns, given, strict=True)
