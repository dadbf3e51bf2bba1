"""Deeds as the log of deeds keeps them, and who does them on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leeboard.state import Deed, State

__all__ = ["note_deed", "user"]


def user() -> str:
    """Return the name of whoever runs this process."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user, as in some containers
        return "someone"


def note_deed(
    state: State,
    what: str,
    now: datetime,
    *,
    subject: str,
    how: Sequence[str] = (),
    detail: str = "",
) -> None:
    """Add one deed to the log.

    Parameters
    ----------
    state : State
    what : str
    now : datetime
    subject : str
        What it was done to.
    how : (str, str, str), optional
        Who did it, how they came, and from where; by default the user of this process.
    detail : str
        Neither a secret, nor what people wrote.
    """
    who, via, address = how or (user(), "cli", "")
    state.audit.add([Deed(now, who, via, address, what, subject, detail)])
