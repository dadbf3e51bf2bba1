"""What every test shares: named skips, skips as failures, and seeded property tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgres import postgres, postgres_server
from tests.s3 import s3, s3_endpoint

__all__ = ["postgres", "postgres_server", "s3", "s3_endpoint"]

ROOT = Path(__file__).resolve().parents[1]

# The same examples in every run: a failure seen once can be seen again.
settings.register_profile("leeboard", derandomize=True, deadline=None, database=None)
settings.load_profile("leeboard")


def pytest_configure(config: pytest.Config) -> None:
    """Let subprocesses find the same source as the test itself, and compile it once."""
    own = [str(ROOT / "src"), str(ROOT / "logger" / "src")]
    paths = [*own, os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    # hundreds of them start, and each would compile all that it imports; a mutant's
    # source changes too fast for that
    if "LEEBOARD_MUTANT" not in os.environ:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a program that is not here, by the program's name."""
    needed = [name for mark in item.iter_markers("needs") for name in mark.args]
    if item.get_closest_marker("browser"):
        needed.append("chromium")
    for name in needed:
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where everything is meant to be installed."""
    report = yield
    if (
        report.skipped
        and not hasattr(report, "wasxfail")
        and os.environ.get("LEEBOARD_NO_SKIPS") == "1"
    ):
        report.outcome = "failed"
        report.longrepr = f"skipped where no skip is allowed: {report.longrepr}"
    return report
