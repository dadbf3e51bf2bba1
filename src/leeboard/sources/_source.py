"""What a source of rows promises to whoever counts them.

Place: between users' data and the engines. Knows Arrow types; must not know what the
columns mean, how they are counted or compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from leeboard.errors import Note, Problem

__all__ = ["BLOCK_ROWS", "Block", "LazyColumns", "Source"]

BLOCK_ROWS = 1 << 20
"""Rows of a block cut from a frame in memory or from a row group without bounds."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows, in order.

    Parameters
    ----------
    rows : int
        How many; at least 1.
    columns : mapping of str to Array
        Only the columns asked for. Each may be decoded when its item is asked for, so
        ask once, and let go of one column before asking for the next.
    """

    rows: int
    columns: Mapping[str, pa.Array]


class LazyColumns(Mapping[str, pa.Array]):
    """Columns of a block that are decoded when asked for, and not kept."""

    __slots__ = ("_names", "_read")

    def __init__(self, names: Sequence[str], read: Callable[[str], pa.Array]) -> None:
        self._names = dict.fromkeys(names)
        self._read = read

    def __getitem__(self, name: str) -> pa.Array:
        if name not in self._names:
            raise KeyError(name)
        return self._read(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Source(Protocol):
    """Rows with named columns, read whole by column or once by block.

    Every array has one of these Arrow types: null, bool, int8 … int64, uint8 … uint32,
    float32, float64, string, large_string, dictionary (int32 indices, string or
    large_string values), date32, timestamp, duration. A string column may
    come as a dictionary array in some chunks whatever ``schema`` says; a dictionary may
    hold values that no row has. Missing is NULL, or NaN in a float column.

    Attributes
    ----------
    name : str
        For messages: ``train.csv`` or ``reference (pandas.DataFrame)``.
    schema : pyarrow.Schema
        Names and types of the columns that can be read.
    rows : int or None
        None: not known before reading.
    notes : tuple of Note
        Warnings found so far; more may come while rows are read.
    problems : mapping of str to Problem
        Columns that cannot be read, and why; also grows while rows are read.
    """

    @property
    def name(self) -> str: ...
    @property
    def schema(self) -> pa.Schema: ...
    @property
    def rows(self) -> int | None: ...
    @property
    def notes(self) -> tuple[Note, ...]: ...
    @property
    def problems(self) -> Mapping[str, Problem]: ...

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one whole column; KeyError if ``schema`` does not have it."""
        ...

    def blocks(self, names: Sequence[str]) -> Iterator[Block]:
        """Yield all rows once, in order, in constant memory."""
        ...
