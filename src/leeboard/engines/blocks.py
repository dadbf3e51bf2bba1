"""Which rows hang together: days of the time column, or groups of entities.

Days and entities are dealt into a fixed number of buckets, so that memory does not
grow. A bucket may hold several days or entities; the variance between buckets is then
that of random groups, which estimates the same design effect (Wolter, Introduction to
Variance Estimation, 2007, chapter 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.engines.values import kind_of, levels_and_codes, numbers, plain
from leeboard.profiles._level import level_key
from leeboard.schema import Kind, Role, Schema
from leeboard.sources import Source

__all__ = ["BUCKETS", "Blocks"]

BUCKETS = 1024
_DAY_US = 86_400_000_000
_MIX = np.uint64(0x9E3779B97F4A7C15)
"""Odd multiplier (2^64 over the golden ratio) that spreads neighbouring integers."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """The column whose values name the blocks."""

    name: str

    @staticmethod
    def column(schema: Schema) -> str | None:
        """Entity column, else time column, else None."""
        for role in (Role.ENTITY, Role.TIME):
            column = schema.first(role)
            if column is not None:
                return column.name
        return None

    @classmethod
    def of(cls, schema: Schema, source: Source) -> Blocks | None:
        """Blocks of a source; None if it has no such column, or one of another type."""
        name = cls.column(schema)
        if name is None or name not in source.schema.names or name in source.problems:
            return None
        role, kind = schema[name].role, kind_of(source.schema.field(name).type)
        if role is Role.TIME and kind is not Kind.DATETIME:
            return None
        if kind in (None, Kind.VECTOR, Kind.UNSUPPORTED):
            return None
        return cls(name)

    def codes(self, array: pa.Array) -> np.ndarray[Any, Any]:
        """Bucket of each row; shape (rows,). Rows without a value share bucket 0."""
        kind = kind_of(array.type)
        codes = np.zeros(len(array), np.intp)
        if kind in (Kind.DATETIME, Kind.NUMERIC):
            values, nulls = numbers(array)
            if kind is Kind.DATETIME:
                keys = (values // _DAY_US) % BUCKETS
            else:
                mixed = values.view(np.uint64) * _MIX
                keys = mixed >> np.uint64(54)
            if nulls:
                present = plain(array.is_valid())
                codes[present] = keys
            else:
                codes[:] = keys
            return codes
        levels, at, present = levels_and_codes(array)
        buckets = np.array([level_key(level) % BUCKETS for level in levels], np.intp)
        if len(at):
            codes[present] = buckets[at]
        return codes
