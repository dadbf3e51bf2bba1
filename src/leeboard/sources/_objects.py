"""Columns of Python objects: what they hold, decided by looking at every one.

Place: under frames and JSON lines. Must not know where the objects come from.
"""

from __future__ import annotations

import datetime as dt
import decimal
import numbers
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.sources._readable import BIG_INTEGERS, UnreadableCell

__all__ = ["Objects", "is_missing", "read_objects"]

_FLOAT_DIGITS = 15
_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Objects:
    """An Arrow array made of objects, and the warnings about it.

    Parameters
    ----------
    array : Array
    notes : tuple of (code, text)
    """

    array: pa.Array
    notes: tuple[tuple[str, str], ...] = ()


def is_missing(value: object) -> bool:
    """Return True for None, NaN, NaT and pandas' NA."""
    if value is None:
        return True
    if type(value) is str:
        return False
    if isinstance(value, float | np.floating):
        return bool(np.isnan(value))
    if isinstance(value, np.datetime64 | np.timedelta64):
        return bool(np.isnat(value))
    if isinstance(value, decimal.Decimal):
        return value.is_nan()
    return type(value).__name__ in {"NAType", "NaTType"}


def read_objects(values: Sequence[Any]) -> Objects:
    """Return objects as a column of one type.

    Numbers become integers if all are, else floats. Text beside anything else becomes
    text, the others marked with their type, so that ``1`` and ``"1"`` stay apart.

    Raises
    ------
    UnreadableCell
        For the first list, dict, set, complex number or unknown object.
    """
    present = [None if is_missing(value) else value for value in values]
    families: Counter[str] = Counter()
    for row, value in enumerate(present):
        if value is None:
            continue
        family = _family(value)
        if not family:
            raise UnreadableCell(row, _a(type(value).__name__))
        families[family] += 1
    if not families:
        return Objects(pa.nulls(len(present)))
    if len(families) > 1 and set(families) != {"date", "datetime"}:
        return _mixed(present, families)
    return _READERS["datetime" if "datetime" in families else next(iter(families))](
        present
    )


def _a(word: str) -> str:
    article = "an" if word[:1] in "aeiou" or word == "ndarray" else "a"
    return f"{article} {word}"


def _family(value: object) -> str:
    kind = type(value)
    known = _FAMILIES.get(kind)
    if known is None:
        known = next((name for t, name in _ORDER if isinstance(value, t)), "")
        _remember(kind, known)
    return known


_ORDER: tuple[tuple[Any, str], ...] = (
    (str, "text"),
    (bool | np.bool_, "bool"),
    (dt.datetime | np.datetime64, "datetime"),
    (dt.date, "date"),
    (dt.timedelta | np.timedelta64, "duration"),
    (dt.time, "time"),
    (bytes | bytearray, "bytes"),
    (uuid.UUID, "uuid"),
    (numbers.Real | decimal.Decimal, "number"),
)
_FAMILIES: dict[type, str] = {str: "text", int: "number", float: "number"}


def _remember(kind: type, family: str) -> None:
    if len(_FAMILIES) < 1000:
        _FAMILIES[kind] = family


def _mixed(values: list[Any], families: Counter[str]) -> Objects:
    kinds: Counter[str] = Counter()
    texts: list[str | None] = []
    for value in values:
        if value is None:
            texts.append(None)
            continue
        kinds[type(value).__name__] += 1
        plain = isinstance(value, str)
        texts.append(value if plain else f"{value} ({type(value).__name__})")
    shares = ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()))
    text = f"cells of several types ({shares}) are compared as categories"
    if "text" in families:
        text += "; text stays as it is, others carry their type, as in '1 (int)'"
    return Objects(_text_array(texts), (("mixed_types", text),))


def _numbers(values: list[Any]) -> Objects:
    present = [value for value in values if value is not None]
    if all(isinstance(value, numbers.Integral) for value in present):
        whole = [None if value is None else int(value) for value in values]
        if all(value is None or value in _INT64 for value in whole):
            return Objects(pa.array(whole, pa.int64()))
        floats = pa.array([_float(value) for value in whole], pa.float64())
        return Objects(floats, (("big_integers", BIG_INTEGERS),))
    floats = pa.array([_float(value) for value in values], pa.float64())
    decimals = [v for v in present if isinstance(v, decimal.Decimal) and v.is_finite()]
    digits = max((len(v.normalize().as_tuple().digits) for v in decimals), default=0)
    if digits <= _FLOAT_DIGITS:
        return Objects(floats)
    text = f"decimals of up to {digits} digits are compared as floats"
    return Objects(floats, (("decimal_precision", text),))


def _float(value: Any) -> float | None:
    if value is None:
        return None
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _datetimes(values: list[Any]) -> Objects:
    naive = aware = 0
    moments: list[dt.datetime | None] = []
    offsets: set[dt.timedelta | None] = set()
    for value in values:
        moment = _moment(value)
        if moment is None:
            moments.append(None)
            continue
        offset = moment.utcoffset()
        offsets.add(offset)
        if offset is None:
            naive += 1
            moments.append(moment)
        else:
            aware += 1
            moments.append(_utc(moment, offset))
    notes: tuple[tuple[str, str], ...] = ()
    if naive and aware:
        text = f"{naive} times without a time zone among {aware} with one; read as UTC"
        notes = (("timezone_mixed", text),)
    elif len(offsets) > 1:
        notes = (("mixed_offsets", "times of several offsets are read as UTC"),)
    kind = pa.timestamp("us", tz="UTC" if aware else None)
    return Objects(pa.array(moments, pa.timestamp("us")).cast(kind), notes)


def _utc(moment: dt.datetime, offset: dt.timedelta) -> dt.datetime:
    plain = moment.replace(tzinfo=None)
    try:
        return plain - offset
    except OverflowError:
        # year 1 or 9999, where a shift by hours would leave the calendar
        return plain


def _moment(value: Any) -> dt.datetime | None:
    if value is None:
        return None
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    if isinstance(value, dt.datetime):
        return value
    # a date has no zone, and the datetime at its start has none either
    return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001


def _durations(values: list[Any]) -> Objects:
    plain = [
        v.astype("timedelta64[us]").item() if isinstance(v, np.timedelta64) else v
        for v in values
    ]
    return Objects(pa.array(plain, pa.duration("us")))


def _times(values: list[Any]) -> Objects:
    return Objects(pa.array(values, pa.time64("us")))


def _bytes(values: list[Any]) -> Objects:
    plain = [None if value is None else bytes(value) for value in values]
    return Objects(pa.array(plain, pa.binary()))


def _texts(values: list[Any]) -> Objects:
    return Objects(_text_array([None if v is None else str(v) for v in values]))


def _text_array(texts: list[str | None]) -> pa.Array:
    try:
        return pa.array(texts, pa.string())
    except pa.ArrowCapacityError:
        return pa.array(texts, pa.large_string())
    except UnicodeEncodeError as error:
        odd = (row for row, text in enumerate(texts) if text and _is_torn(text))
        found = "text with half a character (a lone surrogate)"
        raise UnreadableCell(next(odd), found) from error


def _is_torn(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


_READERS = {
    "text": _texts,
    "uuid": _texts,
    "bool": lambda v: Objects(pa.array([x if x is None else bool(x) for x in v])),
    "datetime": _datetimes,
    "date": lambda values: Objects(pa.array(values, pa.date32())),
    "duration": _durations,
    "time": _times,
    "bytes": _bytes,
    "number": _numbers,
}
