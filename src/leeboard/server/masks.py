"""A secret in a page that is compressed: written anew each time.

How much a page shrinks tells how much of it repeats itself. Who can put text into a
page and see the sizes of answers could so guess a secret in it letter by letter (the
BREACH attack). Xored with random bytes of the same length, which stand before it, the
secret never is the same text twice, and there is nothing to approach.
"""

from __future__ import annotations

import binascii
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

__all__ = ["masked", "unmasked"]


def masked(secret: str) -> str:
    """Write a secret in one of many ways, in letters that any form may hold."""
    raw = secret.encode()
    pad = secrets.token_bytes(len(raw))
    return urlsafe_b64encode(pad + _xor(pad, raw)).decode("ascii")


def unmasked(text: str) -> str:
    """Read what ``masked`` wrote; empty where it did not write this."""
    try:
        both = urlsafe_b64decode(text.encode("ascii"))
        half, odd = divmod(len(both), 2)
        return "" if odd else _xor(both[:half], both[half:]).decode()
    except (binascii.Error, UnicodeError):
        return ""


def _xor(first: bytes, second: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(first, second, strict=True))
