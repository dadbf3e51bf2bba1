"""Sessions of people: who signed in with which key, until when.

Place: beside access. A session lives in the memory of the server that began it, and is
worth what its key is worth at the moment: one that is revoked ends its sessions.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from leeboard.server.access import Grant, Keyring, person_of, via_of
from leeboard.server.masks import masked, unmasked
from leeboard.server.passwords import opens
from leeboard.server.refusal import Refusal

__all__ = ["COOKIE", "LENGTH", "Session", "Sessions"]

COOKIE = "leeboard_session"
LENGTH = timedelta(hours=12)
"""How long a session lasts, and its cookie."""

_ENTRY = timedelta(minutes=15)
_MOST = 10_000
_OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Session:
    """One person's session.

    Parameters
    ----------
    grant : Grant
        As it was when the session began; what holds now is the keyring's to say.
    name : str
        Who it is, in stories of incidents.
    csrf : str
        Token that every form of the session carries, masked.
    until : datetime
    since : datetime or None
        When the person's password was set; None for keys and links.
    """

    grant: Grant
    name: str
    csrf: str
    until: datetime
    since: datetime | None = None

    @property
    def via(self) -> str:
        """How they signed in, as the log of deeds has it."""
        return via_of(self.grant.key)

    @property
    def token(self) -> str:
        """The token as a form carries it, written anew for each page."""
        return masked(self.csrf)

    def check(self, csrf: str) -> None:
        """Refuse a form that no page of the session has sent.

        Raises
        ------
        Refusal
            403.
        """
        if not hmac.compare_digest(self.csrf.encode(), unmasked(csrf).encode()):
            raise Refusal(
                403,
                code="foreign_form",
                where="form",
                found="a form that was not made for this session",
                expected="one from a page that is open now",
                fix="Load the page again, and send the form from there.",
            )


class Sessions:
    """All sessions of a server.

    Parameters
    ----------
    keyring : Keyring
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._lock = threading.Lock()
        self._by_digest: dict[str, Session] = {}
        self._entries: dict[str, datetime] = {}

    def refresh(self) -> None:
        """Read the keys, if they were not read a moment ago."""
        self._keyring.refresh()

    def entry(self, now: datetime) -> str:
        """Return a secret that opens one session of the server's owner, once."""
        secret = secrets.token_urlsafe(32)
        with self._lock:
            self._entries[_digest(secret)] = now + _ENTRY
        return secret

    def enter(self, secret: str, now: datetime) -> str | None:
        """Begin the owner's session; None where the secret was used, or is none."""
        with self._lock:
            until = self._entries.pop(_digest(secret), None)
        if until is None or until <= now:
            return None
        return self._begun(Grant("", frozenset({"admin"})), _OWNER, now)

    def sign_in(self, key: str, now: datetime) -> str | None:
        """Begin a session with a key; None where it does not hold, or may not read."""
        grant = self._keyring.grant(key, now)
        if grant is None or not grant.covers("read"):
            return None
        name = self._keyring.name(grant.key) or f"key {grant.key}"
        return self._begun(grant, name, now)

    def sign_in_person(self, name: str, password: str, now: datetime) -> str | None:
        """Begin a person's session; None where name and password open nothing.

        Takes some tenths of a second, whether the name is known or not.

        Raises
        ------
        Refusal
            429: too many try at this moment.
        """
        user = self._keyring.person(name)
        if not opens(password, None if user is None else user.password):
            return None
        if user is None or not person_of(user).covers("read"):
            return None
        return self._begun(person_of(user), user.name, now, user.changed_at)

    def of(self, cookie: str, now: datetime) -> Session | None:
        """Return the session of a cookie, while it and its key hold."""
        digest = _digest(cookie)
        with self._lock:
            found = self._by_digest.get(digest)
        if found is None:
            return None
        key = found.grant.key
        if found.until <= now or (key and not self._goes_on(found, now)):
            self.end(cookie)
            return None
        return found

    def _goes_on(self, session: Session, now: datetime) -> bool:
        """Whether its key holds, or its person and their password are as they were."""
        if session.since is None:
            return self._keyring.holds(session.grant.key, now)
        user = self._keyring.person(session.name)
        return user is not None and user.changed_at == session.since

    def end(self, cookie: str) -> None:
        """Forget a session."""
        with self._lock:
            self._by_digest.pop(_digest(cookie), None)

    def _begun(
        self, grant: Grant, name: str, now: datetime, since: datetime | None = None
    ) -> str:
        secret, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        with self._lock:
            over = [d for d, one in self._by_digest.items() if one.until <= now]
            for digest in over:
                del self._by_digest[digest]
            while len(self._by_digest) >= _MOST:
                del self._by_digest[next(iter(self._by_digest))]
            session = Session(grant, name, csrf, now + LENGTH, since)
            self._by_digest[_digest(secret)] = session
        return secret


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
