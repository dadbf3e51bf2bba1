"""A channel in memory: the twin for tests, of ours and of users."""

from __future__ import annotations

from collections.abc import Iterable

from leeboard.errors import NotifyError
from leeboard.incidents.message import Message
from leeboard.notify._channel import Sent

__all__ = ["MemoryChannel"]


class MemoryChannel:
    """Keeps what it is sent, and fails when it is told to.

    Parameters
    ----------
    name : str
    failures : iterable of NotifyError or None
        What each of the next attempts meets: an error is raised, None takes the
        message. When they are used up every message is taken.
    """

    def __init__(
        self, name: str = "memory", *, failures: Iterable[NotifyError | None] = ()
    ) -> None:
        self._name = name
        self.failures = list(failures)
        self.attempts: list[tuple[Message, str]] = []
        self.sent: list[Message] = []

    @property
    def name(self) -> str:
        """As given."""
        return self._name

    def send(self, message: Message, thread: str = "") -> Sent:
        """Keep the message and the thread it answers to; a thread is a number.

        Raises
        ------
        NotifyError
            The next of ``failures``.
        """
        self.attempts.append((message, thread))
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        self.sent.append(message)
        return Sent(thread or str(len(self.sent)))
