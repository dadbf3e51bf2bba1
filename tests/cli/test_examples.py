"""Real tables that scikit-learn brings along, from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes

from tests.cli._command import Ended, inside, outside

Capsys = pytest.CaptureFixture[str]
SETS = {"breast_cancer": load_breast_cancer, "diabetes": load_diabetes}


class _Rows:
    """A data set whose rows can be written as Parquet."""

    def __init__(self, load: Callable[[], Any], folder: Path) -> None:
        bunch = load()
        self.values = np.column_stack([bunch.data, bunch.target])
        self.names = [*bunch.feature_names, "target"]
        self._folder = folder

    def write(self, name: str, chosen: np.ndarray[Any, Any]) -> str:
        """Write the chosen rows; return the path."""
        path = str(self._folder / f"{name}.parquet")
        columns = zip(self.names, self.values[chosen].T, strict=True)
        pq.write_table(pa.table(dict(columns)), path)
        return path

    def halves(self, seed: int) -> tuple[str, str]:
        """Write two random halves; return their paths."""
        order = np.random.default_rng(seed).permutation(len(self.values))
        half = len(order) // 2
        return self.write("one", order[:half]), self.write("two", order[half:])


@pytest.mark.parametrize("name", SETS)
def test_random_halves_are_alike(name: str, tmp_path: Path, capsys: Capsys) -> None:
    """Of twenty random splits at most one is called moved, and exit codes say so."""
    rows = _Rows(SETS[name], tmp_path)
    codes = [inside(capsys, "check", *rows.halves(seed)).code for seed in range(20)]
    assert set(codes) <= {0, 1}
    assert sum(codes) <= 1


@pytest.mark.parametrize(
    ("name", "column", "among", "spared"),
    [
        ("diabetes", "age", {"age", "bmi", "bp", "s6"}, {"s1"}),
        (
            "breast_cancer",
            "mean radius",
            {"mean radius", "mean area"},
            {"texture error"},
        ),
    ],
)
def test_a_split_by_a_column_is_found(
    name: str, column: str, among: set[str], spared: set[str], tmp_path: Path
) -> None:
    """Rows below and above a column's median differ in it, and in what hangs on it."""
    rows = _Rows(SETS[name], tmp_path)
    values = rows.values[:, rows.names.index(column)]
    low = rows.write("low", values < np.median(values))
    high = rows.write("high", values >= np.median(values))
    ended = outside("check", low, high, "--json", "-")
    assert (ended.code, ended.err) == (1, "")
    moved = _moved(ended)
    assert among <= moved
    assert not spared & moved


def _moved(ended: Ended) -> set[str]:
    verdicts = json.loads(ended.out)["verdicts"]
    return {one["subject"] for one in verdicts if one["state"] == "moved"}
