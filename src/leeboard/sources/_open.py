"""One door for all data: looks at what it was given and picks the source.

Place: the only thing engines and the shell call. Must not read rows itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from leeboard.sources._frames import arrow_source, polars_source, wrong_kind
from leeboard.sources._limits import Limits
from leeboard.sources._source import Source
from leeboard.sources._watched import Watched

__all__ = ["open_source"]


def open_source(
    data: Any,
    *,
    name: str = "reference",
    types: Mapping[str, pa.DataType | str] | None = None,
    limits: Limits | None = None,
) -> Source:
    """Return data as a source of columns and blocks.

    Parameters
    ----------
    data : path, list of paths, frame, or dict of arrays
        A path may name a file, a folder or a pattern such as ``logs/*.parquet``.
    name : str
        What the data is to the user, ``reference`` or ``current``; for messages.
    types : mapping of str to DataType or str, optional
        What columns are known to be, also by the text of a type. Text files are then
        read in one pass; cells that do not fit are missing, and the column is listed in
        ``problems`` at the end.
    limits : Limits, optional
        By default those the environment sets.

    Raises
    ------
    InputError
        No data, or data that cannot be read.
    """
    if isinstance(data, Watched):
        return data
    if isinstance(data, str | os.PathLike):
        return _files([data], types, limits)
    library = type(data).__module__.partition(".")[0].removeprefix("builtins")
    kind = f"{library}.{type(data).__name__}".lstrip(".")
    where = f"{name} ({kind})"
    if isinstance(data, list | tuple):
        if data and all(isinstance(item, str | os.PathLike) for item in data):
            return _files(data, types, limits)
        held = f" of {type(data[0]).__name__}" if data else ", empty"
        raise wrong_kind(name, f"a {type(data).__name__}{held}")
    if isinstance(data, Mapping):
        from leeboard.sources._dicts import dict_source

        return dict_source(data, f"{name} (dict)")
    if isinstance(data, pa.Table | pa.RecordBatch):
        return arrow_source(data, where)
    if isinstance(data, pa.RecordBatchReader):
        return arrow_source(data.read_all(), where)
    if isinstance(data, pa.Array | pa.ChunkedArray):
        raise wrong_kind(name, f"a {kind}, one column without a name")
    if isinstance(data, type):
        # a class has the methods of its frames, and none of their rows
        raise wrong_kind(name, f"the class {data.__name__} and not a frame of it")
    return _library_frame(data, name, where)


def _library_frame(data: Any, name: str, where: str) -> Source:
    if _is(data, "pandas", "DataFrame"):
        from leeboard.sources._pandas import pandas_source

        return pandas_source(data, where)
    if _is(data, "polars", "DataFrame"):
        return polars_source(data, where)
    if _is(data, "pandas", "Series") or _is(data, "polars", "Series"):
        raise wrong_kind(name, "a Series, one column", fix="Call its to_frame().")
    if _is(data, "polars", "LazyFrame"):
        from leeboard.sources._streams import lazy_source

        return lazy_source(data, where)
    if _is(data, "pyarrow.dataset", "Dataset"):
        from leeboard.sources._streams import dataset_source

        return dataset_source(data, where)
    if hasattr(data, "__arrow_c_stream__"):
        from leeboard.sources._streams import stream_source

        return stream_source(data, where)
    return _by_narwhals(data, name, where)


def _by_narwhals(data: Any, name: str, where: str) -> Source:
    import narwhals as nw

    try:
        frame = nw.from_native(data)
    except TypeError as error:
        kind = where.removeprefix(name).strip(" ()")
        raise wrong_kind(name, f"data of type {kind}") from error
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect("pyarrow")
    return arrow_source(frame.to_arrow(), where)


def _is(data: Any, library: str, name: str) -> bool:
    """Return True if data is of a class of a library that the user has imported."""
    module = sys.modules.get(library)
    kind = getattr(module, name, None)
    return isinstance(kind, type) and isinstance(data, kind)


def _files(
    paths: Any, types: Mapping[str, pa.DataType | str] | None, limits: Limits | None
) -> Source:
    from leeboard.sources._files import file_source
    from leeboard.sources._infer import known_type

    return file_source(
        [os.fspath(path) for path in paths],
        types={name: known_type(kind) for name, kind in (types or {}).items()},
        limits=limits or Limits.from_environment(),
    )
