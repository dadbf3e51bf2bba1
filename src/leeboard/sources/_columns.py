"""A source of columns that lie in memory, each cut and converted on its own.

Place: under every frame in memory. Must not know which library the frame is from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pyarrow as pa

from leeboard.errors import Note, Problem
from leeboard.sources._readable import Reading, one_array
from leeboard.sources._source import BLOCK_ROWS, Block, LazyColumns
from leeboard.sources._watch import TextWatch

__all__ = ["Columns", "Cut", "Slot", "sliced", "unsupported"]

Cut: TypeAlias = Callable[[int, int], pa.Array | pa.ChunkedArray]
"""Rows start to stop of one column, as Arrow."""


def sliced(column: pa.Array | pa.ChunkedArray) -> Cut:
    """Return the cut of a column that is Arrow data already."""
    return lambda start, stop: column.slice(start, stop - start)


@dataclass(frozen=True, slots=True)
class Slot:
    """One readable column.

    Parameters
    ----------
    name : str
    cut : callable
        Gives rows ``start`` to ``stop`` as Arrow data.
    reading : Reading
        How that data becomes readable.
    """

    name: str
    cut: Cut
    reading: Reading

    def rows(self, start: int, stop: int) -> pa.ChunkedArray:
        """Return some rows as readable chunks."""
        part = self.cut(start, stop)
        if isinstance(part, pa.Array):
            part = pa.chunked_array([part])
        return self.reading.chunks(part)


class Columns:
    """Columns in memory; nothing is converted before it is asked for."""

    def __init__(
        self,
        name: str,
        rows: int,
        *,
        slots: Sequence[Slot],
        notes: Sequence[Note],
        problems: Mapping[str, Problem],
    ) -> None:
        self.name = name
        self.rows = rows
        self.problems = dict(problems)
        self._notes = (*notes, *_reading_notes(slots, name))
        self._watch = TextWatch(name)
        self._watch.quiet.update(slot.name for slot in slots if slot.reading.note)
        self.schema = pa.schema([(slot.name, slot.reading.type) for slot in slots])
        self._slots = {slot.name: slot for slot in slots}

    @property
    def notes(self) -> tuple[Note, ...]:
        """Warnings so far."""
        return (*self._notes, *self._watch.notes())

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one whole column."""
        slot = self._slots[name]
        chunks = slot.rows(0, self.rows).chunks
        return self._watch.chunks(name, chunks, slot.reading.type)

    def blocks(self, names: Sequence[str]) -> Iterator[Block]:
        """Yield slices of up to ``BLOCK_ROWS`` rows."""
        for name in names:
            self._watch.begin(name)
        for start in range(0, self.rows, BLOCK_ROWS):
            stop = min(start + BLOCK_ROWS, self.rows)
            yield Block(stop - start, LazyColumns(names, self._reader(start, stop)))

    def _reader(self, start: int, stop: int) -> Callable[[str], pa.Array]:
        def read(name: str) -> pa.Array:
            rows = one_array(self._slots[name].rows(start, stop))
            return self._watch.look(name, rows, start)

        return read


def unsupported(column: str, where: str, *, row: int | None, found: str) -> Problem:
    """Return the problem of a column whose cells no metric can compare."""
    place = f"column {column!r} of {where}"
    if row is not None:
        place += f", row {row}"
    return Problem(
        code="unsupported_type",
        where=place,
        found=found,
        expected="numbers, text, true or false, dates or times",
        fix="Leave the column out, or derive numbers or text from it.",
    )


def _reading_notes(slots: Sequence[Slot], where: str) -> list[Note]:
    return [
        Note(slot.reading.note, f"column {slot.name!r} of {where}", slot.reading.text)
        for slot in slots
        if slot.reading.note
    ]
