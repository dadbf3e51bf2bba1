"""What one run of a monitor did."""

from __future__ import annotations

from dataclasses import dataclass, field

from leeboard.errors import Note
from leeboard.logs.committer import Shipped
from leeboard.monitor.passes import Passed
from leeboard.notify import Delivered

__all__ = ["Ran"]


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run did.

    Parameters
    ----------
    shipped : Shipped or None
        Frames that were committed to the log; None where there is no spool.
    passes : tuple of Passed
        One for each model.
    sent : Delivered
        What became of messages that were due.
    notes : tuple of Note
        What else should be known of the run.
    """

    shipped: Shipped | None
    passes: tuple[Passed, ...]
    sent: Delivered = field(default_factory=Delivered)
    notes: tuple[Note, ...] = ()
