"""Routes: what is asked, how, and which scope it needs.

Place: the seam at which pages join. A route is made from a `Rule` alone, and a rule has
no way to leave its scope out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leeboard.server.access import SCOPES, Grant, Keyring, allow, token_of
from leeboard.server.gate import Gate
from leeboard.server.refusal import Refusal
from leeboard.server.sessions import COOKIE, Session, Sessions

__all__ = ["KEY", "OPEN", "PERSON", "Rule", "guarded"]

OPEN = "open"
"""The scope of what everybody may ask; ``any`` is that of whoever has a key."""

KEY, PERSON = "key", "person"
"""Who asks: a program that shows its key, or a person with a session."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be asked.

    Parameters
    ----------
    method : str
    path : str
        As Starlette writes it.
    scope : str
        `OPEN`, ``any``, or one of ``leeboard.server.access.SCOPES``.
    answer : callable
        Takes the request and the grant of its key (None where the rule is open).
    by : str
        `KEY` or `PERSON`: a cookie opens nothing of a program's, so that no page of
        another site can send events.
    refused : callable, optional
        Tells what is refused; by default it is told as programs read it.
    """

    method: str
    path: str
    scope: str
    answer: Callable[[Request, Grant | None], Awaitable[Response]]
    by: str = KEY
    refused: Callable[[Refusal], Response] | None = None


def guarded(
    rules: Sequence[Rule],
    keyring: Keyring,
    sessions: Sessions | None = None,
    gate: Gate | None = None,
) -> list[Route]:
    """Return the routes of rules, each behind the gate and the scope that it needs.

    Rules of one path are one route, so that another method is told what it may be.

    Raises
    ------
    ValueError
        A scope is none: a slip in the code.
    """
    for rule in rules:
        if rule.scope not in {OPEN, "any", *SCOPES}:
            message = f"{rule.method} {rule.path} has no scope that there is"
            raise ValueError(message)
    by_path: dict[str, list[Rule]] = {}
    for rule in rules:
        by_path.setdefault(rule.path, []).append(rule)
    guards = _Guards(keyring, sessions, gate or Gate())
    return [_route(path, own, guards) for path, own in by_path.items()]


@dataclass(frozen=True, slots=True)
class _Guards:
    keyring: Keyring
    sessions: Sessions | None
    gate: Gate


def _route(path: str, rules: Sequence[Rule], guards: _Guards) -> Route:
    keyring, sessions, gate = guards.keyring, guards.sessions, guards.gate
    by_method = {rule.method: rule for rule in rules}
    if "GET" in by_method:
        by_method.setdefault("HEAD", by_method["GET"])

    async def answer(request: Request) -> Response:
        rule = by_method[request.method]
        try:
            return await guarded_answer(request, rule)
        except Refusal as error:
            if rule.refused is None:
                raise
            return rule.refused(error)

    async def guarded_answer(request: Request, rule: Rule) -> Response:
        if rule.scope == OPEN:
            gate.stranger(request)
            return await rule.answer(request, None)
        if keyring.stale:
            await run_in_threadpool(keyring.refresh)
        if rule.by == KEY:
            token = token_of(request.headers.get("authorization"))
            grant = keyring.grant(token, datetime.now(UTC))
            if grant is not None:
                gate.known(grant)
            elif token:
                gate.failed(request, "key_refused")
            else:
                gate.stranger(request)
            return await rule.answer(request, allow(grant, rule.scope))
        session = _session(request, sessions)
        if session is None:
            gate.stranger(request)
            return _to_login(request)
        gate.known(session.grant)
        request.state.session = session
        return await rule.answer(request, allow(session.grant, rule.scope))

    return Route(path, answer, methods=list(by_method))


def _session(request: Request, sessions: Sessions | None) -> Session | None:
    cookie = request.cookies.get(COOKIE, "")
    return None if sessions is None else sessions.of(cookie, datetime.now(UTC))


def _to_login(request: Request) -> Response:
    goal = "/"
    if request.method in {"GET", "HEAD"}:
        query = f"?{request.url.query}" if request.url.query else ""
        goal = f"{request.url.path}{query}"
    headers = {"Cache-Control": "no-store"}
    return RedirectResponse(f"/login?next={quote(goal, safe='')}", 303, headers)
