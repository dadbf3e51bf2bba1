"""One process that takes events in and makes the passes: what ``leeboard serve`` runs.

Place: the process itself: how it begins and ends. What runs in it: `Parts`.
"""

from __future__ import annotations

import hashlib
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from types import FrameType

import uvicorn

from leeboard.monitor.deeds import user
from leeboard.monitor.monitor import Monitor
from leeboard.server.connection import Patient
from leeboard.server.cycles import few_collections
from leeboard.server.known import known_to
from leeboard.server.listening import Listening
from leeboard.server.parts import Parts
from leeboard.server.roles import Role
from leeboard.server.sessions import Sessions
from leeboard.state import State, open_state

__all__ = ["serve"]

_LOG = logging.getLogger("leeboard.server")
_BACKLOG = 512
_GRACE_S = 5


def serve(
    monitor: Monitor,
    listening: Listening,
    every_s: float,
    told: Callable[[str, str], None],
    *,
    passes: Callable[[], object] | None = None,
    role: Role = Role.ALL,
) -> None:
    """Serve until a signal ends it; what was taken by then is shipped.

    Parameters
    ----------
    monitor : Monitor
    listening : Listening
    every_s : float
        Seconds from the beginning of a pass to that of the next.
    told : callable
        Is given the address, once connections are taken; and an address that signs its
        owner in, once, where there is no key for people yet.
    passes : callable, optional
        Makes one pass; by default the monitor's own, at the clock's time.
    role : Role
        The share of this process, where several serve one store.

    Raises
    ------
    LeeboardError
        It cannot listen there, or store anything.
    """
    listening.check()
    with (
        listening.bound(_BACKLOG) as sock,
        closing(open_state(monitor.plan.state)) as state,
    ):
        parts = Parts(monitor, state, every_s, role, passes, secure=listening.secure)
        try:
            server = uvicorn.Server(_settings(parts.app, listening))
            parts.begin()
            with _quiet_signals(), few_collections():
                scheme = "https" if listening.certificate else "http"
                address = f"{scheme}://{_shown(sock)}"
                parts.witness.tell("serve", subject=address, **_beginning(monitor))
                told(address, _entry(state, parts.sessions, address))
                server.run([sock])
        finally:
            parts.end()


def _entry(state: State, sessions: Sessions, address: str) -> str:
    """Address that signs the owner in, where nobody else could sign in yet."""
    now = datetime.now(UTC)
    known = known_to(state, now)
    return "" if known else f"{address}/setup?token={sessions.entry(now)}"


def _beginning(monitor: Monitor) -> dict[str, str]:
    """Who begins, and which configuration, so that another one shows in the log."""
    with open(monitor.plan.path, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    detail = f"configuration {digest[:12]}"
    return {"who": user(), "via": "server", "detail": detail}


def _settings(app: object, listening: Listening) -> uvicorn.Config:
    # what it would warn of anybody can cause, a line a request; we say what matters
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # an ASGI application, typed otherwise there
        http=Patient,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=listening.behind_proxy,
        ssl_certfile=listening.certificate or None,
        ssl_keyfile=listening.private_key or None,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_GRACE_S,
        backlog=_BACKLOG,
    )


def _shown(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@contextmanager
def _quiet_signals() -> Iterator[None]:
    """Let uvicorn's own end be the end: it raises the signal again afterwards."""

    def nothing(_number: int, _frame: FrameType | None) -> None:
        return None

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, nothing) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
