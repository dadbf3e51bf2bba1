"""Which Arrow types can be read, and how the others are turned into those.

Place: shared by all sources. Knows types and arrays; must not know files or frames.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

__all__ = [
    "BIG_INTEGERS",
    "LARGEST_BYTES",
    "Reading",
    "UnreadableCell",
    "is_bytes",
    "is_text",
    "needs_bound",
    "one_array",
    "reading_of",
]

LARGEST_BYTES = 1024
"""Longest cell of bytes that is read as a category."""

BIG_INTEGERS = (
    "integers past 2^63 are read as floats, about 16 digits of each; "
    "identifiers are better stored as text"
)

_PLAIN = frozenset(
    {
        pa.null(),
        pa.bool_(),
        pa.int8(),
        pa.int16(),
        pa.int32(),
        pa.int64(),
        pa.uint8(),
        pa.uint16(),
        pa.uint32(),
        pa.float32(),
        pa.float64(),
        pa.string(),
        pa.large_string(),
        pa.date32(),
    }
)
_INT64_MAX = 2**63 - 1
_FLOAT_DIGITS = 15


class UnreadableCell(Exception):  # noqa: N818 - a fact that never leaves this package
    """A cell that no column type can hold.

    Parameters
    ----------
    row : int
        Counted from the start of what was being converted.
    found : str
        What it holds, in words.
    """

    def __init__(self, row: int, found: str) -> None:
        super().__init__(row, found)
        self.row = row
        self.found = found


@dataclass(frozen=True, slots=True)
class Reading:
    """How the arrays of one column become readable ones.

    Parameters
    ----------
    type : DataType
        Of the arrays that come out.
    convert : callable
        Array to Array.
    note : str
        Code of the warning that goes with it; empty if none.
    text : str
        That warning, in words.
    """

    type: pa.DataType
    convert: Callable[[pa.Array], pa.Array]
    note: str = ""
    text: str = ""

    def chunks(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        """Return the whole column, converted chunk by chunk."""
        done = [self.convert(chunk) for chunk in column.chunks]
        if not done:
            return pa.chunked_array([], self.type)
        return pa.chunked_array(done)


def needs_bound(kind: pa.DataType) -> bool:
    """Return True if how a column is read depends on its largest absolute value."""
    wide = pa.types.is_decimal(kind) and kind.precision > _FLOAT_DIGITS
    return bool(wide or pa.types.is_uint64(kind))


def reading_of(kind: pa.DataType, largest: float | None = None) -> Reading | None:
    """Return how columns of an Arrow type are read; None if they cannot be.

    Parameters
    ----------
    kind : DataType
    largest : int, float or None
        Upper bound of the absolute values, where one is known. Unsigned 64-bit integers
        that fit stay integers; those and decimals that do not come with a note.
    """
    t = pa.types
    if kind in _PLAIN or t.is_timestamp(kind) or t.is_duration(kind):
        return Reading(kind, _same)
    if isinstance(kind, pa.BaseExtensionType):
        return _after(lambda array: array.storage, reading_of(kind.storage_type))
    if t.is_float16(kind):
        return _cast(pa.float32())
    if t.is_uint64(kind):
        return _unsigned(largest)
    if t.is_decimal(kind):
        return _decimal(kind, largest)
    if t.is_date64(kind):
        return _cast(pa.timestamp("ms"))
    if t.is_time(kind):
        return _time(kind)
    if kind == pa.string_view():
        return _cast(pa.large_string())
    if t.is_run_end_encoded(kind):
        return _after(pc.run_end_decode, reading_of(kind.value_type))
    if t.is_dictionary(kind):
        return _dictionary(kind)
    if is_bytes(kind):
        text = "bytes are compared as categories, by their hexadecimal digits"
        return Reading(
            pa.dictionary(pa.int32(), pa.string()), _hex, "bytes_as_text", text
        )
    return None


def one_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return the same values as one array."""
    if isinstance(column, pa.Array):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        # more text than 32-bit offsets can reach
        return column.cast(pa.large_string()).combine_chunks()
    return whole


def _same(array: pa.Array) -> pa.Array:
    return array


def _cast(kind: pa.DataType) -> Reading:
    return Reading(kind, lambda array: array.cast(kind))


def _after(
    first: Callable[[pa.Array], pa.Array], reading: Reading | None
) -> Reading | None:
    if reading is None:
        return None
    then = reading.convert
    return Reading(
        reading.type, lambda array: then(first(array)), reading.note, reading.text
    )


def _unsigned(largest: float | None) -> Reading:
    if largest is not None and largest <= _INT64_MAX:
        return _cast(pa.int64())
    return Reading(
        pa.float64(),
        lambda array: array.cast(pa.float64(), safe=False),
        "big_integers",
        BIG_INTEGERS,
    )


def _decimal(kind: pa.DataType, largest: float | None) -> Reading:
    to_float = _cast(pa.float64())
    known = (
        largest is not None and float(largest) * 10.0**kind.scale < 10.0**_FLOAT_DIGITS
    )
    if known or kind.precision <= _FLOAT_DIGITS:
        return to_float
    return Reading(
        pa.float64(),
        to_float.convert,
        "decimal_precision",
        f"decimals of up to {kind.precision} digits are compared as floats, "
        "about 16 digits of each",
    )


def _time(kind: pa.DataType) -> Reading:
    whole = pa.int32() if pa.types.is_time32(kind) else pa.int64()
    since_midnight = pa.duration(kind.unit)
    return Reading(
        since_midnight,
        lambda array: array.cast(whole).cast(pa.int64()).cast(since_midnight),
    )


def is_bytes(kind: pa.DataType) -> bool:
    """Return True for every type of raw bytes."""
    t = pa.types
    return bool(
        t.is_binary(kind)
        or t.is_large_binary(kind)
        or t.is_fixed_size_binary(kind)
        or kind == pa.binary_view()
    )


def is_text(kind: pa.DataType) -> bool:
    """Return True for the two plain text types."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _hex(array: pa.Array) -> pa.Array:
    long = pc.greater(pc.binary_length(array.cast(pa.large_binary())), LARGEST_BYTES)
    row = pc.index(long, True).as_py()
    if row >= 0:
        size = len(array[row].as_py())
        raise UnreadableCell(row, f"{size} bytes, where {LARGEST_BYTES} are the most")
    coded = array.cast(pa.large_binary()).dictionary_encode()
    labels = ["0x" + value.hex() for value in coded.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(coded.indices, pa.array(labels, pa.string()))


def _dictionary(kind: pa.DictionaryType) -> Reading | None:
    values = reading_of(kind.value_type)
    if values is None or pa.types.is_dictionary(values.type):
        return None
    text = values.type if is_text(values.type) else pa.string()
    target = pa.dictionary(pa.int32(), text)
    if kind.equals(target) and kind.value_type.equals(text):
        return Reading(kind, _same)

    def convert(array: pa.DictionaryArray) -> pa.Array:
        labels = values.convert(array.dictionary).cast(text)
        return pa.DictionaryArray.from_arrays(array.indices.cast(pa.int32()), labels)

    return Reading(target, convert, values.note, values.text)
