"""A receiver for tests: a real server that answers well, badly, late or without end."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Say:
    """How one request is answered."""

    status: int = 200
    body: bytes = b"ok"
    headers: Mapping[str, str] = field(default_factory=dict)
    mode: str = "well"


@dataclass(frozen=True)
class Request:
    """What came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


class Receiver(ThreadingHTTPServer):
    """Listens on a free port of this machine.

    ``answers`` says how to answer the next requests; ``usual`` the others.
    """

    daemon_threads = True

    def __init__(self, *answers: Say, usual: Say | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = list(answers)
        self.usual = usual or Say()
        self.requests: list[Request] = []
        self.stopped = threading.Event()
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        """Where to send."""
        return f"http://127.0.0.1:{self.server_address[1]}/hook/very-secret-path"

    def then(self, answers: Iterable[Say]) -> None:
        """Answer the next requests so."""
        self.answers += answers

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.shutdown()
        self.server_close()
        self._thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing where a client went away, which tests do on purpose."""


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep quiet."""

    def do_GET(self) -> None:
        """Answer."""
        self._answer()

    def do_POST(self) -> None:
        """Answer."""
        self._answer()

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        server = self.server
        server.requests.append(
            Request(self.command, self.path, dict(self.headers), body)
        )
        say = server.answers.pop(0) if server.answers else server.usual
        with contextlib.suppress(OSError):
            self._say(say)

    def _say(self, say: Say) -> None:
        if say.mode == "garbage":
            self.wfile.write(b"\x00\xff what is HTTP\r\n\r\n")
        elif say.mode == "cut":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok")
        elif say.mode == "hang up":
            pass
        elif say.mode == "silent":
            self.server.stopped.wait(5)
        elif say.mode == "drip":  # a byte of the head now and then, and never the end
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            for _ in range(100):
                if self.server.stopped.wait(0.05):
                    break
                self.wfile.write(b"x")
        elif say.mode == "endless":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while not self.server.stopped.is_set():
                self.wfile.write(b"o" * 65_536)
        else:
            if say.mode == "slow":
                time.sleep(0.2)
            self.send_response(say.status)
            for name, value in say.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(say.body)))
            self.end_headers()
            self.wfile.write(say.body)
