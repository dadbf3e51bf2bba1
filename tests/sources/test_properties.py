"""Reading in pieces is reading at once, whatever the text."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeboard.sources import _bytes, open_source

CELLS = st.one_of(
    st.integers(-10, 10_000).map(str),
    st.floats(allow_nan=False, width=32).map(repr),
    st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8),
    st.sampled_from(["", "NA", "007", "0x1F", "true", "2020-01-01", '"', "a,b", "\n"]),
)
TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(
        st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=20
    )
)


def read(text: str, piece: int) -> dict[str, list[object]]:
    """Return the columns of a CSV text read in pieces of a size."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(_bytes, "_PIECE", piece)
        patch.setattr(_bytes, "_READ", max(8, piece // 3))
        path = Path(folder, "f.csv")
        path.write_text(text, encoding="utf-8", newline="")
        source = open_source(path)
        return {n: source.column(n).to_pylist() for n in source.schema.names}


@given(TABLES, st.integers(16, 200))
@settings(max_examples=150)
def test_pieces_and_whole_agree(rows: list[list[str]], piece: int) -> None:
    """Types and values do not depend on where the file was cut."""
    text = io.StringIO()
    names = [f"c{i}" for i in range(len(rows[0]))]
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([names, *rows])
    whole = read(text.getvalue(), 1 << 20)
    parts = read(text.getvalue(), piece)
    assert repr(parts) == repr(whole)
    assert {len(column) for column in whole.values()} == {len(rows)}


@given(TABLES)
@settings(max_examples=100)
def test_text_is_read_as_it_was_written(rows: list[list[str]]) -> None:
    """A column of text holds exactly the cells that the csv module wrote."""
    text = io.StringIO()
    names = ["label", *(f"c{i}" for i in range(len(rows[0])))]
    marked = [["x" + "".join(row), *row] for row in rows]
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(
        [names, *marked]
    )
    assert read(text.getvalue(), 64)["label"] == [row[0] for row in marked]
