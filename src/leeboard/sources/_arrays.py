"""Single columns as users hold them, as Arrow arrays.

Place: under frames. Must not know files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from leeboard.errors import FrameError
from leeboard.sources._objects import read_objects
from leeboard.sources._readable import UnreadableCell

if TYPE_CHECKING:
    from leeboard.sources._frames import FrameReader

__all__ = ["numpy_to_arrow", "objects_to_arrow", "to_arrow"]


def to_arrow(values: Any, reader: FrameReader, name: str) -> Any:
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
        from leeboard.sources._pandas import series_to_arrow

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


def numpy_to_arrow(array: np.ndarray[Any, Any], reader: FrameReader, name: str) -> Any:
    """Return a one-dimensional numpy array as Arrow data; None if it cannot be read."""
    kind = array.dtype.kind
    if kind in "biuf" and array.dtype.itemsize <= 8:
        return pa.array(array.astype(array.dtype.newbyteorder("="), copy=False))
    if kind == "f":
        return pa.array(array.astype(np.float64))
    if (
        kind in "mMU"
        and array.dtype != np.dtype("M8")
        and array.dtype != np.dtype("m8")
    ):
        return _numpy_times_or_text(array)
    return objects_to_arrow(array.tolist(), reader, name)


def _numpy_times_or_text(array: np.ndarray[Any, Any]) -> pa.Array:
    kind = array.dtype.kind
    if kind == "U":
        return pa.array(array.tolist(), pa.string())
    unit = np.datetime_data(array.dtype)[0]
    if unit not in {"s", "ms", "us", "ns"}:
        coarse = unit in {"Y", "M", "W", "D", "h", "m"}
        array = array.astype(f"{kind}8[s]" if coarse else f"{kind}8[ns]")
    return pa.array(array)


def objects_to_arrow(values: Any, reader: FrameReader, name: str) -> Any:
    """Return Python objects as Arrow data; None, with the problem told, if not."""
    try:
        objects = read_objects(values)
    except UnreadableCell as cell:
        reader.fail(name, row=cell.row, found=cell.found)
        return None
    for code, text in objects.notes:
        reader.note(name, code, text)
    return objects.array
