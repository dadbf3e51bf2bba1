from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leeboard.errors import FileError
from leeboard.sources import Source, _bytes, open_source

Write = Callable[[str, bytes | str], Path]


def values(source: Source) -> dict[str, list[Any]]:
    """Return all columns by name."""
    return {name: source.column(name).to_pylist() for name in source.schema.names}


def test_objects_become_rows(write: Write) -> None:
    """Each line is a row; what an object lacks is missing."""
    source = open_source(write("f.jsonl", '{"a":1,"b":"x"}\n\n{"a":2.5}\n{}\n'))
    assert values(source) == {"a": [1.0, 2.5, None], "b": ["x", None, None]}


def test_columns_may_first_appear_late(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name first seen in a later piece is missing in the earlier ones."""
    monkeypatch.setattr(_bytes, "_PIECE", 64)
    monkeypatch.setattr(_bytes, "_READ", 16)
    text = '{"a": 1}\n' * 20 + '{"a": 2, "b": "x"}\n'
    read = values(open_source(write("f.jsonl", text)))
    assert read == {"a": [1] * 20 + [2], "b": [None] * 20 + ["x"]}


def test_text_and_numbers_stay_apart(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1 and "1" are two levels, in one piece or across several."""
    text = '{"a": 1}\n' * 20 + '{"a": "1"}\n'
    expected = ["1 (int)"] * 20 + ["1"]
    assert values(open_source(write("f.jsonl", text)))["a"] == expected
    monkeypatch.setattr(_bytes, "_PIECE", 64)
    monkeypatch.setattr(_bytes, "_READ", 16)
    assert values(open_source(write("f.jsonl", text)))["a"] == expected


@pytest.mark.parametrize(
    "line",
    ['{"a"', "1", "[1]", '{"a":1,"a":2}', '{"a":"\\ud800"}', '{"a":' + "[" * 99999],
)
def test_few_bad_lines_are_set_aside(write: Write, line: str) -> None:
    """Up to one line in a hundred that is no object is left out, by its number."""
    good = '{"a":1,"t":"2020-01-01"}\n'
    source = open_source(write("f.jsonl", good * 150 + line + "\n" + good * 150))
    assert source.rows == 300
    (note,) = source.notes
    assert note.code == "rows_set_aside"
    assert "(line 151)" in note.text
    assert str(source.schema.field("t").type) == "timestamp[s]"


def test_many_bad_lines_are_an_error(write: Write) -> None:
    """More bad lines end the reading, with the first one's number."""
    with pytest.raises(FileError) as caught:
        open_source(write("f.jsonl", '{"a":1}\n{"a"\n{"a"\n'))
    assert (caught.value.code, caught.value.where) == ("bad_rows", "f.jsonl, line 2")


def test_nested_values_are_a_problem_of_their_column(write: Write) -> None:
    """A column of objects or arrays is named; the others are read."""
    source = open_source(write("f.jsonl", '{"a":{"b":1},"c":2}\n{"a":[1],"c":3}\n'))
    assert values(source) == {"c": [2, 3]}
    assert source.problems["a"].code == "unsupported_type"


def test_an_array_is_refused_with_the_way_out(write: Write) -> None:
    """A JSON array is not JSON lines."""
    with pytest.raises(FileError) as caught:
        open_source(write("f.json", '[{"a":1}]'))
    assert caught.value.code == "not_json_lines"
