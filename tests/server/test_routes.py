"""Who may ask what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Scope

from leeboard.server.access import SCOPES, Grant
from leeboard.server.app import create_app
from leeboard.server.routes import OPEN, Rule, guarded
from tests.server._served import LINES, Served, event

ROLES = (None, "unknown", *SCOPES)
COVERED = {
    OPEN: set(ROLES),
    "any": set(SCOPES),
    "ingest": {"ingest", "admin"},
    "read": {"read", "write", "admin"},
    "write": {"write", "admin"},
    "admin": {"admin"},
}
"""Which role may do what; told anew here, so that a slip in the code shows."""

PUBLIC = {"/healthz", "/readyz"}


def _more() -> list[Rule]:
    async def answer(_request: Request, grant: Grant | None) -> Response:
        assert grant is not None
        return Response(grant.key)

    return [
        Rule(method, f"/test/{scope}", scope, answer)
        for scope in SCOPES
        for method in ("GET", "POST")
    ]


def test_every_route_by_every_role(tmp_path: Path) -> None:
    """Each is answered to exactly those whom its scope covers, and 401 or 403 else."""
    served = Served(tmp_path, more=_more())
    seen = set()
    for rule in served.rules:
        for role in ROLES:
            answer = served.ask(rule.method, rule.path, key=role)
            allowed = role in COVERED[rule.scope]
            refusal = 401 if role in {None, "unknown"} else 403
            assert (answer.status not in {401, 403}) == allowed, (rule, role)
            assert allowed or answer.status == refusal, (rule, role)
            seen.add((rule.path, rule.method, role))
    assert len(seen) == len(served.rules) * len(ROLES)
    assert {rule.path for rule in served.rules if rule.scope == OPEN} == PUBLIC
    served.close()


def test_every_route_of_the_application_is_a_rule(served: Served) -> None:
    """Nothing is mounted beside the table, and each method that works stands in it."""
    app = served.app._app  # type: ignore[attr-defined]  # behind the bound on addresses
    assert all(isinstance(route, Route) for route in app.routes)
    there = {(m, route.path) for route in app.routes for m in route.methods}
    told = {(rule.method, rule.path) for rule in served.rules}
    heads = {("HEAD", path) for method, path in told if method == "GET"}
    assert there == told | heads


def test_a_scope_that_there_is_not_is_a_defect(served: Served) -> None:
    """A rule with a misspelt scope does not open anything; it is not even made."""

    async def answer(_request: Request, _grant: Grant | None) -> Response:
        return Response("")

    with pytest.raises(ValueError, match="scope"):
        guarded([Rule("GET", "/x", "reed", answer)], served.keyring)


def test_a_defect_is_told_without_its_words(served: Served) -> None:
    """500 in the form of all errors; what broke stands in the log alone."""

    async def broken(_request: Request, _grant: Grant | None) -> Response:
        message = "the secret of it"
        raise RuntimeError(message)

    served.app = create_app([Rule("GET", "/x", OPEN, broken)], served.keyring)
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def asked() -> None:
        await served.app(scope, receive, send)

    scope: Scope = {"type": "http", "method": "GET", "path": "/x", "headers": []}
    scope.update(query_string=b"", raw_path=b"/x")
    with pytest.raises(RuntimeError):  # Starlette hands it on to the server's log
        served._runner.run(asked())
    assert sent[0]["status"] == 500
    assert b"secret" not in sent[1]["body"]


def test_the_document_tells_every_route(served: Served) -> None:
    """Paths, methods and what is open without a key are as the rules say."""
    paths = served.ask("GET", "/v1/openapi.json", key="read").json["paths"]
    told = {
        (method.upper(), path, own.get("security") == [])
        for path, methods in paths.items()
        for method, own in methods.items()
    }
    there = {(rule.method, rule.path, rule.scope == OPEN) for rule in served.rules}
    assert told == there


def test_the_document_tells_what_a_key_for_something_else_is_answered(
    served: Served,
) -> None:
    """Whatever needs a scope may answer 403, and says so."""
    paths = served.ask("GET", "/v1/openapi.json", key="read").json["paths"]
    for rule in served.rules:
        told = paths[rule.path][rule.method.lower()]["responses"]
        assert ("403" in told) == (rule.scope not in {OPEN, "any"}), rule.path
    assert "503" in paths["/v1/health"]["get"]["responses"]


def test_what_is_not_taken_says_where_it_stood(served: Served) -> None:
    """In a list by its place, in lines by its line; also what is found out late."""
    old = {"made_at": "1999-01-01T00:00:00Z"}
    answer = served.post([event("a"), event("a", prediction=1.0), event("b", **old)])
    assert answer.statuses == ["accepted", "conflict", "quarantined"]
    places = [one["error"]["where"] for one in answer.results[1:]]
    assert places == ["$.predictions[1].id", "$.predictions[2]"]
    lines = json.dumps(event("c")) + "\n\n" + json.dumps(event("c", prediction=1.0))
    answer = served.post(lines.encode(), kind=LINES)
    assert answer.results[1]["error"]["where"] == "line 3: $.id"
    answer = served.post([event("d"), {}], "/v1/predictions?atomic=true")
    assert answer.results[0]["error"]["where"] == "$.predictions[0]"


def test_a_revoked_key_opens_nothing(served: Served) -> None:
    """As soon as the store is read again."""
    assert served.ask("GET", "/v1/openapi.json", key="read").status == 200
    (key,) = [one for one in served.state.keys.all() if one.scopes == ("read",)]
    served.state.keys.revoke(key.id, key.created_at)
    served.keyring._at -= 3
    assert served.ask("GET", "/v1/openapi.json", key="read").status == 401
