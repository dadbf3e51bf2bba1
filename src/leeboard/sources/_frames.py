"""Arrow tables and polars frames as sources.

Place: under ``open_source``. Reads frames by their own methods, so that no frame
library is imported that the user has not imported; must not know files.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pyarrow as pa

from leeboard.errors import FrameError
from leeboard.sources._arrays import objects_to_arrow
from leeboard.sources._columns import Columns, sliced
from leeboard.sources._gather import FrameReader, bound_of

__all__ = ["arrow_source", "polars_source", "wrong_kind"]


def arrow_source(table: Any, where: str) -> Columns:
    """Return a pyarrow Table or RecordBatch as a source, without copying it."""
    reader = FrameReader(where, table.schema.names)
    for position, name in enumerate(reader.names):
        column = table.column(position)
        rows, largest = table.num_rows, bound_of(column)
        reader.add(name, column.type, sliced(column), rows=rows, largest=largest)
    return reader.source(table.num_rows)


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
    array = objects_to_arrow(series.to_list(), reader, name)
    if array is not None:
        reader.add(name, array.type, sliced(array), rows=len(array))


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
