"""Every route of the real server, asked by everybody, about somebody else's model."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from leeboard.state import open_state
from tests.monitor._world import World
from tests.server._live import MAY, NONE, ROLES, Live, live
from tests.server._served import event, label

OPEN = "open"

ROUTES: Mapping[tuple[str, str], str] = {
    ("GET", "/healthz"): OPEN,
    ("GET", "/readyz"): OPEN,
    ("GET", "/login"): OPEN,
    ("POST", "/login"): OPEN,
    ("GET", "/setup"): OPEN,
    ("GET", "/static/{name}"): OPEN,
    ("GET", "/v1/openapi.json"): "key any",
    ("GET", "/v1/health"): "key read",
    ("GET", "/metrics"): "key read",
    ("GET", "/api"): "person read",
    ("POST", "/v1/predictions"): "key ingest",
    ("POST", "/v1/feedback"): "key ingest",
    ("POST", "/sign-out"): "person read",
    ("GET", "/"): "person read",
    ("GET", "/model"): "person read",
    ("GET", "/model/{section}"): "person read",
    ("GET", "/incidents"): "person read",
    ("GET", "/incident"): "person read",
    ("GET", "/explain"): "person read",
    ("GET", "/settings"): "person read",
    ("POST", "/incident/ack"): "person write",
    ("POST", "/incident/silence"): "person write",
    ("POST", "/incident/expect"): "person write",
    ("POST", "/incident/accept"): "person write",
    ("POST", "/incident/close"): "person write",
    ("POST", "/incident/note"): "person write",
}
"""What each route asks for, told anew here: a route that is not listed fails."""


def about(model: World) -> tuple[str, str]:
    """Return ids of the incident and of a verdict of the model ``demand``."""
    one = next(i for i in model.monitor.incidents() if i.severity == "page")
    return one.id, one.verdicts[0]


def objects(model: World) -> Iterator[tuple[str, str]]:
    """Return path and query of each page, about the model ``demand``."""
    incident, verdict = about(model)
    queries = {
        "/model": "model=demand",
        "/model/{section}": "model=demand",
        "/incident": f"id={incident}",
        "/explain": f"verdict={verdict}",
    }
    for method, path in ROUTES:
        if method == "GET" and ROUTES[method, path] == "person read":
            query = f"?{queries[path]}" if path in queries else ""
            yield path, path.replace("{section}", "drift") + query


def test_every_route_is_listed(watched: World) -> None:
    """What the real server answers is what is listed here: scope and bearer, too."""

    def act(server: Live) -> None:
        there = {
            (one.method, one.path): OPEN
            if one.scope == OPEN
            else f"{one.by} {one.scope}"
            for one in server.rules
        }
        assert there == ROUTES
        assert len(server.rules) == len(ROUTES)

    live(watched, act)


def test_programs_by_every_role(watched: World) -> None:
    """Routes of programs: 401 without a key that holds, 403 with another's."""

    def act(server: Live) -> None:
        cookie = server.signed_in("admin")
        asked_for = 0
        for (method, path), needs in ROUTES.items():
            if not needs.startswith("key "):
                continue
            kind = {"/v1/predictions": event, "/v1/feedback": label}.get(path)
            name = path.rpartition("/")[2]
            for role in ROLES:
                sent = [kind(f"{role}-{name}", model="demand")] if kind else []
                body = json.dumps({name: sent}).encode()
                answer = server.ask(method, path, body, key=server.secrets[role])
                if role in NONE:
                    wanted = 401
                elif needs.split()[1] not in MAY[role] or (
                    kind and "elsewhere" in role
                ):
                    wanted = 403
                else:
                    wanted = 200
                assert answer.status == wanted, (path, role, answer.body)
                if "elsewhere" in role and method == "GET":
                    assert b"demand" not in answer.body, (path, role)
                asked_for += 1
            assert server.ask(method, path, b"{}", cookie=cookie).status == 401
        keyed = [needs for needs in ROUTES.values() if needs.startswith("key")]
        assert asked_for == len(keyed) * len(ROLES)

    live(watched, act)


def test_pages_by_every_role(watched: World) -> None:
    """Who is signed in sees the model, or sees that there is none; others sign in."""

    def act(server: Live) -> None:
        for role in ROLES:
            cookie = server.signed_in(role)
            reads = "read" in MAY.get(role, ())
            assert bool(cookie) == reads, role
            for path, address in objects(watched):
                by_key = server.ask("GET", address, key=server.secrets[role])
                assert by_key.status == 303, (path, role)
                assert by_key.headers["location"].startswith("/login?next=")
                if not reads:
                    continue
                answer = server.ask("GET", address, cookie=cookie)
                if not role.endswith("elsewhere"):
                    assert answer.status == 200, (path, role)
                    continue
                known = "?" not in address
                assert answer.status == (200 if known else 404), (path, role)
                assert b"demand" not in answer.body.replace(b"?model=demand", b"")

    live(watched, act)


def test_forms_by_every_role(watched: World) -> None:
    """Only who may act, on this model, changes anything."""
    incident, _ = about(watched)

    state = open_state(watched.monitor.plan.state)

    def told() -> int:
        return len(state.alarms.story(incident))

    def act(server: Live) -> None:
        for role in ROLES:
            cookie = server.signed_in(role)
            for (method, path), needs in ROUTES.items():
                if needs != "person write":
                    continue
                before = told()
                sent = {"id": incident, "why": "w", "for": "1d", "text": "t"}
                sent |= {"from": "2026-05-01", "to": "2026-05-02"}
                if not cookie:
                    sent["csrf"] = "guess"
                    answer = server.form(path, sent, "guess")
                    assert (answer.status, told()) == (303, before)
                    assert answer.headers["location"].startswith("/login")
                    continue
                sent["csrf"] = server.csrf(cookie)
                if "write" not in MAY[role]:
                    answer = server.form(path, sent, cookie)
                    assert (answer.status, told()) == (403, before), (path, role)
                    assert answer.headers["content-type"].startswith("text/html")
                elif role.endswith("elsewhere"):
                    answer = server.form(path, sent, cookie)
                    assert (answer.status, told()) == (409, before), (path, role)
                    assert b"unknown_incident" in answer.body
                else:
                    assert server.ask(method, path, cookie=cookie).status == 415
                    assert (
                        server.form(path, {**sent, "csrf": "x"}, cookie).status == 403
                    )
                    assert told() == before
                    if path.endswith("/note"):
                        assert server.form(path, sent, cookie).status == 303
                        assert told() == before + 1

    live(watched, act)
    state.close()


def test_no_state_changes_by_looking(watched: World) -> None:
    """Every route that only looks leaves results, stories and keys as they are."""

    def act(server: Live) -> None:
        cookie = server.signed_in("admin")
        before = facts(watched)
        for _, address in objects(watched):
            server.ask("GET", address, cookie=cookie)
        for path in (path for (_, path), needs in ROUTES.items() if "write" in needs):
            assert server.ask("GET", path, cookie=cookie).status == 405
        assert facts(watched) == before

    live(watched, act)


def facts(model: World) -> tuple[object, ...]:
    """Return what people could change."""
    state = open_state(model.monitor.plan.state)
    found = (list(state.keys.all()), list(state.users.all()), len(state.audit.deeds()))
    state.close()
    return *found, model.monitor.incidents(), Path(model.monitor.plan.path).read_bytes()


RANGES = (
    "page=-1",
    "page=1000000000",
    "page=99999999999999999999999999",
    "page=x",
    "range=-1d",
    "range=1000000000d",
    "from=2026-03-05&to=2026-03-01",
    "from=2023-01-01&to=2026-12-31",
    "from=0001-01-01&to=9999-12-31",
    "from=9999-12-31&to=0001-01-01",
    "from=2026-02-30",
    "to=NaN",
    "window=2026-03-01T00:00Z/2020",
    "sort=-nothing",
    "show=everything&severity=worst",
    "limit=-1&cursor=%00",
)


def test_p33_ranges_that_make_no_sense_are_answered_at_once(watched: World) -> None:
    """By the nearest that does, or as no page; never by a long wait."""

    def act(server: Live) -> None:
        cookie = server.signed_in("admin")
        for _, address in objects(watched):
            for query in RANGES:
                mark = "&" if "?" in address else "?"
                begun = time.monotonic()
                answer = server.ask("GET", f"{address}{mark}{query}", cookie=cookie)
                assert answer.status in {200, 404, 422}, (address, query)
                assert len(answer.body) < 2_000_000
                assert time.monotonic() - begun < 10

    live(watched, act)
