"""What a channel is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from leeboard.incidents.message import Message

__all__ = ["Channel", "Sent"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A message was taken.

    Parameters
    ----------
    thread : str
        What the next message of the incident answers to; empty if the receiver has no
        threads.
    """

    thread: str = ""


class Channel(Protocol):
    """Sends messages to one place."""

    @property
    def name(self) -> str:
        """As the configuration names it; never an address or a secret."""
        ...

    def send(self, message: Message, thread: str = "") -> Sent:
        """Send it, or raise.

        Parameters
        ----------
        message : Message
        thread : str
            What an earlier message of the incident was answered with.

        Raises
        ------
        NotifyError
            If it was not taken; ``retry_after`` says whether and when to try again.
        """
        ...
