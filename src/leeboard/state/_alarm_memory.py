"""Verdicts, incidents and messages in memory: the twin of the databases.

Values are kept as the rows of the databases' tables, so that what comes back is what
comes back from them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
from sqlalchemy import Table

from leeboard.alarms.judged import Judged
from leeboard.databases import clean
from leeboard.incidents.incident import Incident, Transition
from leeboard.state._alarm_rows import (
    VERDICT,
    incident_from,
    incident_row,
    judged_from,
    judged_row,
    outgoing_from,
    outgoing_row,
    transition_from,
    transition_row,
    verdict_table,
)
from leeboard.state._alarm_tables import INCIDENTS, MESSAGES, TRANSITIONS, VERDICTS
from leeboard.state._alarms import FILTERS, Outgoing, Written
from leeboard.state._blot import row_blotted
from leeboard.state._lease import Lease
from leeboard.state._rows import any_of, check_filter
from leeboard.windows import Window
from leeboard.words import Blot

__all__ = ["MemoryAlarms"]

_Row = tuple[Any, ...]


class MemoryAlarms:
    """The part of a store in memory that alarms need.

    Parameters
    ----------
    lock : Lock
        Of the store.
    refuse_lost, keep : callables
        As of the databases; called while the lock is held.
    """

    def __init__(
        self,
        lock: threading.Lock,
        refuse_lost: Callable[[Lease], None],
        keep: Callable[[str, str, str | None], None],
    ) -> None:
        self._lock, self._refuse_lost, self._keep = lock, refuse_lost, keep
        self._verdicts: dict[str, _Row] = {}
        self._incidents: dict[str, _Row] = {}
        self._stories: dict[tuple[str, int], _Row] = {}
        self._messages: dict[tuple[str, str], _Row] = {}

    def blot(self, blot: Blot) -> None:
        """Take texts out of all words; the state holds the lock."""
        every: tuple[tuple[Table, dict[Any, _Row]], ...] = (
            (VERDICTS, self._verdicts),
            (INCIDENTS, self._incidents),
            (TRANSITIONS, self._stories),
            (MESSAGES, self._messages),
        )
        for table, rows in every:
            for key, row in rows.items():
                rows[key] = row_blotted(table, row, blot)

    def write(self, lease: Lease, model: str, written: Written) -> None:
        """Keep all of it, or nothing."""
        name = clean(model)
        verdicts = [judged_row(name, one) for one in written.verdicts]
        incidents = [incident_row(name, one) for one in written.incidents]
        stories = [*map(transition_row, written.transitions)]
        messages = [*map(outgoing_row, written.messages)]
        with self._lock:
            self._refuse_lost(lease)
            self._verdicts.update((row[0], row) for row in verdicts)
            self._incidents.update((row[0], row) for row in incidents)
            self._stories.update((row[:2], row) for row in stories)
            for row in messages:
                self._messages.setdefault(row[:2], row)
            for key, text in written.documents.items():
                self._keep(name, key, text)

    def verdicts(self, model: str, span: Window | None = None) -> Sequence[Judged]:
        """Verdicts of windows that begin in the span, in order of time."""
        rows = self._in_span(span)
        return [judged_from(r) for r in rows if r.model == clean(model)]

    def verdicts_by(self, ids: Sequence[str]) -> Sequence[Judged]:
        """Verdicts by their ids, in that order; those that there are."""
        rows = (self._verdicts.get(clean(one)) for one in ids)
        return [judged_from(_named(VERDICTS, row)) for row in rows if row is not None]

    def verdict_table(
        self, where: Mapping[str, str | Collection[str]], span: Window | None = None
    ) -> pa.Table:
        """Return verdicts as a table, filtered by one value a column, or several."""
        check_filter(where, FILTERS, "verdicts")
        return verdict_table(
            [
                tuple(getattr(row, name) for name in VERDICT.names)
                for row in self._in_span(span)
                if all(getattr(row, n) in any_of(v) for n, v in where.items())
            ]
        )

    def _in_span(self, span: Window | None) -> list[Any]:
        with self._lock:
            rows = [_named(VERDICTS, row) for row in self._verdicts.values()]
        inside = [
            row
            for row in rows
            if span is None or span.start <= row.window_start < span.end
        ]
        return sorted(inside, key=lambda r: (r.window_start, r.window_end, r.id))

    def incidents(
        self, model: str | None = None, *, running: bool = False
    ) -> Sequence[Incident]:
        """Incidents, the newest first; only those that have not ended if asked."""
        with self._lock:
            rows = [_named(INCIDENTS, row) for row in self._incidents.values()]
        rows = [row for row in rows if model is None or row.model == clean(model)]
        rows.sort(key=lambda row: row.id)
        rows.sort(key=lambda row: row.opened_at, reverse=True)
        found = [incident_from(row) for row in rows]
        return [one for one in found if not (running and one.stage.ended)]

    def incident(self, id_: str) -> Incident | None:
        """Return the incident of that id."""
        row = self._incidents.get(clean(id_))
        return None if row is None else incident_from(_named(INCIDENTS, row))

    def story(self, id_: str) -> Sequence[Transition]:
        """Return its transitions, in order."""
        with self._lock:
            rows = sorted(r for at, r in self._stories.items() if at[0] == clean(id_))
        return [transition_from(_named(TRANSITIONS, row)) for row in rows]

    def edit(
        self, before: Incident, after: Incident, transitions: Sequence[Transition]
    ) -> bool:
        """Replace an incident by hand, only if it still is as it was read."""
        with self._lock:
            held = self._incidents.get(clean(before.id))
            if held is None or incident_from(_named(INCIDENTS, held)) != before:
                return False
            row = incident_row(clean(after.model), after)
            self._incidents[row[0]] = row
            new = [*map(transition_row, transitions)]
            self._stories.update((one[:2], one) for one in new)
        return True

    def outgoing(self, now: datetime, limit: int = 100) -> Sequence[Outgoing]:
        """Messages that are due and neither sent nor given up, the oldest first."""
        waiting = [
            row
            for row in self._all_messages()
            if row.sent_at is None and not row.given_up and row.due_at <= now
        ]
        waiting.sort(key=lambda row: (row.due_at, row.key, row.channel))
        return [outgoing_from(row) for row in waiting[:limit]]

    def told(self, channel: str, since: datetime) -> int:
        """How many messages a channel has taken since then."""
        return sum(
            row.sent_at is not None and row.sent_at >= since
            for row in self._all_messages()
            if row.channel == clean(channel)
        )

    def thread(self, channel: str, incident: str) -> str:
        """What the channel answered to the incident's first message, or empty."""
        answered = [
            row
            for row in self._all_messages()
            if row.channel == clean(channel)
            and row.incident == clean(incident)
            and row.thread
        ]
        return min(answered, key=lambda row: row.sent_at).thread if answered else ""

    def _all_messages(self) -> list[Any]:
        with self._lock:
            return [_named(MESSAGES, row) for row in self._messages.values()]

    def keep_outgoing(self, one: Outgoing) -> None:
        """Note what became of an attempt."""
        row = outgoing_row(one)
        with self._lock:
            self._messages[row[:2]] = row


def _named(table: Table, row: _Row) -> Any:
    """A row whose values have the names of the columns, as the databases give it."""
    return SimpleNamespace(**dict(zip(table.c.keys(), deepcopy(row), strict=True)))
