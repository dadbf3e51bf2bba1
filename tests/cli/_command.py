"""Run the command in this process and outside of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from leeboard.cli import main


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def inside(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ended:
    """Run the command in this process."""
    capsys.readouterr()
    code = main(arguments)
    out, err = capsys.readouterr()
    return Ended(code, out, err)


def outside(*arguments: str, environment: Mapping[str, str] | None = None) -> Ended:
    """Run the command as a process of its own."""
    run = subprocess.run(
        [sys.executable, "-m", "leeboard", *arguments],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return Ended(run.returncode, run.stdout, run.stderr)
