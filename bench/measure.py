"""Runs a command as its own process and says what it cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

# peers report usage to their makers unless told not to; no benchmark waits for that
QUIET = {"DO_NOT_TRACK": "1", "NML_DISABLE_USAGE_LOGGING": "1", "NO_COLOR": "1"}

# A child starts with the peak of the process that forked it, so the one that forks must
# be small: this one, and not a benchmark that has just made a table.
LAUNCH = """
import json, os, sys, time
start = time.perf_counter()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - start
cost = {
    "wall": wall,
    "cpu": usage.ru_utime + usage.ru_stime,
    "peak": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    "code": os.waitstatus_to_exitcode(status),
}
with open(sys.argv[1], "w") as note:
    json.dump(cost, note)
"""


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
    """Run to the end; raise SystemExit with its errors if the code is not allowed."""
    environment = os.environ | QUIET
    environment.setdefault("PYTHONPATH", str(ROOT / "src"))
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = [sys.executable, "-S", "-c", LAUNCH]
    with tempfile.NamedTemporaryFile() as note:
        done = subprocess.run(
            [*start, note.name, *map(str, command)],
            capture_output=True,
            env=environment,
            check=False,
        )
        text = done.stdout.decode(errors="replace").strip()
        errors = done.stderr.decode(errors="replace").strip()
        if done.returncode:
            raise SystemExit(errors[-2000:])
        cost = json.loads(note.read())
    if cost["code"] not in allowed:
        raise SystemExit(f"{' '.join(map(str, command))}\n{errors[-2000:]}")
    last = text.rsplit("\n", maxsplit=1)[-1]
    return Cost(**cost, output=last)


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
