"""Columns of labels and predictions as codes of classes.

Place: beside ``outcomes``. Classes are told apart by what their values are called; the
whole number 1 and the float 1.0 are the same class, the text "1" and the number 1 are
not, until somebody says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.engines.rows import rows_of
from leeboard.engines.values import levels_and_codes
from leeboard.schema import Kind

__all__ = ["Classed", "classed", "in_order", "recoded"]

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Classed:
    """A column as classes.

    Parameters
    ----------
    names : tuple of str
        Of the classes that rows have, in no order.
    codes : array, shape (rows,), int64
        Into ``names``; 0 where missing.
    present : array of bool, shape (rows,)
    """

    names: tuple[str, ...]
    codes: _Array
    present: _Array


def classed(data: pa.ChunkedArray, kind: Kind) -> Classed:
    """Classes of a column of numbers, texts or truth values."""
    return _of_numbers(data, kind) if kind is Kind.NUMERIC else _of_levels(data)


def _of_numbers(data: pa.ChunkedArray, kind: Kind) -> Classed:
    rows = rows_of(data, kind)
    present = np.ones(len(data), bool) if rows.present is None else rows.present
    distinct, place = np.unique(rows.values, return_inverse=True)
    codes = np.zeros(len(data), np.int64)
    codes[present] = place.ravel()
    return Classed(tuple(map(_called, distinct.tolist())), codes, present)


def _called(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)


def _of_levels(data: pa.ChunkedArray) -> Classed:
    place: dict[str, int] = {}
    codes, marks = [], []
    for chunk in data.chunks:
        found = np.zeros(len(chunk), np.int64)
        if pa.types.is_null(chunk.type):
            marks.append(np.zeros(len(chunk), bool))
            codes.append(found)
            continue
        levels, chosen, present = levels_and_codes(chunk)
        used = np.unique(chosen)
        known = np.zeros(len(levels), np.int64)
        known[used] = [place.setdefault(levels[i], len(place)) for i in used]
        found[present] = known[chosen]
        codes.append(found)
        marks.append(present)
    if not codes:
        return Classed((), np.empty(0, np.int64), np.empty(0, bool))
    return Classed(tuple(place), np.concatenate(codes), np.concatenate(marks))


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Classes in order: by number where all are numbers, else by text."""
    every = set(names)
    try:
        return tuple(sorted(every, key=float))
    except ValueError:
        return tuple(sorted(every))


def recoded(found: Classed, classes: tuple[str, ...], chosen: _Array) -> _Array:
    """Codes of chosen rows into other classes, which hold all that occur."""
    place = {name: i for i, name in enumerate(classes)}
    table = np.array([place.get(name, 0) for name in found.names] or [0], np.int64)
    codes: _Array = table[found.codes[chosen]]
    return codes
