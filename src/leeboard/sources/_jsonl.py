"""Rows of JSON lines, piece by piece, as Arrow tables.

Place: under ``text_source``. Must not know how pieces are kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from leeboard.errors import FileError, Note, Problem
from leeboard.sources._bytes import Piece, wrong_encoding
from leeboard.sources._columns import unsupported
from leeboard.sources._infer import plain_type
from leeboard.sources._limits import setting
from leeboard.sources._names import check_names
from leeboard.sources._objects import read_objects
from leeboard.sources._readable import UnreadableCell
from leeboard.sources._rejects import Rejects

__all__ = ["JsonRows"]

_SHOWN = 60


class JsonRows:
    """Reads pieces of one JSON-lines file; every line is an object.

    Arrow parses the pieces that are whole and of one type; the others are parsed line
    by line, which is slower and tells which line is to blame.

    Parameters
    ----------
    name : str
        The file, for messages.
    first : Piece
    max_columns : int
    """

    def __init__(self, name: str, first: Piece, max_columns: int) -> None:
        self.name = name
        self.notes: list[Note] = []
        self.problems: dict[str, Problem] = {}
        self.rejects = Rejects(name, "lines that are no JSON objects")
        self._max_columns = max_columns
        self._known: dict[str, None] = {}
        if first.data.lstrip()[:1] == b"[":
            raise FileError(
                code="not_json_lines",
                where=f"{name}, line {first.line}",
                found="a JSON array",
                expected="one object on each line",
                fix="Write it with one object a line, for example with jq -c '.[]'.",
            )

    def infer(self, piece: Piece) -> pa.Table:
        """Return a piece with the types its own values have."""
        table = self._fast(piece)
        if table is None:
            columns = self._slow(piece)
            table = pa.table({n: self._typed(n, v) for n, v in columns.items()})
        return self._flat(table)

    def read(self, piece: Piece, types: Mapping[str, pa.DataType]) -> pa.Table:
        """Return some columns with given types.

        Raises
        ------
        pyarrow.ArrowInvalid
            A cell does not fit.
        """
        table = self._fast(piece)
        if table is not None and all(_close(table, n, k) for n, k in types.items()):
            return pa.table({n: _cast(table, n, kind) for n, kind in types.items()})
        columns = self._slow(piece)
        rows = len(next(iter(columns.values()), []))
        return pa.table(
            {
                name: _fit(columns.get(name, [None] * rows), kind)
                for name, kind in types.items()
            }
        )

    def _fast(self, piece: Piece) -> pa.Table | None:
        table = _arrow(piece.data)
        rows = 0 if table is None else table.num_rows
        if table is None:
            good = [text for _, text, record in self._records(piece) if record]
            table = _arrow("\n".join(good).encode()) if good else None
        else:
            self.rejects.seen(piece, rows)
        if table is not None:
            self._learn(table.schema.names)
        return table

    def _slow(self, piece: Piece) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = {}
        rows = 0
        for _, _, record in self._records(piece):
            if record is None:
                continue
            for name in record:
                if name not in columns:
                    columns[name] = [None] * rows
            for name, values in columns.items():
                values.append(record.get(name))
            rows += 1
        self._learn(columns)
        return columns

    def _records(
        self, piece: Piece
    ) -> Iterator[tuple[int, str, dict[str, Any] | None]]:
        rows = 0
        for line, text in _lines(piece, self.name):
            rows += 1
            yield line, text, self._record(line, text)
        self.rejects.seen(piece, rows)

    def _record(self, line: int, text: str) -> dict[str, Any] | None:
        try:
            value = json.loads(text, object_pairs_hook=_unique)
            if "\\u" in text:
                json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
            self.rejects.add(line, f"{shown!r}", "one whole JSON object on each line")
            return None
        if not isinstance(value, dict):
            found = f"a JSON {type(value).__name__}"
            self.rejects.add(line, found, "one whole JSON object on each line")
            return None
        return value

    def _learn(self, names: Any) -> None:
        fresh = [name for name in names if name not in self._known]
        if not fresh:
            return
        self._known.update(dict.fromkeys(fresh))
        if len(self._known) > self._max_columns:
            raise FileError(
                code="too_many_columns",
                where=self.name,
                found=f"{len(self._known)} different names",
                expected=f"at most {self._max_columns}",
                fix=f"Choose columns, or set {setting('max_columns')}.",
            )
        _, notes = check_names(list(self._known), where=self.name, error=FileError)
        known = {(note.code, note.text) for note in self.notes}
        self.notes += [note for note in notes if (note.code, note.text) not in known]

    def _typed(self, name: str, values: list[Any]) -> pa.Array:
        try:
            objects = read_objects(values)
        except UnreadableCell as cell:
            self._fail(name, cell.row, cell.found)
            return pa.nulls(len(values), pa.list_(pa.null()))
        place = f"column {name!r} of {self.name}"
        for code, text in objects.notes:
            if not any(n.code == code and n.where == place for n in self.notes):
                self.notes.append(Note(code, place, text))
        return objects.array

    def _flat(self, table: pa.Table) -> pa.Table:
        """Return a table without nested columns, which become problems."""
        for field in table.schema:
            if pa.types.is_nested(field.type):
                self._fail(field.name, None, f"cells of type {field.type}")
        keep = [n for n in table.schema.names if n not in self.problems]
        return table.select(keep)

    def _fail(self, name: str, row: int | None, found: str) -> None:
        if name not in self.problems:
            self.problems[name] = unsupported(name, self.name, row=row, found=found)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError  # a name twice: which value is meant is not known
    return record


def _lines(piece: Piece, name: str) -> Iterator[tuple[int, str]]:
    try:
        text = piece.data.decode("utf-8")
    except UnicodeDecodeError as error:
        offset = piece.offset + error.start
        raise wrong_encoding(name, offset, "ISO-8859-1") from error
    for number, line in enumerate(text.split("\n")):
        if line.strip():
            yield piece.line + number, line


def _arrow(data: bytes) -> pa.Table | None:
    import pyarrow.json as pajson

    try:
        return pajson.read_json(
            pa.BufferReader(data),
            read_options=pajson.ReadOptions(block_size=len(data) + 1),
        )
    except (pa.ArrowException, ValueError):
        return None


def _close(table: pa.Table, name: str, kind: pa.DataType) -> bool:
    """Return True if a column can be cast without giving its text another form."""
    at = table.schema.get_field_index(name)
    if at < 0:
        return True
    here, wanted = table.schema.field(at).type, plain_type(kind)
    if pa.types.is_null(here) or here == wanted:
        return True
    return bool(
        (pa.types.is_integer(here) and pa.types.is_floating(wanted))
        or (pa.types.is_timestamp(here) and pa.types.is_timestamp(wanted))
    )


def _cast(table: pa.Table, name: str, kind: pa.DataType) -> pa.ChunkedArray:
    at = table.schema.get_field_index(name)
    if at < 0:
        return pa.chunked_array([pa.nulls(table.num_rows, kind)])
    column = table.column(at)
    if pa.types.is_dictionary(kind):
        return column.cast(kind.value_type).dictionary_encode()
    return column.cast(kind, safe=False)


def _fit(values: list[Any], kind: pa.DataType) -> pa.Array:
    text = pa.types.is_dictionary(kind) or pa.types.is_string(kind)
    if text:
        texts = [v if v is None or isinstance(v, str) else _text(v) for v in values]
        array = pa.array(texts, pa.string())
        return array.dictionary_encode() if pa.types.is_dictionary(kind) else array
    try:
        return read_objects(values).array.cast(kind)
    except UnreadableCell as cell:
        raise pa.ArrowInvalid(cell.found) from cell


def _text(value: Any) -> str:
    return f"{value} ({type(value).__name__})"
