"""The server as ``leeboard serve`` makes it, all but its socket."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import uvicorn
from starlette.routing import Route
from starlette.types import ASGIApp

from leeboard.server import serve as serving
from leeboard.server.access import new_key
from leeboard.server.listening import Listening
from leeboard.server.routes import Rule, guarded
from leeboard.server.sessions import COOKIE
from leeboard.state import open_state
from tests.monitor._world import World
from tests.server._served import Answer, asked

__all__ = ["LIMITS", "MAY", "NONE", "ROLES", "Live", "live"]

LIMITS = "\n[serve]\nrequests_per_s = 1000000\ntries_per_min = 10000\n"

MAY = {
    "ingest": {"any", "ingest"},
    "read": {"any", "read"},
    "write": {"any", "read", "write"},
    "admin": {"any", "ingest", "read", "write"},
    "ingest elsewhere": {"any", "ingest"},
    "read elsewhere": {"any", "read"},
    "admin elsewhere": {"any", "ingest", "read", "write"},
}
NONE = ("nobody", "unknown", "expired", "revoked")
ROLES = (*NONE, *MAY)


@dataclass
class Live:
    """A server as ``leeboard serve`` makes it, but for its socket."""

    app: ASGIApp
    rules: list[Rule]
    model: World
    secrets: Mapping[str, str]
    runner: asyncio.Runner

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        key: str = "",
        cookie: str = "",
        kind: str = "application/json",
    ) -> Answer:
        """Send one request."""
        given = {"Content-Type": kind}
        if key:
            given["Authorization"] = f"Bearer {key}"
        if cookie:
            given["Cookie"] = f"{COOKIE}={cookie}"
        return self.runner.run(asked(self.app, method, path, body, given))

    def form(self, path: str, fields: dict[str, str], cookie: str = "") -> Answer:
        """Send a form."""
        kind = "application/x-www-form-urlencoded"
        return self.ask(
            "POST", path, urlencode(fields).encode(), cookie=cookie, kind=kind
        )

    def signed_in(self, role: str) -> str:
        """Return the cookie that a role gets, or empty."""
        answer = self.form("/login", {"key": self.secrets[role]})
        if answer.status != 303:
            assert answer.status == 403
            return ""
        return answer.headers["set-cookie"].partition("=")[2].partition(";")[0]

    def csrf(self, cookie: str) -> str:
        """Token of a session's forms."""
        page = self.ask("GET", "/", cookie=cookie).body
        return re.search(rb'name="csrf" value="([^"]+)"', page)[1].decode()


def keys_of(model: World) -> dict[str, str]:
    """Add a key of each role to the store; return their secrets."""
    now = datetime.now(UTC)
    state = open_state(model.monitor.plan.state)
    secrets = {"nobody": "", "unknown": new_key("x", ["admin"])[1]}
    for role in ROLES[2:]:
        scope, _, where = role.partition(" ")
        past = now - timedelta(days=1) if role == "expired" else None
        scopes = ["admin"] if role in NONE else [scope]
        key, secrets[role] = new_key(role, scopes, "rides" if where else "", until=past)
        state.keys.add(key)
        if role == "revoked":
            state.keys.revoke(key.id, now)
    state.close()
    return secrets


def live(model: World, act: Callable[[Live], None]) -> None:
    """Do something to a server in the place of listening."""
    secrets = keys_of(model)
    made: list[list[Rule]] = []

    def noted(rules: list[Rule], *more: Any) -> list[Route]:
        made.append(rules)
        return guarded(rules, *more)

    class Silent(uvicorn.Server):
        def run(self, sockets: Any = None) -> None:
            del sockets
            app: Any = self.config.app
            with asyncio.Runner() as runner:
                act(Live(app, made[0], model, secrets, runner))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leeboard.server.app.guarded", noted)
        patch.setattr("uvicorn.Server", Silent)
        where = Listening(port=0)
        serving.serve(model.monitor, where, 3600, lambda *_: None, passes=lambda: None)
