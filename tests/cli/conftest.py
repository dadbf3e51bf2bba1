"""Two small tables that differ in one column, as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

ROWS = 2000


@dataclass(frozen=True)
class Files:
    """Paths as the command line takes them."""

    reference: str
    same: str
    moved: str
    few: str
    folder: Path


def table(seed: int, shift: float = 0.0, rows: int = ROWS) -> pa.Table:
    """Return rows of three independent columns, one of them shifted."""
    draw = np.random.default_rng(seed)
    return pa.table(
        {
            "age": draw.normal(40.0, 10.0, rows) + 10.0 * shift,
            "income, net": draw.lognormal(3.0, 1.0, rows),
            "city": draw.choice(["Bonn", "Kiel", "Ulm"], rows, p=[0.5, 0.3, 0.2]),
        }
    )


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Write a reference, rows like it, shifted rows, and too few rows."""
    folder = tmp_path_factory.mktemp("data")
    csv.write_csv(table(1), str(folder / "reference.csv"))
    pq.write_table(table(2), folder / "same.parquet")
    pq.write_table(table(3, shift=1.0), folder / "moved.parquet")
    pq.write_table(table(4, rows=12), folder / "few.parquet")
    return Files(
        str(folder / "reference.csv"),
        str(folder / "same.parquet"),
        str(folder / "moved.parquet"),
        str(folder / "few.parquet"),
        folder,
    )
