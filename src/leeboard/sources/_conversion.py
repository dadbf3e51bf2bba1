"""Arrow data on its way to the engines: converted, looked at, and its faults kept.

Place: under sources that read batches. Must not know where the batches come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pyarrow as pa

from leeboard.errors import InputError, Note, Problem
from leeboard.sources._columns import unsupported
from leeboard.sources._names import check_names
from leeboard.sources._readable import (
    Reading,
    UnreadableCell,
    needs_bound,
    one_array,
    reading_of,
)
from leeboard.sources._watch import TextWatch

__all__ = ["Conversion"]


class Conversion:
    """How the columns of one source are read, and what is odd about them.

    Parameters
    ----------
    where : str
        The source, for messages.
    arrow : Schema
        Its columns as they are stored.
    error : type
        Of the error for names that are refused.
    largest : callable, optional
        Gives an upper bound of a column's absolute values, or None.
    """

    def __init__(
        self,
        where: str,
        arrow: pa.Schema,
        *,
        error: type[InputError],
        largest: Callable[[str], float | None] = lambda _: None,
    ) -> None:
        self._where = where
        self.names, self._notes = check_names(arrow.names, where=where, error=error)
        self._watch = TextWatch(where)
        self._readings: dict[str, Reading] = {}
        self.problems: dict[str, Problem] = {}
        for name, field in zip(self.names, arrow, strict=True):
            bound = largest(name) if needs_bound(field.type) else None
            self._plan(name, field.type, bound)
        self.schema = pa.schema([(n, r.type) for n, r in self._readings.items()])

    @property
    def notes(self) -> tuple[Note, ...]:
        """Warnings so far."""
        return (*self._notes, *self._watch.notes())

    def begin(self, names: Sequence[str]) -> None:
        """Start a pass; KeyError if one of the columns cannot be read."""
        for name in names:
            self._readings[name]
            self._watch.begin(name)

    def array(
        self, name: str, stored: pa.Array | pa.ChunkedArray, start: int
    ) -> pa.Array:
        """Return part of a column as a readable array.

        ``start`` is the row it begins at. A cell that cannot be read makes the part
        missing and the column a problem.
        """
        whole = one_array(stored)
        reading = self._readings[name]
        try:
            return self._watch.look(name, reading.convert(whole), start)
        except UnreadableCell as cell:
            row = start + cell.row
            problem = unsupported(name, self._where, row=row, found=cell.found)
            self.problems.setdefault(name, problem)
            return pa.nulls(len(whole), reading.type)

    def column(self, name: str, stored: Iterable[pa.Array]) -> pa.ChunkedArray:
        """Return a whole column from its chunks."""
        self.begin([name])
        row = 0
        done: list[pa.Array] = []
        for chunk in stored:
            if len(chunk):
                done.append(self.array(name, chunk, row))
                row += len(chunk)
        return pa.chunked_array(done, None if done else self._readings[name].type)

    def _plan(self, name: str, kind: pa.DataType, largest: float | None) -> None:
        reading = reading_of(kind, largest)
        if reading is None:
            found = f"cells of type {kind}"
            self.problems[name] = unsupported(name, self._where, row=None, found=found)
            return
        self._readings[name] = reading
        if reading.note:
            place = f"column {name!r} of {self._where}"
            self._notes.append(Note(reading.note, place, reading.text))
            self._watch.quiet.add(name)
