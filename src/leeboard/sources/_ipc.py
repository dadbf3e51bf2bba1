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
from leeboard.sources._columns import unsupported
from leeboard.sources._guard import arrow_file, stamp_of
from leeboard.sources._limits import Limits, setting
from leeboard.sources._names import check_names
from leeboard.sources._readable import Reading, UnreadableCell, reading_of
from leeboard.sources._source import Block, LazyColumns
from leeboard.sources._watch import TextWatch

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
        names, notes = check_names(arrow.names, where=name, error=FileError)
        self._notes: list[Note] = notes
        self._watch = TextWatch(name)
        self.problems: dict[str, Problem] = {}
        self._readings: dict[str, tuple[int, Reading]] = {}
        for place, (column, field) in enumerate(zip(names, arrow, strict=True)):
            self._plan(column, field.type, place)
        self.schema = pa.schema([(n, r.type) for n, (_, r) in self._readings.items()])

    @property
    def notes(self) -> tuple[Note, ...]:
        """Warnings so far."""
        return (*self._notes, *self._watch.notes())

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one whole column."""
        place, reading = self._readings[name]
        chunks = []
        row = 0
        with self._opened(fields=[place]) as file:
            for batch in self._read(file):
                chunks.append(self._convert(name, batch.column(0), row))
                row += batch.num_rows
        self._stamp.check(self.name)
        return self._watch.chunks(name, chunks, reading.type)

    def blocks(self, names: Sequence[str]) -> Iterator[Block]:
        """Yield the record batches."""
        places = [self._readings[name][0] for name in names]
        for name in names:
            self._watch.begin(name)
        row = 0
        with self._opened(fields=places) as file:
            for batch in self._read(file):
                if batch.num_rows:
                    reader = self._reader(batch, row)
                    yield Block(batch.num_rows, LazyColumns(names, reader))
                row += batch.num_rows
        self._stamp.check(self.name)

    def _plan(self, name: str, kind: pa.DataType, place: int) -> None:
        reading = reading_of(kind)
        where = f"column {name!r} of {self.name}"
        if reading is None:
            found = f"cells of type {kind}"
            self.problems[name] = unsupported(name, self.name, row=None, found=found)
            return
        self._readings[name] = place, reading
        if reading.note:
            self._notes.append(Note(reading.note, where, reading.text))
            self._watch.quiet.add(name)

    def _reader(self, batch: pa.RecordBatch, row: int) -> Callable[[str], pa.Array]:
        def read(name: str) -> pa.Array:
            array = self._convert(name, batch.column(name), row)
            return self._watch.look(name, array, row)

        return read

    def _convert(self, name: str, array: pa.Array, start: int) -> pa.Array:
        _, reading = self._readings[name]
        try:
            return reading.convert(array)
        except UnreadableCell as cell:
            self.problems[name] = unsupported(
                name, self.name, row=start + cell.row, found=cell.found
            )
            return pa.nulls(len(array), reading.type)

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
