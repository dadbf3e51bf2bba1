"""Dicts of arrays, lists or series as sources.

Place: under ``open_source``. Must not know files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.errors import FrameError
from leeboard.sources._arrays import numpy_to_arrow, objects_to_arrow
from leeboard.sources._columns import Columns, sliced
from leeboard.sources._gather import FrameReader, bound_of
from leeboard.sources._pandas import series_to_arrow

__all__ = ["dict_source"]


def dict_source(columns: Mapping[Any, Any], where: str) -> Columns:
    """Return a dict of equally long arrays or lists as a source.

    Raises
    ------
    FrameError
        A value without a length, of two dimensions, or of another length.
    """
    reader = FrameReader(where, columns)
    lengths: dict[str, int] = {}
    for name, values in zip(reader.names, columns.values(), strict=True):
        array = _to_arrow(values, reader, name)
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


def _to_arrow(values: Any, reader: FrameReader, name: str) -> Any:
    """Return an array, list or series as Arrow data; None if it cannot be read.

    Raises
    ------
    FrameError
        Not one-dimensional.
    """
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if hasattr(values, "to_numpy") and hasattr(values, "to_arrow"):
        return values.to_arrow()
    if isinstance(values, list | tuple):
        return objects_to_arrow(values, reader, name)
    if hasattr(values, "dtype") and hasattr(values, "iloc"):
        return series_to_arrow(values, reader, name)
    if isinstance(values, np.ndarray) or hasattr(values, "__array__"):
        array = np.asarray(values)
        if array.ndim == 1:
            return numpy_to_arrow(array, reader, name)
        found = f"an array of shape {array.shape}"
    else:
        found = f"one value of type {type(values).__name__}"
    raise FrameError(
        code="not_a_column",
        where=f"column {name!r} of {reader.where}",
        found=found,
        expected="one value for each row, in a list or one-dimensional array",
        fix='Give lists of equal length, for example {"age": [31, 45]}.',
    )
