"""One segment's share of a profile, and as what its columns were read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from leeboard.profiles.blocks import BlockSums
from leeboard.profiles.counts import Counts
from leeboard.schema import Kind

__all__ = ["Form", "Part"]


@dataclass(frozen=True, slots=True)
class Form:
    """As what a column was read: its natural kind, and the name of its type."""

    kind: Kind | None
    type: str


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Counts of the rows of one segment, or of all rows.

    Parameters
    ----------
    rows : int
    counts : mapping of column name to Counts
    blocks : mapping of column name to BlockSums
        Empty where the schema has neither a time nor an entity column.
    """

    rows: int
    counts: Mapping[str, Counts]
    blocks: Mapping[str, BlockSums] = field(default_factory=dict)

    def __add__(self, other: Part) -> Part:
        if other.rows == 0 or self.rows == 0:
            # no rows know of no blocks, which says nothing about those of the others
            blocks = self.blocks if other.rows == 0 else other.blocks
            return replace(self._added(other), blocks=blocks)
        return self._added(other)

    def _added(self, other: Part) -> Part:
        counts = {
            name: one + other.counts[name]  # type: ignore[operator]  # same kind by fingerprint
            for name, one in self.counts.items()
            if name in other.counts
        }
        blocks = {
            name: one + other.blocks[name]
            for name, one in self.blocks.items()
            if name in other.blocks
        }
        return Part(self.rows + other.rows, counts, blocks)
