"""Ids of events: text that knows whether its event has been stored."""

from __future__ import annotations

import os
import random
import time
from typing import Self

__all__ = ["LONGEST_ID", "EventId", "new_id", "readable_id", "reseed"]

LONGEST_ID = 128

_draw = random.Random(os.urandom(32)).getrandbits  # noqa: S311  # unique, not secret


class EventId(str):
    """The id of one event, usable as the text that it is.

    ``stored`` is true once the write that the logger's mode promises has returned:
    until then, and for an event that was refused, sampled out or lost, it is false.
    A copy or a pickle keeps the answer of its moment.
    """

    __slots__ = ("stored",)

    stored: bool

    def __new__(cls, text: str, *, stored: bool = False) -> Self:
        """Make an id of a text."""
        self = str.__new__(cls, text)
        self.stored = stored
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (str.__str__(self), self.stored)


def _rebuild(text: str, stored: bool) -> EventId:  # noqa: FBT001  # called by pickle
    return EventId(text, stored=stored)


def new_id() -> EventId:
    """Make a UUID of version 7 (RFC 9562, section 5.7): milliseconds, then chance."""
    # The generator's own method is one call in C: threads cannot draw the same bits.
    chance = _draw(74)
    ms = time.time_ns() // 1_000_000
    return EventId(
        "%08x-%04x-7%03x-%04x-%012x"  # noqa: UP031  # twice as quick as an f-string
        % (
            ms >> 16,
            ms & 0xFFFF,
            chance >> 62,
            0x8000 | chance >> 48 & 0x3FFF,
            chance & 0xFFFFFFFFFFFF,
        )
    )


def readable_id(given: object) -> str | None:
    """Return a user's id as text; None where it cannot be one.

    An id is 1 to 128 printable characters (no control, no bidirectional mark, no lone
    surrogate), or a whole number or a `uuid.UUID`, which are written out.
    """
    kind = type(given)
    if issubclass(kind, str):
        text = str.__str__(given)
    elif type(given) is int:
        text = format(given, "d") if abs(given) < 1 << 127 else ""
    elif kind.__module__ == "uuid" and kind.__qualname__ == "UUID":
        text = str(given)
    else:
        return None
    # Surrogates, bidirectional marks and controls are all unprintable.
    return text if 0 < len(text) <= LONGEST_ID and text.isprintable() else None


def reseed() -> None:
    """In a child after a fork: draw other ids than the parent."""
    global _draw  # noqa: PLW0603  # one generator in each process
    _draw = random.Random(os.urandom(32)).getrandbits  # noqa: S311
