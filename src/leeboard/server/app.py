"""The application: routes behind their scopes, and one form of refusal.

Place: what uvicorn runs. Knows HTTP; what is answered stands in the rules.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from leeboard.pages.dashboard.links import Links
from leeboard.server._answers import answered, refused
from leeboard.server._openapi import document
from leeboard.server.access import Grant, Keyring
from leeboard.server.gate import Gate
from leeboard.server.refusal import Refusal
from leeboard.server.refused import missing_page
from leeboard.server.routes import OPEN, Rule, guarded
from leeboard.server.sessions import Sessions

__all__ = ["basic_rules", "create_app"]

_LOG = logging.getLogger("leeboard.server")
_LONGEST_URL = 8 << 10


def create_app(
    rules: Sequence[Rule],
    keyring: Keyring,
    sessions: Sessions | None = None,
    gate: Gate | None = None,
) -> ASGIApp:
    """Make the application that answers by some rules, and to nothing else.

    Parameters
    ----------
    rules : sequence of Rule
        ``basic_rules``, those of a ``Collector``, those of pages.
    keyring : Keyring
    sessions : Sessions, optional
        Of people; without, no rule for them opens.
    gate : Gate, optional
        Without, there are no limits.
    """
    app = Starlette(
        routes=guarded(rules, keyring, sessions, gate),
        exception_handlers={
            Refusal: _refused,
            HTTPException: _http,
            Exception: _defect,
        },
    )
    app.router.redirect_slashes = False
    return _Short(app)


def basic_rules(ready: Callable[[], bool]) -> list[Rule]:
    """Return what every server answers.

    Parameters
    ----------
    ready : callable
        Whether events are taken and passes are made.
    """

    async def alive(_request: Request, _grant: Grant | None) -> Response:
        return Response(status_code=200, headers={"Cache-Control": "no-store"})

    async def is_ready(_request: Request, _grant: Grant | None) -> Response:
        code = 200 if ready() else 503
        return Response(status_code=code, headers={"Cache-Control": "no-store"})

    async def openapi(_request: Request, _grant: Grant | None) -> Response:
        return answered(200, document())

    return [
        Rule("GET", "/healthz", OPEN, alive),
        Rule("GET", "/readyz", OPEN, is_ready),
        Rule("GET", "/v1/openapi.json", "any", openapi),
    ]


class _Short:
    """Refuses addresses that are too long, before anything reads them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            size = len(scope.get("raw_path") or b"") + len(scope["query_string"])
            if size > _LONGEST_URL:
                await refused(_TOO_LONG)(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101  # registered for these alone
    return refused(error)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # as above
    if error.status_code == 404 and "text/html" in request.headers.get("accept", ""):
        return missing_page(Links())
    refusal = _REFUSALS.get(error.status_code, _REFUSALS[400])
    return answered(
        error.status_code, {"error": refusal.facts()}, dict(error.headers or {})
    )


async def _defect(_request: Request, _error: Exception) -> Response:
    # Starlette raises it again after this answer, and the server logs it
    return answered(500, {"error": _DEFECT.facts()})


_TOO_LONG = Refusal(
    414,
    code="address_too_long",
    where="address",
    found="an address that is too long",
    expected=f"at most {_LONGEST_URL:,} bytes",
    fix="Send events in the body.",
)
_REFUSALS = {
    400: Refusal(
        400,
        code="bad_request",
        where="request",
        found="a request that cannot be read",
        expected="HTTP/1.1",
        fix="Let an HTTP library send it.",
    ),
    404: Refusal(
        404,
        code="not_found",
        where="address",
        found="an address at which there is nothing",
        expected="one of those that /v1/openapi.json lists",
        fix="Correct the address.",
    ),
    405: Refusal(
        405,
        code="method_not_allowed",
        where="method",
        found="a method that this address does not take",
        expected="one of those that the header Allow names",
        fix="Use one of them.",
    ),
}
_DEFECT = Refusal(
    500,
    code="defect",
    where="server",
    found="a defect of Leeboard",
    expected="an answer",
    fix="Look at the server's log. Nothing was acknowledged.",
)
