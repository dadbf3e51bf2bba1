"""What every store of keys keeps: in memory, SQLite and Postgres alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leeboard.errors import StateError
from leeboard.state import Key, State

NOW = datetime(2026, 3, 1, 12, 30, 0, 123456, tzinfo=UTC)


def made(id_: str, **more: object) -> Key:
    """Return a key."""
    given: dict[str, object] = {"name": "svc", "digest": "d" * 64}
    given |= {"scopes": ("ingest",), "model": "", "created_at": NOW}
    return Key(id=id_, **{**given, **more})  # type: ignore[arg-type]


def test_keys_come_back_as_they_were(state: State) -> None:
    """With scopes in their order, and times to the microsecond."""
    assert list(state.keys.all()) == []
    first = made("b", scopes=("read", "ingest"), model="démand", name="a 'b'; --")
    second = made("a", expires_at=NOW + timedelta(days=1))
    later = made("0", created_at=NOW + timedelta(seconds=1))
    for key in (first, second, later):
        state.keys.add(key)
    assert list(state.keys.all()) == [second, first, later]


def test_a_key_is_revoked_once(state: State) -> None:
    """The first moment stays; others are not touched; an unknown one is told."""
    state.keys.add(made("a"))
    state.keys.add(made("b"))
    assert state.keys.revoke("a", NOW)
    assert not state.keys.revoke("a", NOW + timedelta(days=1))
    assert not state.keys.revoke("c", NOW)
    assert [key.revoked_at for key in state.keys.all()] == [NOW, None]
    assert [key.holds(NOW) for key in state.keys.all()] == [False, True]


def test_an_id_is_taken_once(state: State) -> None:
    """The key that has it stays as it was."""
    state.keys.add(made("a"))
    with pytest.raises(StateError) as caught:
        state.keys.add(made("a", digest="e" * 64))
    assert caught.value.code == "key_exists"
    assert [key.digest for key in state.keys.all()] == ["d" * 64]


def test_text_that_no_database_holds_is_mended(state: State) -> None:
    """A NUL in a name is replaced, as in all texts of a store."""
    state.keys.add(made("a", name="a\0b"))
    (key,) = state.keys.all()
    assert "\0" not in key.name
