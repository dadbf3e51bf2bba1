"""Runs a command as its own process and says what it cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

# peers report usage to their makers unless told not to; no benchmark waits for that
QUIET = {"DO_NOT_TRACK": "1", "NML_DISABLE_USAGE_LOGGING": "1", "NO_COLOR": "1"}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took.

    Parameters
    ----------
    wall, cpu : float
        Seconds; CPU is user and system time over all threads.
    peak : int
        Greatest resident size, bytes.
    code : int
        Exit code.
    output : str
        Last line of standard output.
    """

    wall: float
    cpu: float
    peak: int
    code: int
    output: str

    def as_json(self) -> dict[str, Any]:
        """Return the figures without the output."""
        return {k: v for k, v in asdict(self).items() if k != "output"}


def run(command: Sequence[str | Path], *, allowed: Sequence[int] = (0, 1)) -> Cost:
    """Run to the end; raise SystemExit with its errors if the code is not allowed.

    A shell around the command would be counted with it, so none is used.
    """
    environment = os.environ | QUIET
    environment.setdefault("PYTHONPATH", str(ROOT / "src"))
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command], stdout=out, stderr=err, env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        text = out.read().decode(errors="replace").strip()
        errors = err.read().decode(errors="replace").strip()
    if process.returncode not in allowed:
        raise SystemExit(f"{' '.join(map(str, command))}\n{errors[-2000:]}")
    last = text.rsplit("\n", maxsplit=1)[-1]
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(
        wall=wall,
        cpu=usage.ru_utime + usage.ru_stime,
        peak=usage.ru_maxrss * unit,
        code=process.returncode,
        output=last,
    )


def best(command: Sequence[str | Path], runs: int) -> Cost:
    """Run several times; return the run with the median CPU time."""
    costs = sorted((run(command) for _ in range(runs)), key=lambda cost: cost.cpu)
    return costs[len(costs) // 2]


def environment(name: str) -> Path | None:
    """Return the interpreter of a peer's environment, or None if it is not built."""
    default = ROOT / ".oracles"
    home = Path(os.environ.get("LEEBOARD_ORACLES", default))
    python = home / name / "bin" / "python"
    return python if python.exists() else None


def save(name: str, document: dict[str, Any]) -> Path:
    """Write ``bench/results/NAME.json``."""
    folder = ROOT / "bench" / "results"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.json"
    text = json.dumps(document, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def load(name: str) -> dict[str, Any] | None:
    """Read ``bench/results/NAME.json``, or None if it was never measured."""
    path = ROOT / "bench" / "results" / f"{name}.json"
    if not path.exists():
        return None
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
