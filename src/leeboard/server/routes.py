"""Routes: what is asked, how, and which scope it needs.

Place: the seam at which pages join. A route is made from a `Rule` alone, and a rule has
no way to leave its scope out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeboard.server.access import SCOPES, Grant, Keyring, allow, token_of

__all__ = ["OPEN", "Rule", "guarded"]

OPEN = "open"
"""The scope of what everybody may ask; ``any`` is that of whoever has a key."""


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
    """

    method: str
    path: str
    scope: str
    answer: Callable[[Request, Grant | None], Awaitable[Response]]


def guarded(rules: Sequence[Rule], keyring: Keyring) -> list[Route]:
    """Return the routes of rules, each behind the scope that it needs.

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
    return [_route(path, own, keyring) for path, own in by_path.items()]


def _route(path: str, rules: Sequence[Rule], keyring: Keyring) -> Route:
    by_method = {rule.method: rule for rule in rules}
    if "GET" in by_method:
        by_method.setdefault("HEAD", by_method["GET"])

    async def answer(request: Request) -> Response:
        rule = by_method[request.method]
        grant = None
        if rule.scope != OPEN:
            grant = allow(await _grant(request, keyring), rule.scope)
        return await rule.answer(request, grant)

    return Route(path, answer, methods=list(by_method))


async def _grant(request: Request, keyring: Keyring) -> Grant | None:
    token = token_of(request.headers.get("authorization"))
    if keyring.stale:
        await run_in_threadpool(keyring.refresh)
    return keyring.grant(token, datetime.now(UTC))
