"""Single columns as users hold them, as Arrow arrays.

Place: under frames. Must not know files.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.sources._gather import FrameReader
from leeboard.sources._objects import read_objects
from leeboard.sources._readable import UnreadableCell

__all__ = ["numpy_to_arrow", "objects_to_arrow"]


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
