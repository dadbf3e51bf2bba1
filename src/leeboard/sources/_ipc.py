"""Arrow files (Feather version 2), one record batch at a time.

Place: under ``open_source``. Must not know other formats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from leeboard.errors import FileError, Note, Problem
from leeboard.sources._conversion import Conversion
from leeboard.sources._guard import arrow_file, stamp_of
from leeboard.sources._limits import Limits, setting
from leeboard.sources._source import Block, LazyColumns

__all__ = ["IpcSource"]

_BROKEN = (pa.ArrowException, OSError, ValueError, KeyError)


class IpcSource:
    """One Arrow file.

    Raises
    ------
    FileError
        Not an Arrow file, truncated or damaged, or with too many columns.
    """

    rows: int | None = None

    def __init__(self, path: Path, *, name: str, limits: Limits) -> None:
        self.name = name
        self._stamp = stamp_of(path, name)
        with self._opened() as file:
            arrow = file.schema
            self._batches: int = file.num_record_batches
        if len(arrow) > limits.max_columns:
            raise FileError(
                code="too_many_columns",
                where=name,
                found=f"{len(arrow)} columns",
                expected=f"at most {limits.max_columns}",
                fix=f"Choose columns, or set {setting('max_columns')}.",
            )
        self._places = {column: place for place, column in enumerate(arrow.names)}
        self._conversion = Conversion(name, arrow, error=FileError)
        self.problems: dict[str, Problem] = self._conversion.problems
        self.schema = self._conversion.schema

    @property
    def notes(self) -> tuple[Note, ...]:
        """Warnings so far."""
        return self._conversion.notes

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one whole column."""
        self._conversion.begin([name])
        with self._opened(fields=[self._places[name]]) as file:
            chunks = [batch.column(0) for batch in self._read(file)]
        self._stamp.check(self.name)
        return self._conversion.column(name, chunks)

    def blocks(self, names: Sequence[str]) -> Iterator[Block]:
        """Yield the record batches."""
        self._conversion.begin(names)
        row = 0
        with self._opened(fields=[self._places[name] for name in names]) as file:
            for batch in self._read(file):
                if batch.num_rows:
                    reader = self._reader(batch, row)
                    yield Block(batch.num_rows, LazyColumns(names, reader))
                row += batch.num_rows
        self._stamp.check(self.name)

    def _reader(self, batch: pa.RecordBatch, row: int) -> Callable[[str], pa.Array]:
        return lambda name: self._conversion.array(name, batch.column(name), row)

    def _read(self, file: Any) -> Iterator[pa.RecordBatch]:
        for number in range(self._batches):
            try:
                yield file.get_batch(number)
            except _BROKEN as error:
                self._stamp.check(self.name)
                raise _damaged(f"{self.name}, batch {number}", error) from error

    @contextmanager
    def _opened(self, fields: list[int] | None = None) -> Iterator[Any]:
        options = pa.ipc.IpcReadOptions(included_fields=fields, use_threads=False)
        with arrow_file(self._stamp, self.name) as handle:
            try:
                file = pa.ipc.open_file(handle, options=options)
            except _BROKEN as error:
                self._stamp.check(self.name)
                raise _damaged(self.name, error) from error
            yield file


def _damaged(where: str, error: Exception) -> FileError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return FileError(
        code="damaged_file",
        where=where,
        found=f"data that cannot be decoded ({reason})",
        expected="a whole Arrow file",
        fix="Write or copy it again.",
    )
