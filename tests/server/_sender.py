"""One who sends events over HTTP, and keeps account of what it was told."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.server._process import Server
from tests.server._served import event

__all__ = ["Sender"]


class Sender(threading.Thread):
    """Sends batches until told to end, each until it is answered; keeps account."""

    def __init__(
        self,
        port: int,
        key: str,
        name: str,
        seed: int,
        more: Callable[[int], Mapping[str, Any]] = lambda _: {},
        pause_s: float = 0.0,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._more = more
        self._pause_s = pause_s
        self._port, self._key = port, key
        self._draw = random.Random(seed)
        self.ending = threading.Event()
        self.acknowledged: dict[str, float] = {}
        self.sent: set[str] = set()
        self.bodies: list[bytes] = []
        self.again = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        """Send."""
        number = 0
        while not self.ending.is_set():
            events = []
            for _ in range(self._draw.randint(1, 40)):
                own = {"prediction": float(number), **self._more(number)}
                events.append(event(f"{self.name}-{number}", **own))
                number += 1
            self.sent |= {one["id"] for one in events}
            body = json.dumps({"predictions": events}).encode()
            self.bodies.append(body)
            while not self._delivered(body, events) and not self.ending.is_set():
                self.again += 1
                time.sleep(0.02)
            self.ending.wait(self._pause_s)

    def repeat(self, server: Server, key: str) -> Iterator[str]:
        """Send all of it again, to another server; yield the status of each event."""
        for body in self.bodies:
            asked = json.loads(body)
            status, told = server.ask("POST", "/v1/predictions", asked, key=key)
            assert status == 200, told
            yield from (one["status"] for one in told["results"])

    def _delivered(self, body: bytes, events: list[dict[str, Any]]) -> bool:
        headers = {"Content-Type": "application/json"}
        headers["Authorization"] = f"Bearer {self._key}"
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            connection.request("POST", "/v1/predictions", body, headers)
            answer = connection.getresponse()
            read = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if answer.status != 200:
            self.wrong += [f"{answer.status} {read!r}"] * (answer.status != 503)
            return False
        for one, result in zip(events, json.loads(read)["results"], strict=True):
            if result["id"] != one["id"] or result["status"] not in {
                "accepted",
                "duplicate",
            }:
                self.wrong.append(str(result))
            self.acknowledged[str(one["id"])] = one["prediction"]
        return True
