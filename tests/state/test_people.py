"""What every store keeps of people and of what they did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from leeboard.errors import StateError
from leeboard.state import Deed, State, User, copy_state, fill_state, open_state

NOW = datetime(2026, 3, 1, 12, 30, 0, 123456, tzinfo=UTC)


def person(name: str, **more: object) -> User:
    """Return somebody."""
    given: dict[str, object] = {"password": "scrypt$x", "scopes": ("read",)}
    given |= {"model": "", "created_at": NOW, "changed_at": NOW}
    return User(name=name, **{**given, **more})  # type: ignore[arg-type]


def deed(what: str = "sign_in", after: float = 0, **more: str) -> Deed:
    """Return something that Ada did."""
    at = NOW + timedelta(seconds=after)
    given = {"who": "ada", "via": "user ada", "address": "10.0.0.7", **more}
    return Deed(at=at, what=what, **given)


def test_people_come_back_as_they_were(state: State) -> None:
    """By name, with scopes in their order."""
    assert list(state.users.all()) == []
    first = person("bob", scopes=("write", "ingest"), model="démand")
    second = person("ada")
    state.users.add(first)
    state.users.add(second)
    assert list(state.users.all()) == [second, first]
    assert "scrypt" not in repr(second)


def test_a_name_is_taken_for_ever(state: State) -> None:
    """Revoked people keep theirs: a name in a story means one person."""
    state.users.add(person("ada"))
    assert state.users.revoke("ada", NOW)
    assert not state.users.revoke("ada", NOW + timedelta(days=1))
    assert not state.users.change("ada", "scrypt$y", NOW)
    with pytest.raises(StateError) as caught:
        state.users.add(person("ada"))
    assert caught.value.code == "user_exists"
    assert [user.revoked_at for user in state.users.all()] == [NOW]


def test_a_password_is_changed(state: State) -> None:
    """Of those who hold, and when is known."""
    state.users.add(person("ada"))
    state.users.add(person("bob"))
    later = NOW + timedelta(days=1)
    assert state.users.change("ada", "scrypt$y", later)
    assert not state.users.change("cleo", "scrypt$y", later)
    ada, bob = state.users.all()
    assert (ada.password, ada.changed_at) == ("scrypt$y", later)
    assert (bob.password, bob.changed_at) == ("scrypt$x", NOW)


def test_deeds_come_back_in_order(state: State) -> None:
    """Of one moment in the order in which they were kept; the newest by number."""
    some = [deed("c", 5), deed("a"), deed("b", subject="démand-1", detail="é")]
    state.audit.add(some[:1])
    state.audit.add(some[1:])
    state.audit.add([])
    assert list(state.audit.deeds()) == [some[1], some[2], some[0]]
    assert list(state.audit.deeds(newest=1)) == [some[0]]
    assert list(state.audit.deeds(newest=0)) == []
    assert list(state.audit.deeds(NOW + timedelta(seconds=5))) == [some[0]]
    assert list(state.audit.deeds(NOW + timedelta(seconds=6))) == []


def test_texts_of_deeds_are_short_and_whole(state: State) -> None:
    """What no database holds is replaced, and nobody fills the log by one name."""
    state.audit.add([deed("x", who="a\0" + "b" * 10_000)])
    (one,) = state.audit.deeds()
    assert one.who == "a\ufffd" + "b" * 198


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET who = 'eve'", "DELETE FROM audit", "TRUNCATE audit"],
)
def test_no_statement_changes_a_deed(
    kind: str, statement: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The database itself refuses, whoever asks it through Leeboard or by SQL."""
    if kind == "sqlite" and "TRUNCATE" in statement:
        statement = "DELETE FROM audit WHERE id > ''"  # it has no TRUNCATE
    sqlite = kind == "sqlite"
    target = str(tmp_path / "s.db") if sqlite else request.getfixturevalue("postgres")
    state = open_state(target)
    state.audit.add([deed()])
    with (
        pytest.raises(StateError, match="only ever added to"),
        state.database.writing() as connection,  # type: ignore[attr-defined]
    ):
        connection.execute(text(statement))
    assert list(state.audit.deeds()) == [deed()]
    state.close()


def test_what_is_restored_adds_to_the_log(tmp_path: Path, postgres: str) -> None:
    """A server that was used keeps its deeds, and gains those of the copy, once."""
    old = open_state(tmp_path / "old.db")
    old.audit.add([deed("old")])
    old.users.add(person("ada"))
    old.close()
    copy_state(str(tmp_path / "old.db"), str(tmp_path / "copy.db"))
    new = open_state(postgres)
    new.audit.add([deed("new", 9)])
    for _ in range(2):
        fill_state(postgres, str(tmp_path / "copy.db"))
        assert [one.what for one in new.audit.deeds()] == ["old", "new"]
    assert [one.name for one in new.users.all()] == ["ada"]
    new.close()
