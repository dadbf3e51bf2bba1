"""What a log of deeds promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

__all__ = ["Audit", "Deed"]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody did, or tried to do.

    Parameters
    ----------
    at : datetime
    who : str
        Name of a person, or of the service whose key it was; empty: unknown.
    via : str
        How they came: ``cli``, ``key ID``, ``user NAME``, ``link``, ``server``, or
        empty.
    address : str
        From where; empty: from this machine.
    what : str
        One word for it, such as ``sign_in`` or ``close``.
    subject : str
        What it was done to: an incident, a key, a user, a model.
    detail : str
        What else should be known, in few words; never a secret, and never what a form
        or an event said.
    """

    at: datetime
    who: str
    via: str
    address: str
    what: str
    subject: str = ""
    detail: str = ""


class Audit(Protocol):
    """The log of deeds; ``State.audit`` gives it. Nothing takes anything out of it."""

    def add(self, deeds: Sequence[Deed]) -> None:
        """Keep some deeds, all or none."""
        ...

    def deeds(
        self, since: datetime | None = None, newest: int | None = None
    ) -> Sequence[Deed]:
        """Deeds since a moment, or the newest so many of them, in order of time."""
        ...
