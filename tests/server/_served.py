"""The application in this process, with a real spool, ledger and store of keys."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.types import ASGIApp, Message

from leeboard.config.plan import Plan
from leeboard.dashboard.reading import Reader
from leeboard.exposition.exposition import Exposition
from leeboard.logs import open_log, ship
from leeboard.server._body import Bounds
from leeboard.server.access import SCOPES, Keyring, new_key
from leeboard.server.app import basic_rules, create_app
from leeboard.server.collector import Collector
from leeboard.server.gate import Gate
from leeboard.server.health import Vitals
from leeboard.server.intake import Intake, Room
from leeboard.server.leading import Leading
from leeboard.server.ledger import Ledger
from leeboard.server.metrics import Metrics
from leeboard.server.roles import Role
from leeboard.server.routes import Rule
from leeboard.server.scheduler import Scheduler
from leeboard.state.memory import MemoryState
from leeboard_logger.durable import DurableSpool

__all__ = ["JSON", "LINES", "Answer", "Served", "asked", "event", "label"]

JSON = "application/json"
LINES = "application/x-ndjson"
EMPTY = Plan("none.toml", "log", "", "state", ())
FACTS = {"code", "where", "found", "expected", "fix"}


@dataclass(frozen=True)
class Answer:
    """What a request was answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, str]:
        """The error, which has all its parts."""
        error = self.json["error"]
        assert set(error) == FACTS
        assert all(isinstance(v, str) and v for v in error.values())
        return dict(error)

    @property
    def results(self) -> list[dict[str, Any]]:
        """The result of each event."""
        return list(self.json["results"])

    @property
    def statuses(self) -> list[str]:
        """The status of each event."""
        return [one["status"] for one in self.results]


class Served:
    """A server without its sockets.

    ``keys`` has a secret for each scope, and ``bound``: ingest for ``demand`` alone.
    """

    def __init__(
        self,
        folder: Path,
        *,
        room: Room | None = None,
        cap_bytes: int = 1 << 30,
        bounds: Bounds | None = None,
        more: Sequence[Rule] = (),
        gate: Gate | None = None,
    ) -> None:
        self.folder = folder
        self.spool = folder / "spool"
        self.ledger = folder / "collector.db"
        self.state = MemoryState()
        self.keys = {scope: self.add_key([scope]) for scope in SCOPES}
        self.keys["bound"] = self.add_key(["ingest"], "demand")
        self.intake = Intake(
            DurableSpool(self.spool, cap_bytes=cap_bytes),
            Ledger(str(self.ledger)),
            room,
        )
        old = datetime.now(UTC) - timedelta(days=30)
        self.models = {"demand": None, "rides": old}
        self.keyring = Keyring(self.state.keys.all, people=self.state.users.all)
        self.gate = gate or Gate()
        self.address = "127.0.0.1"
        collector = Collector(self.intake, lambda: self.models, bounds, self.gate)
        passes = Scheduler(lambda: None, 60.0)
        self.vitals = Vitals(Role.ALL, self.intake, passes, Leading(lambda: self.state))
        self.rules = [
            *basic_rules(lambda: self.vitals.ready),
            *self.vitals.rules(),
            *collector.rules(),
            *Metrics(Exposition(Reader(EMPTY, self.state))).rules(),
            *more,
        ]
        self.app: ASGIApp = create_app(self.rules, self.keyring, gate=self.gate)
        self._runner = asyncio.Runner()
        self.intake.start()

    def add_key(self, scopes: Sequence[str], model: str = "", **more: Any) -> str:
        """Add a key to the store; return its secret."""
        key, secret = new_key("test", scopes, model, **more)
        self.state.keys.add(key)
        return secret

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        key: str | None = None,
    ) -> Answer:
        """Send one request; the key is the name of one of ``keys``, or a secret."""
        given = dict(headers or {})
        if key is not None:
            given.setdefault("Authorization", f"Bearer {self.keys.get(key, key)}")
        return self._runner.run(
            asked(self.app, method, path, body, given, address=self.address)
        )

    def post(
        self,
        body: Any,
        path: str = "/v1/predictions",
        *,
        key: str = "ingest",
        kind: str = JSON,
        encoding: str = "",
    ) -> Answer:
        """Send events: bytes as they are, a list under its name, or any JSON."""
        if isinstance(body, list):
            body = {path.partition("?")[0].rpartition("/")[2]: body}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": kind, "Content-Length": str(len(raw))}
        if encoding:
            headers["Content-Encoding"] = encoding
        return self.ask("POST", path, raw, headers, key=key)

    def stored(self, kind: str = "predictions") -> list[dict[str, Any]]:
        """Commit the spool; return the events that the log has."""
        log = open_log(str(self.folder / "log"))
        ship(log, str(self.spool), datetime.now(UTC))
        return list(log.events(kind).read_all().to_pylist())

    def close(self) -> None:
        """Stop."""
        self.intake.close()
        self._runner.close()


async def asked(
    app: ASGIApp,
    method: str,
    path: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    *,
    address: str = "127.0.0.1",
) -> Answer:
    """Send one request to an application; nothing of a path is read as an escape."""
    path, _, query = path.partition("?")
    sent: list[Message] = []
    pending = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return pending.pop() if pending else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [
            (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
            for name, value in (headers or {}).items()
        ],
        "client": (address, 1),
        "server": ("127.0.0.1", 8181),
    }
    await app(scope, receive, send)
    start = sent[0]
    answered = {k.decode(): v.decode() for k, v in start["headers"]}
    whole = b"".join(one.get("body", b"") for one in sent[1:])
    return Answer(start["status"], answered, whole)


def event(id_: Any = "a", **more: Any) -> dict[str, Any]:
    """Return a prediction, made an hour ago; what is ``...`` is left out."""
    made_at = (datetime.now(UTC) - timedelta(hours=1)).replace(microsecond=0)
    found: dict[str, Any] = {
        "id": id_,
        "model": "demand",
        "made_at": made_at.isoformat(),
        "features": {"temp": 21.5, "city": "Graz"},
        "prediction": 4.5,
        **more,
    }
    return {name: value for name, value in found.items() if value is not ...}


def label(id_: Any = "a", **more: Any) -> dict[str, Any]:
    """Return feedback, observed a minute ago."""
    at = (datetime.now(UTC) - timedelta(minutes=1)).replace(microsecond=0)
    found: dict[str, Any] = {
        "id": id_,
        "label": 5.0,
        "observed_at": at.isoformat(),
        **more,
    }
    return {name: value for name, value in found.items() if value is not ...}
