"""Results as rows, and rows as a table, alike for every store."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any

import pyarrow as pa

from leeboard.databases import clean
from leeboard.errors import StateError
from leeboard.state._state import Done, Measured, Packed
from leeboard.windows import Window

__all__ = [
    "MEASURED",
    "any_of",
    "check_filter",
    "done_of",
    "done_row",
    "measured_row",
    "measured_table",
    "once",
    "packed_row",
    "window_of",
]

_TIME = pa.timestamp("us", tz="UTC")

MEASURED = pa.schema(
    [
        ("model", pa.string()),
        ("window_start", _TIME),
        ("window_end", _TIME),
        ("revision", pa.int32()),
        ("segment", pa.string()),
        ("subject", pa.string()),
        ("metric", pa.string()),
        ("basis", pa.string()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("reference", pa.float64()),
        ("n_reference", pa.int64()),
        ("n_current", pa.int64()),
        ("reason", pa.string()),
    ]
)
"""Columns of measurements, as people get them."""

_FILTERS = ("model", "segment", "subject", "metric", "basis", "reason")


def window_of(start: datetime, end: datetime) -> Window:
    """Window of two stored times."""
    return Window(start, end)


def any_of(wanted: str | Collection[str]) -> list[str]:
    """Values that a filter lets through: one text, or several."""
    every = [wanted] if isinstance(wanted, str) else wanted
    return [clean(one) for one in every]


def check_filter(
    where: Mapping[str, str | Collection[str]],
    known: Sequence[str] = _FILTERS,
    table: str = "measurements",
) -> None:
    """Refuse a filter by what is no column of text.

    Raises
    ------
    StateError
        Code ``unknown_column``.
    """
    for name in where:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            raise StateError(
                code="unknown_column",
                where=table,
                found=f"a filter by {name!r}",
                expected=f"one of {', '.join(known)}",
                fix=f"Filter by {close[0]!r}." if close else "Name one of them.",
            )


def packed_row(model: str, window: Window, packed: Packed) -> tuple[Any, ...]:
    """One row of profiles; the first four values say what it is of."""
    return (
        model,
        window.start,
        window.end,
        clean(packed.segment),
        int(packed.rows),
        packed.data,
    )


def measured_row(model: str, done: Done, one: Measured) -> tuple[Any, ...]:
    """One row of measurements; the first eight values say what it is of."""
    return (
        model,
        done.window.start,
        done.window.end,
        int(done.revision),
        clean(one.segment),
        clean(one.subject),
        clean(one.metric),
        clean(one.basis),
        _number(one.value),
        _number(one.low),
        _number(one.high),
        _number(one.reference),
        int(one.n_reference),
        int(one.n_current),
        clean(one.reason),
    )


def _number(value: float | None) -> float | None:
    """SQLite keeps no NaN: undefined is NULL in every store."""
    return None if value is None or math.isnan(value) else float(value)


def once(rows: Sequence[tuple[Any, ...]], key: int) -> list[tuple[Any, ...]]:
    """Rows whose first values differ; two texts may have become one by ``clean``."""
    return list({row[:key]: row for row in reversed(rows)}.values())[::-1]


def measured_table(rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Rows as a table, which has its columns also where there is none."""
    columns = list(zip(*rows, strict=True)) or [()] * len(MEASURED)
    return pa.table(
        [pa.array(c, f.type) for c, f in zip(columns, MEASURED, strict=True)],
        schema=MEASURED,
    )


def done_row(model: str, done: Done) -> tuple[Any, ...]:
    """Row of a window."""
    return (
        model,
        done.window.start,
        done.window.end,
        int(done.revision),
        int(done.rows),
        int(done.labels),
        None if done.completeness is None else float(done.completeness),
        bool(done.provisional),
        done.fingerprint,
        done.digest,
        done.first_at,
        done.computed_at,
        int(done.late),
        [[clean(part) for part in note] for note in done.notes],
        int(done.lost),
        int(done.lost_most),
        int(done.lost_labels),
    )


def done_of(row: Any) -> Done:
    """Return the window of a row."""
    return Done(
        model=row.model,
        window=window_of(row.window_start, row.window_end),
        revision=row.revision,
        rows=row.rows,
        labels=row.labels,
        completeness=row.completeness,
        provisional=row.provisional,
        fingerprint=row.fingerprint,
        digest=row.digest,
        first_at=row.first_at,
        computed_at=row.computed_at,
        late=row.late,
        notes=tuple((code, text) for code, text in row.notes),
        lost=row.lost,
        lost_most=row.lost_most,
        lost_labels=row.lost_labels,
    )
