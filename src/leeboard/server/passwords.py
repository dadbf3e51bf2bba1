"""Passwords: what is kept of one, and how a guess is held against it.

scrypt with N = 2^15, r = 8, p = 3, one of the equivalent settings of OWASP's password
storage cheat sheet: 32 MiB and some tenths of a second a guess. One guess is worked on
at a time, so that signing in takes neither memory nor cores from the collector.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import threading
import unicodedata

from leeboard.errors import ConfigError
from leeboard.server.refusal import Refusal

__all__ = ["LONGEST", "SHORTEST", "checked_name", "hashed", "opens"]

SHORTEST, LONGEST = 12, 256
"""Characters of a password."""

_N, _R, _P = 1 << 15, 8, 3
_BYTES = 128 * _N * _R * _P + (1 << 20)
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_OURS = {"leeboard", "owner", "someone"}
_WAITING = 8

_at_work = threading.Lock()
_room = threading.BoundedSemaphore(_WAITING)


def checked_name(name: str) -> str:
    """Return the name of a person, or refuse it.

    Raises
    ------
    ConfigError
    """
    if _NAME.fullmatch(name) and name not in _OURS:
        return name
    raise ConfigError(
        code="bad_name",
        where="NAME",
        found=f"{name!r:.80}",
        expected="1 to 64 of a-z, 0-9, and . _ @ - after the first; not one of "
        + ", ".join(sorted(_OURS)),
        fix="Small letters alone: two people must not look alike in a story.",
    )


def hashed(password: str, name: str) -> str:
    """Return what is kept of a password.

    Parameters
    ----------
    password : str
    name : str
        Whose it is: the password must be something else.

    Raises
    ------
    ConfigError
        It is too short, too long, or the name.
    """
    plain = _same(password)
    if not SHORTEST <= len(plain) <= LONGEST or plain.casefold() == name.casefold():
        raise ConfigError(
            code="bad_password",
            where="password",
            found=f"{len(plain)} characters"
            if plain.casefold() != name.casefold()
            else "the name itself",
            expected=f"{SHORTEST} to {LONGEST} characters, and not the name",
            fix="Some words that belong together for nobody else are easy to keep.",
        )
    salt = secrets.token_bytes(16)
    derived = _derived(plain, salt, (_N, _R, _P))
    text = (base64.b64encode(part).decode() for part in (salt, derived))
    return "$".join(["scrypt", str(_N), str(_R), str(_P), *text])


def opens(guess: str, kept: str | None) -> bool:
    """Hold a guess against what is kept; None takes as long, and is never opened.

    Raises
    ------
    Refusal
        429: as many guesses wait as may.
    """
    if not _room.acquire(blocking=False):
        raise Refusal(
            429,
            code="too_many",
            where="server",
            found="too many people who sign in at one moment",
            expected="fewer at a time",
            fix="Send the same form again after Retry-After.",
            retry_s=3,
        )
    try:
        _, n, r, p, salt, derived = (kept or _nobody()).split("$")
        plain = _same(guess)[:LONGEST]
        found = _derived(plain, base64.b64decode(salt), (int(n), int(r), int(p)))
        same = hmac.compare_digest(found, base64.b64decode(derived))
        return same and kept is not None
    finally:
        _room.release()


def _derived(plain: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    n, r, p = cost
    data = plain.encode("utf-8", "surrogatepass")
    with _at_work:
        return hashlib.scrypt(data, salt=salt, n=n, r=r, p=p, maxmem=_BYTES, dklen=32)


def _same(password: str) -> str:
    """Write a password in one way, whatever keyboard it was typed on."""
    return unicodedata.normalize("NFKC", password)


def _nobody() -> str:
    """Return what the guess at an unknown name is held against: work, and no match."""
    return f"scrypt${_N}${_R}${_P}${base64.b64encode(bytes(16)).decode()}$"
