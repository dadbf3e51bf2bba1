"""People in memory: the twin of the databases."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from leeboard.databases import clean
from leeboard.state._user_sql import user_exists
from leeboard.state._users import User

__all__ = ["MemoryUsers"]


class MemoryUsers:
    """The part of a store in memory that people need."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self._users: dict[str, User] = {}

    def add(self, user: User) -> None:
        """Keep a new person."""
        one = replace(user, name=clean(user.name), model=clean(user.model))
        with self._lock:
            if one.name in self._users:
                raise user_exists("state in memory")
            self._users[one.name] = one

    def all(self) -> Sequence[User]:
        """All people by name; revoked ones too."""
        with self._lock:
            return [self._users[name] for name in sorted(self._users)]

    def change(self, name: str, password: str, now: datetime) -> bool:
        """Set a password; False where there is nobody who holds."""
        return self._updated(name, password=password, changed_at=now)

    def revoke(self, name: str, now: datetime) -> bool:
        """Let nobody in by this name any more; False where there is none who holds."""
        return self._updated(name, revoked_at=now)

    def _updated(self, name: str, **values: object) -> bool:
        with self._lock:
            user = self._users.get(clean(name))
            if user is None or user.revoked_at is not None:
                return False
            self._users[user.name] = replace(user, **values)  # type: ignore[arg-type]
            return True
