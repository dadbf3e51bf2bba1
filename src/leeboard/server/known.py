"""Who could sign in: people by name, and keys that may look.

Place: beside the sessions. The process that serves and whoever examines an
installation ask here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leeboard.server.access import Grant, grant_of, person_of
from leeboard.state import State

__all__ = ["Known", "known_to"]


@dataclass(frozen=True, slots=True)
class Known:
    """Who could sign in now; false where nobody could.

    Parameters
    ----------
    people : tuple of Grant
    keys : tuple of Grant
        Without those that only send events.
    """

    people: tuple[Grant, ...]
    keys: tuple[Grant, ...]

    def __bool__(self) -> bool:
        return bool(self.people or self.keys)

    @property
    def admins(self) -> int:
        """How many of them may everything."""
        return sum(
            one.covers("admin") and not one.model for one in self.people + self.keys
        )


def known_to(state: State, now: datetime) -> Known:
    """Return who could sign in to a server with this store of results."""
    held = (key for key in state.keys.all() if key.holds(now))
    keys = (grant_of(key) for key in held)
    users = state.users.all()
    return Known(
        tuple(person_of(user) for user in users if user.revoked_at is None),
        tuple(key for key in keys if key.covers("read")),
    )
