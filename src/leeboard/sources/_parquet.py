"""Parquet files, one row group and one column at a time.

Place: under ``open_source``. Must not know other formats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from leeboard.errors import FileError, Note, Problem
from leeboard.sources._conversion import Conversion
from leeboard.sources._guard import Stamp, arrow_file, open_regular, stamp_of
from leeboard.sources._limits import Limits, setting
from leeboard.sources._readable import is_text
from leeboard.sources._source import Block, LazyColumns

__all__ = ["ParquetSource"]

_LARGE_GROUP = 2_000_000
_STEP = 1 << 17
_BUFFER = 1 << 20
_LEAST_BYTES = 12
_BROKEN = (pa.ArrowException, OSError, ValueError, KeyError, UnicodeDecodeError)


class ParquetSource:
    """One Parquet file; only what is asked for is read and decoded.

    Text comes as dictionary arrays, as the file stores it where it repeats. The file is
    open only while it is read, so that a folder may hold more files than a process may
    open.

    Raises
    ------
    FileError
        Not Parquet, truncated, damaged, encrypted, or larger than the limits.
    """

    def __init__(self, path: Path, *, name: str, limits: Limits) -> None:
        self.name = name
        self._stamp = stamp_of(path, name)
        _check_ends(self._stamp, name)
        self._texts: list[str] = []
        self._meta: Any = None
        with self._opened() as file:
            self._meta = file.metadata
            arrow = file.schema_arrow
        self.rows: int = self._meta.num_rows
        _check_size(self._meta, arrow, name=name, limits=limits)
        self._conversion = Conversion(
            name, arrow, error=FileError, largest=partial(_largest, self._meta)
        )
        self._texts = [field.name for field in arrow if is_text(field.type)]
        self.problems: dict[str, Problem] = self._conversion.problems
        self.schema = self._conversion.schema

    @property
    def notes(self) -> tuple[Note, ...]:
        """Warnings so far."""
        return self._conversion.notes

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one whole column, a chunk for each row group or part of one."""
        self._conversion.begin([name])
        with self._opened() as file:
            chunks = [
                chunk
                for group in range(self._meta.num_row_groups)
                for chunk in self._group(file, group, name).chunks
            ]
        self._stamp.check(self.name)
        return self._conversion.column(name, chunks)

    def blocks(self, names: Sequence[str]) -> Iterator[Block]:
        """Yield row groups; very long ones in parts."""
        self._conversion.begin(names)
        row = 0
        with self._opened() as file:
            for group in range(self._meta.num_row_groups):
                rows = self._meta.row_group(group).num_rows
                if rows > _LARGE_GROUP:
                    yield from self._parts(file, group, names, row)
                elif rows:
                    read = partial(self._decode, file, group, row)
                    yield Block(rows, LazyColumns(names, read))
                row += rows
        self._stamp.check(self.name)

    def _decode(self, file: Any, group: int, start: int, name: str) -> pa.Array:
        return self._conversion.array(name, self._group(file, group, name), start)

    def _group(self, file: Any, group: int, name: str) -> pa.ChunkedArray:
        try:
            table = file.read_row_group(group, columns=[name], use_threads=False)
            return table.column(name)
        except _BROKEN as error:
            self._stamp.check(self.name)
            where = f"{self.name}, row group {group}, column {name!r}"
            raise _damaged(where, error) from error

    def _parts(
        self, file: Any, group: int, names: Sequence[str], start: int
    ) -> Iterator[Block]:
        batches = file.iter_batches(
            _STEP, row_groups=[group], columns=list(names), use_threads=False
        )
        while True:
            try:
                batch = next(batches, None)
            except _BROKEN as error:
                self._stamp.check(self.name)
                raise _damaged(f"{self.name}, row group {group}", error) from error
            if batch is None:
                return
            yield Block(
                batch.num_rows, LazyColumns(names, self._of_batch(batch, start))
            )
            start += batch.num_rows

    def _of_batch(self, batch: pa.RecordBatch, start: int) -> Callable[[str], pa.Array]:
        def read(name: str) -> pa.Array:
            return self._conversion.array(name, batch.column(name), start)

        return read

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        import pyarrow.parquet as pq

        with arrow_file(self._stamp, self.name) as handle:
            try:
                file = pq.ParquetFile(
                    handle,
                    metadata=self._meta,
                    read_dictionary=self._texts,
                    buffer_size=_BUFFER,
                    pre_buffer=False,
                    page_checksum_verification=True,
                )
                file.schema_arrow  # noqa: B018 - decoded now, so that damage shows here
            except _BROKEN as error:
                self._stamp.check(self.name)
                raise _damaged(self.name, error) from error
            yield file


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


def _largest(meta: Any, name: str) -> float | None:
    """Return the largest absolute value by the file's statistics, if it has them."""
    bounds: list[float] = []
    for group in range(meta.num_row_groups):
        row_group = meta.row_group(group)
        for index in range(row_group.num_columns):
            column = row_group.column(index)
            if column.path_in_schema == name:
                stats = column.statistics
                if stats is None or not stats.has_min_max:
                    return None
                bounds += [abs(int(stats.min)), abs(int(stats.max))]
    return max(bounds, default=None)
