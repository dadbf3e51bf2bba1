"""Gathers the columns of one frame, and what is wrong with each.

Place: under every reader of frames. Must not know which library a frame is from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from leeboard.errors import FrameError, Note, Problem
from leeboard.sources._columns import Columns, Cut, Slot, unsupported
from leeboard.sources._names import check_names
from leeboard.sources._readable import (
    UnreadableCell,
    is_bytes,
    needs_bound,
    reading_of,
)

__all__ = ["FrameReader", "bound_of"]


class FrameReader:
    """Gathers the columns of one frame: slots, notes and problems.

    Parameters
    ----------
    where : str
        The frame, for messages.
    names : sequence
        Names as the frame has them.
    """

    def __init__(self, where: str, names: Any) -> None:
        self.where = where
        self.names, self.notes = check_names(list(names), where=where, error=FrameError)
        self.slots: list[Slot] = []
        self.problems: dict[str, Problem] = {}

    def add(
        self,
        name: str,
        kind: pa.DataType,
        cut: Cut,
        *,
        rows: int,
        largest: Callable[[], float | None] = lambda: None,
    ) -> None:
        """Add a column of an Arrow type, or the problem that it has."""
        bound = largest() if needs_bound(kind) else None
        reading = reading_of(kind, bound)
        if reading is None:
            row = _first_present(cut, rows)
            self.fail(name, row=row, found=f"cells of type {kind}")
            return
        slot = Slot(name, cut, reading)
        if is_bytes(kind):
            try:
                slot.rows(0, rows)
            except UnreadableCell as cell:
                self.fail(name, row=cell.row, found=cell.found)
                return
        self.slots.append(slot)

    def fail(self, name: str, *, row: int | None, found: str) -> None:
        """Record that a column cannot be read."""
        self.problems[name] = unsupported(name, self.where, row=row, found=found)

    def note(self, name: str, code: str, text: str) -> None:
        """Record a warning about a column."""
        self.notes.append(Note(code, f"column {name!r} of {self.where}", text))

    def source(self, rows: int) -> Columns:
        """Return what was gathered as a source."""
        return Columns(
            self.where,
            rows,
            slots=self.slots,
            notes=self.notes,
            problems=self.problems,
        )


def _first_present(cut: Cut, rows: int) -> int | None:
    """Return the first row that holds something; None if none does."""
    step = 10_000
    for start in range(0, rows, step):
        valid = cut(start, min(start + step, rows)).is_valid().to_pylist()
        if True in valid:
            return start + int(valid.index(True))
    return None


def bound_of(column: pa.Array | pa.ChunkedArray) -> Callable[[], float]:
    """Return what finds the largest absolute value of a column of numbers."""

    def largest() -> float:
        import pyarrow.compute as pc

        ends = pc.min_max(column).as_py().values()
        return max((abs(end) for end in ends if end is not None), default=0)

    return largest
