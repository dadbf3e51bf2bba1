"""Rows of both sides, for the metrics that need them.

A column is read when a metric asks for it, and kept until another one is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.engines.arrays import LevelCounter, NumberCounter
from leeboard.engines.study import study
from leeboard.engines.values import kind_of, levels_and_codes, numbers, plain
from leeboard.errors import MetricError
from leeboard.metrics import metrics
from leeboard.metrics._call import check_kind, check_options, of_types
from leeboard.metrics._metric import Measurement, Metric, Pair, Rows, undefined
from leeboard.profiles.cells import CategoryCells
from leeboard.profiles.counts import CategoryCounts, Counts, NumericCounts
from leeboard.schema import COMPARED_KINDS, Column, Kind, Schema
from leeboard.sources import Source

__all__ = ["RowsPair", "column_kind", "open_rows", "rows_of"]

_Array = np.ndarray[Any, Any]
_NUMBERS = (Kind.NUMERIC, Kind.DATETIME)


def rows_of(data: pa.ChunkedArray, kind: Kind) -> Rows:
    """Values of a whole column, without NULL and NaN.

    Parameters
    ----------
    data : ChunkedArray, shape (rows,)
    kind : Kind
        As what the values are read: numbers or levels.
    """
    read = _numbers if kind in _NUMBERS else _levels
    return read(data, kind)


def _numbers(data: pa.ChunkedArray, kind: Kind) -> Rows:
    pieces = [
        numbers(_present(chunk, pa.float64()))[0] for chunk in data.chunks if len(chunk)
    ]
    values = np.concatenate(pieces) if pieces else np.empty(0)
    present = None
    if data.null_count:
        # a copy: marks of NaN are added
        present = np.concatenate([plain(chunk.is_valid()) for chunk in data.chunks])
    infinite = 0
    if values.dtype.kind == "f" and len(values):
        gone = np.isnan(values)
        if gone.any():
            if present is None:
                present = ~gone
            else:
                present[np.flatnonzero(present)[gone]] = False
            values = values[~gone]
        infinite = int(np.count_nonzero(np.isinf(values)))
    return Rows(values, len(data) - len(values), kind, infinite, present)


def _levels(data: pa.ChunkedArray, kind: Kind) -> Rows:
    values, marks = [], []
    for chunk in data.chunks:
        if pa.types.is_null(chunk.type):
            marks.append(np.zeros(len(chunk), bool))
            continue
        levels, codes, present = levels_and_codes(chunk)
        named = np.empty(len(levels), object)
        named[:] = levels
        values.append(named[codes])
        marks.append(present)
    every = np.concatenate(marks) if marks else np.empty(0, bool)
    full = np.concatenate(values) if values else np.empty(0, object)
    missing = len(every) - len(full)
    return Rows(full, missing, kind, present=every if missing else None)


def column_kind(reference: pa.DataType, current: pa.DataType) -> Kind | None:
    """Kind of a column by its types; the other side's where one is all missing."""
    kind = kind_of(reference)
    return kind_of(current) if kind is None else kind


class RowsPair:
    """Rows of reference and current, read when a metric asks.

    Parameters
    ----------
    reference : Source or None
        None where only a profile of it is known.
    current : Source
    schema : Schema or None
        What the columns are; None: as their types say.
    """

    def __init__(
        self, reference: Source | None, current: Source, schema: Schema | None = None
    ) -> None:
        self._reference, self._current, self._schema = reference, current, schema
        self._held: tuple[str, Rows, Rows] | None = None

    @property
    def known(self) -> bool:
        """True if the rows of the reference are at hand, and not only its counts."""
        return self._reference is not None

    def measure(self, metric: str, column: str | None, **options: Any) -> Measurement:
        """One metric on the rows of one column (None: of the table).

        Raises
        ------
        MetricError
            If the metric, an option, or the column is not one that can be measured.
        """
        declared = metrics()[metric]
        check_options(declared, options)
        if self._reference is None:
            text = f"{metric} needs rows, and the reference is a profile"
            rows = self._current.rows or 0
            return undefined(metric, 0, rows, code="needs_rows", text=text)
        if declared.on_table is not None:
            return self._on_table(self._reference, declared.on_table, options)
        if column is None:
            raise MetricError(
                code="no_column",
                where=f"metric {metric!r}",
                found="no column named",
                expected="the name of one column",
                fix="Name one with column=.",
            )
        return replace(
            self._on_column(self._reference, declared, column, options), subject=column
        )

    def _on_column(
        self, before: Source, metric: Metric, column: str, options: dict[str, Any]
    ) -> Measurement:
        types = self._types(before, column)
        measured = of_types(metric, kind_of(types[0]), kind_of(types[1]), **options)
        if measured is not None:
            return measured
        kind = self._kind(column, types)
        if kind is None:
            kind = _without_values(metric, column, types)
        check_kind(metric, kind, f"column {column!r}")
        sides = (before, self._current)
        if metric.on_rows is None:
            data = before.column(column), self._current.column(column)
            return _on_counts(metric, column, kind, data, options)
        if self._held is None or self._held[0] != column:
            self._held = None
            ours, theirs = (_ordered(rows_of(s.column(column), kind)) for s in sides)
            self._held = column, ours, theirs
        return metric.on_rows(*self._held[1:], **options)

    def _on_table(
        self, before: Source, of: Callable[..., Measurement], options: dict[str, Any]
    ) -> Measurement:
        tables: tuple[dict[str, Rows], dict[str, Rows]] = ({}, {})
        theirs = set(self._current.schema.names)
        for name in before.schema.names:
            if name not in theirs:
                continue
            kind = self._kind(name, self._types(before, name))
            if kind not in COMPARED_KINDS:
                continue
            for table, source in zip(tables, (before, self._current), strict=True):
                table[name] = rows_of(source.column(name), kind)
        measured = of(*tables, **options)
        return measured if measured.subject else replace(measured, subject="table")

    def _types(self, before: Source, column: str) -> tuple[pa.DataType, pa.DataType]:
        found = []
        for source in (before, self._current):
            if column not in source.schema.names:
                raise MetricError(
                    code="missing_column",
                    where=f"column {column!r}",
                    found=f"no such column in {source.name}",
                    expected="one of " + ", ".join(map(repr, source.schema.names[:20])),
                    fix="Name a column that both have.",
                )
            found.append(source.schema.field(column).type)
        return found[0], found[1]

    def _kind(self, column: str, types: tuple[pa.DataType, pa.DataType]) -> Kind | None:
        """Kind as which both sides are read; None if they cannot be read alike."""
        natural = column_kind(*types)
        if kind_of(types[1]) not in (natural, None):
            return None
        if self._schema is not None and column in self._schema:
            return self._schema[column].kind
        return natural


def _without_values(
    metric: Metric, column: str, types: tuple[pa.DataType, pa.DataType]
) -> Kind:
    """Any kind will do where no side has a value; two kinds cannot be compared."""
    kinds = [kind_of(type_) for type_ in types]
    if kinds == [None, None]:
        return min(metric.kinds)
    raise MetricError(
        code="type_changed",
        where=f"metric {metric.name!r} on column {column!r}",
        found=f"{types[0]} in the reference and {types[1]} in the current data",
        expected="values of one kind",
        fix="Convert one of them; nothing is cast silently.",
    )


def _on_counts(
    metric: Metric,
    column: str,
    kind: Kind,
    data: tuple[pa.ChunkedArray, pa.ChunkedArray],
    options: dict[str, Any],
) -> Measurement:
    if metric.on_counts is None:
        text = f"{metric.name} measures neither rows nor counts of one column"
        sizes = len(data[0]), len(data[1])
        return undefined(metric.name, *sizes, code="unsupported", text=text)
    before, now = data
    studied = study(column, before, Column(column, kind))
    if studied.cells is None or studied.counts is None:
        text = f"the reference column has {len(before):,} rows and no value"
        code = "reference_all_missing" if len(before) else "insufficient_data"
        return undefined(metric.name, 0, len(now), code=code, text=text)
    current = _counted(studied.cells, now)
    pair = Pair(studied.cells, studied.counts, current, fixed=True)
    return metric.on_counts(pair, **options)


def _ordered(rows: Rows) -> Rows:
    """Rows in ascending order, which the metrics of one column need again and again."""
    if rows.kind not in _NUMBERS:
        return rows
    return replace(rows, values=np.sort(rows.values), present=None, ascending=True)


def _counted(cells: Any, data: pa.ChunkedArray) -> Counts:
    if isinstance(cells, CategoryCells):
        levels, tally = LevelCounter(cells), CategoryCounts.zero(cells)
        for chunk in data.chunks:
            tally = tally + levels.count(_present(chunk, pa.string()))
        return tally
    counter, counts = NumberCounter(cells), NumericCounts.zero(cells)
    for chunk in data.chunks:
        counts = counts + counter.count(*numbers(_present(chunk, pa.float64())))
    return counts


def _present(chunk: pa.Array, kind: pa.DataType) -> pa.Array:
    """Give a chunk of NULL alone the type that its reader knows."""
    return chunk.cast(kind) if pa.types.is_null(chunk.type) else chunk


def open_rows(
    reference: Source | None, current: Source, schema: Schema | None = None
) -> RowsPair:
    """Rows of both sides; the reference is None where only its profile is known."""
    return RowsPair(reference, current, schema)
