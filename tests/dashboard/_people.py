"""The dashboard behind a real server on a port of this machine, without passes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import uvicorn

from leeboard.dashboard import Dashboard, Reader
from leeboard.logs import open_log
from leeboard.server.access import Keyring
from leeboard.server.app import create_app
from leeboard.server.board import Board
from leeboard.server.listening import Listening
from leeboard.server.sessions import Sessions
from leeboard.state import State, open_state
from tests.monitor._world import World

__all__ = ["House", "served"]


@dataclass
class House:
    """Where it is, and who may come in."""

    url: str
    sessions: Sessions
    state: State
    model: World

    def entry(self) -> str:
        """Return an address that signs its owner in, once."""
        return f"{self.url}/setup?token={self.sessions.entry(datetime.now(UTC))}"


@contextmanager
def served(model: World) -> Iterator[House]:
    """Answer by the pages of a model until the end of the block."""
    monitor = model.monitor
    with (
        closing(open_state(monitor.plan.state)) as state,
        Listening(port=0).bound(64) as sock,
    ):
        keyring = Keyring(state.keys.all)
        sessions = Sessions(keyring)
        shown = Dashboard(Reader(monitor.plan, state, open_log(monitor.plan.log)))
        board = Board(monitor, shown, sessions, secure=False)
        app = create_app(board.rules(), keyring, sessions)
        server = uvicorn.Server(
            uvicorn.Config(app, lifespan="off", log_config=None, access_log=False)
        )
        thread = threading.Thread(target=server.run, args=([sock],))
        thread.start()
        try:
            yield House(
                f"http://127.0.0.1:{sock.getsockname()[1]}", sessions, state, model
            )
        finally:
            server.should_exit = True
            thread.join()
