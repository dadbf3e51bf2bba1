"""What starting costs, and what must not be loaded."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

BUDGET_S = 0.050


def _seconds(code: str, environment: dict[str, str]) -> float:
    """Return the processor time of a Python that runs some code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


STARTS = 4
"""On a slow or busy machine a start may cost so many bare ones of Python instead."""


def starts_within(budget_s: float, code: str, bytecode: Path) -> bool:
    """Tell whether Python takes at most so much longer with some code than without.

    Bytecode is written to a folder of its own first: without it the time is the
    compiler's, not ours. Processor time is counted, and the least of five differences
    taken: what other processes do to the caches only ever adds.
    """
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    _seconds(code, environment)
    pairs = [
        (_seconds("pass", environment), _seconds(code, environment)) for _ in range(5)
    ]
    least = min(imported - bare for bare, imported in pairs)
    return least <= max(budget_s, STARTS * min(bare for bare, _ in pairs))


def test_import_is_quick(tmp_path: Path) -> None:
    """``import leeboard`` takes at most 50 ms more than starting Python does."""
    assert starts_within(BUDGET_S, "import leeboard", tmp_path)


CHECK = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in ("pandas", "polars", "duckdb"):
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Absent())
import leeboard as lb

rows = {"x": [float(i) for i in range(300)], "c": ["a", "b", "c"] * 100}
report = lb.check(rows, rows)
assert report.passed
report.to_json()
report.to_dict()
"""


@pytest.mark.parametrize(
    ("code", "forbidden"),
    [
        ("import leeboard", ["numpy", "pyarrow", "narwhals", "scipy", "jinja2"]),
        (CHECK, ["scipy.stats", "sklearn", "pyarrow.dataset", "jinja2", "rich"]),
    ],
    ids=["import", "check"],
)
def test_slow_packages_stay_out(code: str, forbidden: list[str]) -> None:
    """The import, and the default check, load none of the packages that cost most.

    The check runs as if no frame package were installed: pyarrow loads pandas by
    itself where it is, so that asking afterwards would say nothing about us.
    """
    look = f"import sys; print([m for m in {forbidden!r} if m in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\n{look}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout.strip()) == (0, "[]"), run.stderr
