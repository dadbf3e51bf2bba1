"""Events as rows of Postgres, and back: typed columns as one array a type.

Place: under the log in Postgres. Knows no SQL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leeboard.events import LABEL, PREDICTIONS, TYPES, Stored
from leeboard.logs._tables import (
    ARROW,
    FEEDBACK_PLAIN,
    PREDICTIONS_PLAIN,
    QUARANTINED,
    arranged,
)

__all__ = [
    "LABEL_COLUMNS",
    "Shape",
    "feedback_rows",
    "feedback_table",
    "prediction_rows",
    "prediction_table",
    "quarantined_rows",
    "shape_of",
]

LABEL_COLUMNS = tuple(f"{LABEL}#{letter}" for letter in "disb")
"""Columns of a label at rest, in the order of the table's columns d, i, s, b."""

_Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """Which typed columns the arrays of a row stand for, by type, in order."""

    columns: tuple[str, ...]

    @property
    def digest(self) -> bytes:
        """Of the columns."""
        return _digest(repr(self.columns))

    def of(self, letter: str) -> tuple[str, ...]:
        """Columns of one type."""
        return tuple(c for c in self.columns if c.endswith(f"#{letter}"))


def shape_of(table: pa.Table) -> Shape:
    """Shape of a table's rows: typed columns that hold anything, by their names."""
    held = [
        name
        for name in table.column_names
        if Stored.parse(name) is not None
        and table.column(name).null_count < table.num_rows
    ]
    return Shape(tuple(sorted(held)))


def prediction_rows(
    table: pa.Table, shape: Shape, number: int, batch: int
) -> Iterator[_Row]:
    """Rows of predictions, in the order of the table's columns in Postgres.

    Parameters
    ----------
    table : Table
    shape : Shape
        Of it.
    number, batch : int
        Of the shape, and of the commit.
    """
    table = arranged(table, PREDICTIONS_PLAIN)
    plain = {name: _values(table.column(name)) for name in PREDICTIONS}
    arrays = [_across(table, shape.of(letter)) for letter in TYPES]
    rest = (plain["model"], plain["version"], plain["latency_s"], plain["rate"])
    digests = _digests([list(map(list, zip(*rest, strict=True))), *arrays], shape)
    return zip(
        *(plain[name] for name in PREDICTIONS),
        _same(number, table.num_rows),
        *arrays,
        digests,
        _same(batch, table.num_rows),
        strict=True,
    )


def _same(value: Any, times: int) -> list[Any]:
    return [value] * times


def _values(column: pa.ChunkedArray) -> list[Any]:
    """Values as Python's; texts without the NUL that Postgres cannot hold."""
    if pa.types.is_string(column.type):
        column = pc.replace_substring(column, "\0", "\ufffd")
    values: list[Any] = column.to_pylist()
    return values


def _across(table: pa.Table, names: Sequence[str]) -> list[list[Any] | None]:
    """Values of some columns as one list a row; None where there are no columns."""
    if not names:
        return [None] * table.num_rows
    return list(map(list, zip(*(_values(table.column(n)) for n in names), strict=True)))


def _digests(parts: Sequence[list[list[Any] | None]], shape: Shape) -> Iterator[bytes]:
    """Digest of the contents of each row, the same in whatever shape it came.

    Of present values with their columns; ``repr`` tells every two of them apart, but
    not two kinds of NaN.
    """
    names = ["", *(shape.of(letter) for letter in TYPES)]
    for row in zip(*parts, strict=True):
        plain = repr(row[0])
        typed = [
            (name, value)
            for columns, values in zip(names[1:], row[1:], strict=True)
            if values is not None
            for name, value in zip(columns, values, strict=True)
            if value is not None
        ]
        yield _digest(f"{plain}{sorted(typed)}")


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def feedback_rows(table: pa.Table, batch: int) -> Iterator[_Row]:
    """Rows of feedback, in the order of the table's columns in Postgres."""
    table = arranged(table, FEEDBACK_PLAIN)
    plain = [_values(table.column(name)) for name in FEEDBACK_PLAIN.names]
    labels = [
        _values(table.column(name))
        if name in table.column_names
        else _same(None, table.num_rows)
        for name in LABEL_COLUMNS
    ]
    models = plain[FEEDBACK_PLAIN.names.index("model")]
    digests = [_digest(repr(one)) for one in zip(models, *labels, strict=True)]
    batches = _same(batch, table.num_rows)
    return zip(*plain, *labels, digests, batches, strict=True)


def quarantined_rows(table: pa.Table) -> Iterator[_Row]:
    """Rows of what was set aside, in the order of the table's columns in Postgres."""
    columns = [_values(table.column(name)) for name in QUARANTINED.names]
    at = QUARANTINED.names.index("received_at")
    for row in zip(*columns, strict=True):
        yield (*row, _digest(repr(row[:at] + row[at + 1 :])))


def prediction_table(
    rows: Sequence[_Row], shapes: Mapping[int, Shape], schema: pa.Schema
) -> pa.Table:
    """Rows as a table with the columns of a schema.

    Parameters
    ----------
    rows : sequence of tuple
        Plain columns; the number of the shape; the five arrays; and what else the
        query gives: the label by type, and its two times.
    shapes : mapping of number to Shape
    schema : Schema
    """
    start = len(PREDICTIONS)
    by_shape: dict[int, list[_Row]] = {}
    for row in rows:
        by_shape.setdefault(row[start], []).append(row)
    tables = [
        _of_one_shape(some, shapes[number], schema) for number, some in by_shape.items()
    ]
    return pa.concat_tables(tables or [schema.empty_table()])


_TOLD = (*LABEL_COLUMNS, "observed_at", "label_received_at")


def _of_one_shape(rows: Sequence[_Row], shape: Shape, schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    start = len(PREDICTIONS)
    found: dict[str, Any] = dict(zip(PREDICTIONS, columns, strict=False))
    for letter, values in zip(TYPES, columns[start + 1 : start + 6], strict=True):
        names = shape.of(letter)
        if names:
            kind = pa.list_(ARROW[letter], len(names))
            flat = pa.array(values, kind).flatten()
            for place, name in enumerate(names):
                if name in schema.names:
                    indices = pa.array(range(place, len(flat), len(names)), pa.int64())
                    found[name] = flat.take(indices)
    found.update(zip(_TOLD, columns[start + 6 :], strict=False))
    arrays = [_array(found.get(f.name), f.type, len(rows)) for f in schema]
    return pa.table(arrays, schema=schema)


def _array(values: Any, kind: pa.DataType, rows: int) -> pa.Array:
    if values is None:
        return pa.nulls(rows, kind)
    return values if isinstance(values, pa.Array) else pa.array(values, kind)


def feedback_table(rows: Sequence[_Row], labels: Sequence[str]) -> pa.Table:
    """Rows of feedback as a table, with the label columns that are wanted."""
    columns = list(zip(*rows, strict=True)) or [()] * (len(FEEDBACK_PLAIN) + 4)
    arrays = [
        pa.array(values, kind.type)
        for values, kind in zip(columns, FEEDBACK_PLAIN, strict=False)
    ]
    table = pa.table(arrays, schema=FEEDBACK_PLAIN)
    for name, values in zip(LABEL_COLUMNS, columns[len(FEEDBACK_PLAIN) :], strict=True):
        if name in labels:
            kind = ARROW[name[-1]]
            table = table.append_column(name, pa.array(values, kind))
    return table
