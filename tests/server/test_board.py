"""Signing in, pages by role, forms, and what another site cannot do."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.incidents.incident import Stage
from leeboard.server._openapi import document
from leeboard.server.masks import masked, unmasked
from leeboard.server.routes import OPEN, PERSON
from leeboard.server.sessions import COOKIE
from tests.monitor._world import World
from tests.server._people import People, csrf_of, the_id

TOKEN = re.compile(rb'value="[\w=-]{80,}"')
PUBLIC = {"/login", "/setup", "/static/{name}"}


def test_without_a_session_everything_leads_to_signing_in(people: People) -> None:
    """All but the open rules; a key in the header opens no page."""
    for rule in people.board.rules():
        if rule.scope == OPEN:
            assert rule.path in PUBLIC
            continue
        assert rule.by == PERSON
        path = rule.path.replace("{section}", "drift")
        for key in (None, "admin"):
            answer = people.ask(rule.method, path, key=key)
            assert answer.status == 303
            assert answer.headers["location"].startswith("/login?next=")


def test_a_cookie_opens_nothing_of_a_program(people: People) -> None:
    """Events need a key in the header, whoever is signed in."""
    cookie = people.signed_in("admin")
    given = {"Cookie": f"{COOKIE}={cookie}", "Content-Type": "application/json"}
    assert people.ask("POST", "/v1/predictions", b"{}", given).status == 401


def test_signing_in_and_out(people: People) -> None:
    """A key that may look opens all pages, until its session is ended."""
    cookie = people.signed_in("write")
    page = people.page("/", cookie)
    assert (page.status, b"demand" in page.body) == (200, True)
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for path in ("/incidents", "/settings", "/model/drift?model=demand&range=all"):
        assert people.page(path, cookie).status == 200
    assert people.page("/model/nothing?model=demand", cookie).status == 404
    out = people.form("/sign-out", {"csrf": csrf_of(page)}, cookie)
    assert out.status == 303
    assert people.page("/", cookie).status == 303


def test_the_page_of_the_interface_tells_all_that_its_document_does(
    people: People,
) -> None:
    """Every address, every member of an event, every status; a model that one sees."""
    cookie = people.signed_in("read")
    page = people.page("/api", cookie)
    assert page.status == 200
    cells = re.findall(rb'<th scope="row">([^<]*)', page.body)
    said = {cell.decode() for cell in cells}
    paths = document()["paths"]
    schemas = document()["components"]["schemas"]
    assert set(paths) <= said
    for schema in (schemas["Prediction"], schemas["Feedback"]):
        assert set(schema["properties"]) <= said
    assert set(paths["/v1/feedback"]["post"]["responses"]) <= said
    assert b"demand" in page.body
    people.keyring._at -= 3
    other = people.signed_in(people.add_key(["read"], "rides"))
    assert b"demand" not in people.page("/api", other).body


@pytest.mark.parametrize("key", ["", "lb_x_y", "ingest", "bound"])
def test_what_may_not_look_does_not_sign_in(people: People, key: str) -> None:
    """No key, an unknown one, and those for events: the same answer, no cookie."""
    answer = people.form("/login", {"key": people.keys.get(key, key)})
    assert (answer.status, "set-cookie" in answer.headers) == (403, False)
    assert b"does not open" in answer.body


def test_a_revoked_key_ends_its_sessions(people: People) -> None:
    """As soon as the keys are read again."""
    cookie = people.signed_in("read")
    (key,) = [one for one in people.state.keys.all() if one.scopes == ("read",)]
    people.state.keys.revoke(key.id, datetime.now(UTC))
    people.keyring._at -= 3
    assert people.page("/", cookie).status == 303


def test_the_owners_link_works_once(people: People) -> None:
    """A second use, and an old link, lead nowhere."""
    now = datetime.now(UTC)
    secret = people.sessions.entry(now)
    assert people.page(f"/setup?token={secret}").status == 303
    assert people.page(f"/setup?token={secret}").status == 403
    old = people.sessions.entry(now - timedelta(hours=1))
    assert people.page(f"/setup?token={old}").status == 403


def test_an_incident_from_red_to_closed(people: People, model: World) -> None:
    """Acknowledged, silenced, noted, announced and closed by forms of its page."""
    cookie, id_ = people.signed_in("write"), the_id(model)
    token = csrf_of(people.page(f"/incident?id={id_}", cookie))
    expected = {"text": "sale", "from": "2026-03-10", "to": "2026-03-12"}
    for action, fields in (
        ("ack", {}),
        ("silence", {"for": "3d"}),
        ("note", {"why": "asked upstream"}),
        ("expect", {**expected, "column": "temp"}),
        ("close", {"why": "mended"}),
    ):
        sent = {"id": id_, "csrf": token, **fields}
        answer = people.form(f"/incident/{action}", sent, cookie)
        assert (answer.status, answer.headers["location"]) == (
            303,
            f"/incident?id={id_}",
        )
    case = model.monitor.incident(id_)
    assert case.incident.stage is Stage.CLOSED
    who = {entry.who for entry in case.story}
    assert who == {"leeboard", "test"}
    again = people.form("/incident/ack", {"id": id_, "csrf": token}, cookie)
    assert (again.status, b"Nothing was changed" in again.body) == (409, True)


@pytest.mark.parametrize("csrf", ["", "guess", "\xe9"])
def test_a_form_of_another_site_does_nothing(
    people: People, model: World, csrf: str
) -> None:
    """The cookie alone is not enough."""
    cookie = people.signed_in("write")
    before = len(model.monitor.incident(the_id(model)).story)
    sent = {"id": the_id(model), "csrf": csrf, "why": "evil"}
    answer = people.form("/incident/note", sent, cookie)
    assert (answer.status, b"Load the page again" in answer.body) == (403, True)
    assert answer.headers["content-type"].startswith("text/html")
    assert len(model.monitor.incident(the_id(model)).story) == before
    cross = {"Sec-Fetch-Site": "cross-site"}
    sent = {"key": people.keys["write"]}
    assert people.form("/login", sent, **cross).status == 403


def test_who_looks_only_changes_nothing(people: People, model: World) -> None:
    """Pages without forms, and 403 to what is sent all the same."""
    cookie = people.signed_in("read")
    page = people.page(f"/incident?id={the_id(model)}", cookie)
    assert b"/incident/ack" not in page.body
    sent = {"id": the_id(model), "csrf": csrf_of(page), "why": "x"}
    assert people.form("/incident/note", sent, cookie).status == 403


def test_a_key_for_another_model_sees_none_of_this(
    people: People, model: World
) -> None:
    """Its pages, incidents and forms are as if they were not there."""
    cookie = people.signed_in(people.add_key(["write"], "rides"))
    people.keyring._at -= 3
    assert b"demand" not in people.page("/", cookie).body
    id_ = the_id(model)
    for path in ("/model?model=demand", f"/incident?id={id_}"):
        assert people.page(path, cookie).status == 404
    token = csrf_of(people.page("/", cookie))
    sent = {"id": id_, "csrf": token, "why": "x"}
    answer = people.form("/incident/note", sent, cookie)
    assert (answer.status, b"unknown_incident" in answer.body) == (409, True)


@pytest.mark.parametrize(
    ("goal", "safe"),
    [
        ("/model?model=a&range=7d", "/model?model=a&range=7d"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
    ],
)
def test_signing_in_leads_nowhere_else(people: People, goal: str, safe: str) -> None:
    """Only paths of this server are gone to."""
    answer = people.form("/login", {"key": people.keys["read"], "next": goal})
    assert (answer.status, answer.headers["location"]) == (303, safe)


def test_forms_are_bounded(people: People) -> None:
    """Another type, and a body without end, are refused."""
    big = {"key": "x" * 70_000}
    assert people.form("/login", big).status == 413
    given = {"Content-Type": "text/plain"}
    assert people.ask("POST", "/login", b"key=x", given).status == 415


def test_pages_are_compressed_for_who_takes_it(people: People) -> None:
    """The same page, in far fewer bytes; not for who does not ask for it."""
    given = {"Cookie": f"{COOKIE}={people.signed_in('write')}"}
    plain = people.ask("GET", "/settings", headers=given)
    assert "content-encoding" not in plain.headers
    for header in ("gzip, br", "br, GZIP;q=0.5"):
        sent = {**given, "Accept-Encoding": header}
        answer = people.ask("GET", "/settings", headers=sent)
        assert answer.headers["content-encoding"] == "gzip"
        assert int(answer.headers["content-length"]) == len(answer.body)
        assert len(answer.body) < 0.6 * len(plain.body)
        page = gzip.decompress(answer.body)
        assert TOKEN.sub(b"", page) == TOKEN.sub(b"", plain.body)
    for header in ("br", "gzip; q=0", "*"):
        sent = {**given, "Accept-Encoding": header}
        found = people.ask("GET", "/settings", headers=sent).headers
        assert ("content-encoding" in found, found["vary"]) == (
            False,
            "Accept-Encoding",
        )
    sent = {"Accept-Encoding": "gzip"}
    assert "content-encoding" not in people.ask("GET", "/healthz", headers=sent).headers


def test_no_page_shows_the_same_secret_twice(people: People, model: World) -> None:
    """Whoever sees how small pages become cannot approach a token; each one holds."""
    cookie, id_ = people.signed_in("write"), the_id(model)
    path = f"/incident?id={id_}"
    tokens = [csrf_of(people.page(path, cookie)) for _ in range(8)]
    ends = {token[at : at + 6] for token in tokens for at in range(0, 84, 6)}
    assert len(ends) > 100
    session = people.sessions.of(cookie, datetime.now(UTC))
    assert session.csrf.encode() not in people.page(path, cookie).body
    for token in tokens[:2]:
        sent = {"id": id_, "csrf": token, "why": "seen"}
        assert people.form("/incident/note", sent, cookie).status == 303
    sent = {"id": id_, "csrf": session.csrf, "why": "unmasked"}
    assert people.form("/incident/note", sent, cookie).status == 403


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_masks_come_off(secret: str) -> None:
    """Any secret is read back; what is no mask is nothing, and no error."""
    assert unmasked(masked(secret)) == secret
    assert isinstance(unmasked(secret), str)


def test_static_files_are_kept_by_their_digest(people: People) -> None:
    """With it for a year; without it not; and no file but those."""
    page = people.page("/login")
    address = re.search(rb'href="(/static/dashboard\.css\?v=[^"]+)"', page.body)[1]
    answer = people.page(address.decode())
    assert (answer.status, "immutable" in answer.headers["cache-control"]) == (
        200,
        True,
    )
    assert people.page("/static/icon.svg").headers["content-type"] == "image/svg+xml"
    assert people.page("/static/..%2fapp.py").status == 404


def test_an_address_at_which_there_is_nothing_has_a_page(people: People) -> None:
    """People read a page; programs still get the list of what there is."""
    cookie = people.signed_in("read")
    asks = {"Cookie": f"{COOKIE}={cookie}", "Accept": "text/html,*/*;q=0.8"}
    page = people.ask("GET", "/nope", headers=asks)
    assert (page.status, page.headers["content-type"][:9]) == (404, "text/html")
    assert b"There is no such page." in page.body
    assert b"openapi" not in page.body
    assert "default-src 'none'" in page.headers["content-security-policy"]
    told = people.ask("GET", "/v1/nope", headers={"Accept": "application/json"})
    assert (told.status, b"/v1/openapi.json" in told.body) == (404, True)
