from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from leeboard.errors import FileError
from leeboard.sources import Limits, Source, _bytes, open_source

Write = Callable[[str, bytes | str], Path]


def values(source: Source) -> dict[str, list[Any]]:
    """Return all columns by name."""
    return {name: source.column(name).to_pylist() for name in source.schema.names}


def kinds(source: Source) -> dict[str, str]:
    """Return the type of each column's values."""
    types = {field.name: field.type for field in source.schema}
    return {
        name: str(kind.value_type if pa.types.is_dictionary(kind) else kind)
        for name, kind in types.items()
    }


def notes(source: Source) -> dict[str, str]:
    """Return the warnings' texts by code."""
    return {note.code: note.text for note in source.notes}


def refusal(path: Path, **options: Any) -> FileError:
    """Return the error that reading a whole file ends with."""
    with pytest.raises(FileError) as caught:
        values(open_source(path, **options))
    return caught.value


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_delimiters_line_ends_and_marks_are_found(
    write: Write, delimiter: str, end: str, mark: bytes
) -> None:
    """Four delimiters, three line ends and a byte order mark all read the same."""
    rows = [["a", "b"], ["1", "x"], ["2", "y"]]
    text = end.join(delimiter.join(row) for row in rows)
    source = open_source(write("f.csv", mark + text.encode()))
    assert values(source) == {"a": [1, 2], "b": ["x", "y"]}


def test_types_are_those_of_the_text(write: Write) -> None:
    """Numbers, booleans, dates and times are recognised in their plain forms."""
    text = "i,f,b,d,t,z,s\n1,1e5,true,2020-01-01,2020-01-01 10:00:00,"
    source = open_source(write("f.csv", text + "2020-01-01T10:00:00+02:00,x\n"))
    assert kinds(source) == {
        "i": "int64",
        "f": "double",
        "b": "bool",
        "d": "date32[day]",
        "t": "timestamp[s]",
        "z": "timestamp[s, tz=UTC]",
        "s": "string",
    }


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["01234", "20001"], "leading zeros"),
        (["0x1F", "0x2A"], "hexadecimal"),
        (["1_000", "2_000"], "underscores"),
        (['"1,5"', '"2,5"'], "decimal comma"),
        (['"1,234,567"', '"1,000"'], "thousands|decimal comma"),
    ],
)
def test_numbers_in_other_dress_stay_text(
    write: Write, cells: list[str], words: str
) -> None:
    """Nothing is guessed: odd spellings of numbers stay text, with a warning."""
    rows = "".join(f"{cell},1\n" for cell in cells)
    source = open_source(write("f.csv", "a,b\n" + rows))
    assert values(source)["a"] == [cell.strip('"') for cell in cells]
    assert kinds(source)["b"] == "int64"
    assert any(word in notes(source)["text_looks_numeric"] for word in words.split("|"))


def test_zero_and_fractions_are_no_leading_zeros(write: Write) -> None:
    """0, 0.5 and -0.5 are numbers."""
    source = open_source(write("f.csv", "a,b\n0,0.5\n10,-0.5\n"))
    assert kinds(source) == {"a": "int64", "b": "double"}


def test_only_the_empty_field_is_missing(write: Write) -> None:
    """Quoted empties and null-like words are text; NaN among numbers is a number."""
    text = 'a,b,c\n,NaN,NULL\nx,1,2\n"",,3\n'
    source = open_source(write("f.csv", text))
    read = values(source)
    assert read["a"] == [None, "x", ""]
    assert read["b"][0] != read["b"][0]
    assert read["b"][1:] == [1.0, None]
    assert read["c"] == ["NULL", "2", "3"]
    assert "'NULL'" in notes(source)["null_like_text"] or "''" in str(source.notes)


def test_a_late_cell_decides_for_the_whole_column(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text in the last piece makes earlier numbers text, spelled as in the file."""
    monkeypatch.setattr(_bytes, "_PIECE", 64)
    monkeypatch.setattr(_bytes, "_READ", 16)
    rows = [f"{i}.50,{i},{i}\n" for i in range(100)]
    text = "a,b,c\n" + "".join(rows) + "x,1.5,007\n"
    source = open_source(write("f.csv", text))
    assert kinds(source) == {"a": "string", "b": "double", "c": "string"}
    assert values(source)["a"] == [f"{i}.50" for i in range(100)] + ["x"]
    assert values(source)["c"][-2:] == ["99", "007"]


def test_large_files_go_through_a_temporary_file(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Past the memory limit the same columns come from a file, deleted afterwards."""
    monkeypatch.setattr(_bytes, "_PIECE", 64)
    monkeypatch.setattr(_bytes, "_READ", 16)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    rows = "".join(f"{i},s{i % 3},\n" for i in range(100))
    path = write("f.csv", "a,b,c\n" + rows + "1.5,t,\n")
    spilled = open_source(path, limits=Limits(keep_bytes=1))
    assert list(tmp_path.glob("leeboard-*"))
    kept = values(open_source(path))
    assert values(spilled) == kept
    assert sum(block.rows for block in spilled.blocks(["a"])) == 101
    del spilled
    assert not list(tmp_path.glob("leeboard-*"))


def test_pieces_never_cut_a_row(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the size of a piece, quoted line ends and quotes stay in their row."""
    generator = random.Random(3)
    cells = ["x", "two\nlines", 'a "quoted" word', "", "comma, inside", "5"]
    rows = [[generator.choice(cells) for _ in range(3)] for _ in range(60)]
    quoted = [['"' + c.replace('"', '""') + '"' for c in row] for row in rows]
    path = write("f.csv", "a,b,c\n" + "".join(",".join(r) + "\n" for r in quoted))
    expected = {name: [row[i] for row in rows] for i, name in enumerate("abc")}
    for size in (20, 33, 64, 500):
        monkeypatch.setattr(_bytes, "_PIECE", size)
        monkeypatch.setattr(_bytes, "_READ", size // 2)
        assert values(open_source(path)) == expected


def test_a_bare_quote_is_text(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quote inside a bare field opens nothing, in whichever piece it is."""
    rows = "".join(f'{i}" pipe,{i}\n' for i in range(31))
    path = write("f.csv", "a,b\n" + rows)
    monkeypatch.setattr(_bytes, "_PIECE", 20)
    monkeypatch.setattr(_bytes, "_READ", 10)
    assert values(open_source(path))["a"] == [f'{i}" pipe' for i in range(31)]


def test_few_ragged_rows_are_set_aside(write: Write) -> None:
    """Up to one row in a hundred with another number of fields is left out and told."""
    text = "a,b\n" + "1,2\n" * 300 + "3\n" + "1,2\n" * 99 + "4,5,6\n"
    source = open_source(write("f.csv", text))
    assert source.rows == 399
    assert notes(source)["rows_set_aside"] == (
        "2 of 401 rows are set aside: rows with another number of fields "
        "(line 302, 402)"
    )


def test_many_ragged_rows_are_an_error(write: Write) -> None:
    """More of them end the reading at the first one's line and field counts."""
    error = refusal(write("f.csv", 'a,b\n"x\ny",1\n1,2\n3\n'))
    assert (error.code, error.where) == ("bad_rows", "f.csv, line 5")
    assert "1 field" in error.found
    assert "2 fields" in error.expected


def test_row_labels_are_left_out(write: Write) -> None:
    """The unnamed first column that pandas writes is no data."""
    source = open_source(write("f.csv", ",a,b\n0,1,2\n1,3,4\n"))
    assert values(source) == {"a": [1, 3], "b": [2, 4]}
    assert "row_labels" in notes(source)


def test_one_column_is_read_only_if_it_is_one(write: Write) -> None:
    """A real single column is read; fields split at something else are not."""
    assert values(open_source(write("f.csv", "a\n1\n2\n"))) == {"a": [1, 2]}
    words = "full name\nAda L\nJohn Smith\n"
    assert list(values(open_source(write("g.csv", words)))) == ["full name"]
    assert refusal(write("h.csv", "a b\n1 2\n3 4\n")).code == "unknown_delimiter"


def test_integers_past_63_bits_warn(write: Write) -> None:
    """Long integers become floats, with a warning; long fractions do not warn."""
    source = open_source(write("f.csv", "a,b\n18446744073709551615,1e30\n3,2.5\n"))
    assert kinds(source)["a"] == "double"
    assert [note.where for note in source.notes] == ["column 'a' of f.csv"]


def test_rows_longer_than_a_block_are_read(write: Write) -> None:
    """A row of several megabytes is read whole."""
    long = "y" * 3_000_000
    source = open_source(write("f.csv", f"a,b\n1,{long}\n2,z\n"))
    assert values(source) == {"a": [1, 2], "b": [long, "z"]}


def test_the_first_bytes_decide_not_the_ending(write: Write) -> None:
    """Text without a known ending is read as CSV."""
    assert values(open_source(write("data", "a,b\n1,2\n"))) == {"a": [1], "b": [2]}


def test_only_the_ends_of_lines_end_a_row(write: Write) -> None:
    """Unicode's own line separators are text, in the header and below it."""
    text = "a\u2028x,b\n1,c\x85d\n2,e\n"
    read = values(open_source(write("f.csv", text)))
    assert read == {"a\u2028x": [1, 2], "b": ["c\x85d", "e"]}


def test_long_fields_do_not_stop_the_search_for_a_delimiter(write: Write) -> None:
    """A field longer than the csv module reads is data, or a header refused by line."""
    long = "y" * 200_000
    read = values(open_source(write("f.csv", f"a;b\n1;2\n3;{long}\n")))
    assert read == {"a": [1, 3], "b": ["2", long]}
    error = refusal(write("g.csv", f"{long},b\n1,2\n"))
    assert (error.code, error.where) == ("bad_header", "g.csv, line 1")


def test_rows_below_a_single_name_are_refused(write: Write) -> None:
    """A header of one name over rows of two fields is no single column."""
    assert refusal(write("f.csv", "a\n1,2\n3,4\n")).code == "bad_rows"
