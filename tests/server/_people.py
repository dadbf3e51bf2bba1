"""A server with pages, over a model that has an incident."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from leeboard.dashboard import Dashboard, Reader
from leeboard.pages.dashboard.links import Links
from leeboard.server.app import create_app
from leeboard.server.board import Board
from leeboard.server.gate import Gate
from leeboard.server.limits import Limits
from leeboard.server.passwords import hashed
from leeboard.server.sessions import COOKIE, Sessions
from leeboard.server.witness import Witness
from leeboard.state import Deed, State, User
from tests.monitor._world import World
from tests.server._served import Answer, Served

__all__ = ["PASSWORD", "RULE", "People", "csrf_of", "the_id"]

PASSWORD = "correct horse battery"
RULE = (
    "\n[[model.demand.rule]]\nmetric = 'count'\ncolumn = 'predictions'\n"
    "above = 300\nseverity = 'page'\n"
)


class People(Served):
    """A server with pages, and hands to sign in."""

    def __init__(
        self, folder: Path, model: World, state: State, limits: Limits | None = None
    ) -> None:
        self.witness = Witness(self._keep)
        super().__init__(folder, gate=Gate(limits, self.witness))
        self.sessions = Sessions(self.keyring)
        self.board = Board(
            model.monitor,
            Dashboard(Reader(model.monitor.plan, state), Links()),
            self.sessions,
            secure=False,
            gate=self.gate,
        )
        self.rules += self.board.rules()
        self.app = create_app(self.rules, self.keyring, self.sessions, self.gate)

    def _keep(self, deeds: Sequence[Deed]) -> None:
        self.state.audit.add(deeds)

    def form(
        self, path: str, fields: dict[str, str], cookie: str = "", **headers: str
    ) -> Answer:
        """Send a form."""
        given = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        if cookie:
            given["Cookie"] = f"{COOKIE}={cookie}"
        return self.ask("POST", path, urlencode(fields).encode(), given)

    def page(self, path: str, cookie: str = "") -> Answer:
        """Ask for a page."""
        given = {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}
        return self.ask("GET", path, headers=given)

    def signed_in(self, key: str) -> str:
        """Sign in with a key; return the session's cookie."""
        answer = self.form("/login", {"key": self.keys.get(key, key), "next": "/"})
        assert (answer.status, answer.headers["location"]) == (303, "/")
        return re.match(rf"{COOKIE}=([^;]+);", answer.headers["set-cookie"])[1]

    def add_person(self, name: str, *scopes: str, model: str = "") -> None:
        """Let somebody sign in, by ``PASSWORD``."""
        now = datetime.now(UTC)
        kept = hashed(PASSWORD, name)
        self.state.users.add(User(name, kept, scopes, model, now, now))
        self.refresh()

    def refresh(self) -> None:
        """Let the server read keys and people again, as it does every two seconds."""
        self.keyring._at -= 3

    def person_signs_in(self, name: str, password: str = PASSWORD) -> Answer:
        """Send the form with name and password."""
        return self.form("/login", {"name": name, "password": password, "next": "/"})


def the_id(model: World) -> str:
    """Id of the incident that pages."""
    return next(i.id for i in model.monitor.incidents() if i.severity == "page")


def csrf_of(answer: Answer) -> str:
    """Token of a page's forms."""
    return re.search(rb'name="csrf" value="([^"]+)"', answer.body)[1].decode()
