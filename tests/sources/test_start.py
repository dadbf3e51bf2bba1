from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

SCRIPT = """
import sys
from leeboard.sources import open_source
source = open_source(sys.argv[1])
for name in source.schema.names:
    source.column(name)
for block in source.blocks(source.schema.names):
    list(block.columns.values())
print(source.notes and "", [m for m in sys.argv[2:] if m in sys.modules])
"""
SLOW = ("pandas", "polars", "narwhals", "pyarrow.dataset", "scipy")


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "feather"])
def test_files_are_read_without_slow_packages(tmp_path: Path, kind: str) -> None:
    """Reading a file imports no frame library, though pyarrow knows of some."""
    path = tmp_path / f"f.{kind}"
    table = pa.table({"a": [1, 2], "s": ["NA", None], "z": ["01", "02"]})
    if kind == "parquet":
        pq.write_table(table, path)
    elif kind == "feather":
        pyarrow.feather.write_feather(table, path)
    elif kind == "csv":
        path.write_text("a,s,z\n1,NA,01\n2,,02\n")
    else:
        path.write_text('{"a":1,"s":"NA","z":"01"}\n')
    command = [sys.executable, "-c", SCRIPT, str(path), *SLOW]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
