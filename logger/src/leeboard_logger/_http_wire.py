"""One exchange with a collector over HTTP, bounded in time and in bytes.

Knows connections, deadlines and status lines; knows nothing of records or of retrying.
TLS is verified, redirects are not followed, proxies of the environment are not used.
"""

from __future__ import annotations

import contextlib

# getaddrinfo encodes host names by it, and would load it at the first request: in a
# worker, maybe while the process forks, or ends, when nothing can be loaded any more
import encodings.idna  # noqa: F401 - see above
import http.client
import io
import os
import socket
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from leeboard_logger._http_target import Key, Target

__all__ = ["ANSWER_BYTES", "Answer", "Exchange", "TooLong", "Unreachable"]

ANSWER_BYTES = 64 << 10
"""Bytes of an answer, its head included, that are read at most."""

_ZIP_FROM = 1 << 10
_RETRY_AFTER_S = 300.0
_CHUNK = 64 << 10


class Unreachable(Exception):  # noqa: N818 — a state of the other side, not ours
    """No whole answer came; says why in words that hold nothing of the request."""


class TooLong(Unreachable):
    """An answer came that is longer than is read: fewer records make it shorter."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a collector said.

    Parameters
    ----------
    status : int
    body : bytes
        Whole; at most ``ANSWER_BYTES``.
    retry_after_s : float or None
        Seconds in [0, 300] that it asked to wait; None where it did not ask.
    """

    status: int
    body: bytes
    retry_after_s: float | None = None


class Exchange:
    """Posts bodies to one collector over a connection that is kept while it works.

    Not for several threads at once. After a fork the child opens a connection of its
    own.

    Parameters
    ----------
    target : Target
    key : Key or None
    agent : str
        What the request names as its user agent.
    connect_s : float
        Seconds a connection may take, name look-up apart: the standard library
        cannot bound that one.
    clock : callable
        Seconds that never run back.
    """

    def __init__(
        self,
        target: Target,
        key: Key | None,
        *,
        agent: str,
        connect_s: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._target = target
        self._key = key
        self._agent = agent
        self._connect_s = connect_s
        self._clock = clock
        if target.secure:
            # now, while the host sets up: a child that is forked while another thread
            # loads a module waits for ever for the lock of that
            import ssl  # noqa: F401
        self._kept: _Timed | None = None
        self._pid = os.getpid()

    def post(self, path: str, body: bytes, *, within_s: float) -> Answer:
        """Send one JSON body and read the whole answer within so many seconds.

        Raises
        ------
        Unreachable
            No whole answer came: it must be taken as if nothing had been stored.
        """
        deadline = self._clock() + within_s
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": self._agent,
        }
        if self._key is not None:
            headers["Authorization"] = self._key.header()
        if len(body) > _ZIP_FROM:
            headers["Content-Encoding"] = "gzip"
            body = _gzip(body)
        if self._pid != os.getpid():
            self.close()
        kept = self._kept is not None
        try:
            try:
                return self._ask(path, body, headers, deadline)
            except (ConnectionError, http.client.BadStatusLine):
                # A connection that was kept may have been closed by the other side
                # while it lay idle. A collector knows events by id: sending again is
                # safe.
                if not kept:
                    raise
                self.close()
                return self._ask(path, body, headers, deadline)
        except TooLong:
            self.close()
            raise
        except (http.client.HTTPException, OSError, ValueError) as error:
            self.close()
            raise Unreachable(_why(error)) from None

    def close(self) -> None:
        """Close the connection, if there is one; the next post opens another."""
        kept, self._kept = self._kept, None
        self._pid = os.getpid()
        if kept is not None:
            with contextlib.suppress(OSError):
                kept.close()

    def _ask(
        self, path: str, body: bytes, headers: dict[str, str], deadline: float
    ) -> Answer:
        if self._kept is None:
            self._kept = _Timed(self._connect(deadline), self._clock)
        timed = self._kept
        timed.start(deadline)
        # One HTTPConnection a request: its own getresponse would close the socket
        # under an answer that says Connection: close.
        request = http.client.HTTPConnection(self._target.host, self._target.port)
        request.default_port = 443 if self._target.secure else 80
        request.sock = timed
        request.request("POST", self._target.base + path, body, headers)
        response = http.client.HTTPResponse(timed, method="POST")  # type: ignore[arg-type]
        with contextlib.closing(response):
            response.begin()
            read = response.read(ANSWER_BYTES + 1)
            if len(read) > ANSWER_BYTES:
                raise TooLong("an answer that is too long")
            # where a length was promised http.client cuts a body short without a word
            if response.length:
                raise _Broken
        if response.will_close:
            self.close()
        wait = _seconds(response.headers.get("Retry-After"))
        return Answer(response.status, read, wait)

    def _connect(self, deadline: float) -> socket.socket:
        """Open a connection; each address of the host is tried while time is left."""
        until = min(deadline, self._clock() + self._connect_s)
        sock = self._dial(until)
        if not self._target.secure:
            return sock
        import ssl

        try:
            sock.settimeout(max(until - self._clock(), 0.001))
            context = ssl.create_default_context()
            return context.wrap_socket(sock, server_hostname=self._target.host)
        except BaseException:
            sock.close()
            raise

    def _dial(self, until: float) -> socket.socket:
        failure: OSError = TimeoutError("timed out")
        found = socket.getaddrinfo(
            self._target.host, self._target.port, type=socket.SOCK_STREAM
        )
        for family, kind, protocol, _, address in found:
            left = until - self._clock()
            if left <= 0:
                break
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(left)
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                sock.close()
                failure = error
            else:
                return sock
        raise failure


class _Broken(http.client.HTTPException):
    """An answer that is not whole."""


class _Timed:
    """A socket whose every read and write ends at one deadline.

    Timeouts of a socket bound one call; a server that sends a byte a second would
    never meet one.
    """

    def __init__(self, sock: socket.socket, clock: Callable[[], float]) -> None:
        self._sock = sock
        self._clock = clock
        self._deadline = 0.0
        self._budget = 0

    def start(self, deadline: float) -> None:
        """Begin an exchange."""
        self._deadline = deadline
        # head and body together; the body alone is bounded again where it is read
        self._budget = ANSWER_BYTES + (16 << 10)

    def _left(self) -> float:
        left = self._deadline - self._clock()
        if left <= 0:
            raise TimeoutError("timed out")
        return left

    def sendall(self, data: bytes) -> None:
        """Send everything before the deadline."""
        view = memoryview(data)
        while view:
            self._sock.settimeout(self._left())
            view = view[self._sock.send(view[:_CHUNK]) :]

    def receive(self, buffer: memoryview) -> int:
        """Receive some bytes before the deadline and within the budget."""
        self._sock.settimeout(self._left())
        got = self._sock.recv_into(buffer)
        self._budget -= got
        if self._budget < 0:
            raise TooLong("an answer that is too long")
        return got

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return a reader, as http.client asks for."""
        del mode
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()


class _Reader(io.RawIOBase):
    def __init__(self, timed: _Timed) -> None:
        self._timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        return self._timed.receive(buffer)


def _gzip(body: bytes) -> bytes:
    # 31: a gzip head and tail, without the time of day that gzip.compress puts in
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def _seconds(header: str | None) -> float | None:
    """Read a Retry-After in seconds or as a date; None where it is neither."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _RETRY_AFTER_S)
    from email.utils import parsedate_to_datetime

    try:
        at = parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(at - time.time(), 0.0), _RETRY_AFTER_S)


def _why(error: BaseException) -> str:
    """Name a failure without quoting what the other side or the request said."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.errno is not None:
        return f"{type(error).__name__} {error.errno}"
    return type(error).__name__
