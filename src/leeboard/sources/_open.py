"""One door for all data: looks at what it was given and picks the source.

Place: the only thing engines and the shell call. Must not read rows itself.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from leeboard.sources._frames import (
    arrow_source,
    dict_source,
    polars_source,
    wrong_kind,
)
from leeboard.sources._limits import Limits
from leeboard.sources._source import Source

__all__ = ["open_source"]


def open_source(
    data: Any,
    *,
    name: str = "reference",
    types: Mapping[str, pa.DataType] | None = None,
    limits: Limits | None = None,
) -> Source:
    """Return data as a source of columns and blocks.

    Parameters
    ----------
    data : path, list of paths, frame, or dict of arrays
        A path may name a file, a folder or a pattern such as ``logs/*.parquet``.
    name : str
        What the data is to the user, ``reference`` or ``current``; for messages.
    types : mapping of str to DataType, optional
        What columns are known to be. Text files are then read in one pass; cells that do
        not fit are missing, and the column is listed in ``problems`` at the end.
    limits : Limits, optional
        By default those the environment sets.

    Raises
    ------
    InputError
        No data, or data that cannot be read.
    """
    if isinstance(data, str | os.PathLike):
        return _files([data], types, limits)
    module = type(data).__module__.partition(".")[0]
    kind = type(data).__name__
    where = f"{name} ({module}.{kind})"
    if isinstance(data, list | tuple) and data:
        if all(isinstance(item, str | os.PathLike) for item in data):
            return _files(data, types, limits)
        raise wrong_kind(data, name, f"a {kind} of {type(data[0]).__name__}")
    if isinstance(data, Mapping):
        return dict_source(data, f"{name} (dict)")
    if isinstance(data, pa.Table | pa.RecordBatch):
        return arrow_source(data, where)
    if module == "pandas" and kind == "DataFrame":
        from leeboard.sources._pandas import pandas_source

        return pandas_source(data, where)
    if module == "polars" and kind == "DataFrame":
        return polars_source(data, where)
    raise wrong_kind(data, name)


def _files(
    paths: Any, types: Mapping[str, pa.DataType] | None, limits: Limits | None
) -> Source:
    from leeboard.sources._files import file_source

    return file_source(
        [os.fspath(path) for path in paths],
        types=types or {},
        limits=limits or Limits.from_environment(),
    )
