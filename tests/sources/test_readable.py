from __future__ import annotations

import datetime as dt
import decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from leeboard.sources._readable import UnreadableCell, one_array, reading_of

MIDNIGHT = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - Arrow's own has no zone


def read(array: pa.Array, largest: float | None = None) -> tuple[str, list[Any]]:
    """Return the type and values an array is read with."""
    reading = reading_of(array.type, largest)
    assert reading is not None
    done = reading.convert(array)
    assert done.type == reading.type
    return str(done.type), done.to_pylist()


@pytest.mark.parametrize(
    ("array", "kind", "values"),
    [
        (pa.array([1, None], pa.int8()), "int8", [1, None]),
        (pa.array([np.float16(1), None], pa.float16()), "float", [1.0, None]),
        (pa.array([0, None], pa.date64()), "timestamp[ms]", [MIDNIGHT, None]),
        (pa.array(["x", None], pa.string_view()), "large_string", ["x", None]),
        (
            pa.array([dt.time(0, 1), None], pa.time32("s")),
            "duration[s]",
            [dt.timedelta(minutes=1), None],
        ),
        (pa.array([decimal.Decimal("1.5")], pa.decimal128(5, 2)), "double", [1.5]),
        (pa.RunEndEncodedArray.from_arrays([2], [7]), "int64", [7, 7]),
        (pa.nulls(2), "null", [None, None]),
    ],
)
def test_types_without_counterpart_are_widened(
    array: pa.Array, kind: str, values: list[Any]
) -> None:
    """Half floats, dates, times, decimals, views and runs get a readable type."""
    assert read(array) == (kind, values)


def test_categories_become_text() -> None:
    """Dictionaries of any value type and index width become dictionaries of text."""
    for values in (["x", "y"], [3, 4], [True, False]):
        array = pa.array([*values, None]).dictionary_encode()
        reading = reading_of(array.type)
        assert reading is not None
        done = reading.convert(array)
        assert done.type.index_type == pa.int32()
        assert done.to_pylist()[-1] is None
        assert all(isinstance(value, str) for value in done.to_pylist()[:-1])


def test_bytes_become_hexadecimal_text() -> None:
    """Bytes are categories by their digits; NULL stays NULL."""
    for kind in (pa.binary(), pa.large_binary(), pa.binary_view()):
        _, values = read(pa.array([b"\x01\xff", b"", None], kind))
        assert values == ["0x01ff", "0x", None]


def test_long_bytes_are_refused_by_row() -> None:
    """A cell above 1 KiB of bytes is no category."""
    reading = reading_of(pa.binary())
    assert reading is not None
    reading.convert(pa.array([b"x" * 1024]))
    with pytest.raises(UnreadableCell) as caught:
        reading.convert(pa.array([b"x", None, b"x" * 1025]))
    assert caught.value.row == 2


@pytest.mark.parametrize(
    "kind",
    [
        pa.list_(pa.int64()),
        pa.struct([("a", pa.int64())]),
        pa.month_day_nano_interval(),
    ],
)
def test_nested_types_cannot_be_read(kind: pa.DataType) -> None:
    """Lists, structs and calendar intervals have no reading."""
    assert reading_of(kind) is None


def test_unsigned_integers_stay_exact_where_they_fit() -> None:
    """Unsigned 64-bit integers become signed where known to fit, floats otherwise."""
    array = pa.array([2**63 - 1], pa.uint64())
    assert read(array, largest=2**63 - 1) == ("int64", [2**63 - 1])
    assert read(array)[0] == "double"
    above = reading_of(pa.uint64(), 2**63)
    assert above is not None
    assert above.note == "big_integers"


def test_decimals_warn_only_where_digits_are_lost() -> None:
    """Decimals whose values fit in a float come without a warning."""
    kind = pa.decimal128(38, 2)
    for largest, note in ((1e6, ""), (1e30, "decimal_precision"), (None, "d")):
        reading = reading_of(kind, largest)
        assert reading is not None
        assert reading.note.startswith(note)
        assert bool(reading.note) == bool(note)


def test_chunks_with_different_dictionaries_become_one_array() -> None:
    """Joining chunks keeps every value, whatever each chunk's dictionary."""
    parts = [pa.array(["a", "b"]), pa.array(["b", "c"])]
    column = pa.chunked_array([part.dictionary_encode() for part in parts])
    assert one_array(column).to_pylist() == ["a", "b", "b", "c"]
