"""The simulated model of the benchmark, made once."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def bench() -> Any:
    """Load the benchmark, which is a script and no package."""
    spec = importlib.util.spec_from_file_location(
        "bench_diagnosis", ROOT / "bench" / "diagnosis.py"
    )
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture(scope="session")
def world(bench: Any) -> Any:
    """Give the reference and its windows."""
    return bench.World()
