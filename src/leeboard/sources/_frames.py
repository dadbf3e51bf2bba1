"""Frames in memory, from whichever library, as sources.

Place: under ``open_source``. Reads frames by their own methods, so that no frame
library is imported that the user has not imported; must not know files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pyarrow as pa

from leeboard.errors import FrameError, Note, Problem
from leeboard.sources._columns import Columns, Cut, Slot, sliced, unsupported
from leeboard.sources._names import check_names
from leeboard.sources._readable import (
    UnreadableCell,
    is_bytes,
    needs_bound,
    reading_of,
)

__all__ = [
    "FrameReader",
    "arrow_source",
    "bound_of",
    "dict_source",
    "polars_source",
    "wrong_kind",
]


class FrameReader:
    """Gathers the columns of one frame: slots, notes and problems.

    Parameters
    ----------
    where : str
        The frame, for messages.
    names : sequence
        Names as the frame has them.
    """

    def __init__(self, where: str, names: Any) -> None:
        self.where = where
        self.names, self.notes = check_names(list(names), where=where, error=FrameError)
        self.slots: list[Slot] = []
        self.problems: dict[str, Problem] = {}

    def add(
        self,
        name: str,
        kind: pa.DataType,
        cut: Cut,
        *,
        rows: int,
        largest: Callable[[], float | None] = lambda: None,
    ) -> None:
        """Add a column of an Arrow type, or the problem that it has."""
        bound = largest() if needs_bound(kind) else None
        reading = reading_of(kind, bound)
        if reading is None:
            row = first_present(cut, rows)
            self.fail(name, row=row, found=f"cells of type {kind}")
            return
        slot = Slot(name, cut, reading)
        if is_bytes(kind):
            try:
                slot.rows(0, rows)
            except UnreadableCell as cell:
                self.fail(name, row=cell.row, found=cell.found)
                return
        self.slots.append(slot)

    def fail(self, name: str, *, row: int | None, found: str) -> None:
        """Record that a column cannot be read."""
        self.problems[name] = unsupported(name, self.where, row=row, found=found)

    def note(self, name: str, code: str, text: str) -> None:
        """Record a warning about a column."""
        self.notes.append(Note(code, f"column {name!r} of {self.where}", text))

    def source(self, rows: int) -> Columns:
        """Return what was gathered as a source."""
        return Columns(
            self.where,
            rows,
            slots=self.slots,
            notes=self.notes,
            problems=self.problems,
        )


def first_present(cut: Cut, rows: int) -> int | None:
    """Return the first row that holds something; None if none does."""
    step = 10_000
    for start in range(0, rows, step):
        valid = cut(start, min(start + step, rows)).is_valid().to_pylist()
        if True in valid:
            return start + int(valid.index(True))
    return None


def arrow_source(table: Any, where: str) -> Columns:
    """Return a pyarrow Table or RecordBatch as a source, without copying it."""
    reader = FrameReader(where, table.schema.names)
    for position, name in enumerate(reader.names):
        column = table.column(position)
        rows, largest = table.num_rows, bound_of(column)
        reader.add(name, column.type, sliced(column), rows=rows, largest=largest)
    return reader.source(table.num_rows)


def bound_of(column: pa.Array | pa.ChunkedArray) -> Callable[[], float]:
    """Return what finds the largest absolute value of a column of numbers."""

    def largest() -> float:
        import pyarrow.compute as pc

        ends = pc.min_max(column).as_py().values()
        return max((abs(end) for end in ends if end is not None), default=0)

    return largest


def polars_source(frame: Any, where: str) -> Columns:
    """Return a polars DataFrame as a source."""
    reader = FrameReader(where, frame.columns)
    rows = frame.height
    for position, name in enumerate(reader.names):
        series = frame.to_series(position)
        # objects would come as the bytes of their addresses
        objects = type(series.dtype).__name__ == "Object" or "Object" in str(
            series.dtype
        )
        try:
            kind = None if objects else series.clear().to_arrow().type
        except Exception:  # noqa: BLE001 - polars raises PanicException and others
            kind = None
        if kind is None:
            _polars_other(reader, name, series=series)
            continue
        reader.add(
            name,
            kind,
            partial(_polars_cut, series),
            rows=rows,
            largest=partial(_polars_largest, series),
        )
    return reader.source(rows)


def _polars_cut(series: Any, start: int, stop: int) -> pa.Array:
    return series[start:stop].to_arrow()


def _polars_largest(series: Any) -> float:
    ends = (series.min(), series.max())
    return max((abs(end) for end in ends if end is not None), default=0)


def _polars_other(reader: FrameReader, name: str, *, series: Any) -> None:
    from leeboard.sources._objects import read_objects

    try:
        objects = read_objects(series.to_list())
    except UnreadableCell as cell:
        reader.fail(name, row=cell.row, found=cell.found)
        return
    for code, text in objects.notes:
        reader.note(name, code, text)
    array = objects.array
    reader.add(name, array.type, sliced(array), rows=len(array))


def dict_source(columns: Mapping[Any, Any], where: str) -> Columns:
    """Return a dict of equally long arrays or lists as a source.

    Raises
    ------
    FrameError
        A value without a length, of two dimensions, or of another length.
    """
    from leeboard.sources._arrays import to_arrow

    reader = FrameReader(where, columns)
    lengths: dict[str, int] = {}
    for name, values in zip(reader.names, columns.values(), strict=True):
        array = to_arrow(values, reader, name)
        if array is None:
            lengths[name] = len(values)
            continue
        lengths[name] = len(array)
        rows, largest = len(array), bound_of(array)
        reader.add(name, array.type, sliced(array), rows=rows, largest=largest)
    rows = next(iter(lengths.values()))
    for name, length in lengths.items():
        if length != rows:
            raise FrameError(
                code="lengths_differ",
                where=f"column {name!r} of {where}",
                found=f"{length} rows",
                expected=f"{rows}, as in column {reader.names[0]!r}",
                fix="Give every column one value for each row.",
            )
    return reader.source(rows)


def wrong_kind(where: str, found: str, fix: str = "") -> FrameError:
    """Return the error for something that is no table."""
    example = '{"age": [31, 45], "sex": ["f", "m"]}'
    return FrameError(
        code="not_a_table",
        where=where,
        found=found,
        expected=(
            "a path, a frame (pandas, polars, pyarrow, DuckDB or another that narwhals "
            "reads), or a dict of arrays"
        ),
        fix=fix or f"Give columns with names, for example {example}.",
    )
