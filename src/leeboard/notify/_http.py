"""One exchange over HTTP, bounded in time and bytes, with an address that was judged.

Place: below the channels, above the guard. Redirects are not followed, proxies and
credentials of the environment are not used, TLS is verified, at most 64 KiB of the
answer are read, and all but the look-up of a name, which the system bounds, ends at one
deadline: timeouts of a socket bound one call, and a server that sends a byte a second
meets none of them.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpcore

from leeboard._version import __version__
from leeboard.errors import NotifyError
from leeboard.notify.guard import judged_addresses, place_of

__all__ = ["ANSWER_BYTES", "Answer", "Way", "exchange", "taken"]

ANSWER_BYTES = 64 << 10
_RETRY_AFTER_S = 3600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said.

    Parameters
    ----------
    status : int
    body : bytes
        At most ``ANSWER_BYTES``; the rest, if any, was not read.
    retry_after : float or None
        Seconds in [0, 3600] that it asked to wait.
    """

    status: int
    body: bytes
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """How a channel may go out.

    Parameters
    ----------
    channel : str
        Its name, for errors.
    allow_private : bool
    within_s : float
        Seconds for the whole exchange.
    """

    channel: str
    allow_private: bool = False
    within_s: float = 10.0


def exchange(
    way: Way,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Post a body, or get if there is none, and return the answer.

    Raises
    ------
    NotifyError
        ``bad_url``, ``private_address``, ``forbidden_address`` where the guard refuses;
        ``unreachable``, to be tried again, where no whole answer came in time. None
        repeats the URL, the headers or the body.
    """
    place_of(url, channel=way.channel, allow_private=way.allow_private)
    network = _Network(way, time.monotonic() + way.within_s)
    sent = {"User-Agent": f"leeboard/{__version__}", "Connection": "close"}
    sent.update(headers or {})
    try:
        with (
            httpcore.ConnectionPool(network_backend=network) as pool,
            pool.stream(
                "GET" if body is None else "POST",
                url,
                headers=list(sent.items()),
                content=body,
            ) as response,
        ):
            return _answer(response)
    except (httpcore.NetworkError, httpcore.TimeoutException) as error:
        raise _unreachable(way, error) from None
    except (httpcore.ProtocolError, ssl.SSLError, ValueError) as error:
        if isinstance(error, NotifyError):
            raise
        raise _unreachable(way, error) from None


def taken(way: Way, answer: Answer) -> Answer:
    """Return the answer if it is a 2xx, or raise.

    Raises
    ------
    NotifyError
        ``not_taken``. 429, 408, 425 and 5xx are to be tried again, after the time that
        was asked for; others when somebody has mended what is wrong.
    """
    status = answer.status
    if 200 <= status < 300:
        return answer
    again = status in {408, 425, 429} or status >= 500
    fix = "It is tried again." if again else "Check the address and the secret."
    if 300 <= status < 400:
        fix = "Redirects are not followed: give the address that it leads to."
    raise NotifyError(
        code="not_taken",
        where=f"channel {way.channel}",
        found=f"an answer with status {status}",
        expected="one that says the message was taken",
        fix=fix,
    ).within(max(answer.retry_after or 0.0, 0.0) if again else None)


def _answer(response: httpcore.Response) -> Answer:
    read = bytearray()
    for part in response.iter_stream():
        read += part
        if len(read) >= ANSWER_BYTES:
            break
    header = {name.lower(): value for name, value in response.headers}
    wait = _seconds(header.get(b"retry-after", b"").decode("ascii", "replace"))
    return Answer(response.status, bytes(read[:ANSWER_BYTES]), wait)


def _seconds(text: str) -> float | None:
    """Read a Retry-After in seconds or as a date; None where it is neither."""
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(float(text), _RETRY_AFTER_S)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    left = (at.astimezone(UTC) - datetime.now(UTC)).total_seconds()
    return min(max(left, 0.0), _RETRY_AFTER_S)


def _unreachable(way: Way, error: Exception) -> NotifyError:
    late = isinstance(error, httpcore.TimeoutException)
    # the kind of failure alone: its text may hold what the other side said
    found = f"no answer within {way.within_s:g} s" if late else type(error).__name__
    return NotifyError(
        code="unreachable",
        where=f"channel {way.channel}",
        found=found,
        expected="a whole answer",
        fix="Check that the receiver runs; it is tried again.",
    ).within(0.0)


class _Network(httpcore.NetworkBackend):
    """Opens connections to judged addresses only, all of them with one deadline."""

    def __init__(self, way: Way, deadline: float) -> None:
        self._way = way
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers."""
        del timeout, local_address, socket_options
        way = self._way
        failure: Exception = httpcore.ConnectTimeout()
        for address in judged_addresses(
            host, port, channel=way.channel, allow_private=way.allow_private
        ):
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise httpcore.ConnectTimeout
            try:
                return _Stream(_dialled(address, port, left), self._deadline)
            except OSError as error:
                failure = error
        if isinstance(failure, (TimeoutError, httpcore.TimeoutException)):
            raise httpcore.ConnectTimeout
        raise httpcore.ConnectError(type(failure).__name__)


def _dialled(address: str, port: int, within_s: float) -> socket.socket:
    """Connect to an address as it stands; create_connection would look it up anew."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.settimeout(within_s)
        opened.connect((address, port))
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        opened.close()
        raise
    return opened


class _Stream(httpcore.NetworkStream):
    """A connection whose every call ends at one deadline."""

    def __init__(self, opened: socket.socket, deadline: float) -> None:
        self._socket = opened
        self._deadline = deadline

    def _allow(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        self._socket.settimeout(left)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Receive some bytes."""
        del timeout
        self._allow()
        try:
            return self._socket.recv(max_bytes)
        except TimeoutError:
            raise httpcore.ReadTimeout from None
        except OSError as error:
            raise httpcore.ReadError(type(error).__name__) from None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all; sendall takes its timeout for the whole, not for each piece."""
        del timeout
        self._allow()
        try:
            self._socket.sendall(buffer)
        except TimeoutError:
            raise httpcore.WriteTimeout from None
        except OSError as error:
            raise httpcore.WriteError(type(error).__name__) from None

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Go on under TLS, with the name in the URL, not the address, verified."""
        del timeout
        self._allow()
        try:
            secured = ssl_context.wrap_socket(
                self._socket, server_hostname=server_hostname
            )
        except TimeoutError:
            raise httpcore.ConnectTimeout from None
        except OSError as error:
            self.close()
            raise httpcore.ConnectError(type(error).__name__) from None
        return _Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore asks to know: whether an idle connection was closed."""
        return self._socket if info == "socket" else None
