"""Rows of CSV, piece by piece, as Arrow tables.

Place: under ``TextSource``. Must not know how pieces are kept or which file comes next.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leeboard.errors import FileError, Note, Problem
from leeboard.sources._bytes import Piece, wrong_encoding
from leeboard.sources._dialect import Dialect, read_dialect
from leeboard.sources._limits import setting
from leeboard.sources._names import check_names
from leeboard.sources._rejects import Rejects

__all__ = ["CsvRows"]

_LEADING_ZERO = re.compile(rb'[,;\t|\n\r"][+-]?0[0-9xX]')
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
        if not _LEADING_ZERO.search(piece.data):
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

    def read(self, piece: Piece, types: Mapping[str, pa.DataType]) -> pa.Table:
        """Return some columns with given types.

        Raises
        ------
        pyarrow.ArrowInvalid
            A cell does not fit.
        """
        return self._read(piece, types, list(types))

    def _read(
        self,
        piece: Piece,
        types: Mapping[str, pa.DataType],
        names: Sequence[str],
        *,
        auto: bool = False,
    ) -> pa.Table:
        import pyarrow.csv as pacsv

        data = piece.data
        if self._skip and piece.line == 1:
            data = data[self._skip :]
        if not data.strip():
            return pa.table({n: pa.array([], types.get(n, pa.null())) for n in names})
        self._check_text(piece)
        found: list[Any] = []

        def set_aside(row: Any) -> str:
            found.append(row)
            return "skip"

        # one block: then quoted line ends need no second scan by Arrow
        table = pacsv.read_csv(
            pa.BufferReader(data),
            read_options=pacsv.ReadOptions(
                column_names=list(self._all), block_size=len(data) + 1
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=self._dialect.delimiter,
                newlines_in_values=True,
                invalid_row_handler=set_aside,
            ),
            convert_options=pacsv.ConvertOptions(
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                include_columns=list(names),
                column_types=dict(types),
                auto_dict_encode=auto,
                auto_dict_max_cardinality=10_000,
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
            start = max(at, piece.data.find(text, at))
            line += piece.data.count(b"\n", at, start)
            expected = f"{row.expected_columns} fields, as in the header"
            self.rejects.add(line, f"{row.actual_columns} fields", expected)
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
