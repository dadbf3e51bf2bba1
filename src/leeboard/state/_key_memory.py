"""Keys in memory: the twin of the databases."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from leeboard.databases import clean
from leeboard.state._key_sql import key_exists
from leeboard.state._keys import Key

__all__ = ["MemoryKeys"]


class MemoryKeys:
    """The part of a store in memory that keys need."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self._keys: dict[str, Key] = {}

    def add(self, key: Key) -> None:
        """Keep a new key."""
        kept = replace(
            key, id=clean(key.id), name=clean(key.name), model=clean(key.model)
        )
        with self._lock:
            if kept.id in self._keys:
                raise key_exists("state in memory")
            self._keys[kept.id] = kept

    def all(self) -> Sequence[Key]:
        """All keys, the oldest first; revoked ones too."""
        with self._lock:
            return sorted(self._keys.values(), key=lambda key: (key.created_at, key.id))

    def revoke(self, id_: str, now: datetime) -> bool:
        """Let a key open nothing any more; False where there is none that held."""
        with self._lock:
            key = self._keys.get(clean(id_))
            if key is None or key.revoked_at is not None:
                return False
            self._keys[key.id] = replace(key, revoked_at=now)
            return True
