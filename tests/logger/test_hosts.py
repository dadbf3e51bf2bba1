"""In each kind of host: nothing hangs, nothing stored is lost, nothing is doubled."""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from leeboard_logger.frames import Frame, read_frames
from tests.logger.receiver import KEY, Receiver

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "logging"
HOST = Path(__file__).with_name("host.py")
CLIENTS = 8
LONGEST_S = 20


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a host: this source, and nothing that warns."""
    paths = [str(ROOT / "logger" / "src"), str(ROOT / "src"), str(EXAMPLES), str(ROOT)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **more}


def spooled(folder: Path) -> Counter[str]:
    """Ids of predictions in the frames of a folder, with how often each is there."""
    ids: Counter[str] = Counter()
    for path in folder.glob("*.frames"):
        for piece in read_frames(path.read_bytes()):
            assert isinstance(piece, Frame), path
            if piece.payload[:1] == b"p":
                ids[json.loads(piece.payload[1:])["id"]] += 1
    return ids


def run_host(kind: str, target: str, mode: str, count: int, **more: str) -> list[str]:
    """Run a host to its end, in time, and return the ids that it printed."""
    command = [sys.executable, str(HOST), kind, target, mode, str(count)]
    run = subprocess.run(
        command,
        env=environment(**more),
        check=False,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    ids = run.stdout.split()
    places = 8 if kind in {"threads", "asyncio", "gevent"} else 4
    assert len(ids) == places * count
    return ids


def long(*values: object) -> Any:
    """Return a case of the long run."""
    return pytest.param(*values, marks=pytest.mark.long)


KINDS = ["threads", "asyncio", "inherited", "own-fork", "own-spawn", "own-forkserver"]


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("threads", "buffered"),
        ("inherited", "buffered"),
        ("fork-exit", "spooled"),
        ("own-spawn", "spooled"),
        *(long(kind, mode) for kind in KINDS for mode in ("spooled", "durable")),
        *(
            long(kind, "buffered")
            for kind in KINDS
            if kind not in {"threads", "inherited"}
        ),
        long("fork-exit", "durable"),
        long("fork-flush", "buffered"),
    ],
)
def test_a_host_that_ends_has_its_events_in_the_spool(
    kind: str, mode: str, tmp_path: Path
) -> None:
    """Threads, tasks and children log; after they end each event is there once."""
    ids = run_host(kind, str(tmp_path / "monitor"), mode, 100)
    assert spooled(tmp_path / "monitor" / "spool") == Counter(ids)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("threads", "buffered"),
        ("inherited", "spooled"),
        *(long(kind, mode) for kind in KINDS for mode in ("buffered", "spooled")),
        long("threads", "durable"),
        long("fork-flush", "buffered"),
    ],
)
def test_a_host_that_ends_has_its_events_at_the_collector(
    kind: str, mode: str, tmp_path: Path
) -> None:
    """As above, over HTTP: what closing in time could not send lies in the spool."""
    with Receiver(tmp_path / "kept") as receiver:
        more = {"HOST_KEY": KEY}
        if mode == "spooled":
            more["HOST_SPOOL"] = str(tmp_path / "spool")
        ids = run_host(kind, receiver.url, mode, 50, **more)
        there = Counter(receiver.ids())
        if mode == "spooled":
            there |= spooled(tmp_path / "spool")
        assert there == Counter(ids)


if importlib.util.find_spec("gevent"):  # no part of what the tests want; see docs/hosts

    @pytest.mark.long
    @pytest.mark.parametrize("mode", ["spooled", "buffered"])
    def test_greenlets_log(mode: str, tmp_path: Path) -> None:
        """Where gevent has patched the process, nothing hangs and nothing is lost."""
        ids = run_host("gevent", str(tmp_path / "monitor"), mode, 50)
        assert spooled(tmp_path / "monitor" / "spool") == Counter(ids)

    @pytest.mark.long
    @pytest.mark.parametrize("mode", ["spooled", "buffered"])
    def test_greenlets_log_to_a_collector(mode: str, tmp_path: Path) -> None:
        """The same over HTTP, where sockets are patched too."""
        with Receiver(tmp_path / "kept") as receiver:
            spool = tmp_path / "spool"
            more = {"HOST_SPOOL": str(spool)} if mode == "spooled" else {}
            ids = run_host("gevent", receiver.url, mode, 50, HOST_KEY=KEY, **more)
            assert Counter(receiver.ids()) | spooled(spool) == Counter(ids)


INTERPRETER = """
try:
    import _interpreters as interpreters
    inner = interpreters.create("isolated")
except ImportError:
    import _xxsubinterpreters as interpreters
    inner = interpreters.create(isolated=True)
interpreters.run_string(inner, '''
import sys
sys.path[:0] = [{source!r}]
from leeboard_logger import Logger
with Logger({target!r}, model="m", mode={mode!r}) as log:
    ids = [log.log_prediction({{"x": 1.0}}, 2.0) for _ in range(5)]
    early = [bool(pid.stored) for pid in ids]
print(*ids)
print(*early, flush=True)
''')
"""


@pytest.mark.parametrize("mode", ["spooled", "buffered"])
def test_an_interpreter_without_threads_logs(mode: str, tmp_path: Path) -> None:
    """Spooled: each event is stored at once. Buffered: all are at the end."""
    target = str(tmp_path / "monitor")
    source = str(ROOT / "logger" / "src")
    code = INTERPRETER.format(source=source, target=target, mode=mode)
    run = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
    )
    ids, early = (line.split() for line in run.stdout.splitlines())
    assert spooled(tmp_path / "monitor" / "spool") == Counter(ids)
    assert early == [str(mode == "spooled")] * 5


# ── servers ──────────────────────────────────────────────────────────────────────────


@contextmanager
def server(
    command: list[str], **more: str
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Yield a running server and its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        env=environment(**more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    said = []
    try:
        for line in process.stderr:
            said.append(line)
            at = re.search(r"(?:Listening at|running on).*?127\.0\.0\.1:(\d+)", line)
            if at:
                break
        else:
            pytest.fail("".join(said))
        drain = threading.Thread(
            target=lambda: said.extend(process.stderr), daemon=True
        )
        drain.start()
        yield process, int(at[1])
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        drain.join(5)
        process.stderr.close()


def ask(port: int, count: int, path: str) -> list[str]:
    """Ask for predictions from eight threads; return the ids that came back."""
    ids: list[str] = []

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST_S)
        for n in range(count):
            body = json.dumps({"temp": n / 2, "city": "Graz"})
            head = {"Content-Type": "application/json"}
            connection.request("POST", path, body, head)
            ids.append(json.loads(connection.getresponse().read())["id"])
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST_S)
    assert len(ids) == CLIENTS * count
    return ids


# A worker that is only being forked can miss the signal, and is waited for so long.
GRACE = ["--graceful-timeout", "5"]
GUNICORN = ["gunicorn", "--bind", "127.0.0.1:0", "--workers", "2", "--preload", *GRACE]
UVICORN = "uvicorn.workers.UvicornWorker"
SERVERS = {
    "sync": [*GUNICORN, "wsgi_app:app"],
    "gthread": [*GUNICORN, "-k", "gthread", "--threads", "4", "wsgi_app:app"],
    "uvicorn-worker": [*GUNICORN, "-k", UVICORN, "fastapi_app:app"],
    "uvicorn": ["uvicorn", "--port", "0", "fastapi_app:app"],
}


@pytest.mark.parametrize(
    ("kind", "mode", "http"),
    [
        ("sync", "spooled", False),
        ("uvicorn", "buffered", True),
        *(
            long(kind, mode, http)
            for kind in SERVERS
            for mode, http in [
                ("buffered", False),
                ("buffered", True),
                ("spooled", True),
                ("durable", False),
            ]
        ),
    ],
)
def test_a_server_that_is_asked_to_end_loses_nothing(
    kind: str, mode: str, *, http: bool, tmp_path: Path
) -> None:
    """After SIGTERM each prediction that was answered is stored once, in time."""
    with Receiver(tmp_path / "kept") as receiver:
        folder = tmp_path / "monitor" / "spool"
        more = {"MODE": mode, "MONITOR": str(tmp_path / "monitor")}
        if http:
            more |= {"MONITOR": receiver.url, "MONITOR_KEY": KEY}
            more |= {"MONITOR_SPOOL": str(folder)} if mode == "spooled" else {}
        with server(SERVERS[kind], **more) as (process, port):
            ids = ask(port, 25, "/predict")
            start = time.monotonic()
            process.terminate()
            process.wait(LONGEST_S)
            assert time.monotonic() - start < 10
            assert process.returncode in {0, -signal.SIGTERM}
        there = Counter(receiver.ids()) if http else Counter[str]()
        assert there | spooled(folder) == Counter(ids)


@pytest.mark.parametrize(
    "kind", ["sync", *map(long, ["gthread", "uvicorn-worker", "uvicorn"])]
)
def test_a_server_that_is_killed_keeps_what_it_spooled(
    kind: str, tmp_path: Path
) -> None:
    """After SIGKILL of every process each prediction that was answered is there."""
    more = {"MODE": "spooled", "MONITOR": str(tmp_path / "monitor")}
    with server(SERVERS[kind], **more) as (process, port):
        ids = ask(port, 25, "/predict")
        os.killpg(process.pid, signal.SIGKILL)
    assert spooled(tmp_path / "monitor" / "spool") == Counter(ids)


# ── batches, and what an import brings ───────────────────────────────────────────────


def test_a_batch_job_can_be_run_again(tmp_path: Path) -> None:
    """A job run twice logs the same ids twice: the log counts them once."""
    rows = tmp_path / "rows.csv"
    rows.write_text("temp,city\n21.5,Graz\n3.0,Lyon\n", encoding="utf-8")
    for _ in range(2):
        run = subprocess.run(
            [sys.executable, str(EXAMPLES / "batch_job.py"), str(rows), "2026-01-31"],
            env=environment(MONITOR=str(tmp_path / "monitor")),
            check=True,
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
        )
        assert run.stdout == "2 rows logged\n"
    there = spooled(tmp_path / "monitor" / "spool")
    assert there == Counter({"2026-01-31-0": 2, "2026-01-31-1": 2})


def test_a_batch_job_says_what_it_could_not_store(tmp_path: Path) -> None:
    """With no collector there the job ends with 1, and in time."""
    rows = tmp_path / "rows.csv"
    rows.write_text("temp,city\n21.5,Graz\n", encoding="utf-8")
    run = subprocess.run(
        [sys.executable, str(EXAMPLES / "batch_job.py"), str(rows), "2026-01-31"],
        env=environment(MONITOR="http://127.0.0.1:9"),
        check=False,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
    )
    assert run.returncode == 1
    assert "not known to be durable" in run.stderr


def test_a_host_gains_no_data_library(tmp_path: Path) -> None:
    """Logging to a folder and to a collector loads nothing but the standard library."""
    code = f"""
import sys
before = set(sys.modules)
from leeboard_logger import Logger
for target in ({str(tmp_path / "monitor")!r}, "http://127.0.0.1:9"):
    with Logger(target, model="demand", close_s=0.1) as log:
        log.log_prediction({{"x": 1.0}}, 2.0)
gained = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(sorted(gained - sys.stdlib_module_names - {{"leeboard_logger"}}))
"""
    run = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.append({str(ROOT / 'logger/src')!r})\n{code}",
        ],
        check=True,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
    )
    assert run.stdout == "[]\n"
