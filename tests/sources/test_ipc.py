from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pytest

from leeboard.errors import FileError
from leeboard.sources import open_source

TABLE = pa.table({"x": [1.5, None, 2.5], "s": ["a", "b", None], "l": [[1], [2], [3]]})


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_arrow_files_are_read_by_batch(tmp_path: Path, compression: str) -> None:
    """Columns are read alone, blocks by record batch; nested columns are named."""
    path = tmp_path / "t.feather"
    pyarrow.feather.write_feather(TABLE, path, compression=compression, chunksize=2)
    source = open_source(path)
    assert source.column("x").to_pylist() == [1.5, None, 2.5]
    assert source.column("s").to_pylist() == ["a", "b", None]
    blocks = list(source.blocks(["s"]))
    assert [block.rows for block in blocks] == [2, 1]
    assert [c for b in blocks for c in b.columns["s"].to_pylist()] == ["a", "b", None]
    assert set(source.problems) == {"l"}


@pytest.mark.parametrize("keep", [20, 200, -10])
def test_cut_arrow_files_are_refused(tmp_path: Path, keep: int) -> None:
    """A cut file is refused by name."""
    path = tmp_path / "t.arrow"
    pyarrow.feather.write_feather(TABLE, path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(FileError) as caught:
        open_source(path).column("x")
    assert caught.value.code == "damaged_file"
    assert caught.value.where.startswith("t.arrow")
