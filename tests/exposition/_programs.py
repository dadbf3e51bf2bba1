"""Prometheus and Alertmanager as processes of their own, on ports of their own."""

from __future__ import annotations

import json
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode

from tests.server._process import free_port

__all__ = ["Prometheus", "alertmanager", "hook", "prometheus", "until"]

_PATIENCE_S = 60.0


def until(ready: Callable[[], Any]) -> Any:
    """Ask again until the answer is true; return it."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        found = ready()
        if found:
            return found
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)


class Prometheus:
    """A running server, to be asked."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str, **query: str) -> Any:
        """Ask its interface; return the data."""
        address = f"{self.url}/api/v1/{path}"
        if query:
            address += "?" + urlencode(query)
        with urllib.request.urlopen(address, timeout=10) as answer:
            found = json.load(answer)
        assert found["status"] == "success", found
        return found["data"]

    def query(
        self, expr: str, at: float | None = None
    ) -> list[tuple[dict[str, str], float]]:
        """Evaluate a query now, or at a time; return labels and values."""
        given = {} if at is None else {"time": str(at)}
        data = self.get("query", query=expr, **given)
        if data["resultType"] == "scalar":
            return [({}, float(data["result"][1]))]
        return [(one["metric"], float(one["value"][1])) for one in data["result"]]


@contextmanager
def prometheus(folder: Path, config: Mapping[str, Any]) -> Iterator[Prometheus]:
    """Run a Prometheus over a folder, which may have blocks in ``data``."""
    (folder / "prometheus.yml").write_text(json.dumps(config), encoding="utf-8")
    url = f"127.0.0.1:{free_port()}"
    command = [
        *("prometheus", f"--config.file={folder / 'prometheus.yml'}"),
        *(f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address={url}"),
        *("--storage.tsdb.retention.time=10y", "--log.level=warn"),
    ]
    with _running(command, folder / "prometheus.log", f"http://{url}/-/ready"):
        yield Prometheus(f"http://{url}")


@contextmanager
def alertmanager(folder: Path, config: Mapping[str, Any]) -> Iterator[str]:
    """Run an Alertmanager; give its address."""
    (folder / "alertmanager.yml").write_text(json.dumps(config), encoding="utf-8")
    url = f"127.0.0.1:{free_port()}"
    command = [
        "prometheus-alertmanager",
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'alerts'}",
        f"--web.listen-address={url}",
        "--cluster.listen-address=",
    ]
    with _running(command, folder / "alertmanager.log", f"http://{url}/-/ready"):
        yield url


@contextmanager
def _running(command: Sequence[str], log: Path, ready: str) -> Iterator[None]:
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:

        def answers() -> bool:
            assert process.poll() is None, log.read_text(encoding="utf-8")
            try:
                with urllib.request.urlopen(ready, timeout=5) as answer:
                    return bool(answer.status == 200)
            except (URLError, OSError):
                return False

        until(answers)
        yield
    finally:
        process.kill()
        process.wait()


@contextmanager
def hook() -> Iterator[tuple[str, list[Any]]]:
    """Listen for webhooks; give the address, and the list that they come into."""
    came: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            came.append(json.loads(self.rfile.read(length)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", came
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
