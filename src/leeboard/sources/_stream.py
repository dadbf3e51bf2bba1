"""A CSV file read in one pass, by column types known before.

Place: under ``text_source``. Cells that do not fit never stop the pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from leeboard.errors import Note, Problem
from leeboard.sources._bytes import Piece
from leeboard.sources._csv import CsvRows
from leeboard.sources._infer import merge_types, plain_type
from leeboard.sources._readable import one_array, reading_of
from leeboard.sources._source import Block
from leeboard.sources._watch import TextWatch

__all__ = ["Stream"]

_NUMBER = r"(?i)^\s*[+-]?(\d+\.?\d*(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?|inf|infinity|nan)\s*$"


class Stream:
    """Rows of a CSV file, piece by piece.

    A column takes its known type where its first piece fits it; else the type its text
    suggests, so that the change shows at once. A cell further on that does not fit is
    missing, and the column is added to ``problems``.
    """

    rows: int | None = None

    def __init__(
        self,
        name: str,
        *,
        rows: CsvRows,
        pieces: Callable[[], Iterator[Piece]],
        first: Piece,
        types: Mapping[str, pa.DataType],
        keep_bytes: int,
    ) -> None:
        self.name = name
        self._keep_bytes = keep_bytes
        self._kept: dict[str, list[pa.Array]] | None = None
        self._rows = rows
        self._pieces = pieces
        guessed = rows.infer(first)
        kinds = {
            field.name: _settle(plain_type(field.type), types.get(field.name))
            for field in guessed.schema
        }
        readings = {name: reading_of(kind) for name, kind in kinds.items()}
        self._types = {name: kinds[name] for name, r in readings.items() if r}
        self.schema = pa.schema([(n, r.type) for n, r in readings.items() if r])
        self.problems: dict[str, Problem] = dict(rows.problems)
        self._watch = TextWatch(name)

    @property
    def notes(self) -> tuple[Note, ...]:
        """Warnings so far."""
        return (
            *self._rows.notes,
            *self._rows.rejects.notes(),
            *self._watch.notes(),
        )

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one whole column.

        The first one asked for keeps all of them, if they are not too large; else each
        takes a pass over the file.
        """
        if self._kept is None:
            self._kept = self._keep()
        chunks = self._kept.get(name)
        if chunks is None:
            chunks = [block.columns[name] for block in self.blocks([name])]
        kinds = {chunk.type for chunk in chunks}
        if len(kinds) > 1:
            # whole numbers in some blocks, fractions in others
            chunks = [chunk.cast(pa.float64()) for chunk in chunks]
        kind = self.schema.field(name).type
        return pa.chunked_array(chunks, None if chunks else kind)

    def _keep(self) -> dict[str, list[pa.Array]]:
        kept: dict[str, list[pa.Array]] = {name: [] for name in self.schema.names}
        size = 0
        for block in self.blocks(self.schema.names):
            for name, array in block.columns.items():
                kept[name].append(array)
                size += array.nbytes
            if size > self._keep_bytes:
                return {}
        return kept

    def blocks(self, names: Sequence[str]) -> Iterator[Block]:
        """Yield the file once, about 8 MiB at a time."""
        wanted = {name: self._types[name] for name in names}
        misfits: dict[str, list[int]] = {}
        for name in names:
            self._watch.begin(name)
        row = 0
        for piece in self._pieces():
            table = self._read(piece, wanted, misfits)
            if table.num_rows:
                yield Block(table.num_rows, self._columns(table, row))
            row += table.num_rows
        self._rows.rejects.check()
        for name, (line, count) in misfits.items():
            self.problems[name] = self._problem(name, line, count)

    def _columns(self, table: pa.Table, row: int) -> dict[str, pa.Array]:
        columns = {}
        for field, column in zip(table.schema, table.columns, strict=True):
            reading = reading_of(field.type)
            if reading is not None:
                array = one_array(reading.chunks(column))
                columns[field.name] = self._watch.look(field.name, array, row)
        return columns

    def _read(
        self,
        piece: Piece,
        types: Mapping[str, pa.DataType],
        misfits: dict[str, list[int]],
    ) -> pa.Table:
        coded = {n: _coded(kind) for n, kind in types.items()}
        try:
            return self._rows.read(piece, coded)
        except pa.ArrowInvalid:
            pass
        columns: dict[str, pa.ChunkedArray] = {}
        for name, kind in coded.items():
            columns[name] = self._read_one(piece, name, kind=kind, misfits=misfits)
        return pa.table(columns)

    def _read_one(
        self,
        piece: Piece,
        name: str,
        *,
        kind: pa.DataType,
        misfits: dict[str, list[int]],
    ) -> pa.ChunkedArray:
        wider = [pa.float64()] if kind == pa.int64() else []
        for attempt in (kind, *wider):
            try:
                return self._rows.read(piece, {name: attempt}).column(name)
            except pa.ArrowInvalid:
                continue
        texts = self._rows.texts(piece, name)
        fitting, bad = _fitting(texts, kind)
        row = pc.index(bad, True).as_py()
        header = piece.line == 1
        known = misfits.setdefault(name, [piece.line + row + header, 0])
        known[1] += pc.sum(bad).as_py() or 0
        return fitting

    def _problem(self, name: str, line: int, count: int) -> Problem:
        kind = self._types[name]
        cells = "cell that is" if count == 1 else "cells that are"
        return Problem(
            code="type_changed",
            where=f"column {name!r} of {self.name}, near line {line}",
            found=f"{count} {cells} not {_words(kind)}, the first near line {line}",
            expected=f"{_words(kind)}, as in the first rows and the reference",
            fix="Mend those cells, or leave the column out.",
        )


def _settle(guessed: pa.DataType, known: pa.DataType | None) -> pa.DataType:
    if known is None or pa.types.is_null(known):
        return guessed
    if pa.types.is_large_string(known):
        known = pa.string()
    if known == pa.string() or pa.types.is_null(guessed):
        return known
    if _is_number(known) and _is_number(guessed):
        return guessed
    if pa.types.is_timestamp(known) and pa.types.is_timestamp(guessed):
        # another unit is the same thing; with a zone or without is not
        return known if bool(known.tz) == bool(guessed.tz) else guessed
    return known if merge_types(guessed, known) == known else guessed


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _coded(kind: pa.DataType) -> pa.DataType:
    return pa.dictionary(pa.int32(), kind) if kind == pa.string() else kind


def _fitting(
    texts: pa.ChunkedArray, kind: pa.DataType
) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Return the cells that fit a type, others NULL; and which do not."""
    if not _is_number(kind):
        return pa.chunked_array([pa.nulls(len(texts), kind)]), texts.is_valid()
    fits = pc.match_substring_regex(texts, _NUMBER)
    numbers = pc.utf8_trim_whitespace(pc.if_else(fits, texts, None))
    return numbers.cast(pa.float64()), pc.fill_null(pc.invert(fits), False)


def _words(kind: pa.DataType) -> str:
    if _is_number(kind):
        return "numbers"
    if pa.types.is_boolean(kind):
        return "true or false"
    return "dates or times" if pa.types.is_temporal(kind) else "text"
