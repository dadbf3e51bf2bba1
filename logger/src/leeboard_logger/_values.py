"""Values as they can be written: bounded copies of what a caller hands over.

Plain values (numbers, text, booleans, None) are taken as they are. The rest has one
defined form each:

=============================  ====================================================
given                          written
=============================  ====================================================
NumPy scalar                   the Python scalar of its ``item()``
``Decimal``, ``Fraction``      the nearest double
int beyond 64 bits             the nearest double
``datetime``, ``date``         ISO 8601 text; aware ones in UTC
``timedelta``                  seconds
``Enum``                       its value
``bytes``                      hexadecimal text
``UUID``                       its text
list, tuple, mapping, array    nested up to three levels and 1,000 values each
text above 1,024 characters    its first 1,024, counted as cut
NUL or lone surrogate in text  U+FFFD
``NaT``, ``NA`` of pandas      null
anything else                  left out, counted as dropped
=============================  ====================================================

Neither ``repr`` nor ``str`` of an unknown object is ever called.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from itertools import islice
from typing import Any

__all__ = [
    "ABSENT",
    "DEEPEST",
    "HIGHEST",
    "LARGEST_RECORD",
    "LONGEST_NAME",
    "LONGEST_TEXT",
    "LOWEST",
    "MOST",
    "Budget",
    "Losses",
    "RefusedError",
    "moment_of",
    "name_of",
    "tidy",
]

MOST = 1000
"""Features a record may have, and values a nested one."""

LARGEST_RECORD = 64 << 10
"""Bytes a record may take when written."""

LONGEST_TEXT = 1024
LONGEST_NAME = 256
DEEPEST = 3
LOWEST, HIGHEST = -(1 << 63), (1 << 63) - 1

_FRACTIONAL = {("decimal", "Decimal"), ("fractions", "Fraction")}

ABSENT = object()
"""What an object that cannot be written is replaced by."""


class Losses:
    """How many texts were cut and values left out so far."""

    __slots__ = ("cut", "dropped")

    def __init__(self) -> None:
        self.cut = 0
        self.dropped = 0


class RefusedError(Exception):
    """A record that is not taken, and the reason it is counted under."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Budget:
    """What a group may still take, so that no call costs more than a large record."""

    __slots__ = ("chars", "values")

    def __init__(self) -> None:
        self.values = 2 * MOST
        self.chars = LARGEST_RECORD

    def spend(self, chars: int) -> None:
        """Take characters of text; more than a record may have end it."""
        self.chars -= chars
        if self.chars < 0:
            raise RefusedError("too_large")


def tidy(value: object, losses: Losses, budget: Budget | None = None) -> object:
    """Return a copy of one value that shares nothing with it, or `ABSENT`.

    Raises
    ------
    RefusedError
        With this value a record is too large.
    """
    found = _tidy(value, 1, budget or Budget(), losses)
    if found is ABSENT:
        losses.dropped += 1
    return found


def moment_of(value: datetime) -> datetime:
    """Return a moment as the standard library has it, in UTC where it is aware.

    Of a subclass only the parts are asked: the built-in methods make a new object of
    its class without its constructor, and with pandas' Timestamp that ends the process.
    """
    bare = datetime(  # noqa: DTZ001  # the zone comes below
        value.year,
        value.month,
        value.day,
        value.hour,
        value.minute,
        value.second,
        value.microsecond,
    )
    offset = value.utcoffset()
    return bare if offset is None else (bare - offset).replace(tzinfo=UTC)


def name_of(given: object) -> str | None:
    """Return the name of a feature as text; None where it cannot be one."""
    kind = type(given)
    if issubclass(kind, str):
        text = str.__str__(given)
    elif kind is int or kind is bool:
        text = format(given, "")
    elif kind.__module__ == "numpy":
        return name_of(_item(given))
    else:
        return None
    return _sound(text) if 0 < len(text) <= LONGEST_NAME else None


def _sound(text: str) -> str:
    """Replace what UTF-8 cannot say and what databases refuse."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _text(text: str, losses: Losses) -> str:
    if len(text) > LONGEST_TEXT:
        losses.cut += 1
        text = text[:LONGEST_TEXT]
    return _sound(text)


def _tidy(value: object, depth: int, budget: Budget, losses: Losses) -> object:
    budget.values -= 1
    if budget.values < 0:
        return ABSENT
    kind = type(value)
    if value is None or kind is bool or kind is float:
        return value
    # The methods of the built-in classes are called, not a subclass's own. What a
    # class is asked of the class: an instance may answer __class__ as it likes.
    if issubclass(kind, str) and not issubclass(kind, Enum):
        text = _text(str.__str__(value), losses)
        budget.spend(len(text))
        return text
    if issubclass(kind, Enum):
        return _tidy(getattr(value, "_value_", ABSENT), depth, budget, losses)
    if issubclass(kind, int):
        number = int.__pos__(value)  # type: ignore[arg-type]
        return number if LOWEST <= number <= HIGHEST else _double(number)
    if issubclass(kind, float):
        return float.__pos__(value)  # type: ignore[arg-type]
    module = kind.__module__
    if module == "numpy":
        return _of_numpy(value, depth, budget, losses)
    if module.startswith("pandas.") and kind.__name__ in {"NaTType", "NAType"}:
        return None
    if issubclass(kind, Mapping | list | tuple):
        return _nested(value, depth, budget, losses)
    return _scalar(value, kind, losses)


def _double(number: Any) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
    except ValueError:  # a signalling NaN
        return float("nan")


def _item(value: object) -> object:
    """Return the Python scalar of a NumPy scalar or of an array of no dimension."""
    if type(value).__name__ in {"datetime64", "timedelta64"}:
        # In nanoseconds ``item`` gives a bare integer.
        value = value.astype(f"{type(value).__name__}[us]")  # type: ignore[attr-defined]
    item = value.item()  # type: ignore[attr-defined]
    return ABSENT if type(item).__module__ == "numpy" else item


def _of_numpy(value: object, depth: int, budget: Budget, losses: Losses) -> object:
    if getattr(value, "ndim", 0) == 0:
        return _tidy(_item(value), depth, budget, losses)
    if value.size > MOST:  # type: ignore[attr-defined]
        return ABSENT
    return _nested(value.tolist(), depth, budget, losses)  # type: ignore[attr-defined]


def _nested(value: object, depth: int, budget: Budget, losses: Losses) -> object:
    if depth >= DEEPEST or len(value) > MOST:  # type: ignore[arg-type]
        return ABSENT
    if isinstance(value, list | tuple):
        inner = [_tidy(one, depth + 1, budget, losses) for one in islice(value, MOST)]
        return ABSENT if ABSENT in inner else inner
    assert isinstance(value, Mapping)  # noqa: S101  # the caller looked
    pairs: Iterable[tuple[object, object]] = islice(value.items(), MOST)
    found = {name_of(key): _tidy(v, depth + 1, budget, losses) for key, v in pairs}
    bad = None in found or ABSENT in found.values()
    return ABSENT if bad else found


def _scalar(value: object, kind: type, losses: Losses) -> object:
    """Write the known scalars of the standard library."""
    if issubclass(kind, datetime):
        try:
            return moment_of(value).isoformat()  # type: ignore[arg-type]
        except OverflowError:  # in UTC it is before the year 1 or after 9999
            return ABSENT
    if issubclass(kind, date):
        return date.isoformat(value)  # type: ignore[arg-type]
    if issubclass(kind, time):
        return time.isoformat(value)  # type: ignore[arg-type]
    if issubclass(kind, timedelta):
        return timedelta.total_seconds(value)  # type: ignore[arg-type]
    # By name: loading these modules would cost a start more than they are used.
    if (kind.__module__, kind.__name__) in _FRACTIONAL:
        return _double(value)
    if kind is bytes or kind is bytearray:
        some: bytes = value  # type: ignore[assignment]
        losses.cut += 2 * len(some) > LONGEST_TEXT
        return some[: LONGEST_TEXT // 2].hex()
    if kind.__module__ == "uuid" and kind.__name__ == "UUID":
        return str(value)
    return ABSENT
