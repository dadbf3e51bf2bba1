"""One process that takes events in and makes the passes: what ``leeboard serve`` runs.

Place: the process itself: where it listens, how it ends. What runs in it: `Parts`.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import FrameType

import uvicorn

from leeboard.errors import ConfigError
from leeboard.monitor.deeds import user
from leeboard.monitor.monitor import Monitor
from leeboard.server.connection import Patient
from leeboard.server.parts import Parts
from leeboard.server.roles import Role
from leeboard.server.sessions import Sessions
from leeboard.state import State, open_state

__all__ = ["Listening", "serve"]

_LOG = logging.getLogger("leeboard.server")
_BACKLOG = 512
_GRACE_S = 5


@dataclass(frozen=True, slots=True)
class Listening:
    """Where and how to listen.

    Parameters
    ----------
    host : str
    port : int
        0: any that is free.
    certificate, private_key : str
        Paths of PEM files; empty: plain HTTP.
    behind_proxy : bool
        A proxy on the way speaks TLS, and says who asks.
    """

    host: str = "127.0.0.1"
    port: int = 8181
    certificate: str = ""
    private_key: str = ""
    behind_proxy: bool = False

    @property
    def secure(self) -> bool:
        """Whether people reach it by TLS."""
        return bool(self.certificate or self.behind_proxy)

    def check(self) -> None:
        """Refuse what would send keys over a network in the open.

        Raises
        ------
        ConfigError
        """
        if bool(self.certificate) != bool(self.private_key):
            raise ConfigError(
                code="incomplete_tls",
                where="--tls-cert, --tls-key",
                found="one of the two",
                expected="both, or neither",
                fix="Name the certificate and its private key.",
            )
        if self.certificate:
            self._check_files()
        if not (self.certificate or self.behind_proxy or _is_loopback(self.host)):
            raise ConfigError(
                code="open_bind",
                where="--host",
                found=f"{self.host!r}, which others can reach, without TLS",
                expected="TLS, or a loopback address",
                fix="Give --tls-cert and --tls-key; or --behind-proxy where a proxy"
                " speaks TLS for it.",
            )

    def _check_files(self) -> None:
        try:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self.certificate, self.private_key)
        except OSError as error:  # of ssl, too
            raise ConfigError(
                code="bad_tls",
                where="--tls-cert, --tls-key",
                found="files that are no certificate and its key"
                f" ({error.strerror or type(error).__name__})",
                expected="PEM files of a certificate and of its private key",
                fix="Look at paths and rights, and that the two belong together.",
            ) from error


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


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
    with _bound(listening) as sock, closing(open_state(monitor.plan.state)) as state:
        parts = Parts(monitor, state, every_s, role, passes, secure=listening.secure)
        try:
            server = uvicorn.Server(_settings(parts.app, listening))
            parts.begin()
            with _quiet_signals():
                scheme = "https" if listening.certificate else "http"
                address = f"{scheme}://{_shown(sock)}"
                parts.witness.tell("serve", subject=address, **_beginning(monitor))
                told(address, _entry(state, parts.sessions, address))
                server.run([sock])
        finally:
            parts.end()


def _entry(state: State, sessions: Sessions, address: str) -> str:
    """Address that signs the owner in, where nobody has a key to look with yet."""
    now = datetime.now(UTC)
    people = [
        key
        for key in state.keys.all()
        if key.holds(now) and set(key.scopes) != {"ingest"}
    ]
    known = any(user.revoked_at is None for user in state.users.all())
    return "" if people or known else f"{address}/setup?token={sessions.entry(now)}"


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


@contextmanager
def _bound(listening: Listening) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    host = listening.host.strip("[]")
    # asyncio asks the protocol before it sends without delay: else answers wait 40 ms
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, listening.port))
        sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        raise ConfigError(
            code="cannot_listen",
            where=f"{listening.host}:{listening.port}",
            found=f"an address that cannot be had ({error.strerror or error})",
            expected="an address of this machine that nobody else has",
            fix="Give another --port, or stop what listens there.",
        ) from error
    try:
        yield sock
    finally:
        sock.close()


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
