"""How soon the command answers."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli._command import inside, outside
from tests.cli.conftest import Files

VERSION_S = 0.2
CHECK_TIMES = 2.5
"""A small check may take this many times as long as loading what it computes with."""

LEEBOARD = [sys.executable, "-m", "leeboard"]
BARE = "import numpy, pyarrow.parquet, pyarrow.csv, scipy.special"


def _used_s(command: list[str], cache: Path) -> float:
    """Processor seconds of one run with compiled bytecode: it waits for nothing."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(cache)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _least_s(commands: list[list[str]], cache: Path) -> list[float]:
    """The least of five runs of each command in turn, after a first that compiles."""
    runs = [[_used_s(command, cache) for command in commands] for _ in range(6)]
    return [min(times) for times in zip(*runs[1:], strict=True)]


@pytest.mark.parametrize("flag", ["--version", "check --help"])
def test_help_and_version_load_nothing_heavy(flag: str) -> None:
    """Neither numpy nor any reader is loaded to say the version or the options."""
    code = (
        "import sys, leeboard.cli\n"
        f"try: leeboard.cli.main({flag.split()!r})\n"
        "finally: print([m for m in ('numpy', 'pyarrow', 'narwhals') "
        "if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert run.stdout.splitlines()[-1] == "[]", run.stderr


def test_check_loads_nothing_slow(files: Files) -> None:
    """The default check loads neither scipy.stats nor the frame packages."""
    slow = ("scipy.stats", "sklearn", "pandas", "polars", "duckdb", "pyarrow.dataset")
    code = (
        "import sys, leeboard.cli\n"
        f"sys.argv = ['leeboard', 'check', {files.reference!r}, {files.same!r}]\n"
        f"leeboard.cli.main()\nprint([m for m in {slow!r} if m in sys.modules])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert run.stdout.splitlines()[-1] == "[]", run.stderr


def test_version_is_quick(tmp_path: Path) -> None:
    """``leeboard --version`` takes at most 0.2 s with compiled bytecode."""
    [least] = _least_s([[*LEEBOARD, "--version"]], tmp_path)
    assert least <= VERSION_S


def test_a_small_check_is_quick(files: Files, tmp_path: Path) -> None:
    """A check of 2,000 rows costs little more than its libraries' start.

    A ratio, because processors differ by more than two times and slow each other down.
    """
    check = [*LEEBOARD, "check", files.reference, files.same]
    least, bare = _least_s([check, [sys.executable, "-c", BARE]], tmp_path)
    assert least <= CHECK_TIMES * bare


def test_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is the package's, alone or beside other options."""
    from leeboard._version import __version__

    assert inside(capsys, "--version").out == f"leeboard {__version__}\n"
    assert inside(capsys, "--version", "--help").out == f"leeboard {__version__}\n"


def test_the_command_is_installed() -> None:
    """``python -m leeboard`` without arguments shows the commands."""
    ended = outside()
    shown = ended.out + ended.err
    assert all(name in shown for name in ("demo", "init", "check", "suggest"))
    assert ended.code in (0, 2)
