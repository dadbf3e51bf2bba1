"""What a store of people promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

__all__ = ["User", "Users"]


@dataclass(frozen=True, slots=True)
class User:
    """A person who signs in with a password.

    Parameters
    ----------
    name : str
    password : str
        What a guess is held against, never the password itself.
    scopes : tuple of str
        What they may do.
    model : str
        The one model they may see; empty: all.
    created_at, changed_at : datetime
        When they were made, and when their password was set last.
    revoked_at : datetime or None
    """

    name: str
    password: str = field(repr=False)
    scopes: tuple[str, ...]
    model: str
    created_at: datetime
    changed_at: datetime
    revoked_at: datetime | None = None


class Users(Protocol):
    """People who sign in; ``State.users`` gives it."""

    def add(self, user: User) -> None:
        """Keep a new person.

        Raises
        ------
        StateError
            If the name is taken (``user_exists``), be it by one who was revoked.
        """
        ...

    def all(self) -> Sequence[User]:
        """All people by name; revoked ones too."""
        ...

    def change(self, name: str, password: str, now: datetime) -> bool:
        """Set a password; False where there is nobody who holds."""
        ...

    def revoke(self, name: str, now: datetime) -> bool:
        """Let nobody in by this name any more; False where there is none who holds."""
        ...
