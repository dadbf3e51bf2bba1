"""Keys: what is kept of them, and how one is recognised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from leeboard.errors import ConfigError, StateError
from leeboard.server.access import SCOPES, Keyring, allow, new_key, token_of
from leeboard.server.refusal import Refusal
from leeboard.state import Key

NOW = datetime.now(UTC)


def _ring(key: Key) -> Keyring:
    ring = Keyring(lambda: [key])
    ring.refresh()
    return ring


def test_only_a_hash_of_a_key_is_kept() -> None:
    """Neither its text nor its secret part stands in what goes to the store."""
    key, secret = new_key("service", ["ingest"])
    assert len(secret) > 50
    assert key.id in secret
    assert secret not in repr(key)
    assert secret.split("_", 2)[2] not in repr(key)
    assert len({new_key("x", ["read"])[1] for _ in range(100)}) == 100


@pytest.mark.parametrize("scopes", [[], ["reed"], ["read", "root"], [""]])
def test_scopes_are_those_there_are(scopes: list[str]) -> None:
    """Others are refused when the key is made."""
    with pytest.raises(ConfigError) as caught:
        new_key("x", scopes)
    assert caught.value.code == "unknown_scope"


def test_a_key_is_recognised_whole() -> None:
    """Every other text of its length, and every part of it, is none."""
    key, secret = new_key("x", ["read", "ingest"], "demand")
    ring = _ring(key)
    grant = ring.grant(secret, NOW)
    assert (grant.key, grant.model) == (key.id, "demand")
    assert grant.covers("read")
    assert not grant.covers("write")
    for place in range(len(secret)):
        other = "A" if secret[place] != "A" else "B"
        assert ring.grant(secret[:place] + other + secret[place + 1 :], NOW) is None
        assert ring.grant(secret[:place], NOW) is None


def test_an_expired_key_holds_until_its_moment() -> None:
    """And not at it."""
    until = NOW + timedelta(days=1)
    key, secret = new_key("x", ["read"], until=until)
    ring = _ring(key)
    assert ring.grant(secret, until - timedelta(microseconds=1)) is not None
    assert ring.grant(secret, until) is None


def test_a_store_that_is_away_closes_nobody_out_at_once() -> None:
    """What was read holds for a minute; then nothing is known, and 503 says so."""
    key, secret = new_key("x", ["read"])
    at, broken = [0.0], [0]

    def read() -> Sequence[Key]:
        broken[0] -= 1
        if broken[0] >= 0:
            raise StateError(code="c", where="w", found="f", expected="e", fix="x")
        return [key]

    ring = Keyring(read, clock=lambda: at[0])
    ring.refresh()
    fresh = ring.stale
    assert fresh is False
    broken[0] = 9
    at[0] = 30.0
    assert ring.stale
    ring.refresh()
    assert ring.grant(secret, NOW) is not None
    at[0] = 61.0
    with pytest.raises(Refusal) as caught:
        ring.refresh()
    assert caught.value.status == 503


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (None, ""),
        ("", ""),
        ("Bearer abc", "abc"),
        ("bearer abc", "abc"),
        ("Basic abc", ""),
        ("Bearer", ""),
        ("Bearer " + "x" * 600, ""),
        ("Bearer \xfc", ""),
    ],
)
def test_the_header_is_read_as_it_is_written(header: str | None, token: str) -> None:
    """Anything else is no key."""
    assert token_of(header) == token


def test_no_grant_covers_what_it_is_not_for() -> None:
    """Each scope alone, against each other."""
    for own in SCOPES:
        key, secret = new_key("x", [own])
        grant = _ring(key).grant(secret, NOW)
        for asked in SCOPES:
            if own in {"admin", asked} or (own, asked) == ("write", "read"):
                assert allow(grant, asked) is grant
            else:
                with pytest.raises(Refusal):
                    allow(grant, asked)
