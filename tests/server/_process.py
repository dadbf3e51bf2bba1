"""``leeboard serve`` as a process of its own, to be asked, stopped and killed."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from leeboard.server.access import new_key
from leeboard.state import open_state
from tests.monitor._world import World

__all__ = ["LEEBOARD", "Server", "free_port", "key_for", "resident_mib"]

LEEBOARD = [sys.executable, "-m", "leeboard"]
STARTS_S = 60.0


def key_for(model: World, scope: str = "ingest") -> str:
    """Make a key, by default to send events with; return its secret."""
    key, secret = new_key("test", [scope])
    state = open_state(model.monitor.plan.state)
    state.keys.add(key)
    state.close()
    return secret


def free_port() -> int:
    """Return a port that is free, and stays so for a server that comes and goes.

    It is taken from below those that the system gives out to connections.
    """
    for port in range(11_000 + os.getpid() % 18_000, 32_000):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port is free")


@dataclass
class Server:
    """A server over a monitor's folder; use it in a ``with``."""

    model: World
    port: int = 0
    every: str = "1h"
    options: tuple[str, ...] = ()
    program: tuple[str, ...] = tuple(LEEBOARD)
    url: str = ""
    process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        config = str(self.model.folder / "leeboard.toml")
        self.log = self.model.folder / "server.log"
        self.log.write_text("", encoding="utf-8")
        with self.log.open("w", encoding="utf-8") as out:
            self.process = subprocess.Popen(
                [
                    *(*self.program, "serve", "--config", config),
                    *("--port", str(self.port), "--every", self.every),
                    *self.options,
                ],
                stdout=out,
                stderr=out,
                text=True,
            )
        until = time.monotonic() + STARTS_S
        while "Listening" not in self.log.read_text(encoding="utf-8"):
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            assert time.monotonic() < until
            time.sleep(0.01)
        (line,) = [x for x in self.said() if "Listening" in x]
        self.url = line.split()[-1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process is not None and self.process.poll() is None:
            self.end(signal.SIGKILL)

    def said(self) -> list[str]:
        """Lines that it wrote."""
        return self.log.read_text(encoding="utf-8").splitlines()

    def end(self, number: signal.Signals) -> int:
        """Send a signal; return how it ended."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def connection(self) -> http.client.HTTPConnection:
        """Return a connection of its own."""
        return http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=30)

    def ask(
        self, method: str, path: str, body: Any = None, *, key: str = ""
    ) -> tuple[int, Any]:
        """Send one request; return status and JSON, or bytes."""
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        connection = self.connection()
        raw = None if body is None else json.dumps(body).encode()
        connection.request(method, path, raw, headers)
        answer = connection.getresponse()
        read = answer.read()
        connection.close()
        is_json = answer.headers.get_content_type() == "application/json"
        return answer.status, json.loads(read) if is_json else read

    def raw(self, sent: bytes, *, close: bool = False) -> bytes:
        """Send bytes as they are; return what comes back until it ends."""
        host, _, port = self.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=20) as sock:
            sock.sendall(sent)
            if close:
                return b""
            received = b""
            while part := sock.recv(65_536):
                received += part
            return received


def resident_mib(process: int) -> float:
    """Memory that a process holds."""
    text = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    (line,) = [x for x in text.splitlines() if x.startswith("VmRSS")]
    return int(line.split()[1]) / 1024
