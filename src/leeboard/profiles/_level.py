"""One stable 64-bit key per level, the same in every process."""

from __future__ import annotations

import hashlib

__all__ = ["level_key"]


def level_key(level: str) -> int:
    """Return the first eight bytes of BLAKE2b of the level in UTF-8, as an integer."""
    text = level.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")
