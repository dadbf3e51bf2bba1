"""Text files as sources: parsed once and kept, or streamed by types known before.

Place: under ``open_source``, over CSV and JSON lines. Must not know either's syntax.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa

from leeboard.errors import FileError, Note
from leeboard.sources._bytes import Piece
from leeboard.sources._columns import Columns, Slot, sliced
from leeboard.sources._csv import CsvRows
from leeboard.sources._infer import Rows, infer_table
from leeboard.sources._limits import Limits
from leeboard.sources._parquet import ParquetSource
from leeboard.sources._readable import reading_of
from leeboard.sources._source import Source
from leeboard.sources._stream import Stream

__all__ = ["MakeRows", "text_source"]

MakeRows: TypeAlias = Callable[[Piece], Rows]


def text_source(
    name: str,
    pieces: Callable[[], Iterator[Piece]],
    *,
    make_rows: MakeRows,
    types: Mapping[str, pa.DataType],
    keep_bytes: int,
) -> Source:
    """Return a text file as a source.

    Without types the whole file is read now, since one cell can decide what a column
    is. With types CSV is read as it is asked for; JSON says its own types, and which
    columns there are only at its end.

    Parameters
    ----------
    name : str
        The file, for messages.
    pieces : callable
        Gives the file from its beginning, each time it is called.
    make_rows : callable
        Makes the parser, given the first piece.
    types : mapping of str to DataType
        What columns are known to be.
    keep_bytes : int
        Tables above this size go through a temporary file.

    Raises
    ------
    FileError
        Empty, damaged, or not of the kind it should be.
    """
    first = next(pieces(), None)
    if first is None:
        raise FileError(
            code="empty_file",
            where=name,
            found="no bytes of text",
            expected="rows of data",
            fix="Check that the file was written.",
        )
    rows = make_rows(first)
    if types and isinstance(rows, CsvRows):
        return Stream(
            name,
            rows=rows,
            pieces=pieces,
            first=first,
            types=types,
            keep_bytes=keep_bytes,
        )
    kinds, table = infer_table(rows, pieces, keep_bytes)
    if table is None:
        return _Spilled(name, rows=rows, pieces=pieces, types=kinds)
    return _kept(name, table, rows)


def _kept(name: str, table: pa.Table, rows: Rows) -> Columns:
    slots = []
    for field, column in zip(table.schema, table.columns, strict=True):
        reading = reading_of(field.type)
        if reading is not None:
            slots.append(Slot(field.name, sliced(column), reading))
    notes = [*rows.notes, *rows.rejects.notes()]
    return Columns(
        name, table.num_rows, slots=slots, notes=notes, problems=rows.problems
    )


class _Spilled(ParquetSource):
    """A large text file by way of a temporary Parquet file."""

    def __init__(
        self,
        name: str,
        *,
        rows: Rows,
        pieces: Callable[[], Iterator[Piece]],
        types: Mapping[str, pa.DataType],
    ) -> None:
        import pyarrow.parquet as pq

        descriptor, path = tempfile.mkstemp(prefix="leeboard-", suffix=".parquet")
        os.close(descriptor)
        self._remove = weakref.finalize(self, _remove, path)
        kinds = {n: pa.string() if pa.types.is_null(t) else t for n, t in types.items()}
        schema = pa.schema(list(kinds.items()))
        try:
            with pq.ParquetWriter(path, schema, compression="zstd") as writer:
                for piece in pieces():
                    writer.write_table(rows.read(piece, kinds))
        except OSError as error:
            raise FileError(
                code="no_space",
                where=name,
                found=f"no room for a temporary file ({error.strerror or error})",
                expected=f"space in {tempfile.gettempdir()}",
                fix="Free some, or set TMPDIR to another folder.",
            ) from error
        super().__init__(Path(path), name=name, limits=Limits())
        self.problems.update(rows.problems)
        self._told = (*rows.notes, *rows.rejects.notes())

    @property
    def notes(self) -> tuple[Note, ...]:
        """Warnings of the text, and those of its columns."""
        return (*self._told, *super().notes)


def _remove(path: str) -> None:
    Path(path).unlink(missing_ok=True)
