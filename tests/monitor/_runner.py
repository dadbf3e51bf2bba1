"""Runs ``leeboard run`` in processes that end, or sleep, at a chosen point.

A warm process forks one child a run, so that many can be killed in a short time. The
child is a process of its own: what it has not written is gone with it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["Ended", "Runner"]

_CHILD = """
import json, os, signal, sys, threading
from datetime import datetime, timedelta
from functools import partial

import leeboard.dashboard.reading  # so that children need not
from leeboard import Monitor
from leeboard.cli import main
from leeboard.monitor import holder, passes, sending
from leeboard.notify import _turn
from leeboard.notify._backoff import Limits
from leeboard.notify.delivery import deliver
from leeboard.state._alarm_sql import SqlAlarms

holder.LEASE_SECONDS = float(sys.argv[1])
short = timedelta(seconds=0.02)
sending.deliver = partial(deliver, limits=Limits(first=short, longest=3 * short))

POINTS = {
    "results": (passes, "_keep"),
    "decision": (SqlAlarms, "write"),
    "send": (_turn, "_try"),
}

def arm(when, point, number, sign):
    where, name = POINTS[point]
    original, calls = getattr(where, name), []

    def armed(*given, **named):
        calls.append(1)
        if when == "before" and len(calls) == number:
            os.kill(os.getpid(), sign)
        found = original(*given, **named)
        if when == "after" and len(calls) == number:
            os.kill(os.getpid(), sign)
        return found

    setattr(where, name, armed)

def child(asked):
    os.dup2(os.open(asked["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND), 1)
    os.dup2(1, 2)
    if asked["stop"]:
        arm(*asked["stop"])
    if asked["after_s"] is not None:
        kill = partial(os.kill, os.getpid(), signal.SIGKILL)
        threading.Timer(asked["after_s"], kill).start()
    if asked["now"] is None:
        return main(["run", "--config", asked["config"]])
    Monitor(asked["config"]).run(now=datetime.fromisoformat(asked["now"]))
    return 0

print("ready", flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if "wait" in asked:
        _, status = os.waitpid(asked["wait"], os.WUNTRACED)
        print(json.dumps(status), flush=True)
        continue
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            code = child(asked)
        except BaseException as error:
            os.write(1, repr(error).encode())
        finally:
            os._exit(code)
    print(json.dumps(pid), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended, or that it sleeps: what ``waitpid`` says."""

    status: int

    @property
    def killed(self) -> bool:
        """It was killed."""
        return os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == 9

    @property
    def sleeps(self) -> bool:
        """It was stopped, and may go on."""
        return os.WIFSTOPPED(self.status)

    @property
    def code(self) -> int | None:
        """Its exit code."""
        return os.WEXITSTATUS(self.status) if os.WIFEXITED(self.status) else None


class Runner:
    """A warm process that forks runs.

    Parameters
    ----------
    folder : Path
        For what they print.
    lease_s : float
        Seconds for which they take leases.
    """

    def __init__(self, folder: Path, lease_s: float = 120.0) -> None:
        self.output = folder / "runs.txt"
        path = os.pathsep.join(filter(None, sys.path))
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(lease_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._pids: list[int] = []

    def __enter__(self) -> Self:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate(timeout=30)
        for pid in self._pids:  # a run that still sleeps
            self.signal(pid, signal.SIGKILL)

    def begin(
        self,
        config: Path,
        *,
        now: str | None = None,
        stop: tuple[str, str, int, int] | None = None,
        after_s: float | None = None,
    ) -> int:
        """Begin a run, and return its process.

        ``stop`` is before or after, a point, which call of it, and the signal.
        """
        asked = {
            "config": str(config),
            "now": now,
            "stop": stop,
            "after_s": after_s,
            "output": str(self.output),
        }
        pid = self._ask(asked)
        self._pids.append(pid)
        return pid

    def wait(self, pid: int) -> Ended:
        """Wait until a run ends or sleeps."""
        ended = Ended(self._ask({"wait": pid}))
        if not ended.sleeps:
            self._pids.remove(pid)
        return ended

    def run(self, config: Path, **how: Any) -> Ended:
        """Make one run, up to its end."""
        return self.wait(self.begin(config, **how))

    @staticmethod
    def signal(pid: int, number: int) -> None:
        """Send a run a signal; nothing where it is gone."""
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return

    def _ask(self, asked: dict[str, Any]) -> int:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        return int(json.loads(process.stdout.readline()))
