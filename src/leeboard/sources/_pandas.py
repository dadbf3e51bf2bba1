"""pandas frames as sources, column by column and without changing them.

Place: under ``open_source``. Never imports pandas: the frame brings it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.errors import FrameError
from leeboard.sources._arrays import numpy_to_arrow, objects_to_arrow
from leeboard.sources._columns import Columns, sliced
from leeboard.sources._gather import FrameReader, bound_of

__all__ = ["pandas_source", "series_to_arrow"]


def pandas_source(frame: Any, where: str) -> Columns:
    """Return a pandas DataFrame as a source; its index is not read.

    Raises
    ------
    FrameError
        Columns of several levels, or names that are refused.
    """
    levels = getattr(frame.columns, "nlevels", 1)
    if levels > 1:
        raise FrameError(
            code="multiindex_columns",
            where=where,
            found=f"column names of {levels} levels",
            expected="one name for each column",
            fix='Join them: df.columns = ["_".join(map(str, c)) for c in df.columns].',
        )
    reader = FrameReader(where, frame.columns)
    rows = len(frame)
    for position, name in enumerate(reader.names):
        _add(reader, name, frame.iloc[:, position])
    return reader.source(rows)


def series_to_arrow(series: Any, reader: FrameReader, name: str) -> Any:
    """Return a pandas Series as Arrow data; None, with the problem told, if not."""
    dtype = series.dtype
    if isinstance(dtype, np.dtype):
        if dtype.kind == "O":
            return _objects(series, reader, name)
        return numpy_to_arrow(series.to_numpy(), reader, name)
    if hasattr(dtype, "categories"):
        return _categories(series, reader, name)
    if hasattr(dtype, "fill_value"):
        return numpy_to_arrow(np.asarray(series.array.to_dense()), reader, name)
    if type(dtype).__name__ in {"PeriodDtype", "IntervalDtype"}:
        return _as_text(series)
    try:
        return pa.array(series, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, NotImplementedError):
        return _objects(series.astype(object), reader, name)


def _add(reader: FrameReader, name: str, series: Any) -> None:
    dtype = series.dtype
    rows = len(series)
    cheap = isinstance(dtype, np.dtype) and dtype.kind in "biuf"
    if cheap:
        # these are cut as numpy slices, without copies where the memory allows
        values = series.to_numpy()

        def cut(start: int, stop: int) -> Any:
            return numpy_to_arrow(values[start:stop], reader, name)

        kind = cut(0, 0).type
        reader.add(
            name, kind, cut, rows=rows, largest=lambda: int(values.max(initial=0))
        )
        return
    array = series_to_arrow(series, reader, name)
    if array is not None:
        reader.add(name, array.type, sliced(array), rows=rows, largest=bound_of(array))


def _objects(series: Any, reader: FrameReader, name: str) -> Any:
    return objects_to_arrow(series.tolist(), reader, name)


def _categories(series: Any, reader: FrameReader, name: str) -> Any:
    codes = series.cat.codes.to_numpy()
    missing = codes < 0
    observed, dense = np.unique(codes[~missing], return_inverse=True)
    places = np.zeros(len(codes), np.int32)
    places[~missing] = dense
    values = series.cat.categories.take(observed)
    labels = _labels(values, reader, name)
    if labels is None:
        return None
    indices = pa.array(places, mask=missing)
    return pa.DictionaryArray.from_arrays(
        indices, labels, ordered=bool(series.cat.ordered)
    )


def _labels(values: Any, reader: FrameReader, name: str) -> Any:
    kind = values.dtype
    if type(kind).__name__ in {"IntervalDtype", "PeriodDtype"}:
        return pa.array([str(value) for value in values], pa.string())
    array = series_to_arrow(values.to_series(), reader, name)
    return None if array is None else array.cast(pa.string())


def _as_text(series: Any) -> pa.Array:
    missing = series.isna().to_numpy()
    texts = [None if gone else str(v) for v, gone in zip(series, missing, strict=True)]
    return pa.array(texts, pa.string())
