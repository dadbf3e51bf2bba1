"""Arrow arrays as NumPy values."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import leeboard as lb
from leeboard.engines.values import levels_and_codes, plain


@pytest.mark.parametrize(
    "kind", [pa.float64(), pa.float32(), pa.int64(), pa.int8(), pa.uint16(), pa.bool_()]
)
def test_plain_reads_slices_of_every_primitive_type(kind: pa.DataType) -> None:
    """A slice starts at its own first row, whatever the width of a value."""
    whole = pa.array([0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1], pa.int64()).cast(kind)
    for start, length in ((0, 11), (3, 8), (9, 2), (4, 0)):
        part = whole.slice(start, length)
        assert plain(part).tolist() == part.to_pylist()


def test_plain_copies_nothing() -> None:
    """Values are the array's own memory, and cannot be written to."""
    array = pa.array(np.arange(5.0))
    values = plain(array)
    assert values.__array_interface__["data"][0] == array.buffers()[1].address
    assert not values.flags.writeable


def test_a_check_of_files_imports_no_pandas(tmp_path: Path) -> None:
    """Some calls of pyarrow import pandas where it is installed; none is made."""
    rows = {"x": [float(k) for k in range(300)], "c": ["a", None, "b"] * 100}
    pq.write_table(pa.table(rows), tmp_path / "rows.parquet")
    code = (
        "import sys, leeboard as lb; lb.check(sys.argv[1], sys.argv[1]); "
        "raise SystemExit('pandas' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "rows.parquet")]
    assert subprocess.run(command, check=False).returncode == 0


@pytest.mark.parametrize(
    "dictionary", [["a", None, "b", None], [True, False, None, None]]
)
def test_a_dictionary_may_hold_null_more_than_once(dictionary: list[object]) -> None:
    """Every code of NULL is a missing row, as is a code that is NULL itself."""
    codes = pa.array([0, 1, 2, 3, None, 0], pa.int8())
    array = pa.DictionaryArray.from_arrays(codes, pa.array(dictionary))
    levels, at, present = levels_and_codes(array)
    whole = [None if c is None else dictionary[c] for c in codes.to_pylist()]
    assert present.tolist() == [value is not None for value in whole]
    found = [levels[code] for code in at]
    assert found == [str(value).lower() for value in whole if value is not None]
    report = lb.check(
        {"x": array.take(pa.array([0, 1, 2, 3, 4, 5] * 60))}, {"x": array}
    )
    assert report.failed == ()
