"""One connection: uvicorn's, with a bound on how slowly its head may come.

Place: below uvicorn's loop. Bodies are bounded where they are read; between requests
uvicorn's own keep-alive ends a connection that says nothing.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

__all__ = ["HEAD_S", "Patient"]

HEAD_S = 30.0
"""Seconds in which the head of a request must be whole, from its first byte on."""


class Patient(H11Protocol):
    """Closes a connection that sends the head of a request too slowly.

    Bytes after an answer, such as those of a body that nobody read, are taken for the
    head of the next request, so that they cannot come for ever either.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Read on, and wait on where no request is under way."""
        super().data_received(data)
        if self._answering:
            self._stop()
        elif not self.transport.is_closing():
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop()
        super().connection_lost(exc)

    @property
    def _answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # None before the first request
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_S, self._over)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _over(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.abort()
