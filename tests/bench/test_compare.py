"""The benchmark makes the data it says, and the page says what was measured."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def module(name: str) -> ModuleType:
    """Load a script of the benchmark, which is no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "bench" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def test_page_of_comparison_says_what_was_measured() -> None:
    """The page in the repository is the one its measurements give."""
    script = ROOT / "bench" / "compare" / "table.py"
    done = subprocess.run(
        [sys.executable, str(script), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_measurement_names_its_command_and_versions() -> None:
    """A figure without its command cannot be repeated."""
    for path in (ROOT / "bench" / "results").glob("*.json"):
        document = json.loads(path.read_text(encoding="utf-8"))
        assert document["command"].startswith("python bench/"), path.name
        assert document["versions"], path.name


def test_benchmark_data_is_seeded_and_shifts_five_columns_in_twenty() -> None:
    """The same call gives the same tables; five columns in twenty change, no others."""
    data = module("data")
    reference = data.table(100_000, 20)
    current = data.table(100_000, 20, current=True)
    assert reference.equals(data.table(100_000, 20))
    moved = set()
    for index, name in enumerate(reference.column_names):
        sides = [table[name].drop_null() for table in (reference, current)]
        if name[0] == "n":
            x, y = (np.sort(side) for side in sides)
            points = np.concatenate([x, y])
            gap = np.searchsorted(x, points, "right") / len(x)
            gap = np.abs(gap - np.searchsorted(y, points, "right") / len(y)).max()
            changed = gap > 0.012
        else:
            counts = [Counter(side.to_pylist()) for side in sides]
            both = counts[0] + counts[1]
            chi2 = sum((counts[0][k] - counts[1][k]) ** 2 / both[k] for k in both)
            changed = chi2 > 2 * len(both)
        if changed:
            moved.add(index)
    assert moved == set(data.SHIFTED)


def test_cost_of_a_process_is_its_own() -> None:
    """Peak memory and exit code are those of the command that ran."""
    measure = module("measure")
    quiet = measure.run([sys.executable, "-c", "pass"])
    heavy = measure.run(
        [
            sys.executable,
            "-c",
            "b = bytearray(200_000_000); print(1); raise SystemExit(1)",
        ]
    )
    assert (quiet.code, heavy.code, heavy.output) == (0, 1, "1")
    assert heavy.peak - quiet.peak > 150_000_000
