"""Frames that give their rows as a stream of record batches, such as DuckDB's.

Place: under ``open_source``. Must not know which library streams.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import pyarrow as pa

from leeboard.errors import FrameError, Note, Problem
from leeboard.sources._conversion import Conversion
from leeboard.sources._frames import polars_source
from leeboard.sources._source import Block, LazyColumns, Source

__all__ = ["Batches", "Streamed", "dataset_source", "lazy_source", "stream_source"]

Batches: TypeAlias = Callable[[Sequence[str] | None], Iterator[pa.RecordBatch]]
"""Starts the stream from the first row, of these columns or all, at each call."""

_GATHER = 1 << 16


class Streamed:
    """Rows that are computed anew for each pass.

    Columns asked for one by one are taken from a table that is computed once and kept;
    blocks are taken from the stream and not kept.
    """

    rows: int | None = None

    def __init__(self, name: str, schema: pa.Schema, batches: Batches) -> None:
        self.name = name
        self._raw = schema
        self._batches = batches
        self._whole: pa.Table | None = None
        self._conversion = Conversion(name, schema, error=FrameError)
        self.problems: dict[str, Problem] = self._conversion.problems
        self.schema = self._conversion.schema

    @property
    def notes(self) -> tuple[Note, ...]:
        """Warnings so far."""
        return self._conversion.notes

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one whole column."""
        self._conversion.begin([name])
        if self._whole is None:
            self._whole = pa.Table.from_batches(list(self._batches(None)), self._raw)
        return self._conversion.column(name, self._whole.column(name).chunks)

    def blocks(self, names: Sequence[str]) -> Iterator[Block]:
        """Yield the stream, small batches put together."""
        self._conversion.begin(names)
        row = 0
        for table in self._gathered(names):
            reader = self._reader(table, row)
            yield Block(table.num_rows, LazyColumns(names, reader))
            row += table.num_rows

    def _reader(self, table: pa.Table, row: int) -> Callable[[str], pa.Array]:
        return lambda name: self._conversion.array(name, table.column(name), row)

    def _gathered(self, names: Sequence[str]) -> Iterator[pa.Table]:
        held: list[pa.RecordBatch] = []
        rows = 0
        for batch in self._batches(names):
            held.append(batch)
            rows += batch.num_rows
            if rows >= _GATHER:
                yield pa.Table.from_batches(held)
                held, rows = [], 0
        if rows:
            yield pa.Table.from_batches(held)


def stream_source(data: Any, name: str) -> Streamed:
    """Return anything with the Arrow stream interface as a source, such as a relation.

    Each pass asks it for a new stream.
    """

    def batches(names: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        for batch in pa.RecordBatchReader.from_stream(_fresh(data)):
            yield batch if names is None else batch.select(list(names))

    return Streamed(
        name, pa.RecordBatchReader.from_stream(_fresh(data)).schema, batches
    )


def _fresh(data: Any) -> Any:
    """Return a relation that has not run yet: DuckDB's keep their result once used."""
    if "duckdb" in type(data).__module__ and hasattr(data, "project"):
        return data.project("*")
    return data


def lazy_source(data: Any, name: str) -> Source:
    """Return a polars LazyFrame as a source; the plan runs once for each pass."""

    def batches(names: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        plan = data if names is None else data.select(list(names))
        parts = (
            plan.collect_batches()
            if hasattr(plan, "collect_batches")
            else [plan.collect()]
        )
        for part in parts:
            yield from part.to_arrow().to_batches()

    try:
        schema = data.head(0).collect().to_arrow().schema
    except pa.ArrowInvalid:
        # a type that Arrow has no name for: read column by column, as a frame
        return polars_source(data.collect(), name)
    return Streamed(name, schema, batches)


def dataset_source(data: Any, name: str) -> Streamed:
    """Return a pyarrow dataset as a source."""

    def batches(names: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        columns = None if names is None else list(names)
        yield from data.to_batches(
            columns=columns, use_threads=False, batch_readahead=1, fragment_readahead=1
        )

    return Streamed(name, data.schema, batches)
