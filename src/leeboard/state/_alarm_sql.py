"""Verdicts, incidents and messages in a database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    false,
    func,
    select,
    true,
    update,
)

from leeboard.alarms.judged import Judged
from leeboard.databases import Writes, clean, insert_rows
from leeboard.incidents.incident import Incident, Stage, Transition
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
from leeboard.state._lease import Lease
from leeboard.state._rows import any_of, check_filter
from leeboard.windows import Window

__all__ = ["SqlAlarms"]

_ENDED = [stage.value for stage in Stage if stage.ended]
_AT_ONCE = 1000
"""Ids asked for by one statement: databases bound how many it may have."""

_Documents = Callable[[Connection, str, str, str | None], None]


class SqlAlarms:
    """The part of a store of results that alarms need.

    Parameters
    ----------
    database : Writes
    refuse_lost : callable
        Raises if a lease has gone, within a transaction.
    keep : callable
        Keeps a document within a transaction.
    """

    def __init__(
        self,
        database: Writes,
        refuse_lost: Callable[[Connection, Lease], None],
        keep: _Documents,
    ) -> None:
        self._database = database
        self._refuse_lost, self._keep = refuse_lost, keep

    def write(self, lease: Lease, model: str, written: Written) -> None:
        """Keep all of it in one transaction."""
        name = clean(model)
        with self._database.writing() as connection:
            self._refuse_lost(connection, lease)
            _replace(
                connection, VERDICTS, [judged_row(name, v) for v in written.verdicts], 1
            )
            _replace(
                connection,
                INCIDENTS,
                [incident_row(name, one) for one in written.incidents],
                1,
            )
            _replace(
                connection, TRANSITIONS, [*map(transition_row, written.transitions)], 2
            )
            self._insert_new(connection, written.messages)
            for key, text in written.documents.items():
                self._keep(connection, name, key, text)

    def _insert_new(self, connection: Connection, messages: Sequence[Outgoing]) -> None:
        """Messages whose key and channel are not there yet."""
        rows = {row[:2]: row for row in map(outgoing_row, messages)}
        known = {
            tuple(found)
            for key, channel in rows
            for found in connection.execute(
                select(MESSAGES.c.key, MESSAGES.c.channel).where(
                    MESSAGES.c.key == key, MESSAGES.c.channel == channel
                )
            )
        }
        insert_rows(
            connection, MESSAGES, [row for at, row in rows.items() if at not in known]
        )

    def verdicts(self, model: str, span: Window | None = None) -> Sequence[Judged]:
        """Verdicts of windows that begin in the span, in order of time."""
        asked = select(VERDICTS).where(*_within(clean(model), span))
        return self._read(asked.order_by(*_IN_TIME), judged_from)

    def verdicts_by(self, ids: Sequence[str]) -> Sequence[Judged]:
        """Verdicts by their ids, in that order; those that there are."""
        names = [clean(one) for one in ids]
        found: dict[str, Judged] = {}
        for at in range(0, len(names), _AT_ONCE):
            some = VERDICTS.c.id.in_(names[at : at + _AT_ONCE])
            read = self._read(select(VERDICTS).where(some), judged_from)
            found |= {one.id: one for one in read}
        return [found[name] for name in names if name in found]

    def verdict_table(
        self, where: Mapping[str, str | Collection[str]], span: Window | None = None
    ) -> pa.Table:
        """Return verdicts as a table, filtered by one value a column, or several."""
        check_filter(where, FILTERS, "verdicts")
        asked = select(*(VERDICTS.c[name] for name in VERDICT.names)).where(
            *(VERDICTS.c[name].in_(any_of(value)) for name, value in where.items()),
            *_within(None, span),
        )
        with self._database.reading() as connection:
            rows = connection.execute(asked.order_by(*_IN_TIME)).all()
        return verdict_table([tuple(row) for row in rows])

    def incidents(
        self, model: str | None = None, *, running: bool = False
    ) -> Sequence[Incident]:
        """Incidents, the newest first; only those that have not ended if asked."""
        table = INCIDENTS.c
        asked = select(INCIDENTS).where(
            true() if model is None else table.model == clean(model),
            table.stage.not_in(_ENDED) if running else true(),
        )
        asked = asked.order_by(table.opened_at.desc(), table.id)
        return self._read(asked, incident_from)

    def incident(self, id_: str) -> Incident | None:
        """Return the incident of that id."""
        asked = select(INCIDENTS).where(INCIDENTS.c.id == clean(id_))
        return next(iter(self._read(asked, incident_from)), None)

    def story(self, id_: str) -> Sequence[Transition]:
        """Return its transitions, in order."""
        asked = select(TRANSITIONS).where(TRANSITIONS.c.incident == clean(id_))
        return self._read(asked.order_by(TRANSITIONS.c.number), transition_from)

    def edit(
        self, before: Incident, after: Incident, transitions: Sequence[Transition]
    ) -> bool:
        """Replace an incident by hand, only if it still is as it was read."""
        asked = select(INCIDENTS).where(INCIDENTS.c.id == clean(before.id))
        with self._database.writing() as connection:
            held = connection.execute(asked.with_for_update()).first()
            if held is None or incident_from(held) != before:
                return False
            row = incident_row(clean(after.model), after)
            _replace(connection, INCIDENTS, [row], 1)
            insert_rows(connection, TRANSITIONS, [*map(transition_row, transitions)])
        return True

    def outgoing(self, now: datetime, limit: int = 100) -> Sequence[Outgoing]:
        """Messages that are due and neither sent nor given up, the oldest first."""
        table = MESSAGES.c
        asked = select(MESSAGES).where(
            table.sent_at.is_(None),
            table.given_up == false(),
            table.due_at <= now,
        )
        asked = asked.order_by(table.due_at, table.key, table.channel).limit(limit)
        return self._read(asked, outgoing_from)

    def told(self, channel: str, since: datetime) -> int:
        """How many messages a channel has taken since then."""
        asked = select(func.count()).where(
            MESSAGES.c.channel == clean(channel), MESSAGES.c.sent_at >= since
        )
        with self._database.reading() as connection:
            return int(connection.execute(asked).scalar_one())

    def thread(self, channel: str, incident: str) -> str:
        """What the channel answered to the incident's first message, or empty."""
        table = MESSAGES.c
        asked = select(table.thread).where(
            table.channel == clean(channel),
            table.incident == clean(incident),
            table.thread != "",
        )
        with self._database.reading() as connection:
            found = connection.execute(asked.order_by(table.sent_at)).scalar()
        return found or ""

    def keep_outgoing(self, one: Outgoing) -> None:
        """Note what became of an attempt."""
        row = dict(zip(MESSAGES.c.keys(), outgoing_row(one), strict=True))
        key = and_(MESSAGES.c.key == row["key"], MESSAGES.c.channel == row["channel"])
        with self._database.writing() as connection:
            if (
                connection.execute(update(MESSAGES).where(key).values(row)).rowcount
                == 0
            ):
                insert_rows(connection, MESSAGES, [tuple(row.values())])

    def _read(self, asked: Any, read: Callable[[Any], Any]) -> Sequence[Any]:
        with self._database.reading() as connection:
            return [read(row) for row in connection.execute(asked).all()]


_IN_TIME = (VERDICTS.c.window_start, VERDICTS.c.window_end, VERDICTS.c.id)


def _within(model: str | None, span: Window | None) -> list[ColumnElement[bool]]:
    asked = [] if model is None else [VERDICTS.c.model == model]
    if span is not None:
        start = VERDICTS.c.window_start
        asked += [start >= span.start, start < span.end]
    return asked


def _replace(
    connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], key: int
) -> None:
    """Put rows in the place of those with the same first values."""
    once = {row[:key]: row for row in rows}
    _delete(connection, table, list(once), key)
    insert_rows(connection, table, list(once.values()))


def _delete(
    connection: Connection, table: Table, keys: Sequence[tuple[Any, ...]], size: int
) -> None:
    if not keys:
        return
    columns = list(table.c)[:size]
    same = and_(*(column == bindparam(f"k{i}") for i, column in enumerate(columns)))
    rows = [{f"k{i}": value for i, value in enumerate(key)} for key in keys]
    connection.execute(delete(table).where(same), rows)
