"""People: passwords, sessions that end, and the log of what they do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leeboard.config.plan import ServePlan
from leeboard.errors import ConfigError
from leeboard.server import passwords
from leeboard.server.limits import Limits
from leeboard.server.passwords import checked_name, hashed, opens
from leeboard.state import Deed, User, open_state
from tests.monitor._world import World
from tests.server._people import PASSWORD, People, csrf_of, the_id
from tests.server._served import event


def cookie_of(people: People, name: str) -> str:
    """Sign a person in; return the session's cookie."""
    answer = people.person_signs_in(name)
    assert answer.status == 303
    return answer.headers["set-cookie"].partition("=")[2].partition(";")[0]


def test_a_password_is_kept_as_a_hash_of_its_own() -> None:
    """Twice the same gives two texts, each of which it opens, and nothing else does."""
    first, second = hashed(PASSWORD, "ada"), hashed(PASSWORD, "ada")
    assert first != second
    assert PASSWORD not in first
    assert first.startswith("scrypt$32768$8$3$")
    for kept in (first, second):
        assert opens(PASSWORD, kept)
    assert not opens(PASSWORD + " ", first)
    assert not opens("", first)
    assert not opens(PASSWORD, None)
    assert not opens("", None)


def test_an_unknown_name_costs_what_a_known_one_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each guess derives once, at the same cost, whatever is known of the name."""
    kept = hashed(PASSWORD, "ada")
    costs = []

    def derived(plain: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
        costs.append(cost)
        return b""

    monkeypatch.setattr(passwords, "_derived", derived)
    assert not opens("guess", kept)
    assert not opens("guess", None)
    assert costs == [(1 << 15, 8, 3)] * 2


def test_a_password_is_one_however_it_is_typed(quick: None) -> None:
    """An accent as one character or as two; half a character is no failure."""
    assert opens("Zu\u0308rich am See", hashed("Z\u00fcrich am See", "ada"))
    assert not opens("\ud800" * 20, hashed(PASSWORD, "ada"))


@pytest.mark.parametrize("bad", ["", "short", "x" * 257, "ada.lovelace.1"])
def test_a_password_that_is_none_is_refused(bad: str) -> None:
    """And not repeated."""
    with pytest.raises(ConfigError) as caught:
        hashed(bad, "ada.lovelace.1")
    assert caught.value.code == "bad_password"
    assert bad == "" or bad not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["", "Ada", "a b", "owner", "leeboard", "\u0430da", "-a", "a" * 65, "a\n"]
)
def test_names_cannot_be_mistaken(name: str) -> None:
    """Small ASCII letters alone, and none of ours."""
    with pytest.raises(ConfigError) as caught:
        checked_name(name)
    assert caught.value.code == "bad_name"


def test_a_person_signs_in_and_acts_by_name(people: People, model: World) -> None:
    """The story and the log say who it was; capitals of a name do not matter."""
    people.add_person("ada", "write")
    people.address = "10.0.0.7"
    answer = people.person_signs_in("Ada ")
    assert (answer.status, answer.headers["location"]) == (303, "/")
    cookie, id_ = cookie_of(people, "ada"), the_id(model)
    token = csrf_of(people.page(f"/incident?id={id_}", cookie))
    sent = {"id": id_, "csrf": token, "why": "my secret thought"}
    assert people.form("/incident/note", sent, cookie).status == 303
    assert model.monitor.incident(id_).story[-1].who == "ada"
    state = open_state(model.monitor.plan.state)
    (done,) = [one for one in state.audit.deeds() if one.who == "ada"]
    state.close()
    assert (done.via, done.address, done.what) == ("user ada", "10.0.0.7", "note")
    assert done.subject == id_
    assert "secret" not in repr(done)
    people.form("/sign-out", {"csrf": token}, cookie)
    told = [(one.what, one.who, one.via) for one in people.state.audit.deeds()]
    assert told == [(what, "ada", "user ada") for what in ("sign_in",) * 2] + [
        ("sign_out", "ada", "user ada")
    ]


def test_a_person_has_one_name(people: People) -> None:
    """Not that which a session has it under, beside: it would be guessed at twice."""
    people.add_person("ada", "read")
    assert people.person_signs_in("user:ada").status == 403
    assert people.person_signs_in("ada").status == 303


def test_what_opens_nothing_tells_nothing(people: People) -> None:
    """A wrong password, an unknown and a revoked name hear the same."""
    people.add_person("ada", "read")
    people.add_person("bob", "read")
    people.state.users.revoke("bob", datetime.now(UTC))
    people.refresh()
    bodies = set()
    for name, password in (
        ("ada", "wrong password"),
        ("bob", PASSWORD),
        ("cleo", PASSWORD),
    ):
        answer = people.person_signs_in(name, password)
        assert (answer.status, "set-cookie" in answer.headers) == (403, False)
        bodies.add(answer.body)
    assert len(bodies) == 1
    people.witness.flush()
    (counted,) = [d for d in people.state.audit.deeds() if d.what == "sign_in_refused"]
    assert (counted.address, counted.detail, counted.who) == (
        "127.0.0.1",
        "3 times",
        "",
    )


def test_a_session_ends_with_its_person(people: People) -> None:
    """Revoked, or given another password, they are out; others stay."""
    for name in ("ada", "bob", "cleo"):
        people.add_person(name, "read")
    cookies = {name: cookie_of(people, name) for name in ("ada", "bob", "cleo")}
    assert {people.page("/", one).status for one in cookies.values()} == {200}
    later = datetime.now(UTC) + timedelta(seconds=1)
    people.state.users.revoke("ada", later)
    people.state.users.change("bob", hashed("another password", "bob"), later)
    people.refresh()
    left = {name: people.page("/", one).status for name, one in cookies.items()}
    assert left == {"ada": 303, "bob": 303, "cleo": 200}
    assert people.person_signs_in("ada").status == 403
    assert people.person_signs_in("bob").status == 403
    assert people.person_signs_in("bob", "another password").status == 303


def test_people_see_and_do_what_they_may(people: People, model: World) -> None:
    """Readers change nothing; those of another model see none of this one."""
    people.add_person("ada", "read")
    people.add_person("bob", "write", model="rides")
    cookie = cookie_of(people, "ada")
    page = people.page(f"/incident?id={the_id(model)}", cookie)
    assert (page.status, b"/incident/ack" in page.body) == (200, False)
    sent = {"id": the_id(model), "csrf": csrf_of(page), "why": "x"}
    assert people.form("/incident/note", sent, cookie).status == 403
    cookie = cookie_of(people, "bob")
    assert people.page(f"/incident?id={the_id(model)}", cookie).status == 404
    assert people.post([event("x")], key="user:bob").status == 401


@pytest.fixture
def limited(tmp_path: Path, model: World, quick: None) -> Iterator[People]:
    """A server with the usual limits, whose clock stands."""
    state = open_state(model.monitor.plan.state)
    served = People(tmp_path, model, state, Limits(ServePlan(), lambda: 0.0))
    yield served
    served.close()
    state.close()


def test_guesses_are_held_up_before_they_are_looked_at(limited: People) -> None:
    """After ten, the right password is no better than a wrong one; elsewhere it is."""
    limited.add_person("ada", "read")
    assert cookie_of(limited, "ada")
    for _ in range(10):
        assert limited.form("/login", {"key": "lb_0_guess"}).status == 403
    answer = limited.person_signs_in("ada")
    assert (answer.status, "set-cookie" in answer.headers) == (429, False)
    assert answer.headers["retry-after"] == "6"
    assert b"Too many tries" in answer.body
    assert limited.page("/setup?token=guess").status == 429
    limited.address = "10.0.0.9"
    assert limited.person_signs_in("ada").status == 303


def test_p16_conflicts_are_counted_in_the_log(people: People) -> None:
    """By the key that sent them, in one row a minute, without their ids."""
    people.post([event("audited")])
    for number in range(3):
        people.post([event("audited", prediction=9.0 + number), event(f"n{number}")])
    assert [d for d in people.state.audit.deeds() if d.what == "conflict"] == []
    people.witness.flush()
    (one,) = [d for d in people.state.audit.deeds() if d.what == "conflict"]
    own = people.keys["ingest"].split("_")[1]
    assert (one.via, one.detail) == (f"key {own}", "3 times")
    assert "audited" not in repr(one)


def test_admins_see_who_may_what_and_who_did_what(people: People, model: World) -> None:
    """On the settings page; nobody else does, nor an admin of one model."""
    state = open_state(model.monitor.plan.state)
    state.users.add(
        User("grace", "scrypt$x", ("read",), "", datetime.now(UTC), datetime.now(UTC))
    )
    state.audit.add(
        [Deed(datetime.now(UTC), "<b>eve", "user eve", "10.9.9.9", "sign_in")]
    )
    state.close()
    for scope, bound in (("admin", ""), ("write", ""), ("admin", "demand")):
        key = people.add_key([scope], bound)
        people.refresh()
        cookie = people.signed_in(key)
        body = people.page("/settings", cookie).body
        sees = scope == "admin" and not bound
        for text in (b"grace", b"10.9.9.9", b"&lt;b&gt;eve", b"Who did what"):
            assert (text in body) == sees, (scope, bound, text)
        assert b"scrypt" not in body
