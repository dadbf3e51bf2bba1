from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from leeboard.errors import FileError
from leeboard.sources import Limits, Source, _bytes, open_source

Write = Callable[[str, bytes | str], Path]
TYPES = {"n": pa.int64(), "x": pa.float64(), "s": pa.string()}


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_bytes, "_PIECE", 64)
    monkeypatch.setattr(_bytes, "_READ", 16)


def streamed(source: Source, *names: str) -> dict[str, list[Any]]:
    """Return columns gathered from one pass over the blocks."""
    found: dict[str, list[Any]] = {name: [] for name in names}
    for block in source.blocks(names):
        assert all(len(array) == block.rows for array in block.columns.values())
        for name in names:
            found[name] += block.columns[name].to_pylist()
    return found


def test_known_types_are_read_in_one_pass(write: Write) -> None:
    """With types the rows come in blocks, and no table is kept."""
    rows = "".join(f"{i},{i}.5,s{i % 2}\n" for i in range(50))
    source = open_source(write("f.csv", "n,x,s\n" + rows), types=TYPES)
    assert source.rows is None
    read = streamed(source, "n", "x", "s")
    assert read == {
        "n": list(range(50)),
        "x": [i + 0.5 for i in range(50)],
        "s": [f"s{i % 2}" for i in range(50)],
    }
    assert source.column("n").to_pylist() == read["n"]
    assert not source.problems


def test_a_late_cell_that_does_not_fit_is_a_problem_of_its_column(write: Write) -> None:
    """The pass goes on: the cell is missing, its column told, the others untouched."""
    rows = [f"{i},{i}.5,s\n" for i in range(50)]
    rows[40] = "forty,4.5,s\n"
    source = open_source(write("f.csv", "n,x,s\n" + "".join(rows)), types=TYPES)
    read = streamed(source, "n", "x")
    assert read["n"] == [*range(40), None, *range(41, 50)]
    assert None not in read["x"]
    problem = source.problems["n"]
    assert problem.code == "type_changed"
    assert problem.where == "column 'n' of f.csv, near line 42"
    assert problem.found.startswith("1 cell that is not numbers")


def test_a_type_that_changed_from_the_start_shows_in_the_schema(write: Write) -> None:
    """Text where numbers are known shows at once, and reads as text."""
    source = open_source(write("f.csv", "n,x\none,1\ntwo,2\n"), types=TYPES)
    assert source.schema.field("n").type == pa.string()
    assert source.schema.field("x").type == pa.int64()
    assert streamed(source, "n") == {"n": ["one", "two"]}


def test_fractions_among_integers_are_numbers(write: Write) -> None:
    """A column of integers that gains fractions is still numeric."""
    rows = "".join(f"{i}\n" for i in range(50))
    path = write("f.csv", "n,x\n" + rows.replace("\n", ",1\n") + "1.5,1\n")
    source = open_source(path, types=TYPES)
    assert streamed(source, "n")["n"][-1] == 1.5
    assert not source.problems
    assert source.column("n").type == pa.float64()


def test_text_columns_keep_their_spelling(write: Write) -> None:
    """A column known as text is not taken for numbers."""
    source = open_source(write("f.csv", "s,n\n007,1\n1.50,2\n"), types=TYPES)
    assert streamed(source, "s") == {"s": ["007", "1.50"]}


def test_times_take_the_known_unit(write: Write) -> None:
    """Dates and times fit a known column of times."""
    types = {"t": pa.timestamp("us"), "d": pa.timestamp("us")}
    text = "t,d\n2020-01-01 10:00:00,2020-01-01\n2020-01-01 10:00:00.5,2020-01-02\n"
    source = open_source(write("f.csv", text), types=types)
    assert {str(field.type) for field in source.schema} == {"timestamp[us]"}
    assert None not in streamed(source, "t")["t"]


def test_types_may_be_given_by_name(write: Write) -> None:
    """Types may be texts, as a saved profile has them."""
    names = {
        "n": "int64",
        "s": "dictionary<values=string, indices=int32, ordered=0>",
        "t": "timestamp[us, tz=UTC]",
        "d": "date32[day]",
        "x": "halffloat",
    }
    path = write("f.csv", "n,s,t,d,x\n1,01,2020-01-01T00:00:00Z,2020-01-01,1\n")
    source = open_source(path, types=names)
    found = {field.name: str(field.type) for field in source.schema}
    assert found["s"] == "string"
    assert found["t"] == "timestamp[us, tz=UTC]"
    assert found["d"] == "date32[day]"


def test_too_many_bad_rows_end_the_pass(write: Write) -> None:
    """At the end of the pass more than one bad row in a hundred is an error."""
    source = open_source(write("f.csv", "n,x\n" + "1,2\n" * 50 + "1\n"), types=TYPES)
    with pytest.raises(FileError) as caught:
        streamed(source, "n")
    assert caught.value.code == "bad_rows"
    assert caught.value.where == "f.csv, line 52"


def test_json_lines_say_their_own_types(write: Write) -> None:
    """JSON is read whole: text among numbers shows as a change of type."""
    lines = "".join(f'{{"n": {i}, "s": "a"}}\n' for i in range(50))
    source = open_source(write("f.jsonl", lines + '{"n": "x", "z": 1}\n'), types=TYPES)
    assert source.schema.names == ["n", "s", "z"]
    assert source.column("n").to_pylist()[-2:] == ["49 (int)", "x"]


def test_columns_are_kept_if_they_are_small(write: Write) -> None:
    """Column by column the file is read once, or each time if it is too large."""
    path = write("f.csv", "n,x\n" + "1,2.5\n" * 50)
    for limits in (Limits(), Limits(keep_bytes=1)):
        source = open_source(path, types=TYPES, limits=limits)
        assert source.column("n").to_pylist() == [1] * 50
        assert source.column("x").to_pylist() == [2.5] * 50
