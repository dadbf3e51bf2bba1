"""What types the columns of a text file have, found over all of its rows.

Place: under ``TextSource``, over CSV and JSON lines. Must not know either's syntax.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import pyarrow as pa

from leeboard.errors import Note, Problem
from leeboard.sources._bytes import Piece
from leeboard.sources._rejects import Rejects

__all__ = ["Rows", "infer_table", "known_type", "merge_types", "plain_type"]


_VALUES = re.compile(r"dictionary<values=([^,]+),")
_TIME = re.compile(r"timestamp\[(s|ms|us|ns)(?:, tz=(.+))?\]")


class Rows(Protocol):
    """Parses pieces of one kind of text."""

    notes: list[Note]
    problems: dict[str, Problem]
    rejects: Rejects

    def infer(self, piece: Piece) -> pa.Table:
        """Return a piece with the types its own text suggests."""
        ...

    def read(self, piece: Piece, types: Mapping[str, pa.DataType]) -> pa.Table:
        """Return some columns with given types; ArrowInvalid if a cell does not fit."""
        ...


def merge_types(one: pa.DataType, two: pa.DataType) -> pa.DataType:
    """Return the type that holds what two pieces of a column were taken for."""
    one, two = plain_type(one), plain_type(two)
    if one == two or pa.types.is_null(two):
        return one
    if pa.types.is_null(one):
        return two
    pair = {one, two}
    if pair == {pa.int64(), pa.float64()}:
        return pa.float64()
    times = [t for t in pair if pa.types.is_timestamp(t)]
    if len(times) == 1 and pa.date32() in pair and times[0].tz is None:
        return times[0]
    if len(times) == 2 and times[0].tz == times[1].tz:
        return pa.timestamp("ns", times[0].tz)
    return pa.string()


def known_type(kind: pa.DataType | str) -> pa.DataType:
    """Return a type given as such or by its text, such as ``timestamp[us, tz=UTC]``.

    Dictionaries become the type of their values; texts that say nothing become null,
    which fits every column.
    """
    if isinstance(kind, pa.DataType):
        return plain_type(kind)
    values = _VALUES.match(kind)
    text = values.group(1) if values else kind
    time = _TIME.fullmatch(text)
    if time:
        return pa.timestamp(time.group(1), time.group(2))
    try:
        return pa.type_for_alias(text)
    except (ValueError, pa.ArrowException):
        return pa.null()


def plain_type(kind: pa.DataType) -> pa.DataType:
    """Return the type of values, for dictionaries."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def infer_table(
    rows: Rows, pieces: Callable[[], Iterator[Piece]], keep_bytes: int
) -> tuple[dict[str, pa.DataType], pa.Table | None]:
    """Return the type of every column over all pieces, and the table if it is small.

    Parameters
    ----------
    rows : Rows
    pieces : callable
        Gives all pieces from the first, each time it is called.
    keep_bytes : int
        Above this size no table is kept.
    """
    types: dict[str, pa.DataType] = {}
    kept: list[pa.Table] | None = []
    size = 0
    for piece in pieces():
        table = rows.infer(piece)
        for field in table.schema:
            before = types.get(field.name, pa.null())
            types[field.name] = merge_types(before, field.type)
        size += table.nbytes
        if kept is not None:
            kept.append(table)
            if size > keep_bytes:
                kept = None
    rows.rejects.check()
    types = {name: kind for name, kind in types.items() if name not in rows.problems}
    if kept is None:
        return types, None
    return types, _unify(rows, pieces, types=types, tables=kept)


def _unify(
    rows: Rows,
    pieces: Callable[[], Iterator[Piece]],
    *,
    types: Mapping[str, pa.DataType],
    tables: list[pa.Table],
) -> pa.Table:
    lossy = {
        name: pa.string()
        for name, kind in types.items()
        if kind == pa.string() and not all(_is_text(table, name) for table in tables)
    }
    chunks: dict[str, list[pa.Array]] = {name: [] for name in types}
    if lossy:
        for piece in pieces():
            table = rows.read(piece, lossy)
            for name in lossy:
                chunks[name].extend(table.column(name).chunks)
    for table in tables:
        for name, kind in types.items():
            if name not in lossy:
                chunks[name].extend(_cast(table, name, kind).chunks)
    return pa.table(
        {name: pa.chunked_array(_alike(chunks[name], types[name])) for name in types}
        if tables
        else {name: pa.array([], kind) for name, kind in types.items()}
    )


def _is_text(table: pa.Table, name: str) -> bool:
    at = table.schema.get_field_index(name)
    if at < 0:
        return True
    kind = plain_type(table.schema.field(at).type)
    return bool(pa.types.is_string(kind) or pa.types.is_null(kind))


def _cast(table: pa.Table, name: str, kind: pa.DataType) -> pa.ChunkedArray:
    at = table.schema.get_field_index(name)
    if at < 0:
        return pa.chunked_array([pa.nulls(table.num_rows, kind)])
    column = table.column(at)
    if plain_type(column.type) == kind:
        return column
    return column.cast(kind, safe=False)


def _alike(chunks: list[pa.Array], kind: pa.DataType) -> list[pa.Array]:
    """Return chunks of one type: dictionaries only where all of them are."""
    coded = [pa.types.is_dictionary(chunk.type) for chunk in chunks]
    if any(coded) and not all(coded):
        return [c.cast(kind) if d else c for c, d in zip(chunks, coded, strict=True)]
    return chunks
