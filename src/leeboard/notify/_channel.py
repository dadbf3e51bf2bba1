"""What a channel is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from leeboard.incidents.message import Message

__all__ = ["Channel", "Draw", "Sent", "ShowsPictures"]

Draw = Callable[[Message], bytes | None]
"""Gives a message's picture as PNG; None where there is nothing to draw, or draw with.

It is asked after the message was noted as sent, by a channel that shows pictures.
"""


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


@runtime_checkable
class ShowsPictures(Protocol):
    """A channel that can show a picture beside a message that it took."""

    def show(self, message: Message, thread: str) -> str:
        """Show the message's picture; return why it was not, or nothing.

        Never raises: the message is there, and a picture is not worth a second one.
        """
        ...
