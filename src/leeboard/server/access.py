"""Who may do what: keys, what they are for, and how one is recognised.

A key is a public name and 256 random bits. Only a hash of the whole is kept: what is
random needs no slow hash, and whoever reads the store learns no key.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from leeboard.errors import ConfigError, LeeboardError
from leeboard.server.refusal import Refusal, forbidden
from leeboard.state import Key, User

__all__ = [
    "SCOPES",
    "Grant",
    "Keyring",
    "allow",
    "check_scopes",
    "grant_of",
    "new_key",
    "person_of",
    "token_of",
    "via_of",
]

SCOPES = ("ingest", "read", "write", "admin")
"""What a key may be for: send events; see; also act; and everything."""

_COVERS = {
    "ingest": {"ingest"},
    "read": {"read"},
    "write": {"read", "write"},
    "admin": set(SCOPES),
}
_PREFIX = "lb"
_PERSON = "user:"
_FRESH_S = 2.0
_STALE_S = 60.0
_LONGEST = 512
_NOBODY = sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Grant:
    """What the bearer of a request may do.

    Parameters
    ----------
    key : str
        Id of the key, ``user:NAME`` for a person, empty for who came by a link.
    scopes : frozenset of str
    model : str
        Empty: all of them.
    """

    key: str
    scopes: frozenset[str]
    model: str = ""

    def covers(self, scope: str) -> bool:
        """Tell whether a scope is among them; ``any`` is for every key."""
        return scope == "any" or any(scope in _COVERS[own] for own in self.scopes)


def new_key(
    name: str,
    scopes: Sequence[str],
    model: str = "",
    *,
    until: datetime | None = None,
) -> tuple[Key, str]:
    """Make a key, and the secret that its bearer shows.

    Raises
    ------
    ConfigError
        A scope is none.
    """
    check_scopes(scopes)
    identity = secrets.token_hex(4)
    token = f"{_PREFIX}_{identity}_{secrets.token_urlsafe(32)}"
    key = Key(
        id=identity,
        name=name,
        digest=_digest(token),
        scopes=tuple(dict.fromkeys(scopes)),
        model=model,
        created_at=datetime.now(UTC),
        expires_at=until,
    )
    return key, token


def check_scopes(scopes: Sequence[str], allowed: Sequence[str] = SCOPES) -> None:
    """Refuse scopes that are none.

    Raises
    ------
    ConfigError
    """
    unknown = [scope for scope in scopes if scope not in allowed]
    if unknown or not scopes:
        raise ConfigError(
            code="unknown_scope",
            where="--scope",
            found=repr(unknown[0]) if unknown else "no scope",
            expected="one or more of " + ", ".join(allowed),
            fix="A service that logs needs ingest alone.",
        )


def grant_of(key: Key) -> Grant:
    """Return what the bearer of a key that holds may do."""
    return Grant(key.id, frozenset(key.scopes), key.model)


def person_of(user: User) -> Grant:
    """Return what a person may do."""
    return Grant(f"{_PERSON}{user.name}", frozenset(user.scopes), user.model)


def via_of(key: str) -> str:
    """Say how somebody came, as the log of deeds has it, by ``Grant.key``."""
    name = key.removeprefix(_PERSON)
    if name != key:
        return f"user {name}"
    return f"key {key}" if key else "link"


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def token_of(header: str | None) -> str:
    """Return the key of an Authorization header, or empty."""
    scheme, _, token = (header or "").partition(" ")
    sound = scheme.lower() == "bearer" and len(token) <= _LONGEST and token.isascii()
    return token.strip() if sound else ""


class Keyring:
    """The keys of a store, as they were a moment ago.

    Parameters
    ----------
    read : callable
        Returns all keys of the store.
    clock : callable
        Seconds that never run back.
    people : callable, optional
        Returns all people of the store.
    """

    def __init__(
        self,
        read: Callable[[], Sequence[Key]],
        clock: Callable[[], float] = time.monotonic,
        people: Callable[[], Sequence[User]] = tuple,
    ) -> None:
        self._read = read
        self._read_people = people
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: Mapping[str, Key] = {}
        self._people: Mapping[str, User] = {}
        self._at = -float("inf")

    @property
    def stale(self) -> bool:
        """Whether the store should be read again."""
        return self._clock() - self._at > _FRESH_S

    def refresh(self) -> None:
        """Read the store; what it cannot say now holds for another minute.

        Raises
        ------
        Refusal
            503: it has not been read for longer.
        """
        with self._lock:
            if not self.stale:
                return
            try:
                keys = {key.id: key for key in self._read()}
                people = {user.name: user for user in self._read_people()}
            except (LeeboardError, OSError):
                if self._clock() - self._at > _STALE_S:
                    raise Refusal(
                        503,
                        code="keys_unreadable",
                        where="server",
                        found="a store of keys that cannot be read",
                        expected="one that can",
                        fix="Send the same request again after Retry-After.",
                        retry_s=5,
                    ) from None
            else:
                self._keys, self._people = keys, people
                self._at = self._clock()

    def grant(self, token: str, now: datetime) -> Grant | None:
        """Return what a key is for; None where it is none, or not any more."""
        parts = token.split("_", 2)
        key = self._keys.get(parts[1]) if len(parts) == 3 else None
        # compared in any case, so that the time tells nothing
        same = hmac.compare_digest(
            _digest(token), _NOBODY if key is None else key.digest
        )
        if key is None or not same or not key.holds(now):
            return None
        return grant_of(key)

    def holds(self, id_: str, now: datetime) -> bool:
        """Tell whether a key still holds."""
        key = self._keys.get(id_)
        return key is not None and key.holds(now)

    def person(self, name: str) -> User | None:
        """Return a person who holds; None where there is none of the name."""
        user = self._people.get(name)
        return None if user is None or user.revoked_at is not None else user

    def name(self, id_: str) -> str:
        """Return what a key is called; empty where it has no name."""
        key = self._keys.get(id_)
        return "" if key is None else key.name


def allow(grant: Grant | None, scope: str) -> Grant:
    """Return a grant that covers a scope.

    Raises
    ------
    Refusal
        401: there is no key that holds; 403: it is for something else.
    """
    if grant is None:
        raise Refusal(
            401,
            code="unauthorised",
            where="Authorization",
            found="no key that holds",
            expected="Bearer and a key",
            fix="Ask whoever keeps the keys: leeboard keys create.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if not grant.covers(scope):
        raise forbidden()
    return grant
