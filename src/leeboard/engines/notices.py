"""What people should know about values that were counted: infinities and far dates.

Place: after counting. Must not know where the rows came from, nor how they compare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from leeboard.errors import Note
from leeboard.profiles.cells import CategoryCells, Cells
from leeboard.profiles.counts import NumericCounts
from leeboard.profiles.part import Part
from leeboard.schema import Kind, Schema

__all__ = ["notices"]

_NANOSECONDS = 2**63 // 1000
"""Microseconds from 1970 that 64-bit nanoseconds reach: the years 1678 to 2262."""


def notices(
    part: Part, cells: Mapping[str, Cells], schema: Schema, where: str
) -> Iterator[Note]:
    """Notes on the counts of all rows.

    Parameters
    ----------
    part : Part
    cells : mapping of column name to Cells
    schema : Schema
    where : str
        The data, for messages.
    """
    kinds = {column.name: column.kind for column in schema.columns}
    for name, counts in part.counts.items():
        own = cells[name]
        if isinstance(own, CategoryCells) or not isinstance(counts, NumericCounts):
            continue
        place = f"column {name!r} of {where}"
        low, high = int(counts.cells[own.minus_inf]), int(counts.cells[own.plus_inf])
        if low or high:
            yield Note("infinite", place, _infinite(low, high))
        if kinds[name] is Kind.DATETIME:
            yield from _far(counts, place)


def _infinite(low: int, high: int) -> str:
    parts = [f"{n:,} of {sign}inf" for n, sign in ((high, "+"), (low, "-")) if n]
    return (
        f"infinite values ({', '.join(parts)}) are counted in cells of their own and "
        "left out of mean and spread"
    )


def _far(counts: NumericCounts, place: str) -> Iterator[Note]:
    ends = [end for end in (counts.minimum, counts.maximum) if end is not None]
    far = [int(end) for end in ends if abs(end) > _NANOSECONDS]
    if far:
        dates = " and ".join(str(np.datetime64(end, "us"))[:-16] for end in far)
        text = (
            f"dates as far as {dates} are kept to the microsecond; "
            "such dates often stand for 'none' or 'never'"
        )
        yield Note("far_dates", place, text)
