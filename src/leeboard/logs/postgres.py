"""A log in Postgres: events by binary COPY, each once, joined by the server.

Place: beside the other logs, for teams whose models run on several hosts. The joins
are ``_pg_sql``'s; of several predictions that one id made at one time, the one that
counts is chosen by the same query as in a folder.
"""

from __future__ import annotations

import os
import weakref
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection

from leeboard.databases import (
    Writes,
    bring_up_to_date,
    open_postgres,
    search_postgres,
    vacuum_postgres,
)
from leeboard.errors import LogError
from leeboard.logs import _join as queries
from leeboard.logs import _pg_prune as prune
from leeboard.logs import _pg_sql as sql
from leeboard.logs._counts import Counts
from leeboard.logs._files import Files
from leeboard.logs._log import Batch, Changes, Summary, Taken
from leeboard.logs._losses import Loss
from leeboard.logs._pg_copies import copies, fetched, fill
from leeboard.logs._pg_rows import (
    LABEL_COLUMNS,
    Shape,
    feedback_table,
    prediction_table,
)
from leeboard.logs._pg_tables import HEAD, TABLES, VERSION_TABLE
from leeboard.logs._pg_write import write
from leeboard.logs._sample import bound_of
from leeboard.logs._tables import (
    ARROW,
    PREDICTIONS_PLAIN,
    QUARANTINED,
    TIME,
    dropped_of,
)
from leeboard.logs._wanted import Wanted
from leeboard.logs.folder import summary_of
from leeboard.windows import Window

__all__ = ["PostgresLog"]

_STEPS = os.path.join(os.path.dirname(__file__), "migrations")
_IDS = 10_000
"""Ids asked for at once."""
_LABEL_TIMES = ("observed_at", "label_received_at")
_EVER = {
    "start": "-infinity",
    "stop": "infinity",
    "before": "infinity",
    "bound": None,
}


class PostgresLog:
    """A log in a Postgres database.

    Parameters
    ----------
    address : str
        ``postgresql://user@host/database``; tables that are not there are made in the
        first schema of the user's search path.

    Raises
    ------
    LogError
        If no server answers, a right is lacking, or a newer Leeboard wrote the log.
    """

    def __init__(self, address: str) -> None:
        engine = open_postgres(address, LogError)
        self._database = Writes(engine, LogError)
        weakref.finalize(self, engine.dispose)
        bring_up_to_date(
            self._database,
            _STEPS,
            head=HEAD,
            version_table=VERSION_TABLE,
            error=LogError,
        )

    def write(self, batch: Batch) -> None:
        """Store a batch whole; writing it again changes nothing that can be read."""
        with self._database.writing() as connection:
            # whoever writes waits here for the one before: numbers follow commits
            number = connection.exec_driver_sql(sql.NEXT_NUMBER).scalar_one()
            write(connection, batch, number)

    def marks(self) -> Mapping[str, int]:
        """Up to where each source is in the log."""
        return dict(self._rows("SELECT source, upto FROM log_marks"))

    def models(self) -> Sequence[str]:
        """Names of the models that have predictions, in order."""
        return [name for (name,) in self._rows(sql.MODELS)]

    def changes(self, model: str, after: int) -> Changes:
        """What came since a place in the log; 0 is its beginning."""
        with self._database.reading() as connection:
            upto = connection.exec_driver_sql(
                "SELECT number FROM log_head"
            ).scalar_one()
            asked = {"model": model, "after": after, "upto": upto}
            found = connection.exec_driver_sql(sql.CHANGES, asked).all()
        return Changes(max(upto, after), frozenset(minute for (minute,) in found))

    def joined(
        self,
        model: str,
        span: Window,
        *,
        columns: Sequence[str] | None = None,
        received_before: datetime | None = None,
        most: int | None = None,
    ) -> pa.RecordBatchReader:
        """Predictions made in a span, each once, with its label if one has come."""
        labels = self._labels(model)
        offered = [
            *PREDICTIONS_PLAIN.names,
            *self._typed(model),
            *labels,
            *_LABEL_TIMES,
        ]
        wanted = offered if columns is None else [c for c in columns if c in offered]
        schema = _schema(list(dict.fromkeys(wanted)) or ["id"])
        told = any(name in schema.names for name in (*labels, *_LABEL_TIMES))
        asked: dict[str, Any] = {"start": span.start, "stop": span.end, "model": model}
        asked |= {"before": received_before or "infinity", "bound": None}
        if most is not None:
            ((rows,),) = self._rows(sql.ROWS, asked)
            asked["bound"] = bound_of(rows, most)
        statement = sql.JOINED if told else sql.ONCE
        batches = self._predictions(statement, asked, schema)
        return pa.RecordBatchReader.from_batches(schema, batches)

    def events(self, kind: str, model: str | None = None) -> pa.RecordBatchReader:
        """All ``predictions`` or ``feedback``, each once; or the ``quarantined``."""
        if kind == "quarantined":
            rows = self._rows(sql.QUARANTINED, {"model": model})
            columns = list(zip(*rows, strict=True)) or [()] * len(QUARANTINED)
            arrays = [
                pa.array(values, wanted.type)
                for values, wanted in zip(columns, QUARANTINED, strict=True)
            ]
            return pa.table(arrays, schema=QUARANTINED).to_reader()
        if kind == "feedback":
            return self._feedback(model)
        schema = _schema([*PREDICTIONS_PLAIN.names, *self._typed(model)])
        names = self.models() if model is None else [model]
        batches = (
            batch
            for name in names
            for batch in self._predictions(sql.ONCE, {**_EVER, "model": name}, schema)
        )
        return pa.RecordBatchReader.from_batches(schema, batches)

    def summary(self) -> Sequence[Summary]:
        """What there is of each model, and of events that name none."""
        accounts = dict(self._rows("SELECT token, account FROM log_accounts"))
        names = {name for (name,) in self._rows(sql.NAMES)}
        names.update(str(one.get("model", "")) for one in accounts.values())
        found = []
        for name in sorted(names):
            asked = {**_EVER, "model": name}
            (numbers,) = self._rows(sql.COUNTS, asked)
            reasons = Counter(dict(self._rows(sql.REASONS, {"model": name})))
            if name or reasons:
                dropped = dropped_of(accounts, name)
                predictions, labels, joined, *times, conflicts = numbers
                first, last, received = map(_utc, times)
                counted = Counts(
                    predictions, labels, joined, first, last, received, conflicts
                )
                found.append(summary_of(name, counted, reasons, dropped))
        return found

    def losses(
        self, model: str, span: Window | Sequence[Window] | None = None
    ) -> Sequence[Loss]:
        """Events of a model that came, and that no read gives."""
        spans = (span,) if isinstance(span, Window) else span or ()
        asked: dict[str, Any] = {
            "model": model,
            "starts": [_EVER["start"]] if span is None else [w.start for w in spans],
            "stops": [_EVER["stop"]] if span is None else [w.end for w in spans],
        }
        found = []
        for kind, reason, rows, minute in self._rows(sql.ASIDE, asked):
            at = minute.astimezone(UTC)
            found.append(Loss(kind, reason, rows, at, at))
        return found

    def tidy(self) -> None:
        """Do nothing: the server tidies by itself (autovacuum)."""

    def take_out(self, wanted: Wanted, batch: Batch | None = None) -> Taken:
        """Take events out, and store a batch in the same commit."""
        with self._database.writing() as connection:
            prune.wait_for_writers(connection)
            taken = prune.take_out(connection, wanted)
            if batch is not None:
                number = connection.exec_driver_sql(sql.NEXT_NUMBER).scalar_one()
                write(connection, batch, number)
        return taken

    def would_take(self, wanted: Wanted) -> Taken:
        """Tell what ``take_out`` would take."""
        with self._one_view() as connection:
            return prune.seen(connection, wanted)

    def ids_with(self, wanted: Wanted) -> frozenset[tuple[str, str]]:
        """Return model and id of predictions that have the value that is wanted."""
        if not wanted.column:
            return frozenset()
        with self._one_view() as connection:
            return prune.ids_with(connection, wanted)

    def rid(self, wanted: Wanted) -> Mapping[str, str]:  # noqa: ARG002 - all goes
        """Write anew the tables out of which anything was taken."""
        names = [name for (name,) in self._rows(sql.UNCLEAN)]
        left = vacuum_postgres(self._database, names)
        with self._database.writing() as connection:
            for name in names:
                if f"table {name}" not in left:
                    connection.exec_driver_sql(sql.CLEANED, {"name": name})
            # what the planner knows of all partitions together holds values as well
            connection.exec_driver_sql("ANALYZE predictions")
        return left

    def search(self, wanted: Wanted, spelt: Sequence[bytes]) -> Mapping[str, str]:
        """Look into every table, and into what the planner remembers of it."""
        with self._one_view() as connection:
            found = dict(search_postgres(connection, TABLES, spelt))
            taken = prune.seen(connection, wanted)
        for kind in ("predictions", "feedback", "quarantined"):
            if getattr(taken, kind) and not found[f"table {kind}"]:
                found[f"table {kind}"] = "rows"
        return found

    def copies(self) -> Iterator[tuple[str, bytes]]:
        """Yield name and bytes of the pieces of a log in files that holds the same."""
        with self._one_view() as connection:
            yield from copies(connection)

    def fill(self, folder: str) -> None:
        """Hold what the log whose pieces lie in a folder holds, and nothing else."""
        with self._database.writing() as connection:
            prune.wait_for_writers(connection)
            fill(connection, folder)

    def close(self) -> None:
        """Let go of connections."""
        self._database.engine.dispose()

    def _rows(
        self, statement: str, asked: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        with self._database.reading() as connection:
            found = connection.exec_driver_sql(statement, asked and dict(asked))
            return [tuple(row) for row in found]

    def _typed(self, model: str | None) -> list[str]:
        """Typed columns that a model's predictions have."""
        found = self._rows(sql.COLUMNS, {"model": model})
        return sorted({name for (columns,) in found for name in columns})

    def _labels(self, model: str | None) -> list[str]:
        """Typed columns that labels about a model have."""
        found = {part for (part,) in self._rows(sql.LABELS, {"model": model})}
        return [name for part, name in enumerate(LABEL_COLUMNS) if part in found]

    @contextmanager
    def _one_view(self) -> Iterator[Connection]:
        """Give a connection whose statements all see the log at one moment."""
        with self._database.one_view() as connection:
            # compiling these statements takes longer than they run
            connection.exec_driver_sql("SET LOCAL jit = off")
            yield connection

    def _predictions(
        self, statement: str, asked: Mapping[str, Any], schema: pa.Schema
    ) -> Iterator[pa.RecordBatch]:
        with self._one_view() as connection:
            found = connection.exec_driver_sql("SELECT number, columns FROM log_shapes")
            shapes = {number: Shape(tuple(columns)) for number, columns in found}
            for rows in fetched(connection, statement, asked):
                yield from prediction_table(rows, shapes, schema).to_batches()
            found = connection.exec_driver_sql(sql.CONTESTED, dict(asked))
            ids = [one for (one,) in found]
            for at in range(0, len(ids), _IDS):
                some = {**asked, "ids": ids[at : at + _IDS]}
                table = _contested(connection, some, shapes, schema)
                yield from table.to_batches()

    def _feedback(self, model: str | None) -> pa.RecordBatchReader:
        labels = self._labels(model)
        schema = feedback_table([], labels).schema

        def batches() -> Iterator[pa.RecordBatch]:
            with self._one_view() as connection:
                for rows in fetched(connection, sql.FEEDBACK, {"model": model}):
                    yield from feedback_table(rows, labels).to_batches()

        return pa.RecordBatchReader.from_batches(schema, batches())


def _contested(
    connection: Connection,
    asked: Mapping[str, Any],
    shapes: Mapping[int, Shape],
    schema: pa.Schema,
) -> pa.Table:
    """Rows of ids that came with several contents at one time, each once."""
    typed = sorted({c for shape in shapes.values() for c in shape.columns})
    full = _schema([*PREDICTIONS_PLAIN.names, *typed])
    made = [r for rows in fetched(connection, sql.OF_IDS, asked) for r in rows]
    told = [r for rows in fetched(connection, sql.FEEDBACK_ON, asked) for r in rows]
    files = Files(
        new_predictions=prediction_table(made, shapes, full),
        new_feedback=feedback_table(told, LABEL_COLUMNS),
    )
    start, stop, before = (asked[n] for n in ("start", "stop", "before"))
    span = Window(start, stop) if isinstance(start, datetime) else None
    known = before if isinstance(before, datetime) else None
    reader = queries.joined(files, span, columns=schema.names, received_before=known)
    table = reader.read_all()
    return table.select(schema.names).cast(schema)


def _schema(names: Sequence[str]) -> pa.Schema:
    fields = []
    for name in names:
        if name in PREDICTIONS_PLAIN.names:
            fields.append(PREDICTIONS_PLAIN.field(name))
        else:
            fields.append((name, TIME if name in _LABEL_TIMES else ARROW[name[-1]]))
    return pa.schema(fields)


def _utc(time: datetime | None) -> datetime | None:
    return None if time is None else time.astimezone(UTC)
