"""Rows of CSV, piece by piece, as Arrow tables.

Place: under ``TextSource``. Must not know how pieces are kept or which file comes next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leeboard.errors import FileError, Note, Problem
from leeboard.sources._bytes import Piece, wrong_encoding
from leeboard.sources._dialect import Dialect, read_dialect
from leeboard.sources._limits import setting
from leeboard.sources._names import check_names
from leeboard.sources._readable import BIG_INTEGERS
from leeboard.sources._rejects import Rejects

__all__ = ["CsvRows"]

_BLOCK = 1 << 20
_CARDINALITY = 10_000
_STEP = 1 << 18
_ENDS = (b"", b"\n", b"\r")
_LONG = r"^\s*[+-]?\d{19,}\s*$"
_INT64_MAX = 2.0**63
_ZEROS = r"^\s*[+-]?0[0-9xX][0-9a-fA-F]*\s*$"


class CsvRows:
    """Reads pieces of one CSV file; the first piece holds the header.

    Parameters
    ----------
    name : str
        The file, for messages.
    first : Piece
    max_columns : int
    texts : set of str
        Columns that are text whatever they look like.
    """

    def __init__(
        self,
        name: str,
        first: Piece,
        *,
        max_columns: int,
        texts: frozenset[str] = frozenset(),
    ) -> None:
        self.name = name
        self._texts = texts
        self.rejects = Rejects(name, "rows with another number of fields")
        self._dialect: Dialect = read_dialect(first, name)
        header = list(self._dialect.header)
        if len(header) > max_columns:
            raise FileError(
                code="too_many_columns",
                where=name,
                found=f"{len(header)} columns",
                expected=f"at most {max_columns}",
                fix=f"Choose columns, or set {setting('max_columns')}.",
            )
        self.notes: list[Note] = []
        self.problems: dict[str, Problem] = {}
        self._all = self._checked(header)
        self._skip = self._dialect.bytes
        self.names = tuple(n for n in self._all if n != _LABELS)

    def _checked(self, header: list[str]) -> tuple[str, ...]:
        labels = len(header) > 1 and not header[0].strip()
        names, notes = check_names(
            header[1:] if labels else header, where=self.name, error=FileError
        )
        self.notes.extend(notes)
        if not labels:
            return names
        text = "the first column has no name; it is taken as row labels and left out"
        self.notes.append(Note("row_labels", self.name, text))
        return (_LABELS, *names)

    def infer(self, piece: Piece) -> pa.Table:
        """Return a piece with the types its own text suggests.

        Integers written with leading zeros or in hexadecimal stay text.
        """
        text = {n: pa.string() for n in self.names if n in self._texts}
        table = self._read(piece, text, self.names, auto=True)
        self._note_big_integers(piece, table)
        if not _has_leading_zero(piece.data, self._dialect.delimiter):
            return table
        suspects = [f.name for f in table.schema if f.type in _NUMBERS]
        if not suspects:
            return table
        texts = self._read(piece, dict.fromkeys(suspects, pa.string()), suspects)
        for column in suspects:
            if pc.any(pc.match_substring_regex(texts[column], _ZEROS)).as_py():
                at = table.schema.get_field_index(column)
                table = table.set_column(at, column, texts[column])
        return table

    def _note_big_integers(self, piece: Piece, table: pa.Table) -> None:
        for field, column in zip(table.schema, table.columns, strict=True):
            if field.type != pa.float64():
                continue
            ends = pc.min_max(column).as_py().values()
            if all(end is None or not abs(end) >= _INT64_MAX for end in ends):
                continue
            texts = self._read(piece, {field.name: pa.string()}, [field.name])
            if pc.any(pc.match_substring_regex(texts[field.name], _LONG)).as_py():
                place = f"column {field.name!r} of {self.name}"
                note = Note("big_integers", place, BIG_INTEGERS)
                self.notes += [note] if note not in self.notes else []

    def read(self, piece: Piece, types: Mapping[str, pa.DataType]) -> pa.Table:
        """Return some columns with given types.

        Raises
        ------
        pyarrow.ArrowInvalid
            A cell does not fit.
        """
        return self._read(piece, types, list(types))

    def texts(self, piece: Piece, name: str) -> pa.ChunkedArray:
        """Return a column as it is written."""
        return self._read(piece, {name: pa.string()}, [name]).column(name)

    def _read(
        self,
        piece: Piece,
        types: Mapping[str, pa.DataType],
        names: Sequence[str],
        *,
        auto: bool = False,
    ) -> pa.Table:
        data = piece.data
        if self._skip and piece.line == 1:
            data = data[self._skip :]
        if not data.strip():
            return pa.table({n: pa.array([], types.get(n, pa.null())) for n in names})
        self._check_text(piece)
        try:
            return self._parse(piece, data, types, names, auto=auto, block=_BLOCK)
        except pa.ArrowInvalid:
            if len(data) < _BLOCK:
                raise
        # a row longer than a block, or a cell that does not fit
        return self._parse(piece, data, types, names, auto=auto, block=len(data) + 1)

    def _parse(
        self,
        piece: Piece,
        data: bytes,
        types: Mapping[str, pa.DataType],
        names: Sequence[str],
        *,
        auto: bool,
        block: int,
    ) -> pa.Table:
        import pyarrow.csv as pacsv

        found: list[Any] = []

        def set_aside(row: Any) -> str:
            found.append(row)
            return "skip"

        table = pacsv.read_csv(
            pa.BufferReader(data),
            read_options=pacsv.ReadOptions(
                column_names=list(self._all), block_size=block, use_threads=False
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=self._dialect.delimiter,
                newlines_in_values=b'"' in data,
                invalid_row_handler=set_aside,
            ),
            convert_options=pacsv.ConvertOptions(
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                include_columns=list(names),
                column_types=dict(types),
                auto_dict_encode=auto,
                auto_dict_max_cardinality=_CARDINALITY,
                check_utf8=False,
            ),
        )
        self.rejects.seen(piece, table.num_rows + len(found))
        self._reject(piece, found)
        return table

    def _reject(self, piece: Piece, found: list[Any]) -> None:
        at = 0
        line = piece.line
        for row in found:
            text = row.text.encode("utf-8", "surrogateescape")
            start = _line_start(piece.data, text, at)
            line += piece.data.count(b"\n", at, start)
            expected = f"{row.expected_columns} fields, as in the header"
            fields = "field" if row.actual_columns == 1 else "fields"
            self.rejects.add(line, f"{row.actual_columns} {fields}", expected)
            line += text.count(b"\n")
            at = start + len(text)

    def _check_text(self, piece: Piece) -> None:
        if piece.data.isascii():
            return
        try:
            piece.data.decode("utf-8")
        except UnicodeDecodeError as error:
            offset = piece.offset + error.start
            raise wrong_encoding(self.name, offset, "ISO-8859-1") from error


_LABELS = "\0labels"
_NUMBERS = frozenset({pa.int64(), pa.float64()})


def _line_start(data: bytes, text: bytes, at: int) -> int:
    """Return where a row stands that is known by its text, searched from a place on."""
    start = data.find(text, at)
    while start >= 0:
        end = start + len(text)
        if data[end : end + 1] in _ENDS and data[max(0, start - 1) : start] in _ENDS:
            return start
        start = data.find(text, start + 1)
    return at


def _has_leading_zero(data: bytes, delimiter: str) -> bool:
    """Return True if some field begins with 0 and a digit, or with 0x.

    One look at all bytes, several times as fast as a regular expression.
    """
    whole = np.frombuffer(data, np.uint8)
    before = [ord(delimiter), ord("\n"), ord("\r"), ord('"')]
    for start in range(0, len(whole), _STEP):
        part = whole[start : start + _STEP + 2]
        opens = part[:-2] == before[0]
        for byte in before[1:]:
            opens |= part[:-2] == byte
        after = part[np.flatnonzero(opens & (part[1:-1] == ord("0"))) + 2]
        digits = (after >= ord("0")) & (after <= ord("9"))
        if bool((digits | (after == ord("x")) | (after == ord("X"))).any()):
            return True
    return False
