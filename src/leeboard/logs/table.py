"""Existing tables of predictions and labels, read where they lie as a log.

Place: beside the other logs, for users who log already. The reading half of a log: a
mapping says what each column is, and nothing is copied or written. One span at a time
is held in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pyarrow as pa
import pyarrow.compute as pc

from leeboard.errors import LogError
from leeboard.logs import _join as queries
from leeboard.logs._counts import counts
from leeboard.logs._files import Files
from leeboard.logs._log import Batch, Changes, Summary
from leeboard.logs._tables import FEEDBACK_PLAIN, together
from leeboard.logs.columns import Mapped, Moments, events_of
from leeboard.logs.folder import summary_of
from leeboard.logs.in_place import Bounds, Rows
from leeboard.windows import Window

__all__ = ["TableLog"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_IDS = 10_000
"""Ids asked for at once; of more, all rows are read and sorted out here."""


class TableLog:
    """A log over tables that somebody else writes.

    Parameters
    ----------
    rows : FrameRows or PostgresRows
        Of predictions, and of their labels where ``mapped`` names a label.
    mapped : Mapped
        What its columns are; ``made_at`` among them.
    model : str
        To which all rows belong.
    told : tuple of rows and Mapped, optional
        A table of labels: ``id``, ``label`` and ``observed_at``.
    zone, unit : str, optional
        Of times without a zone, and of times that are numbers.
    clock : callable
        Gives the time; rows of a later one are quarantined.

    Notes
    -----
    A table has no order of arrival. ``changes`` goes by ``received_at`` (and
    ``observed_at`` of labels) where they are mapped, else by ``made_at``; rows that are
    put in later with an older time are not noticed. Of predictions with one id, those
    of the span asked for compete.
    """

    def __init__(
        self,
        rows: Rows,
        mapped: Mapped,
        *,
        model: str,
        told: tuple[Rows, Mapped] | None = None,
        zone: str | None = None,
        unit: str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._rows, self._mapped, self._model = rows, mapped, model
        self._told, self._zone, self._unit, self._clock = told, zone, unit, clock

    def write(self, batch: Batch) -> NoReturn:
        """Refuse: the tables are their owner's.

        Raises
        ------
        LogError
            Always, with code ``read_only_log``.
        """
        raise LogError(
            code="read_only_log",
            where="log",
            found=f"{batch.predictions.num_rows} predictions to be stored",
            expected="reads alone: the table is read where it lies",
            fix="Log to a folder, a bucket or Postgres, or to the table itself.",
        )

    def marks(self) -> Mapping[str, int]:
        """Nothing is shipped here."""
        return {}

    def models(self) -> Sequence[str]:
        """The one model."""
        return [self._model]

    def changes(self, model: str, after: int) -> Changes:
        """What came since a place, which is the time of the latest arrival seen.

        What came at that very time is told again: more may have come since.
        """
        if model != self._model:
            return Changes(after, frozenset())
        minutes: set[int] = set()
        latest = after
        fields = self._mapped.fields
        arrivals = [fields.get("received_at", fields["made_at"])]
        arrivals += [fields["observed_at"]] if "observed_at" in fields else []
        slim = Mapped({k: fields[k] for k in _TIMES if k in fields})
        for column in arrivals:
            table = self._rows.within(slim.columns, self._since(column, after))
            made = self._events(table, slim).predictions
            minutes |= _minutes(made)
            moments = self._moments().read(_array(table, column), column)
            latest = max(latest, _latest(moments) or latest)
        if self._told is not None:
            rows, mapped = self._told
            at = mapped.fields.get("received_at", mapped.fields["observed_at"])
            table = rows.within(mapped.columns, self._since(at, after))
            moments = self._moments().read(_array(table, at), at)
            latest = max(latest, _latest(moments) or latest)
            ids = table.column(mapped.fields["id"])
            about = _about(self._rows, slim.columns, fields["id"], ids)
            minutes |= _minutes(self._events(about, slim).predictions)
        return Changes(latest, frozenset(minutes))

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
        files = self._files(span) if model == self._model else Files()
        return queries.joined(
            files, span, columns=columns, received_before=received_before, most=most
        )

    def events(self, kind: str, model: str | None = None) -> pa.RecordBatchReader:
        """All ``predictions`` or ``feedback``, each once; or the ``quarantined``."""
        batch = self._batch(None)
        if model not in {None, self._model}:
            batch = Batch(*(t.slice(0, 0) for t in _tables(batch)))
        if kind == "quarantined":
            return batch.quarantined.to_reader()
        return queries.events(_as_files(batch), kind)

    def summary(self) -> Sequence[Summary]:
        """What there is of the model. Reads all of the tables."""
        batch = self._batch(None)
        reasons = Counter(batch.quarantined.column("reason").to_pylist())
        return [summary_of(self._model, counts(_as_files(batch)), reasons, Counter())]

    def tidy(self) -> None:
        """Do nothing: the tables are their owner's."""

    def _files(self, span: Window) -> Files:
        return _as_files(self._batch(span))

    def _batch(self, span: Window | None) -> Batch:
        fields = self._mapped.fields
        bounds = None
        if span is not None:
            bounds = Bounds(fields["made_at"], span.start, span.end, self._unit)
        table = self._rows.within(self._mapped.columns, bounds)
        batch = self._events(table, self._mapped)
        if self._told is None:
            return batch
        rows, mapped = self._told
        if span is None:
            labels = rows.within(mapped.columns, None)
        else:
            ids = table.column(fields["id"])
            labels = _about(rows, mapped.columns, mapped.fields["id"], ids)
        told = self._events(labels, mapped)
        return replace(
            batch,
            feedback=together([batch.feedback, told.feedback], FEEDBACK_PLAIN),
            quarantined=pa.concat_tables([batch.quarantined, told.quarantined]),
        )

    def _events(self, table: pa.Table, mapped: Mapped) -> Batch:
        columns = {name: _array(table, name) for name in mapped.columns}
        return events_of(columns, mapped, self._moments(), self._model, first=0)

    def _moments(self) -> Moments:
        return Moments(self._zone, self._unit, self._clock())

    def _since(self, column: str, after: int) -> Bounds:
        start = _EPOCH + after * _MICROSECOND if after else None
        return Bounds(column, start, None, self._unit)


_TIMES = ("id", "received_at", "observed_at", "made_at")


def _tables(batch: Batch) -> tuple[pa.Table, pa.Table, pa.Table]:
    return batch.predictions, batch.feedback, batch.quarantined


def _as_files(batch: Batch) -> Files:
    return Files(new_predictions=batch.predictions, new_feedback=batch.feedback)


def _array(table: pa.Table, name: str) -> pa.Array:
    """One column as a plain array."""
    column = table.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    return column.combine_chunks()


def _about(rows: Rows, columns: Sequence[str], key: str, ids: pa.Array) -> pa.Table:
    """Rows with some ids."""
    wanted = pc.unique(ids).drop_null()
    if len(wanted) <= _IDS:
        return rows.of_ids(columns, key, wanted)
    table = rows.within(list(dict.fromkeys([*columns, key])), None)
    there = table.column(key)
    chosen = pc.is_in(there, value_set=wanted.cast(there.type))
    return table.filter(chosen).select(list(columns))


def _minutes(made: pa.Table) -> set[int]:
    since = pc.divide(made.column("made_at").cast(pa.int64()), 60_000_000)
    return set(pc.unique(since).to_pylist())


def _latest(moments: pa.Array) -> int | None:
    latest: int | None = pc.max(moments.cast(pa.int64())).as_py()
    return latest
