"""Times of users' tables as moments in UTC; nothing about them is guessed."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leeboard.errors import ConfigError
from leeboard.logs._exact import LATEST
from leeboard.logs._tables import TIME
from leeboard.windows import zone_of

__all__ = ["EARLIEST", "instants"]

EARLIEST = 315_532_800_000_000
"""Microseconds since 1970 at the beginning of 1980: an earlier time is a mistake."""

_UNITS = {"s": 1_000_000.0, "ms": 1_000.0, "us": 1.0, "ns": 0.001}


def instants(
    values: pa.Array, zone: str | None, unit: str | None, column: str
) -> pa.Array:
    """Return times in UTC, in microseconds; null where a value is no time of an event.

    Parameters
    ----------
    values : Array
    zone : str or None
        Of times without one. Of an hour that a clock shows twice the first is taken.
    unit : str or None
        Of numbers, since 1970.
    column : str
        For messages.

    Raises
    ------
    ConfigError
        ``naive_time``, ``unknown_unit``, ``bad_zone`` or ``bad_mapping``.
    """
    kind = values.type
    types = pa.types
    if types.is_null(kind):
        return pa.nulls(len(values), TIME)
    if types.is_timestamp(kind) and kind.tz is not None:
        found = values.cast(TIME, safe=False)
    elif types.is_timestamp(kind) or types.is_date(kind):
        found = _in_zone(values.cast(pa.timestamp("us"), safe=False), zone, column)
    elif types.is_integer(kind) or types.is_floating(kind):
        found = _counted(values, unit, column)
    elif types.is_string(kind):
        found = _read(values, zone, column)
    else:
        raise ConfigError(
            code="bad_mapping",
            where=f"column {column!r}",
            found=f"values of type {kind}",
            expected="times",
            fix="Map a column of times.",
        )
    number = found.cast(pa.int64())
    within = pc.and_(pc.greater_equal(number, EARLIEST), pc.less(number, LATEST))
    return pc.if_else(within, found, pa.scalar(None, TIME))


def _in_zone(values: pa.Array, zone: str | None, column: str) -> pa.Array:
    _zone(zone, column)
    aware = pc.assume_timezone(
        values, zone, ambiguous="earliest", nonexistent="earliest"
    )
    return aware.cast(TIME)


def _zone(zone: str | None, column: str) -> tzinfo:
    if zone is not None:
        return zone_of(zone)
    raise ConfigError(
        code="naive_time",
        where=f"column {column!r}",
        found="times without a zone",
        expected="moments",
        fix="Say in which zone they are: --time-zone UTC, or --time-zone Europe/Paris.",
    )


def _counted(values: pa.Array, unit: str | None, column: str) -> pa.Array:
    if unit not in _UNITS:
        raise ConfigError(
            code="unknown_unit",
            where=f"column {column!r}",
            found="times as numbers" if unit is None else f"the unit {unit!r}",
            expected="one of " + ", ".join(_UNITS),
            fix="Say what they count since 1970: --time-unit s.",
        )
    number = pc.fill_null(values.cast(pa.float64(), safe=False), np.nan).to_numpy()
    with np.errstate(invalid="ignore"):
        micros = np.rint(number * _UNITS[unit])
        usable = (micros >= EARLIEST) & (micros < LATEST)
    whole = np.where(usable, micros, 0).astype(np.int64)
    return pa.array(whole, pa.int64(), mask=~usable).cast(TIME)


def _read(values: pa.Array, zone: str | None, column: str) -> pa.Array:
    """Read ISO 8601: all at once where all are alike, else one by one."""
    try:
        return values.cast(TIME)
    except pa.ArrowInvalid:
        pass
    known: dict[str | None, Any] = {None: None}
    moments = []
    for text in values.to_pylist():
        if text not in known:
            known[text] = _moment(text, zone, column)
        moments.append(known[text])
    return pa.array(moments, TIME)


def _moment(text: str, zone: str | None, column: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_zone(zone, column))
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None
