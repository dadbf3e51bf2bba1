"""Answers to people in fewer bytes: gzip, where who asks takes it.

Place: around what the board answers. Events and keys, which are programs', are answered
as they are. Secrets in pages are masked: see ``masks``.
"""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable
from functools import lru_cache

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from leeboard.server.access import Grant

__all__ = ["compressed"]

_Answer = Callable[[Request, Grant | None], Awaitable[Response]]
_LEAST = 1000
_QUICK, _SMALL = 5, 9


def compressed(answer: _Answer) -> _Answer:
    """Make an answer that is compressed where it is large enough to be worth it."""

    async def shorter(request: Request, grant: Grant | None) -> Response:
        found = await answer(request, grant)
        body = bytes(found.body)
        if len(body) < _LEAST:
            return found
        found.headers["Vary"] = "Accept-Encoding"
        if _takes_gzip(request.headers.get("accept-encoding", "")):
            kept = "immutable" in found.headers.get("cache-control", "")
            found.body = await run_in_threadpool(_once if kept else _now, body)
            found.headers["Content-Encoding"] = "gzip"
            found.headers["Content-Length"] = str(len(found.body))
        return found

    return shorter


def _takes_gzip(header: str) -> bool:
    for one in header.lower().split(","):
        coding, _, weight = one.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _now(body: bytes) -> bytes:
    return gzip.compress(body, _QUICK, mtime=0)


@lru_cache(maxsize=8)
def _once(body: bytes) -> bytes:
    """Files that do not change are compressed well, and once."""
    return gzip.compress(body, _SMALL, mtime=0)
