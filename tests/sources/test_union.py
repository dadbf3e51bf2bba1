from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leeboard.errors import FileError
from leeboard.sources import Source, open_source

Write = Callable[[str, bytes | str], Path]


def values(source: Source) -> dict[str, list[Any]]:
    """Return all columns, read both ways."""
    names = source.schema.names
    whole = {name: source.column(name).to_pylist() for name in names}
    parts: dict[str, list[Any]] = {name: [] for name in names}
    for block in source.blocks(names):
        for name in names:
            parts[name] += block.columns[name].to_pylist()
    assert parts == whole
    return whole


def test_parts_are_joined_by_name(tmp_path: Path) -> None:
    """Files of a folder follow one another; a column one lacks is missing there."""
    pq.write_table(pa.table({"a": [1, 2], "s": ["x", "y"]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"s": ["z"], "a": [2.5], "b": [1]}), tmp_path / "2.parquet")
    source = open_source(tmp_path)
    assert source.rows == 3
    assert values(source) == {
        "a": [1.0, 2.0, 2.5],
        "s": ["x", "y", "z"],
        "b": [None, None, 1],
    }
    assert [(n.code, n.text.split(";")[0]) for n in source.notes] == [
        ("column_not_in_part", "not in 1.parquet")
    ]


def test_types_that_do_not_go_together_name_file_and_column(tmp_path: Path) -> None:
    """Numbers here and text there are a problem of that column alone."""
    pq.write_table(pa.table({"a": [1], "b": [1]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"a": ["x"], "b": [2]}), tmp_path / "2.parquet")
    source = open_source(tmp_path)
    assert values(source) == {"b": [1, 2]}
    assert source.problems["a"].code == "type_conflict"
    assert source.problems["a"].where == "column 'a' of 2.parquet"


def test_text_in_one_csv_makes_the_column_text_in_all(write: Write) -> None:
    """Codes with leading zeros in one file keep their spelling in the others."""
    write("d/1.csv", "zip,n\n20001,1\n")
    path = write("d/2.csv", "zip,n\n01234,2\n").parent
    source = open_source(path)
    assert values(source) == {"zip": ["20001", "01234"], "n": [1, 2]}
    assert not source.problems


def test_folders_patterns_and_lists_are_ways_to_say_the_same(write: Write) -> None:
    """Files come in the order of their names, or of the list; hidden ones do not."""
    first = write("d/1.csv", "a,b\n1,x\n")
    second = write("d/sub/2.csv.gz", _packed(b"a,b\n2,y\n"))
    write("d/.hidden.csv", "a,b\n3,z\n")
    write("d/_meta.csv", "a,b\n3,z\n")
    write("d/notes.md", "none")
    folder = first.parent
    for data in (folder, str(folder / "**/*.csv*"), [first, str(second)]):
        assert values(open_source(data))["a"][-1] == 2
    assert values(open_source(folder))["a"] == [1, 2]
    assert values(open_source([second, first]))["a"] == [2, 1]


def test_kinds_of_files_may_be_mixed(write: Write, tmp_path: Path) -> None:
    """A folder may hold CSV, JSON lines and Parquet of the same columns."""
    write("1.csv", "a,t\n1,2020-01-01 00:00:00\n")
    write("2.jsonl", '{"a": 2, "t": "2020-01-02"}\n')
    pq.write_table(pa.table({"a": [3.5]}), tmp_path / "3.parquet")
    source = open_source(tmp_path)
    assert values(source)["a"] == [1.0, 2.0, 3.5]
    assert source.schema.field("t").type == pa.timestamp("s")


def test_what_many_files_share_is_said_once(write: Write) -> None:
    """The same warning of ten files is one note."""
    for number in range(10):
        path = write(f"d/{number}.csv", "z,n\n01,1\n02,2\n")
    source = open_source(path.parent)
    values(source)
    notes = [note for note in source.notes if note.code == "text_looks_numeric"]
    assert len(notes) == 1
    assert "9 more files" in notes[0].text


def test_a_folder_may_hold_more_files_than_may_be_open(tmp_path: Path) -> None:
    """Files are open only while they are read."""
    resource = __import__("resource")
    for number in range(60):
        pq.write_table(pa.table({"a": [number]}), tmp_path / f"{number:02}.parquet")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = max(map(int, os.listdir("/proc/self/fd")))
    resource.setrlimit(resource.RLIMIT_NOFILE, (taken + 25, hard))
    try:
        assert values(open_source(tmp_path))["a"] == list(range(60))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _packed(data: bytes) -> bytes:
    import gzip

    return gzip.compress(data)


def test_a_part_without_a_column_still_has_its_rows(write: Write) -> None:
    """Missing columns are as long as their part, counted beforehand or not."""
    write("d/1.csv", "a\n1\n2\n")
    path = write("d/2.csv", "a,b\n3,4\n")
    table = pa.table({"c": [5, 6, 7]})
    with pa.ipc.new_file(path.parent / "3.arrow", table.schema) as sink:
        sink.write_table(table)
    expected = {
        "a": [1, 2, 3, None, None, None],
        "b": [None, None, 4, None, None, None],
        "c": [None, None, None, 5, 6, 7],
    }
    assert values(open_source(path.parent)) == expected
    types = {"a": pa.int64(), "b": pa.int64()}
    source = open_source(path.parent, types=types)
    assert source.rows is None
    assert values(source) == expected
    assert [c for x in source.blocks(["b"]) for c in x.columns["b"].to_pylist()] == (
        expected["b"]
    )


def test_files_that_share_no_column_are_no_table(tmp_path: Path) -> None:
    """A saved profile beside data is refused by name; parts that overlap are read."""
    (tmp_path / "1.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "2.csv").write_text("b,c\n1,2\n", encoding="utf-8")
    assert open_source(str(tmp_path)).schema.names == ["a", "b", "c"]
    (tmp_path / "x.profile.json").write_text('{"format": 1}\n', encoding="utf-8")
    with pytest.raises(FileError, match=r"mixed_folder") as caught:
        open_source(str(tmp_path))
    for name in ("1.csv", "2.csv", "x.profile.json"):
        assert name in caught.value.found
