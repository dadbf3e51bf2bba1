from __future__ import annotations

import datetime as dt
import decimal
import hashlib
import pickle
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from leeboard.errors import FrameError
from leeboard.sources import Source, open_source

ROWS = {"x": [1.5, None, 3.0], "n": [1, 2, 3], "s": ["a", None, "b"]}


def values(source: Source) -> dict[str, list[Any]]:
    """Return all columns, NaN as None, read both ways."""
    whole = {n: _plain(source.column(n).to_pylist()) for n in source.schema.names}
    parts: dict[str, list[Any]] = {name: [] for name in whole}
    for block in source.blocks(source.schema.names):
        for name, array in block.columns.items():
            assert isinstance(array, pa.Array)
            assert len(array) == block.rows
            parts[name] += _plain(array.to_pylist())
    assert parts == whole
    return whole


def _plain(cells: list[Any]) -> list[Any]:
    return [None if cell != cell else cell for cell in cells]  # noqa: PLR0124


def codes(source: Source) -> list[str]:
    """Return the codes of all warnings."""
    return [note.code for note in source.notes]


FRAMES = {
    "pandas": lambda: pd.DataFrame(ROWS),
    "polars": lambda: pl.DataFrame(ROWS),
    "polars lazy": lambda: pl.LazyFrame(ROWS),
    "pyarrow table": lambda: pa.table(ROWS),
    "pyarrow batch": lambda: pa.RecordBatch.from_pydict(ROWS),
    "pyarrow reader": lambda: pa.table(ROWS).to_reader(),
    "pyarrow dataset": lambda: ds.dataset(pa.table(ROWS)),
    "dict of lists": lambda: ROWS,
    "dict of arrays": lambda: {
        "x": np.array([1.5, np.nan, 3.0]),
        "n": pl.Series([1, 2, 3]),
        "s": pd.Series(["a", None, "b"]),
    },
}


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)
def test_every_kind_of_frame_gives_the_same_columns(make: Any) -> None:
    """The same rows read the same whichever library holds them."""
    assert values(open_source(make())) == ROWS


def test_a_duckdb_relation_is_read_as_often_as_asked() -> None:
    """A relation streams anew for each pass, and columns come from one."""
    relation = duckdb.sql("select range a, 's' || range % 2 b from range(100000)")
    source = open_source(relation)
    assert source.rows is None
    assert sum(block.rows for block in source.blocks(["a"])) == 100_000
    assert sum(block.rows for block in source.blocks(["b"])) == 100_000
    assert source.column("a")[99_999].as_py() == 99_999


def test_streamed_text_is_counted_over_the_whole_pass() -> None:
    """Warnings of a streamed frame count all of its rows."""
    relation = duckdb.sql(
        "select if(range % 1000 = 0, 'NA', 'x') s, blob '\\xAA' b from range(300000)"
    )
    source = open_source(relation)
    for block in source.blocks(["s", "b"]):
        list(block.columns.values())
    notes = {note.code: note.text for note in source.notes}
    assert "300 'NA'" in notes["null_like_text"]
    assert set(notes) == {"null_like_text", "bytes_as_text"}


def test_large_frames_come_in_several_blocks() -> None:
    """A frame of more rows than a block holds is cut, in order."""
    n = (1 << 20) + 5
    source = open_source(pd.DataFrame({"a": np.arange(n), "s": ["x"] * n}))
    blocks = [(b.rows, b.columns["a"][0].as_py()) for b in source.blocks(["a"])]
    assert blocks == [(1 << 20, 0), (5, 1 << 20)]


@pytest.mark.parametrize(
    ("column", "expected", "kind"),
    [
        (pd.array([1, None], "Int64"), [1, None], "int64"),
        (pd.array([True, None], "boolean"), [True, None], "bool"),
        (pd.array([1.5, None], "Float32"), [1.5, None], "float"),
        (pd.array(["x", None], "string[python]"), ["x", None], "string"),
        (pd.array(["x", None], "string[pyarrow]"), ["x", None], "large_string"),
        (pd.array([1, None], "int64[pyarrow]"), [1, None], "int64"),
        (pd.Series(["x", None], dtype=object), ["x", None], "string"),
        (pd.arrays.SparseArray([0.0, 1.5]), [0.0, 1.5], "double"),
        (np.array([1, 2], "float16"), [1.0, 2.0], "float"),
        (np.array([1, 2], ">i4"), [1, 2], "int32"),
        (np.array([1, 2], "longdouble"), [1.0, 2.0], "double"),
        (pd.period_range("2020-01", periods=1, freq="M"), ["2020-01"], "string"),
    ],
)
def test_pandas_types_are_read_as_what_they_hold(
    column: Any, expected: list[Any], kind: str
) -> None:
    """Nullable, Arrow-backed, sparse and odd numpy types have a defined reading."""
    source = open_source(pd.DataFrame({"a": column}))
    assert values(source) == {"a": expected}
    assert str(source.schema.field("a").type) == kind
    assert codes(source) == []


def test_only_observed_categories_are_read() -> None:
    """Categories no row has are not there; order does not matter."""
    column = pd.Categorical(["x", None], categories=["q", "x", "z"], ordered=True)
    (array,) = open_source(pd.DataFrame({"a": column})).column("a").chunks
    assert array.dictionary.to_pylist() == ["x"]
    assert array.to_pylist() == ["x", None]


def test_categories_that_are_no_text_become_text() -> None:
    """Categories of numbers and intervals are read as their text."""
    frame = pd.DataFrame({"n": pd.Categorical([2, 1]), "i": pd.cut([1, 2], 2)})
    assert values(open_source(frame)) == {
        "n": ["2", "1"],
        "i": ["(0.999, 1.5]", "(1.5, 2.0]"],
    }


def test_times_beyond_nanoseconds_are_kept() -> None:
    """The years 1 and 9999 are read, to the microsecond."""
    far = [dt.datetime(9999, 12, 31, 23), dt.datetime(1, 1, 1)]  # noqa: DTZ001
    assert values(open_source(pd.DataFrame({"a": far}))) == {"a": far}


@pytest.mark.parametrize("bad", [[1, 2], {1}, {"k": 1}, 1j])
def test_one_bad_column_does_not_stop_the_others(bad: Any) -> None:
    """A column of cells that cannot be compared is named with its first row."""
    frame = pd.DataFrame({"a": pd.Series([None, bad], dtype=object), "b": [1, 2]})
    source = open_source(frame, name="current")
    assert source.schema.names == ["b"]
    problem = source.problems["a"]
    assert problem.code == "unsupported_type"
    assert problem.where == "column 'a' of current (pandas.DataFrame), row 1"


def test_polars_types_are_read_or_named() -> None:
    """Nested polars columns are problems; objects are looked at one by one."""
    frame = pl.DataFrame(
        {
            "c": pl.Series(["x", None], dtype=pl.Categorical),
            "e": pl.Series(["a", "b"], dtype=pl.Enum(["a", "b", "z"])),
            "o": pl.Series([1, "x"], dtype=pl.Object),
            "list": [[1], [2]],
            "d": [decimal.Decimal("1.5"), None],
            "u": pl.Series([1, 2], dtype=pl.UInt64),
            "t": [dt.time(1), None],
        }
    )
    source = open_source(frame)
    assert set(source.problems) == {"list"}
    read = values(source)
    assert read["o"] == ["1 (int)", "x"]
    assert read["c"] == ["x", None]
    assert read["d"] == [1.5, None]
    assert str(source.schema.field("u").type) == "int64"
    assert codes(source) == ["mixed_types"]


def test_unsigned_integers_past_63_bits_warn() -> None:
    """Only a column that does not fit in 64 signed bits becomes floats."""
    wide = np.array([2**64 - 1, 0], np.uint64)
    source = open_source(pd.DataFrame({"w": wide, "n": np.array([1, 2], np.uint64)}))
    assert [str(field.type) for field in source.schema] == ["double", "int64"]
    assert codes(source) == ["big_integers"]


def test_long_bytes_are_a_problem_of_their_column() -> None:
    """Short bytes are categories; a cell above 1 KiB ends the column with its row."""
    frame = pd.DataFrame({"a": [b"\x01", None], "b": [b"", b"x" * 2000]})
    source = open_source(frame)
    assert values(source) == {"a": ["0x01", None]}
    assert source.problems["b"].where.endswith("row 1")


@pytest.mark.parametrize(
    "data",
    [
        [1, 2],
        [],
        [{"a": 1}],
        5,
        None,
        np.zeros((2, 2)),
        pd.Series([1], name="a"),
        pl.Series("a", [1]),
        pa.array([1]),
        {"a": 1},
        {"a": "text"},
        {"a": np.zeros((2, 2))},
    ],
)
def test_what_is_no_table_is_refused_with_an_example(data: Any) -> None:
    """Lists, series, scalars and arrays are refused, saying what to give instead."""
    with pytest.raises(FrameError) as caught:
        open_source(data, name="current")
    assert caught.value.where.startswith(("current", "column 'a' of current"))
    assert "{" in caught.value.fix or "to_frame()" in caught.value.fix


def test_columns_of_different_lengths_are_refused() -> None:
    """Every column has one value for each row."""
    with pytest.raises(FrameError) as caught:
        open_source({"a": [1], "b": [1, 2]})
    assert caught.value.code == "lengths_differ"
    assert "'b'" in caught.value.where


def test_columns_of_levels_are_refused_with_the_way_out() -> None:
    """Column names of several levels are refused, saying how to join them."""
    frame = pd.DataFrame(
        [[1, 2]], columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])
    )
    with pytest.raises(FrameError) as caught:
        open_source(frame)
    assert caught.value.code == "multiindex_columns"


def test_the_index_is_not_read() -> None:
    """Repeated and unordered row labels change nothing."""
    frame = pd.DataFrame({"a": [1, 2]}, index=[7, 7])
    assert values(open_source(frame)) == {"a": [1, 2]}


def test_an_empty_frame_has_columns_and_no_rows() -> None:
    """No rows is a count, not a failure."""
    source = open_source(pd.DataFrame({"a": np.array([], float)}))
    assert (source.rows, list(source.blocks(["a"])), len(source.column("a"))) == (
        0,
        [],
        0,
    )


def test_the_frame_is_not_changed() -> None:
    """Reading leaves every byte of the frame as it was."""
    frame = pd.DataFrame(
        {
            "x": [1.0, np.nan, 3.0],
            "o": pd.Series([1, "a", None], dtype=object),
            "c": pd.Categorical(["u", "v", "u"]),
            "t": pd.to_datetime(["2020-01-01", None, "2021-01-01"]),
        }
    )
    before = hashlib.sha256(pickle.dumps(frame)).hexdigest()
    values(open_source(frame))
    assert hashlib.sha256(pickle.dumps(frame)).hexdigest() == before


def test_null_like_and_numeric_text_is_kept_with_a_warning() -> None:
    """Text that may mean missing or a number is kept, counted and told."""
    frame = pd.DataFrame({"a": ["NaN", "", "x", None], "z": ["01", "02", "13", "14"]})
    source = open_source(frame)
    assert values(source)["a"] == ["NaN", "", "x", None]
    found = {note.code: note.text for note in source.notes}
    assert "1 '', 1 'NaN'" in found["null_like_text"]
    assert "leading zeros" in found["text_looks_numeric"]
