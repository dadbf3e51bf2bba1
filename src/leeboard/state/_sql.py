"""A store of results in SQLite or Postgres: the same tables and the same statements."""

from __future__ import annotations

import os
import weakref
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    bindparam,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from leeboard.databases import (
    Writes,
    bring_up_to_date,
    clean,
    insert_rows,
    search_files,
    search_postgres,
    shown,
    vacuum_postgres,
    vacuum_sqlite,
)
from leeboard.errors import Note, StateError
from leeboard.state._alarm_sql import SqlAlarms
from leeboard.state._alarm_tables import INCIDENTS, MESSAGES, VERDICTS
from leeboard.state._asked import figures_asked, within
from leeboard.state._audit_sql import SqlAudit
from leeboard.state._blot import blot
from leeboard.state._key_sql import SqlKeys
from leeboard.state._lease import Lease
from leeboard.state._rows import (
    any_of,
    check_filter,
    done_of,
    done_row,
    measured_row,
    measured_table,
    once,
    packed_row,
    window_of,
)
from leeboard.state._state import Done, Held, Measured, Packed
from leeboard.state._tables import (
    DOCUMENTS,
    HEAD,
    LEASES,
    MEASUREMENTS,
    PLACES,
    PROFILES,
    TABLES,
    VERSION_TABLE,
    WINDOWS,
)
from leeboard.state._user_sql import SqlUsers
from leeboard.windows import Window

__all__ = ["SqlState"]

_STEPS = os.path.join(os.path.dirname(__file__), "migrations")


class SqlState:
    """Results in a database.

    Parameters
    ----------
    engine : Engine
        As ``leeboard.databases`` opens it. Tables that are not there are made.
    notes : tuple of Note
        What whoever opened it should know.

    Raises
    ------
    StateError
        If the database cannot be read and written, or is of a newer Leeboard.
    """

    def __init__(self, engine: Engine, notes: tuple[Note, ...] = ()) -> None:
        self._database = Writes(engine, StateError)
        self.notes = notes
        self._blotted: set[str] = set()
        # connections of a store that is let go without being closed are closed too
        weakref.finalize(self, engine.dispose)
        bring_up_to_date(
            self._database,
            _STEPS,
            head=HEAD,
            version_table=VERSION_TABLE,
            error=StateError,
        )
        self._alarms = SqlAlarms(self._database, self._refuse_lost, self._keep)
        self._keys = SqlKeys(self._database)
        self.users = SqlUsers(self._database)
        self.audit = SqlAudit(self._database)

    @property
    def database(self) -> Writes:
        """Its transactions, for copies of all that it holds."""
        return self._database

    @property
    def alarms(self) -> SqlAlarms:
        """Verdicts, incidents and messages."""
        return self._alarms

    @property
    def keys(self) -> SqlKeys:
        """Keys to the server."""
        return self._keys

    def place(self, model: str) -> int:
        """How far into the log the last pass of a model read; 0 before the first."""
        asked = select(PLACES.c.place).where(PLACES.c.model == clean(model))
        with self._database.reading() as connection:
            return int(connection.execute(asked).scalar() or 0)

    def put(
        self,
        lease: Lease,
        done: Sequence[tuple[Done, Sequence[Packed], Sequence[Measured]]],
        *,
        model: str,
        place: int,
        replaces: Sequence[Window] = (),
    ) -> None:
        """Replace those windows and move the place, in one transaction."""
        name = clean(model)
        windows = [one.window for one, _, _ in done]
        with self._database.writing() as connection:
            self._refuse_lost(connection, lease)
            _forget(connection, name, [*windows, *replaces])
            insert_rows(connection, WINDOWS, [done_row(name, d) for d, _, _ in done])
            packed = [
                packed_row(name, d.window, p) for d, held, _ in done for p in held
            ]
            insert_rows(connection, PROFILES, once(packed, 4))
            figures = [measured_row(name, d, m) for d, _, ms in done for m in ms]
            insert_rows(connection, MEASUREMENTS, once(figures, 8))
            row = {"model": name, "place": place}
            self._upsert(connection, PLACES, row, "model")

    def _refuse_lost(self, connection: Connection, lease: Lease) -> None:
        # the row stays locked until the transaction ends: no one takes it meanwhile
        held = connection.execute(
            select(LEASES.c.holder, LEASES.c.token)
            .where(LEASES.c.name == clean(lease.name))
            .with_for_update()
        ).first()
        if held is None or tuple(held) != (clean(lease.holder), lease.token):
            raise StateError(
                code="lease_lost",
                where=shown(self._database.engine.url),
                found=f"the right to {lease.name!r} with another holder",
                expected=f"it to be still with {lease.holder!r}",
                fix="Nothing was written; the other holder goes on with the work.",
            )

    def _upsert(
        self, connection: Connection, table: Table, row: dict[str, Any], *key: str
    ) -> None:
        insert = postgresql.insert if self._database.is_postgres else sqlite.insert
        changed = {name: row[name] for name in row if name not in key}
        connection.execute(
            insert(table)
            .values(row)
            .on_conflict_do_update(index_elements=list(key), set_=changed)
        )

    def windows(self, model: str, span: Window | None = None) -> Sequence[Done]:
        """Windows that were counted, in order of time."""
        asked = select(WINDOWS).where(*within(WINDOWS, clean(model), span))
        asked = asked.order_by(WINDOWS.c.window_start, WINDOWS.c.window_end)
        with self._database.reading() as connection:
            found = connection.execute(asked).all()
        return [done_of(row) for row in found]

    def ends(self, model: str) -> tuple[Window, Window] | None:
        """Return the first and the last window that were counted; None without any."""
        start, end = WINDOWS.c.window_start, WINDOWS.c.window_end
        asked = select(start, end).where(WINDOWS.c.model == clean(model)).limit(1)
        with self._database.reading() as connection:
            first = connection.execute(asked.order_by(start, end)).first()
            last = connection.execute(asked.order_by(start.desc(), end.desc())).first()
        if first is None or last is None:
            return None
        return window_of(*first), window_of(*last)

    def mark(self, model: str) -> str:
        """Return a text that changes whenever a window is counted or dropped."""
        asked = select(
            func.count(),
            func.max(WINDOWS.c.computed_at),
            func.sum(WINDOWS.c.revision),
        ).where(WINDOWS.c.model == clean(model))
        with self._database.reading() as connection:
            return " ".join(map(str, connection.execute(asked).one()))

    def profiles(
        self,
        model: str,
        span: Window | None = None,
        segment: str | Collection[str] | None = None,
    ) -> Sequence[tuple[Window, str, Packed]]:
        """Counts of one segment, or several; None: all segments."""
        same = and_(*(PROFILES.c[n] == WINDOWS.c[n] for n in _KEY))
        asked = (
            select(
                PROFILES.c.window_start,
                PROFILES.c.window_end,
                WINDOWS.c.fingerprint,
                PROFILES.c.segment,
                PROFILES.c.rows,
                PROFILES.c.data,
            )
            .join_from(PROFILES, WINDOWS, same)
            .where(*within(PROFILES, clean(model), span))
            .order_by(
                PROFILES.c.window_start,
                PROFILES.c.window_end,
                func.length(PROFILES.c.segment) > 0,
            )
        )
        if segment is not None:
            asked = asked.where(PROFILES.c.segment.in_(any_of(segment)))
        with self._database.reading() as connection:
            found = connection.execute(asked).all()
        return [
            (window_of(start, end), fingerprint, Packed(name, rows, bytes(data)))
            for start, end, fingerprint, name, rows, data in found
        ]

    def measurements(
        self,
        where: Mapping[str, str | Collection[str]],
        span: Window | Collection[Window] | None = None,
    ) -> pa.Table:
        """Figures as a table, filtered by one value a column, or several."""
        check_filter(where)
        asked = figures_asked(where, span, sqlite=not self._database.is_postgres)
        with self._database.reading() as connection:
            return measured_table(connection.execute(asked).all())

    def drop(self, model: str, windows: Sequence[Window]) -> None:
        """Forget windows, as when hours have been added into days."""
        with self._database.writing() as connection:
            _forget(connection, clean(model), windows)

    def keep(
        self, model: str, key: str, document: str | None, lease: Lease | None = None
    ) -> None:
        """Keep a document of a model under a key; None removes it."""
        with self._database.writing() as connection:
            if lease is not None:
                self._refuse_lost(connection, lease)
            self._keep(connection, clean(model), key, document)

    def _keep(
        self, connection: Connection, model: str, key: str, document: str | None
    ) -> None:
        row = {"model": model, "key": clean(key)}
        if document is None:
            gone = and_(*(DOCUMENTS.c[n] == value for n, value in row.items()))
            connection.execute(delete(DOCUMENTS).where(gone))
        else:
            full = {**row, "document": clean(document)}
            self._upsert(connection, DOCUMENTS, full, "model", "key")

    def kept(self, model: str, key: str) -> str | None:
        """Return the document under a key, or None."""
        asked = select(DOCUMENTS.c.document).where(
            DOCUMENTS.c.model == clean(model), DOCUMENTS.c.key == clean(key)
        )
        with self._database.reading() as connection:
            return connection.execute(asked).scalar()

    def lease(
        self, name: str, holder: str, now: datetime, seconds: float
    ) -> Lease | None:
        """Take or renew a lease; None while another holder has it."""
        until = now + timedelta(seconds=seconds)
        own = {"name": clean(name), "holder": clean(holder), "until": until}
        insert = postgresql.insert if self._database.is_postgres else sqlite.insert
        row = LEASES.c.name == own["name"]
        with self._database.writing() as connection:
            first = insert(LEASES).values(**own, token=1).on_conflict_do_nothing()
            if connection.execute(first).rowcount == 1:
                return Lease(name, holder, 1, until)
            held = connection.execute(select(LEASES).where(row).with_for_update()).one()
            if held.holder == own["holder"]:
                token = held.token
            elif held.holder == "" or held.until <= now:
                token = held.token + 1
            else:
                return None
            connection.execute(update(LEASES).where(row).values(**own, token=token))
        return Lease(name, holder, token, until)

    def leased(self, name: str) -> Lease | None:
        """Who has a lease, expired or not; None where it was given back."""
        asked = select(LEASES).where(LEASES.c.name == clean(name))
        with self._database.reading() as connection:
            held = connection.execute(asked).first()
        if held is None or held.holder == "":
            return None
        return Lease(name, held.holder, held.token, held.until)

    def release(self, lease: Lease) -> None:
        """Give a lease back; one that has gone to another is left alone."""
        own = and_(
            LEASES.c.name == clean(lease.name),
            LEASES.c.holder == clean(lease.holder),
            LEASES.c.token == lease.token,
        )
        with self._database.writing() as connection:
            connection.execute(update(LEASES).where(own).values(holder=""))

    def held(self, model: str) -> Held:
        """How much room a model's results take, and over what time."""
        name = clean(model)
        with self._database.reading() as connection:
            taken = sum(
                int(
                    connection.execute(
                        select(func.coalesce(func.sum(size), 0)).where(
                            table.c.model == name
                        )
                    ).scalar_one()
                )
                for table, size in self._sizes()
            )
            ends = select(
                func.min(WINDOWS.c.window_start), func.max(WINDOWS.c.window_end)
            ).where(WINDOWS.c.model == name)
            first, last = connection.execute(ends).one()
        return Held(taken, first, last)

    def _sizes(self) -> list[tuple[Table, ColumnElement[Any]]]:
        tables = (WINDOWS, PROFILES, MEASUREMENTS, VERDICTS, INCIDENTS, MESSAGES)
        if self._database.is_postgres:
            return [(t, func.pg_column_size(t.table_valued())) for t in tables]
        return [(t, _sqlite_size(t)) for t in tables]

    def blot(
        self,
        texts: Sequence[str],
        spelt: Sequence[str],
        leases: Sequence[Lease] = (),
    ) -> None:
        """Replace texts wherever words are kept."""
        with self._database.writing() as connection:
            for lease in leases:
                self._refuse_lost(connection, lease)
            self._blotted.update(blot(connection, texts, spelt))

    def rid(self) -> Mapping[str, str]:
        """Write anew the file, or in a server the documents, without deleted rows."""
        if self._database.is_postgres:
            names = [DOCUMENTS.name, *sorted(self._blotted)]
            self._blotted.clear()
            return vacuum_postgres(self._database, names)
        vacuum_sqlite(self._path)
        return {}

    def search(self, spelt: Sequence[bytes]) -> Mapping[str, str]:
        """Look for texts in the file and its journals, or in a server's tables."""
        if self._database.is_postgres:
            with self._database.one_view() as connection:
                return search_postgres(connection, TABLES, spelt)
        path = os.path.realpath(self._path)
        ends = ("", "-journal", "-wal", "-shm")
        return search_files([f"{path}{end}" for end in ends], spelt)

    @property
    def _path(self) -> str:
        return str(self._database.engine.url.database)

    def close(self) -> None:
        """Let go of connections."""
        self._database.engine.dispose()


def _sqlite_size(table: Table) -> ColumnElement[Any]:
    """Texts and bytes, eight a figure, three a count, and the record's and index's."""
    size: ColumnElement[Any] = literal(40)
    for column in table.columns:
        kind = str(column.type)
        if kind in _LONG:
            size = size + func.length(column)
        else:
            size = size + (8 if kind == "DOUBLE" else 3)
    return size


_KEY = ("model", "window_start", "window_end")
_LONG = {"TEXT", "VARCHAR", "BLOB", "JSON"}


def _forget(connection: Connection, model: str, windows: Sequence[Window]) -> None:
    if not windows:
        return
    rows = [{"m": model, "s": w.start, "e": w.end} for w in windows]
    for table in (WINDOWS, PROFILES, MEASUREMENTS):
        connection.execute(
            delete(table).where(
                table.c.model == bindparam("m"),
                table.c.window_start == bindparam("s"),
                table.c.window_end == bindparam("e"),
            ),
            rows,
        )
