"""A source that says how far its reading has come.

Place: around any source, for whoever shows progress. Must not know how it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pyarrow as pa

from leeboard.errors import Note, Problem
from leeboard.sources._source import Block, LazyColumns, Source

__all__ = ["Watched"]


class Watched:
    """Gives what another source gives, and tells of every array that was read.

    Parameters
    ----------
    source : Source
    seen : callable (int) -> None
        Told how many values were read, missing ones counted.
    """

    def __init__(self, source: Source, seen: Callable[[int], None]) -> None:
        self._source, self._seen = source, seen

    @property
    def name(self) -> str:
        """Name for messages."""
        return self._source.name

    @property
    def schema(self) -> pa.Schema:
        """Columns that can be read."""
        return self._source.schema

    @property
    def rows(self) -> int | None:
        """How many rows, if known before reading."""
        return self._source.rows

    @property
    def notes(self) -> tuple[Note, ...]:
        """Warnings so far."""
        return self._source.notes

    @property
    def problems(self) -> Mapping[str, Problem]:
        """Columns that cannot be read so far."""
        return self._source.problems

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one whole column."""
        data = self._source.column(name)
        self._seen(len(data))
        return data

    def blocks(self, names: Sequence[str]) -> Iterator[Block]:
        """Yield all rows once."""
        for block in self._source.blocks(names):
            yield Block(block.rows, self._watched(block))

    def _watched(self, block: Block) -> Mapping[str, pa.Array]:
        def read(name: str) -> pa.Array:
            data = block.columns[name]
            self._seen(len(data))
            return data

        return LazyColumns(list(block.columns), read)
