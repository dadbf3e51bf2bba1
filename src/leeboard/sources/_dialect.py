"""What separates the fields of a CSV file, found from its first rows or not at all.

Place: under ``CsvRows``. Guesses only what the rows agree on; says so when they do not.
"""

from __future__ import annotations

import csv
import io
import itertools
from dataclasses import dataclass

from leeboard.errors import FileError
from leeboard.sources._bytes import Piece, wrong_encoding

__all__ = ["Dialect", "read_dialect"]

_DELIMITERS = (",", ";", "\t", "|")
_FOREIGN = (" ", ":", "^", "~", "\x01")
_SAMPLE_ROWS = 200
_SAMPLE_BYTES = 1 << 18
_AGREE = 0.5


@dataclass(frozen=True, slots=True)
class Dialect:
    """Delimiter and header of a CSV file.

    Parameters
    ----------
    delimiter : str
    header : tuple of str
    bytes : int
        Length of the header row with its line end.
    """

    delimiter: str
    header: tuple[str, ...]
    bytes: int


def read_dialect(first: Piece, name: str) -> Dialect:
    """Return the delimiter that gives the first rows one number of fields.

    Raises
    ------
    FileError
        No delimiter does; or single quotes stand where double ones should.
    """
    sample = first.data[:_SAMPLE_BYTES]
    try:
        text = sample.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 4:
            offset = first.offset + error.start
            raise wrong_encoding(name, offset, "ISO-8859-1") from error
        text = sample[: error.start].decode("utf-8")
    whole = len(first.data) <= _SAMPLE_BYTES
    best: tuple[float, int, str] | None = None
    for delimiter in _DELIMITERS:
        rows = _rows(text, delimiter, whole=whole)
        width = len(rows[0]) if rows else 0
        if width < 2:
            continue
        agree = sum(len(row) == width for row in rows[1:])
        share = agree / (len(rows) - 1) if len(rows) > 1 else 1.0
        score = (share, width, delimiter)
        best = score if best is None else max(best, score)
    if best is None:
        _check_single(_rows(text, ",", whole=whole), name)
        return _dialect(text, ",", name)
    if best[0] < _AGREE:
        rows = _rows(text, best[2], whole=whole)
        odd = next(i for i, row in enumerate(rows) if len(row) != len(rows[0]))
        raise FileError(
            code="ragged_rows",
            where=f"{name}, line {odd + 1}",
            found=f"{len(rows[odd])} fields",
            expected=f"{len(rows[0])}, as in the header, split at {best[2]!r}",
            fix="Use one of , ; tab | between fields, and quotes around text with it.",
        )
    return _dialect(text, best[2], name)


def _rows(text: str, delimiter: str, *, whole: bool) -> list[list[str]]:
    lines = _lines(text)
    if not whole:
        lines = lines[:-1] or lines
    rows: list[list[str]] = []
    try:
        reader = csv.reader(lines, delimiter=delimiter)
        rows.extend(itertools.islice(reader, _SAMPLE_ROWS))
    except csv.Error:
        # a field too long for the sample; the rows before it are sample enough
        pass
    return [row for row in rows if row]


def _lines(text: str) -> list[str]:
    # unlike str.splitlines, this keeps to the line ends of files
    return list(io.StringIO(text, newline=""))


def _dialect(text: str, delimiter: str, name: str) -> Dialect:
    lines = _lines(text)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        header: list[str] = next((row for row in reader if row), [])
    except csv.Error as error:
        raise FileError(
            code="bad_header",
            where=f"{name}, line {reader.line_num}",
            found=f"a first row that is no header ({error})",
            expected="names of columns",
            fix="Write a first row with a name for each column.",
        ) from error
    used = "".join(lines[: reader.line_num])
    quoted = [h for h in header if len(h) > 1 and h[0] == h[-1] == "'"]
    if header and len(quoted) == len(header):
        raise FileError(
            code="wrong_quote",
            where=f"{name}, line 1",
            found=f"single quotes around names, as in {quoted[0]}",
            expected='double quotes (") or none',
            fix="Write the file with double quotes.",
        )
    return Dialect(delimiter, tuple(header), len(used.encode()))


def _check_single(rows: list[list[str]], name: str) -> None:
    if len(rows) < 2:
        return
    for delimiter in _FOREIGN:
        parts = [row[0].strip().split(delimiter) for row in rows]
        width = len(parts[0])
        if width < 2 or any(len(part) != width for part in parts):
            continue
        if all(any(_is_number(cell) for cell in part) for part in parts[1:]):
            raise FileError(
                code="unknown_delimiter",
                where=f"{name}, line 1",
                found=f"{width} fields split at {delimiter!r}",
                expected="fields split at , ; tab or |",
                fix="Write the file with one of those.",
            )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
