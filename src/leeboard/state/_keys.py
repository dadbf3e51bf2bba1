"""What a store of keys promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

__all__ = ["Key", "Keys"]


@dataclass(frozen=True, slots=True)
class Key:
    """A key to the server, without its secret.

    Parameters
    ----------
    id : str
        Public; part of the secret's text.
    name : str
        What people call it.
    digest : str
        SHA-256 of the secret, in hexadecimal digits.
    scopes : tuple of str
        What it is for.
    model : str
        The one model it is for; empty: all.
    created_at : datetime
    expires_at, revoked_at : datetime or None
    """

    id: str
    name: str
    digest: str
    scopes: tuple[str, ...]
    model: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Tell whether it opens anything at a moment."""
        expired = self.expires_at is not None and self.expires_at <= now
        return self.revoked_at is None and not expired


class Keys(Protocol):
    """Keys of people and services; ``State.keys`` gives it."""

    def add(self, key: Key) -> None:
        """Keep a new key.

        Raises
        ------
        StateError
            If its id is taken (``key_exists``).
        """
        ...

    def all(self) -> Sequence[Key]:
        """All keys, the oldest first; revoked ones too."""
        ...

    def revoke(self, id_: str, now: datetime) -> bool:
        """Let a key open nothing any more; False where there is none that held."""
        ...
