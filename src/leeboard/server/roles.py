"""What one process of a server does: all of it, or its share beside others."""

from __future__ import annotations

from enum import StrEnum

from leeboard.errors import ConfigError

__all__ = ["Role", "role_of"]


class Role(StrEnum):
    """The share of one process; each shows the dashboard."""

    ALL = "all"
    COLLECTOR = "collector"
    SCHEDULER = "scheduler"

    @property
    def takes_events(self) -> bool:
        """It takes events in over HTTP, and commits them."""
        return self is not Role.SCHEDULER

    @property
    def makes_passes(self) -> bool:
        """It makes passes, while it leads."""
        return self is not Role.COLLECTOR


def role_of(name: str) -> Role:
    """Return the role of a name.

    Raises
    ------
    ConfigError
        There is none of this name.
    """
    try:
        return Role(name)
    except ValueError:
        raise ConfigError(
            code="unknown_role",
            where="--role",
            found=repr(name),
            expected="all, collector or scheduler",
            fix="One process needs none: all is the default.",
        ) from None
