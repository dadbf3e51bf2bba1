"""What share of the rows repeats an earlier row in every column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from leeboard.metrics._metric import ANY, Measurement, Metric, Needs, Rows, undefined

__all__ = ["METRIC"]

_Array = np.ndarray[Any, Any]
_ODD = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)
_MISSING = np.uint64(0xD6E8FEB86659FD93)


def _on_table(
    reference: Mapping[str, Rows], current: Mapping[str, Rows]
) -> Measurement:
    names = [name for name in reference if name in current]
    sizes = _height(reference), _height(current)
    if not names or min(sizes) == 0:
        text = "no column is in both, or one has no rows"
        return undefined("duplicates", *sizes, code="insufficient_data", text=text)
    repeats = [
        _repeats([table[name] for name in names]) for table in (reference, current)
    ]
    return Measurement(
        "duplicates",
        repeats[1] / sizes[1],
        *sizes,
        reference=repeats[0] / sizes[0],
        current=repeats[1] / sizes[1],
        facts=(("rows", float(repeats[1])),),
    )


def _height(table: Mapping[str, Rows]) -> int:
    return max((rows.rows for rows in table.values()), default=0)


def _repeats(columns: list[Rows]) -> int:
    """Rows equal to another one before them; missing equals missing."""
    mixed = np.zeros(columns[0].rows, np.uint64)
    for codes in _codes(columns):
        # multiply and fold: equal rows stay equal, others meet once in 2**64
        mixed = (mixed ^ codes) * _ODD
        mixed ^= mixed >> _SHIFT
    order = np.argsort(mixed, kind="stable")
    same = mixed[order[1:]] == mixed[order[:-1]]
    pairs = np.flatnonzero(same)
    if len(pairs) == 0:
        return 0
    # a meeting by chance is no repeat: compare the rows themselves
    one, other = order[pairs], order[pairs + 1]
    equal = np.ones(len(pairs), bool)
    for codes in _codes(columns):
        equal &= codes[one] == codes[other]
    return int(equal.sum())


def _codes(columns: list[Rows]) -> Iterator[_Array]:
    """One number per row and column, equal where the values are; shapes (rows,)."""
    for column in columns:
        codes = _numbered(column.values)
        if column.present is None:
            yield codes
            continue
        full = np.full(column.rows, _MISSING, np.uint64)
        full[column.present] = codes
        yield full


def _numbered(values: Any) -> _Array:
    values = np.asarray(values)
    if values.dtype == object:
        seen: dict[Any, int] = {}
        numbers = (seen.setdefault(value, len(seen)) for value in values)
        return np.fromiter(numbers, np.uint64, len(values))
    if values.dtype.kind == "f":
        values = values.astype(np.float64) + 0.0  # -0.0 equals 0.0
    else:
        values = values.astype(np.int64)
    codes: _Array = values.view(np.uint64)
    return codes


METRIC = Metric(
    name="duplicates",
    answers="What share of the rows repeats an earlier row in every column?",
    needs=Needs.ROWS,
    kinds=ANY,
    unit="share",
    direction="larger is worse",
    source="all columns that both tables have; missing equals missing",
    on_table=_on_table,
)
