"""One pass over a source: every column counted, by segment and by block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.engines.arrays import LevelCounter, NumberCounter
from leeboard.engines.blocks import BUCKETS, Blocks
from leeboard.engines.values import numbers, plain
from leeboard.profiles.blocks import BlockSums, coarse_groups
from leeboard.profiles.cells import CategoryCells, Cells
from leeboard.profiles.counts import CategoryCounts, Counts, NumericCounts
from leeboard.profiles.part import Part
from leeboard.profiles.profile import Profile
from leeboard.sources import Block, Source

__all__ = ["MISSING_SEGMENT", "count_parts"]

MISSING_SEGMENT = "(missing)"
_Array = np.ndarray[Any, Any]


class _Counter:
    """Counts arrays of one column, and finds the group of each row for block sums."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.groups = coarse_groups(cells)
        self._counter: LevelCounter | NumberCounter = (
            LevelCounter(cells)
            if isinstance(cells, CategoryCells)
            else NumberCounter(cells)
        )

    def count(self, array: pa.Array) -> Counts:
        if isinstance(self._counter, LevelCounter):
            return self._counter.count(array)
        return self._counter.count(*numbers(array))

    def group(self, array: pa.Array) -> _Array:
        if isinstance(self._counter, LevelCounter):
            return self.groups[self._counter.locate(array)]
        values, nulls = numbers(array)
        places = self._counter.locate(values)
        if nulls:
            present = plain(array.is_valid())
            every = np.full(len(array), self.cells.missing, np.intp)
            every[present] = places
            places = every
        return self.groups[places]


@dataclass(slots=True, eq=False)
class _Tally:
    """What has been counted of one segment; it grows, unlike the values around it."""

    rows: int
    counts: dict[str, Counts]
    blocks: dict[str, _Array]

    @classmethod
    def empty(cls, cells: Mapping[str, Cells]) -> _Tally:
        return cls(0, {name: _zero(own) for name, own in cells.items()}, {})

    def add(
        self, name: str, counter: _Counter, array: pa.Array, codes: _Array | None
    ) -> None:
        self.counts[name] = self.counts[name] + counter.count(array)  # type: ignore[operator]  # same kind by construction
        if codes is None:
            return
        width = int(counter.groups.max()) + 1
        flat = np.bincount(
            codes * width + counter.group(array), minlength=BUCKETS * width
        )
        table = flat.reshape(BUCKETS, width)
        before = self.blocks.get(name)
        self.blocks[name] = table if before is None else before + table

    def part(self) -> Part:
        sums = {name: BlockSums.of(table) for name, table in self.blocks.items()}
        return Part(self.rows, self.counts, sums)


def _zero(cells: Cells) -> Counts:
    if isinstance(cells, CategoryCells):
        return CategoryCounts.zero(cells)
    return NumericCounts.zero(cells)


def count_parts(
    source: Source, reference: Profile, names: list[str]
) -> dict[str | None, Part]:
    """Count columns of a source in a reference's cells: all rows, and each segment."""
    cells = {name: reference.cells[name] for name in names}
    counters = {name: _Counter(own) for name, own in cells.items()}
    blocks = Blocks.of(reference.schema, source)
    segment = reference.segment if reference.segment in cells else None
    tallies: dict[str | None, _Tally] = {None: _Tally.empty(cells)}
    extra = [blocks.name] if blocks and blocks.name not in names else []
    for block in source.blocks([*names, *extra]):
        codes = blocks.codes(block.columns[blocks.name]) if blocks else None
        order, slices = _by_segment(block, segment, reference)
        if codes is not None and order is not None:
            codes = codes[order]
        for key, (start, stop) in slices.items():
            tally = tallies.setdefault(key, _Tally.empty(cells))
            tally.rows += stop - start
        for name, counter in counters.items():
            array = block.columns[name]
            if order is not None:
                array = array.take(pa.array(order))
            for key, (start, stop) in slices.items():
                own = None if codes is None else codes[start:stop]
                piece = array.slice(start, stop - start)
                tallies[key].add(name, counter, piece, own)
    return {key: tally.part() for key, tally in tallies.items()}


def _by_segment(
    block: Block, segment: str | None, reference: Profile
) -> tuple[_Array | None, dict[str | None, tuple[int, int]]]:
    """Order that brings each segment's rows together, and where each one stands."""
    slices: dict[str | None, tuple[int, int]] = {None: (0, block.rows)}
    if segment is None:
        return None, slices
    cells = reference.cells[segment]
    if not isinstance(cells, CategoryCells):
        return None, slices
    places = LevelCounter(cells).locate(block.columns[segment])
    order = np.argsort(places, kind="stable")
    bounds = np.searchsorted(places[order], np.arange(cells.size + 1))
    missing = MISSING_SEGMENT
    while missing in cells.levels:  # a level of that very name keeps it
        missing = f"({missing})"
    names = [*cells.levels, None, missing]
    for place, name in enumerate(names):
        start, stop = int(bounds[place]), int(bounds[place + 1])
        if name is not None and stop > start:
            slices[name] = (start, stop)
    return order, slices
