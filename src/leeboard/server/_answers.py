"""Answers as JSON, and what every answer of this kind carries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from leeboard.server.refusal import Refusal

__all__ = ["answered", "plain", "refused"]

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


def answered(
    status: int, content: Any, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an answer in JSON."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    # an id may hold what the page of an error may not: it is JSON, and said to be
    raw = body.encode("utf-8", "replace")
    return plain(status, raw, "application/json", headers)


def plain(
    status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an answer that no browser may take for a page."""
    given = {**_HEADERS, "Content-Type": kind, **(headers or {})}
    return Response(body, status, given)


def refused(refusal: Refusal) -> Response:
    """Return what a request hears that is refused as a whole."""
    return answered(refusal.status, {"error": refusal.facts()}, refusal.headers)
