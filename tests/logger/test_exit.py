"""How a process may end, and what of its events is then stored."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.logger.test_logger import payloads

HOST = """
import os, signal, sys, threading, time
from leeboard_logger import Logger
folder, mode = sys.argv[1:]
log = Logger(folder, model="m", mode=mode, timeout=10)
for number in range(200):
    log.log_prediction({"x": number})
def late():
    time.sleep(0.2)
    log.log_prediction({"x": 200})
print("ready", flush=True)
"""

HUNG = """
import sys, time
from leeboard_logger import Logger
from leeboard_logger._core import Edges

class Hung:
    def send(self, batch): time.sleep(60)
    def tick(self): return False
    def close(self): pass
    def abandon(self): pass

log = Logger(sys.argv[1], model="m", close_s=0.5, _edges=Edges(sink=Hung()))
log.log_prediction({"x": 1})
time.sleep(0.1)
sys.exit(7)
"""

ENDS = {
    "falls off": ("", 0),
    "exits": ("sys.exit(3)", 3),
    "raises": ("raise ValueError('the host')", 1),
    "in a thread": ("threading.Thread(target=late).start()", 0),
}


def run(code: str, *words: object) -> subprocess.CompletedProcess[str]:
    """Run a host; it must end within 20 seconds."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


@pytest.mark.parametrize("mode", ["buffered", "spooled"])
@pytest.mark.parametrize("end", ENDS)
def test_a_normal_end_stores_what_is_queued(
    tmp_path: Path, mode: str, end: str
) -> None:
    """However the interpreter comes to its end, everything is written before it."""
    code, status = ENDS[end]
    done = run(HOST + code, tmp_path, mode)
    assert done.returncode == status, done.stderr
    assert ("the host" in done.stderr) == (end == "raises")
    assert len(payloads(tmp_path)) == 200 + (end == "in a thread")


@pytest.mark.parametrize(
    ("sent", "handler", "status"),
    [
        (signal.SIGTERM, "signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))", 5),
        (signal.SIGINT, "signal.signal(signal.SIGINT, lambda *_: sys.exit(5))", 5),
        # a test run in the background may be told to ignore it, and its children too
        (signal.SIGINT, "signal.signal(2, signal.default_int_handler)", -signal.SIGINT),
        (signal.SIGTERM, "", -signal.SIGTERM),
    ],
)
def test_signals_that_lead_to_a_normal_end(
    tmp_path: Path, sent: int, handler: str, status: int
) -> None:
    """The exit code is the host's; where Python runs its end, so does the logger."""
    code = HOST + handler + "\nprint('steady', flush=True)\ntime.sleep(20)"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path), "buffered"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as host:
        assert host.stdout is not None
        assert host.stdout.readline() == "ready\n"
        assert host.stdout.readline() == "steady\n"
        host.send_signal(sent)
        assert host.wait(20) == status
    count = len(payloads(tmp_path))
    # Without a handler SIGTERM ends the process at once: what was written is there.
    assert count == 200 if handler else count <= 200


def test_a_hung_store_holds_the_exit_no_longer_than_said(tmp_path: Path) -> None:
    """The process ends in time, with its own exit code, whatever the store does."""
    start = time.monotonic()
    done = run(HUNG, tmp_path)
    assert done.returncode == 7, done.stderr
    assert time.monotonic() - start < 10
    (said,) = done.stderr.splitlines()
    assert said.endswith("1 were waiting when the time to close was over")


def test_an_abrupt_end_loses_nothing_that_was_spooled(tmp_path: Path) -> None:
    """``os._exit`` runs no hooks: spooled mode has no need of them."""
    assert run(HOST + "os._exit(9)", tmp_path, "spooled").returncode == 9
    assert len(payloads(tmp_path)) == 200


def test_an_abrupt_end_after_a_flush_loses_nothing(tmp_path: Path) -> None:
    """In buffered mode a flush before ``os._exit`` is enough."""
    code = HOST + "assert log.flush(10)\nos._exit(9)"
    assert run(code, tmp_path, "buffered").returncode == 9
    assert len(payloads(tmp_path)) == 200


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children_of_multiprocessing_store_what_they_queued(
    tmp_path: Path, method: str
) -> None:
    """Such children leave without atexit; the logger is told all the same."""
    code = tmp_path / "host.py"
    code.write_text(
        "import multiprocessing, sys\n"
        "from leeboard_logger import Logger\n"
        "def work(folder, log=None):\n"
        "    log = log or Logger(folder, model='m')\n"
        "    for number in range(50):\n"
        "        log.log_prediction({'x': number})\n"
        "if __name__ == '__main__':\n"
        "    folder, method = sys.argv[1:]\n"
        "    multiprocessing.set_start_method(method)\n"
        "    logs = ()\n"
        "    if method == 'fork':\n"
        "        logs = (Logger(folder, model='m'),)\n"
        "        logs[0].log_prediction({'x': -1})\n"
        "    children = [multiprocessing.Process(target=work, args=(folder, *logs))\n"
        "                for _ in range(2)]\n"
        "    [child.start() for child in children]\n"
        "    [child.join(15) for child in children]\n"
        "    sys.exit(max(child.exitcode for child in children))\n"
    )
    done = subprocess.run(
        [sys.executable, str(code), str(tmp_path), method],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    assert len(payloads(tmp_path)) == 100 + (method == "fork")
