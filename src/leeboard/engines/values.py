"""Arrow arrays as NumPy values, and what kind of column an Arrow type is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.schema import Kind

__all__ = ["FORMS", "kind_of", "levels_and_codes", "numbers", "plain"]

_INT64_MAX = 2**63 - 1

_FLOATS = {"halffloat": "float16", "float": "float32", "double": "float64"}
"""Arrow's names where NumPy has others; asking Arrow would import pandas before 23."""

FORMS = {
    Kind.NUMERIC: "numbers",
    Kind.CATEGORICAL: "text",
    Kind.TEXT: "text",
    Kind.BOOLEAN: "true or false",
    Kind.DATETIME: "dates or times",
    Kind.VECTOR: "vectors",
}
"""What a person calls the values of each kind."""


def kind_of(kind: pa.DataType) -> Kind | None:
    """Kind of a column of that Arrow type; None if the type holds no values (null)."""
    types = pa.types
    if types.is_dictionary(kind):
        return Kind.CATEGORICAL
    if types.is_null(kind):
        return None
    if types.is_boolean(kind):
        return Kind.BOOLEAN
    numeric = (
        types.is_integer,
        types.is_floating,
        types.is_decimal,
        types.is_duration,
        types.is_time,
    )
    if any(test(kind) for test in numeric):
        return Kind.NUMERIC
    if types.is_timestamp(kind) or types.is_date(kind):
        return Kind.DATETIME
    if _is_text(kind):
        return Kind.CATEGORICAL
    if _is_list(kind):
        return Kind.VECTOR
    return Kind.UNSUPPORTED


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_string_view(kind)
    )


def _is_list(kind: pa.DataType) -> bool:
    types = pa.types
    lists = (types.is_list, types.is_large_list, types.is_fixed_size_list)
    return any(test(kind) for test in lists) and (
        types.is_floating(kind.value_type) or types.is_integer(kind.value_type)
    )


def plain(array: pa.Array) -> np.ndarray[Any, Any]:
    """Numbers or truth values of an array without NULLs, read-only; shape (n,).

    ``Array.to_numpy`` imports pandas where it is installed, which takes longer than all
    else that a check imports.
    """
    if pa.types.is_boolean(array.type):
        return plain(array.cast(pa.uint8())).view(np.bool_)
    kind = np.dtype(_FLOATS.get(str(array.type), str(array.type)))
    data = array.buffers()[1]
    if data is None or len(array) == 0:
        return np.empty(0, kind)
    start = array.offset * kind.itemsize
    values = np.frombuffer(data, kind, len(array), start)
    values.flags.writeable = False  # the memory may be the caller's frame
    return values


def numbers(array: pa.Array) -> tuple[np.ndarray[Any, Any], int]:
    """Values of a numeric or date column as float64 or int64, and the NULL count.

    NaN stays among the values. Durations and times of day become seconds, dates and
    timestamps whole microseconds since 1970. Unsigned integers past int64 become
    float64.
    """
    types, kind = pa.types, array.type
    if types.is_null(kind):
        return np.empty(0), len(array)
    nulls = array.null_count
    if nulls:
        array = array.drop_null()
    if types.is_timestamp(kind) or types.is_date(kind):
        array = array.cast(pa.timestamp("us"), safe=False).cast(pa.int64())
    elif types.is_duration(kind):
        return _seconds(array.cast(pa.duration("us"), safe=False)), nulls
    elif types.is_time(kind):
        return _seconds(array.cast(pa.time64("us"), safe=False)), nulls
    elif types.is_decimal(kind):
        array = array.cast(pa.float64(), safe=False)
    elif types.is_boolean(kind):
        array = array.cast(pa.int64())
    values = plain(array)
    if values.dtype == np.uint64:
        big = len(values) and int(values.max()) > _INT64_MAX
        return values.astype(np.float64 if big else np.int64), nulls
    wanted = np.int64 if values.dtype.kind in "iu" else np.float64
    return values.astype(wanted, copy=False), nulls


def _seconds(array: pa.Array) -> np.ndarray[Any, Any]:
    whole: np.ndarray[Any, Any] = plain(array.cast(pa.int64()))
    return whole / 1e6


def levels_and_codes(
    array: pa.Array,
) -> tuple[list[str], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Distinct levels as text, code of each present row, and which rows are present.

    Returns
    -------
    levels : list of str
    codes : int array, shape (present rows,)
    present : bool array, shape (rows,)
    """
    if not pa.types.is_dictionary(array.type):
        if not _is_text(array.type):
            array = array.cast(pa.string())
        array = array.dictionary_encode()
    dictionary = array.dictionary
    if not _is_text(dictionary.type):
        dictionary = dictionary.cast(pa.string())
    levels = dictionary.to_pylist()
    indices = array.indices
    if None in levels:
        # a dictionary may hold NULL, and more than once
        gone = np.array([level is None for level in levels])
        places = plain(indices.fill_null(0))
        present = np.asarray(plain(indices.is_valid()) & ~gone[places])
        return ["" if lv is None else lv for lv in levels], places[present], present
    if indices.null_count:
        present = plain(indices.is_valid())
        codes = plain(indices.drop_null())
        return levels, codes, present
    codes = plain(indices)
    return levels, codes, np.ones(len(array), bool)
