"""Rows of users' own tables, read where they lie: only the columns and times asked for.

Place: under the log over existing tables. What can be left to the engine is left to it:
DuckDB, Ibis, Polars and the rest through narwhals, Postgres by SQL.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pyarrow as pa

from leeboard.errors import LogError

__all__ = ["Bounds", "FrameRows", "PostgresRows", "Rows"]

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECRET = re.compile(
    r"(://[^/\s:@]*:)[^@\s]+(@)|((?:password|token|secret|key)\s*[=:]\s*)\S+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """From when to when, in UTC, half-open; None: without end."""

    column: str
    start: datetime | None
    stop: datetime | None
    unit: str | None = None

    def pairs(self, kind: str) -> list[tuple[str, Any]]:
        """Comparisons that hold for all rows within, and for few others.

        Parameters
        ----------
        kind : str
            Of the column: ``aware``, ``naive`` or ``number``. Times without a zone are
            asked for a day more on each side, whatever their zone.
        """
        found = []
        for sign, time in ((">=", self.start), ("<", self.stop)):
            if time is not None:
                found.append((sign, self._value(time, kind, sign)))
        return found

    def _value(self, time: datetime, kind: str, sign: str) -> Any:
        if kind == "aware":
            return time
        if kind == "naive":
            day = timedelta(days=1 if sign == "<" else -1)
            return time.astimezone(UTC).replace(tzinfo=None) + day
        microseconds = (time - _EPOCH) // timedelta(microseconds=1)
        scaled = microseconds * _PER_SECOND[self.unit or "s"]
        # the least whole number that is not before the time
        return -(-scaled // 10**6)


class Rows(Protocol):
    """A table that lies somewhere."""

    def within(self, columns: Sequence[str], bounds: Bounds | None) -> pa.Table:
        """Columns of the rows within bounds, and of few others."""
        ...

    def of_ids(self, columns: Sequence[str], key: str, ids: pa.Array) -> pa.Table:
        """Columns of the rows whose key is among some values."""
        ...


class FrameRows:
    """A frame or relation that narwhals knows, or a dataset of Arrow.

    Parameters
    ----------
    frame : object
        DuckDB relation, Ibis table, Polars (lazy) frame, Arrow table or dataset …
    """

    def __init__(self, frame: Any) -> None:
        import narwhals as nw

        with _said(type(frame).__name__):
            native = _relation(frame) if _is_dataset(frame) else frame
            self._frame: Any = nw.from_native(native).lazy()
            schema = self._frame.collect_schema()
        self._kinds = {name: _kind(kind) for name, kind in schema.items()}
        self._where = type(frame).__name__

    def within(self, columns: Sequence[str], bounds: Bounds | None) -> pa.Table:
        """Columns of the rows within bounds, and of few others."""
        import narwhals as nw

        _refuse_missing(columns, self._kinds, self._where)
        frame = self._frame
        if bounds is not None:
            time = nw.col(bounds.column)
            kind = _time_kind(self._kinds[bounds.column], bounds.column, self._where)
            for sign, value in bounds.pairs(kind):
                frame = frame.filter(time >= value if sign == ">=" else time < value)
        return self._collected(frame, columns)

    def of_ids(self, columns: Sequence[str], key: str, ids: pa.Array) -> pa.Table:
        """Columns of the rows whose key is among some values."""
        import narwhals as nw

        _refuse_missing([*columns, key], self._kinds, self._where)
        if not len(ids):
            return self._collected(self._frame.head(0), columns)
        chosen = self._frame.filter(nw.col(key).is_in(ids.to_pylist()))
        return self._collected(chosen, columns)

    def _collected(self, frame: Any, columns: Sequence[str]) -> pa.Table:
        with _said(self._where):
            return frame.select(list(columns)).collect("pyarrow").to_native()


class PostgresRows:
    """A table or view in Postgres, read by a server-side cursor.

    Parameters
    ----------
    address : str
    table : str
        ``table`` or ``schema.table``.
    """

    def __init__(self, address: str, table: str) -> None:
        from leeboard.databases import Writes, open_postgres

        engine = open_postgres(address, LogError)
        self._database = Writes(engine, LogError)
        weakref.finalize(self, engine.dispose)
        self._schema, _, self._table = table.rpartition(".")
        self._where = table
        self._kinds = self._columns()
        if not self._kinds:
            raise LogError(
                code="database_gone",
                where=table,
                found="no such table or view, or no right to see it",
                expected="one that the user may read",
                fix="Name it as schema.table, and grant SELECT on it.",
            )

    def _columns(self) -> dict[str, str]:
        from leeboard.logs._table_sql import COLUMNS

        asked = {"schema": self._schema or None, "table": self._table}
        with self._database.reading() as connection:
            found = connection.exec_driver_sql(COLUMNS, asked).all()
        return {name: _postgres_kind(kind) for name, kind in found}

    def within(self, columns: Sequence[str], bounds: Bounds | None) -> pa.Table:
        """Columns of the rows within bounds, and of few others."""
        from leeboard.logs._table_sql import within

        _refuse_missing(columns, self._kinds, self._where)
        pairs = []
        if bounds is not None:
            kind = _time_kind(self._kinds[bounds.column], bounds.column, self._where)
            pairs = [(bounds.column, *pair) for pair in bounds.pairs(kind)]
        return self._read(within(self._schema, self._table, columns, pairs))

    def of_ids(self, columns: Sequence[str], key: str, ids: pa.Array) -> pa.Table:
        """Columns of the rows whose key is among some values."""
        from leeboard.logs._table_sql import of_ids

        _refuse_missing([*columns, key], self._kinds, self._where)
        return self._read(
            of_ids(self._schema, self._table, columns, key, ids.to_pylist())
        )

    def close(self) -> None:
        """Let go of connections."""
        self._database.engine.dispose()

    def _read(self, statement: Any) -> pa.Table:
        with self._database.reading() as connection:
            held = connection.execution_options(stream_results=True)
            result = held.execute(statement)
            names = list(result.keys())
            parts = [
                pa.table(
                    [
                        pa.array(values, _ARROW.get(self._kinds[name]))
                        for name, values in zip(
                            names, zip(*rows, strict=True), strict=True
                        )
                    ],
                    names=names,
                )
                for rows in result.partitions(20_000)
            ]
        empty = pa.table(
            {n: pa.array([], _ARROW.get(self._kinds[n], pa.string())) for n in names}
        )
        return pa.concat_tables(parts) if parts else empty


_ARROW = {
    "aware": pa.timestamp("us", tz="UTC"),
    "naive": pa.timestamp("us"),
    "number": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "text": pa.string(),
}


def _postgres_kind(name: str) -> str:
    if name in {"int2", "int4", "int8"}:
        return "number"
    if name in {"float4", "float8", "numeric"}:
        return "double"
    named = {"timestamptz": "aware", "timestamp": "naive", "date": "date"}
    return {**named, "bool": "bool"}.get(name, "text")


def _kind(kind: Any) -> str:
    """Kind of a narwhals type, as far as times are concerned."""
    zone = getattr(kind, "time_zone", None)
    if type(kind).__name__ == "Datetime":
        return "aware" if zone else "naive"
    return "number" if kind.is_integer() else "date" if kind.is_temporal() else "other"


def _time_kind(kind: str, column: str, where: str) -> str:
    if kind in {"aware", "naive", "number"}:
        return kind
    raise LogError(
        code="no_time",
        where=f"{where}, column {column!r}",
        found="neither times nor whole numbers",
        expected="timestamps, or numbers since 1970 with a unit",
        fix="Map a column of times, or bring the rows in with leeboard import.",
    )


def _refuse_missing(columns: Sequence[str], there: dict[str, str], where: str) -> None:
    missing = [name for name in columns if name not in there]
    if missing:
        raise LogError(
            code="missing_column",
            where=where,
            found=f"no column {missing[0]!r}; it has {', '.join(sorted(there)[:12])}",
            expected="every column that is mapped",
            fix="Correct the mapping.",
        )


def _is_dataset(frame: Any) -> bool:
    return type(frame).__module__.startswith("pyarrow._dataset")


def _relation(dataset: Any) -> Any:
    import duckdb

    return duckdb.connect().from_arrow(dataset)


@contextmanager
def _said(where: str) -> Iterator[None]:
    """Pass on what an engine says of a table it cannot read, without secrets."""
    try:
        yield
    except LogError:
        raise
    except Exception as error:  # noqa: BLE001  # each engine has errors of its own
        lines = str(error).strip().splitlines() or [""]
        said = _SECRET.sub(r"\1\3…\2", lines[0])[:200]
        raise LogError(
            code="table_unreadable",
            where=where,
            found=f"{type(error).__name__}: {said}",
            expected="a table that can be read",
            fix="Check that it is there, that you may read it, and that none locks it.",
        ) from None
