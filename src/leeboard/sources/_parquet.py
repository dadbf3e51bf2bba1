"""Parquet files, one row group and one column at a time.

Place: under ``open_source``. Must not know other formats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from leeboard.errors import FileError, Note, Problem
from leeboard.sources._columns import unsupported
from leeboard.sources._guard import Stamp, open_regular, stamp_of
from leeboard.sources._limits import Limits, setting
from leeboard.sources._names import check_names
from leeboard.sources._readable import Reading, one_array, reading_of
from leeboard.sources._source import Block, LazyColumns

__all__ = ["ParquetSource"]

_LARGE_GROUP = 2_000_000
_STEP = 1 << 17
_BUFFER = 1 << 20
_LEAST_BYTES = 12
_BROKEN = (pa.ArrowException, OSError, ValueError, KeyError, UnicodeDecodeError)


class ParquetSource:
    """One Parquet file; only what is asked for is read and decoded.

    Text comes as dictionary arrays, as the file stores it where it repeats.

    Raises
    ------
    FileError
        Not Parquet, truncated, damaged, encrypted, or larger than the limits.
    """

    def __init__(self, path: Path, *, name: str, limits: Limits) -> None:
        self.name = name
        self._stamp = stamp_of(path, name)
        _check_ends(self._stamp, name)
        self._file = _open(self._stamp, name, dictionaries=())
        try:
            arrow = self._file.schema_arrow
        except _BROKEN as error:
            raise _damaged(name, error) from error
        if any(_is_text(field.type) for field in arrow):
            self._file.close()
            texts = [field.name for field in arrow if _is_text(field.type)]
            self._file = _open(self._stamp, name, dictionaries=texts)
            arrow = self._file.schema_arrow
        meta = self._file.metadata
        self.rows: int = meta.num_rows
        self._raw = arrow.names
        _check_size(meta, arrow, name=name, limits=limits)
        names, notes = check_names(arrow.names, where=name, error=FileError)
        self.notes: tuple[Note, ...] = tuple(notes)
        self.problems: dict[str, Problem] = {}
        self._readings = self._plan(arrow, names)
        self.schema = pa.schema([(n, r.type) for n, r in self._readings.items()])

    def _plan(self, arrow: pa.Schema, names: Sequence[str]) -> dict[str, Reading]:
        readings: dict[str, Reading] = {}
        for name, field in zip(names, arrow, strict=True):
            largest = None
            if pa.types.is_uint64(field.type):
                largest = _largest(self._file.metadata, name)
            reading = reading_of(field.type, largest)
            if reading is None:
                found = f"cells of type {field.type}"
                self.problems[name] = unsupported(
                    name, self.name, row=None, found=found
                )
                continue
            readings[name] = reading
            if reading.note:
                place = f"column {name!r} of {self.name}"
                self.notes = (*self.notes, Note(reading.note, place, reading.text))
        return readings

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one whole column, a chunk for each row group or part of one."""
        reading = self._readings[name]
        groups = range(self._file.metadata.num_row_groups)
        chunks = [c for g in groups for c in self._group(g, name).chunks]
        self._stamp.check(self.name)
        chunks = [reading.convert(c) for c in chunks if len(c)]
        return pa.chunked_array(chunks, reading.type) if not chunks else _join(chunks)

    def blocks(self, names: Sequence[str]) -> Iterator[Block]:
        """Yield row groups; very long ones in parts."""
        wanted = [self._readings[name] and name for name in names]
        for group in range(self._file.metadata.num_row_groups):
            rows = self._file.metadata.row_group(group).num_rows
            if rows > _LARGE_GROUP:
                yield from self._parts(group, wanted)
            elif rows:
                yield Block(rows, LazyColumns(wanted, partial(self._decode, group)))
        self._stamp.check(self.name)

    def _decode(self, group: int, name: str) -> pa.Array:
        return one_array(self._readings[name].chunks(self._group(group, name)))

    def _group(self, group: int, name: str) -> pa.ChunkedArray:
        try:
            table = self._file.read_row_group(group, columns=[name], use_threads=False)
            return table.column(name)
        except _BROKEN as error:
            self._stamp.check(self.name)
            raise _damaged(
                f"{self.name}, row group {group}, column {name!r}", error
            ) from error

    def _parts(self, group: int, names: Sequence[str]) -> Iterator[Block]:
        batches = self._file.iter_batches(
            _STEP, row_groups=[group], columns=list(names), use_threads=False
        )
        while True:
            try:
                batch = next(batches, None)
            except _BROKEN as error:
                raise _damaged(f"{self.name}, row group {group}", error) from error
            if batch is None:
                return
            yield Block(batch.num_rows, LazyColumns(names, self._of_batch(batch)))

    def _of_batch(self, batch: pa.RecordBatch) -> Callable[[str], pa.Array]:
        return lambda name: self._readings[name].convert(batch.column(name))


def _join(chunks: list[pa.Array]) -> pa.ChunkedArray:
    return pa.chunked_array(chunks)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _open(stamp: Stamp, name: str, *, dictionaries: Sequence[str]) -> Any:
    import pyarrow.parquet as pq

    handle = open_regular(stamp, name)
    try:
        return pq.ParquetFile(
            pa.PythonFile(handle, mode="r"),
            read_dictionary=list(dictionaries),
            buffer_size=_BUFFER,
            pre_buffer=False,
            page_checksum_verification=True,
        )
    except _BROKEN as error:
        handle.close()
        raise _damaged(name, error) from error


def _check_ends(stamp: Stamp, name: str) -> None:
    with open_regular(stamp, name) as handle:
        head = handle.read(4)
        if stamp.size >= _LEAST_BYTES:
            handle.seek(-4, 2)
        tail = handle.read(4)
    if b"PARE" in (head, tail):
        raise _refusal(
            name,
            code="encrypted_file",
            found="an encrypted Parquet file",
            fix="Decrypt it first.",
        )
    if head != b"PAR1":
        raise _refusal(
            name,
            code="not_parquet",
            found=f"a file that begins with {head!r}" if head else "an empty file",
            fix="Check the file, and that its ending says what it is.",
        )
    if tail != b"PAR1":
        raise _refusal(
            name,
            code="truncated_file",
            found="a Parquet file whose end is missing",
            fix="Write or copy it again.",
        )


def _refusal(name: str, *, code: str, found: str, fix: str) -> FileError:
    return FileError(
        code=code, where=name, found=found, expected="a whole Parquet file", fix=fix
    )


def _damaged(where: str, error: Exception) -> FileError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return FileError(
        code="damaged_file",
        where=where,
        found=f"data that cannot be decoded ({reason})",
        expected="a whole Parquet file",
        fix="Write or copy it again.",
    )


def _check_size(meta: Any, arrow: pa.Schema, *, name: str, limits: Limits) -> None:
    if meta.num_columns > limits.max_columns:
        raise FileError(
            code="too_many_columns",
            where=name,
            found=f"{meta.num_columns} columns",
            expected=f"at most {limits.max_columns}",
            fix=f"Choose columns, or set {setting('max_columns')}.",
        )
    # the sizes the file states can be far below the truth, its row count cannot
    width = sum(_width(field.type) for field in arrow)
    if meta.num_rows * width > limits.max_table_bytes:
        raise FileError(
            code="too_large",
            where=name,
            found=f"{meta.num_rows} rows of about {width} bytes",
            expected=f"at most {limits.max_table_bytes} bytes in all",
            fix=f"Check fewer rows, or set {setting('max_table_bytes')}.",
        )


def _width(kind: pa.DataType) -> int:
    try:
        return max(1, int(kind.bit_width) // 8)
    except ValueError:
        return 16


def _largest(meta: Any, name: str) -> int | None:
    bounds: list[int] = []
    for group in range(meta.num_row_groups):
        row_group = meta.row_group(group)
        for index in range(row_group.num_columns):
            column = row_group.column(index)
            if column.path_in_schema == name:
                stats = column.statistics
                if stats is None or not stats.has_min_max:
                    return None
                bounds.append(int(stats.max))
    return max(bounds, default=None)
