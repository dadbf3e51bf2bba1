from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leeboard.errors import FileError
from leeboard.sources import Limits, Source, _parquet, open_source


@pytest.fixture
def table() -> pa.Table:
    """Two thousand seeded rows of several types."""
    rng = np.random.default_rng(5)
    return pa.table(
        {
            "x": rng.normal(size=2000),
            "n": rng.integers(0, 9, 2000),
            "s": pa.array(rng.choice(["a", "b", "c"], 2000)),
            "t": pa.array([dt.datetime(2020, 1, 1)] * 2000),  # noqa: DTZ001
            "l": pa.array([[1]] * 2000),
        }
    )


def by_block(source: Source, *names: str) -> dict[str, list[Any]]:
    """Return columns gathered from the blocks."""
    found: dict[str, list[Any]] = {name: [] for name in names}
    for block in source.blocks(names):
        for name in names:
            found[name] += block.columns[name].to_pylist()
    return found


def test_columns_and_blocks_hold_what_was_written(
    tmp_path: Path, table: pa.Table
) -> None:
    """Row groups come one by one, columns whole; nested ones are named."""
    path = tmp_path / "t.parquet"
    pq.write_table(table, path, row_group_size=700)
    source = open_source(path)
    assert (source.name, source.rows) == ("t.parquet", 2000)
    assert source.schema.names == ["x", "n", "s", "t"]
    assert source.problems["l"].code == "unsupported_type"
    assert [block.rows for block in source.blocks(["x"])] == [700, 700, 600]
    assert by_block(source, "x", "s") == table.select(["x", "s"]).to_pydict()
    for name in source.schema.names:
        assert source.column(name).to_pylist() == table[name].to_pylist()
    assert pa.types.is_dictionary(source.column("s").type)


def test_a_huge_row_group_comes_in_parts(
    tmp_path: Path, table: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row group above the bound is read in batches, in order."""
    monkeypatch.setattr(_parquet, "_LARGE_GROUP", 1000)
    monkeypatch.setattr(_parquet, "_STEP", 300)
    path = tmp_path / "t.parquet"
    pq.write_table(table, path)
    source = open_source(path)
    assert max(block.rows for block in source.blocks(["x"])) <= 300
    assert by_block(source, "x", "s") == table.select(["x", "s"]).to_pydict()


def test_names_with_dots_are_whole_columns(tmp_path: Path) -> None:
    """A dot in a name is no path into a struct."""
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a.b": [1], "a": [2]}), path)
    source = open_source(path)
    assert source.column("a.b").to_pylist() == [1]
    assert source.column("a").to_pylist() == [2]


def test_unsigned_columns_use_the_statistics(tmp_path: Path) -> None:
    """Unsigned integers stay exact where the file says that they fit."""
    path = tmp_path / "t.parquet"
    columns = {"w": [2**64 - 1], "n": [2**63 - 1]}
    pq.write_table(
        pa.table({k: pa.array(v, pa.uint64()) for k, v in columns.items()}), path
    )
    source = open_source(path)
    assert source.column("n").to_pylist() == [2**63 - 1]
    assert [note.where for note in source.notes] == ["column 'w' of t.parquet"]


def test_long_bytes_end_only_their_column(tmp_path: Path) -> None:
    """A cell above 1 KiB of bytes is told by its row once it is met."""
    path = tmp_path / "t.parquet"
    cells = [b"a", b"b", b"x" * 2000, b"c"]
    pq.write_table(pa.table({"a": cells, "b": [1, 2, 3, 4]}), path, row_group_size=2)
    source = open_source(path)
    assert by_block(source, "a", "b")["b"] == [1, 2, 3, 4]
    assert source.problems["a"].where == "column 'a' of t.parquet, row 2"


@pytest.mark.parametrize("keep", [0, 3, 8, 100, -4, -1])
def test_a_cut_file_is_refused(tmp_path: Path, table: pa.Table, keep: int) -> None:
    """A file cut anywhere is refused by name, before any row is read."""
    path = tmp_path / "t.parquet"
    pq.write_table(table, path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(FileError) as caught:
        open_source(path)
    assert caught.value.where == "t.parquet"
    assert caught.value.code in {"truncated_file", "not_parquet"}


def test_a_flipped_bit_is_found_by_the_checksum(tmp_path: Path) -> None:
    """Damage inside a page is an error of its column, not a wrong value."""
    path = tmp_path / "t.parquet"
    rows = pa.table({"x": np.random.default_rng(2).normal(size=5000)})
    pq.write_table(
        rows, path, write_page_checksum=True, compression="none", use_dictionary=False
    )
    damaged = bytearray(path.read_bytes())
    damaged[20_000] ^= 1
    path.write_bytes(bytes(damaged))
    source = open_source(path)
    with pytest.raises(FileError) as caught:
        source.column("x")
    assert caught.value.code == "damaged_file"
    assert caught.value.where == "t.parquet, row group 0, column 'x'"


def test_damage_in_the_footer_is_an_error(tmp_path: Path, table: pa.Table) -> None:
    """A footer of noise is refused, not obeyed."""
    path = tmp_path / "t.parquet"
    pq.write_table(table, path)
    content = bytearray(path.read_bytes())
    content[-300:-8] = bytes(range(256)) + bytes(36)
    path.write_bytes(bytes(content))
    with pytest.raises(FileError) as caught:
        open_source(path)
    assert caught.value.code == "damaged_file"


def test_claims_beyond_the_limits_are_refused_unread(
    tmp_path: Path, table: pa.Table
) -> None:
    """Rows times width and the number of columns are bounded, naming the settings."""
    path = tmp_path / "t.parquet"
    pq.write_table(table, path)
    for limits, setting in (
        (Limits(max_table_bytes=10_000), "LEEBOARD_MAX_TABLE_BYTES"),
        (Limits(max_columns=3), "LEEBOARD_MAX_COLUMNS"),
    ):
        with pytest.raises(FileError) as caught:
            open_source(path, limits=limits)
        assert setting in caught.value.fix


def test_a_file_that_changes_meanwhile_is_an_error(
    tmp_path: Path, table: pa.Table
) -> None:
    """Another file in its place, or another time of change, ends the reading."""
    path = tmp_path / "t.parquet"
    pq.write_table(table, path, row_group_size=500)
    source = open_source(path)
    blocks = source.blocks(["x"])
    next(blocks)
    other = tmp_path / "other"
    pq.write_table(table.slice(0, 10), other)
    os.replace(other, path)
    with pytest.raises(FileError) as caught:
        list(blocks)
    assert caught.value.code == "changed_during_read"
    with pytest.raises(FileError):
        source.column("x")


def test_unknown_columns_are_key_errors(tmp_path: Path, table: pa.Table) -> None:
    """Asking for a column that is not there is a mistake of the caller."""
    path = tmp_path / "t.parquet"
    pq.write_table(table, path)
    source = open_source(path)
    with pytest.raises(KeyError):
        source.column("nope")
    with pytest.raises(KeyError):
        next(source.blocks(["nope"]))
