"""What became of the messages that were due.

Place: a value.
"""

from __future__ import annotations

from dataclasses import dataclass

from leeboard.errors import Note

__all__ = ["Delivered"]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the messages that were due.

    Parameters
    ----------
    sent : int
        Taken one by one.
    folded : int
        Over the cap, and told of in one digest.
    failed : int
        Tried, not taken, to be tried again.
    waiting : int
        Not tried: over the cap, or behind one that failed.
    given_up : int
        Tried for the last time, or for a channel that is no longer there.
    notes : tuple of Note
        One a channel that did not take what it was sent, or not its picture.
    """

    sent: int = 0
    folded: int = 0
    failed: int = 0
    waiting: int = 0
    given_up: int = 0
    notes: tuple[Note, ...] = ()

    def __add__(self, other: Delivered) -> Delivered:
        return Delivered(
            self.sent + other.sent,
            self.folded + other.folded,
            self.failed + other.failed,
            self.waiting + other.waiting,
            self.given_up + other.given_up,
            self.notes + other.notes,
        )
