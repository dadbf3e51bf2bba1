"""Rows set aside because they cannot be parsed, and when there are too many.

Place: under CSV and JSON lines.
"""

from __future__ import annotations

from leeboard.errors import FileError, Note
from leeboard.sources._bytes import Piece

__all__ = ["Rejects"]

_SHARE = 0.01
_EARLY_ROWS = 10_000


class Rejects:
    """Counts rows set aside, each piece once however often it is read."""

    def __init__(self, name: str, what: str) -> None:
        self._name = name
        self._what = what
        self._rows: dict[int, int] = {}
        self._bad: dict[int, tuple[str, str]] = {}

    def seen(self, piece: Piece, rows: int) -> None:
        """Count the rows of a piece."""
        self._rows[piece.offset] = rows

    def add(self, line: int, found: str, expected: str) -> None:
        """Set one row aside."""
        self._bad[line] = (found, expected)
        if len(self._bad) > _SHARE * max(sum(self._rows.values()), _EARLY_ROWS):
            self.check()

    def check(self) -> None:
        """Raise FileError if more than one row in a hundred was set aside."""
        rows = sum(self._rows.values())
        if len(self._bad) <= _SHARE * rows:
            return
        line, (found, expected) = min(self._bad.items())
        count = len(self._bad)
        more = f" ({count} of {rows} rows are like this)" if count > 1 else ""
        raise FileError(
            code="bad_rows",
            where=f"{self._name}, line {line}",
            found=found + more,
            expected=expected,
            fix="Mend the file; up to 1 % of such rows are set aside.",
        )

    def notes(self) -> list[Note]:
        """Return the warning about rows set aside, if there are any."""
        if not self._bad:
            return []
        lines = ", ".join(map(str, sorted(self._bad)[:5]))
        more = ", …" if len(self._bad) > 5 else ""
        text = (
            f"{len(self._bad)} of {sum(self._rows.values())} rows are set aside: "
            f"{self._what} (line {lines}{more})"
        )
        return [Note("rows_set_aside", self._name, text)]
