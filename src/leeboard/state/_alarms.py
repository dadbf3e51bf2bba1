"""What a store of verdicts, incidents and messages promises."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import pyarrow as pa

from leeboard.alarms.judged import Judged
from leeboard.incidents.incident import Incident, Transition
from leeboard.incidents.message import Message
from leeboard.state._lease import Lease
from leeboard.windows import Window
from leeboard.words import Words

__all__ = ["FILTERS", "Alarms", "Outgoing", "Written"]

FILTERS = (
    "id",
    "model",
    "segment",
    "subject",
    "aspect",
    "watched_as",
    "rule",
    "state",
    "severity",
)
"""Columns that verdicts are filtered by."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way to one channel.

    Parameters
    ----------
    channel : str
        Name of the channel; with the message's key it names the row.
    message : Message
    attempts : int
        How often it was tried.
    due_at : datetime
        Not to be tried before.
    sent_at : datetime or None
        When it was taken.
    given_up : bool
        It will not be tried again.
    thread : str
        What the receiver answered with.
    error : str
        Of the last attempt.
    """

    channel: str
    message: Message
    attempts: int
    due_at: datetime
    sent_at: datetime | None = None
    given_up: bool = False
    thread: str = ""
    error: Words = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What one step of judging changed: kept whole, or not at all.

    Parameters
    ----------
    verdicts : sequence of Judged
        Of windows not judged before; one that is there already is replaced.
    incidents : sequence of Incident
        New, or as they are now.
    transitions : sequence of Transition
        Of these; numbers follow those that are there.
    messages : sequence of Outgoing
        New ones; one whose key and channel are there already is left as it is.
    documents : mapping of key to text or None
        Memories and the like, as ``State.keep`` keeps them; None removes one.
    """

    verdicts: Sequence[Judged] = ()
    incidents: Sequence[Incident] = ()
    transitions: Sequence[Transition] = ()
    messages: Sequence[Outgoing] = ()
    documents: Mapping[str, str | None] = field(default_factory=dict)


class Alarms(Protocol):
    """Verdicts, incidents and outgoing messages; ``State.alarms`` gives it."""

    def write(self, lease: Lease, model: str, written: Written) -> None:
        """Keep all of it in one transaction.

        Raises
        ------
        StateError
            If the lease has gone to another holder (``lease_lost``); nothing is kept.
        """
        ...

    def verdicts(self, model: str, span: Window | None = None) -> Sequence[Judged]:
        """Verdicts of windows that begin in the span, in order of time."""
        ...

    def verdicts_by(self, ids: Sequence[str]) -> Sequence[Judged]:
        """Verdicts by their ids, in that order; those that there are."""
        ...

    def verdict_table(
        self, where: Mapping[str, str | Collection[str]], span: Window | None = None
    ) -> pa.Table:
        """Return verdicts as a table, filtered as ``State.measurements``."""
        ...

    def incidents(
        self, model: str | None = None, *, running: bool = False
    ) -> Sequence[Incident]:
        """Incidents, the newest first; only those that have not ended if asked."""
        ...

    def incident(self, id_: str) -> Incident | None:
        """Return the incident of that id."""
        ...

    def story(self, id_: str) -> Sequence[Transition]:
        """Return its transitions, in order."""
        ...

    def edit(
        self, before: Incident, after: Incident, transitions: Sequence[Transition]
    ) -> bool:
        """Replace an incident by hand, only if it still is as it was read.

        Returns False, and changes nothing, if it is not: read it again.
        """
        ...

    def outgoing(self, now: datetime, limit: int = 100) -> Sequence[Outgoing]:
        """Messages that are due and neither sent nor given up, the oldest first."""
        ...

    def told(self, channel: str, since: datetime) -> int:
        """How many messages a channel has taken since then."""
        ...

    def thread(self, channel: str, incident: str) -> str:
        """What the channel answered to the incident's first message, or empty."""
        ...

    def keep_outgoing(self, one: Outgoing) -> None:
        """Note what became of an attempt."""
        ...
