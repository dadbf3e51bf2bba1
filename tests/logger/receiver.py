"""A collector for tests: a real server that answers well, badly, late or not at all.

It keeps what it took in a file, flushed to disk before it says so, and knows events by
id, as a collector must. ``python -m tests.logger.receiver FILE`` runs one by itself and
prints its port.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

KEY = "canary-key-0123456789abcdef"


def lasting_port() -> int:
    """Return a port that stays free while its server is away.

    One that the system gives out may be given to somebody's connection meanwhile.
    """
    for port in range(10_000 + os.getpid() % 20_000, 32_000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


class Receiver(ThreadingHTTPServer):
    """Listens on a free port of this machine.

    ``modes`` says how to answer: its first entry the next request, and so on; where it
    is empty, ``mode`` answers.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, file: Path | str, *, mode: str = "well", port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.mode = mode
        self.modes: list[str] = []
        self.requests: list[dict[str, Any]] = []
        self.lock = threading.Lock()
        self.file = Path(file)
        self.kept: dict[str, dict[str, Any]] = {}
        self.times: Counter[str] = Counter()
        if self.file.exists():
            # what a killed one had not finished writing, it had not acknowledged
            whole, end, _ = self.file.read_text(encoding="utf-8").rpartition("\n")
            self.file.write_text(whole + end, encoding="utf-8")
            for line in whole.splitlines():
                name, event = json.loads(line)
                self.kept[name] = event
        self._out = self.file.open("a", encoding="utf-8")
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        """Where to send."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self._out.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""

    def take(self, kind: str, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Keep what is new, durably; return a result for each."""
        results = []
        with self.lock:
            for event in events:
                name = f"{kind}:{event['id']}"
                self.times[name] += 1
                had = self.kept.get(name)
                status = "accepted" if had is None else "duplicate"
                if had is not None and had != event:
                    status = "conflict"
                if "poison" in str(event.get("metadata")):
                    status = "rejected"
                if status == "accepted":
                    self.kept[name] = event
                    self._out.write(json.dumps([name, event]) + "\n")
                results.append({"id": event["id"], "status": status})
            self._out.flush()
            os.fdatasync(self._out.fileno())
        return results

    def ids(self, kind: str = "predictions") -> set[str]:
        """Ids of what is kept."""
        head = f"{kind}:"
        return {n.removeprefix(head) for n in self.kept if n.startswith(head)}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *args: object) -> None:
        """Be silent."""

    def do_POST(self) -> None:
        """Answer as the mode says."""
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        zipped = self.headers.get("Content-Encoding") == "gzip"
        body = gzip.decompress(raw) if zipped else raw
        server = self.server
        with server.lock:
            mode = server.modes.pop(0) if server.modes else server.mode
            server.requests.append(
                {
                    "path": self.path,
                    "headers": dict(self.headers.items()),
                    "bytes": len(body),
                    "mode": mode,
                    "from": self.client_address[1],
                }
            )
        kind = self.path.rpartition("/")[2]
        events = json.loads(body)[kind]
        if mode.startswith("most="):
            most = int(mode.removeprefix("most="))
            mode = "well" if len(events) <= most else "413"
        if mode.isdigit():
            self._say(int(mode), {"error": {"code": "told_to"}})
        else:
            getattr(self, f"_{mode}")(kind, events)

    def _say(self, status: int, answer: Any, **headers: str) -> None:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _well(self, kind: str, events: list[dict[str, Any]]) -> None:
        self._say(200, {"results": self.server.take(kind, events)})

    def _slow(self, kind: str, events: list[dict[str, Any]]) -> None:
        time.sleep(5)
        self._well(kind, events)

    def _late(self, kind: str, events: list[dict[str, Any]]) -> None:
        time.sleep(0.3)
        self._well(kind, events)

    def _forgetful(self, kind: str, events: list[dict[str, Any]]) -> None:
        """Keep everything, and hang up before saying so."""
        self.server.take(kind, events)
        self.close_connection = True

    def _farewell(self, kind: str, events: list[dict[str, Any]]) -> None:
        self.close_connection = True
        self._say(200, {"results": self.server.take(kind, events)}, Connection="close")

    def _hangup(self, kind: str, events: list[dict[str, Any]]) -> None:
        """Answer well, and close the idle connection without a word."""
        self._well(kind, events)
        self.close_connection = True

    def _busy(self, _kind: str, _events: list[dict[str, Any]]) -> None:
        self._say(429, {}, Retry_After="7")

    def _away(self, _kind: str, _events: list[dict[str, Any]]) -> None:
        self._say(503, {}, Retry_After="100000")

    def _redirect(self, _kind: str, _events: list[dict[str, Any]]) -> None:
        self._say(307, {}, Location=f"{self.server.url}/v1/elsewhere")

    def _garbage(self, _kind: str, _events: list[dict[str, Any]]) -> None:
        self._say(200, b"\x00\xff<html>fine</html>")

    def _noise(self, _kind: str, _events: list[dict[str, Any]]) -> None:
        self.close_connection = True
        self.wfile.write(b"\x00\x01\x02 nonsense \r\n" * 20)

    def _deep(self, _kind: str, _events: list[dict[str, Any]]) -> None:
        self._say(200, b"[" * 60_000)

    def _short(self, _kind: str, events: list[dict[str, Any]]) -> None:
        self._say(200, {"results": _results(events)[:-1]})

    def _surplus(self, _kind: str, events: list[dict[str, Any]]) -> None:
        self._say(200, {"results": [*_results(events), *_results(events[:1])]})

    def _others(self, _kind: str, events: list[dict[str, Any]]) -> None:
        results = [{"id": "x", "status": "accepted"} for _ in events]
        self._say(200, {"results": results})

    def _unheard(self, _kind: str, events: list[dict[str, Any]]) -> None:
        results = [{**result, "status": "perhaps"} for result in _results(events)]
        self._say(200, {"results": results})

    def _cut(self, _kind: str, events: list[dict[str, Any]]) -> None:
        """Promise a length and hang up in the middle of the body."""
        self.close_connection = True
        body = json.dumps({"results": _results(events)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])

    def _cut_late(self, _kind: str, events: list[dict[str, Any]]) -> None:
        """Send the whole answer but its last byte."""
        self.close_connection = True
        body = json.dumps({"results": _results(events)}).encode() + b" "
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:-1])

    def _endless(self, _kind: str, _events: list[dict[str, Any]]) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while True:
            self.wfile.write(b"1000\r\n" + b" " * 4096 + b"\r\n")

    def _huge(self, _kind: str, events: list[dict[str, Any]]) -> None:
        self._say(
            200, json.dumps({"results": _results(events)}).encode() + b" " * 10**8
        )

    def _drip(self, _kind: str, _events: list[dict[str, Any]]) -> None:
        """Send a byte now and then, each well inside any timeout of a socket."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Length", "60")
        self.end_headers()
        for _ in range(60):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.05)

    def _headers(self, _kind: str, _events: list[dict[str, Any]]) -> None:
        self.close_connection = True
        self.send_response(200)
        while True:
            self.wfile.write(b"X-More: " + b"y" * 1000 + b"\r\n")


def _results(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": event["id"], "status": "accepted"} for event in events]


def main() -> None:
    """Serve until the standard input ends; lines of it set the mode."""
    with Receiver(sys.argv[1], port=int(sys.argv[2])) as receiver:
        print(receiver.url, flush=True)
        for line in sys.stdin:
            receiver.mode = line.strip()


if __name__ == "__main__":
    main()
