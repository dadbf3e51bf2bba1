"""Sums over blocks of rows (days, entities) that tell how much rows hang together.

Rows of one day, or of one customer, resemble each other; a test that takes them for
independent is too sure of itself. From how much the shares of a few coarse groups of
cells vary between blocks follows the intra-block correlation (Kish, Survey Sampling,
1965, section 5.4; Rao and Scott, Annals of Statistics 1984, for tables of counts).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from leeboard.profiles.cells import Cells, NumericCells

__all__ = ["CROWDED", "ENOUGH", "MIN_BLOCKS", "BlockSums", "coarse_groups"]

MIN_BLOCKS = 5
"""Fewer blocks than this tell nothing about how they vary."""

ENOUGH = 100
"""So many blocks tell their design effect well without another sample's help."""

CROWDED = 512
"""With more blocks than this, several entities may have fallen into one."""

_GROUPS = 12


def coarse_groups(cells: Cells) -> np.ndarray[Any, Any]:
    """Group of each counted cell, shape (size,): at most 12 groups and missing."""
    size, inner = cells.size, cells.inner
    group = np.zeros(size, np.intp)
    if isinstance(cells, NumericCells):
        groups = max(1, min(_GROUPS, inner))
        group[1 : inner + 1] = np.arange(inner) * groups // max(1, inner)
        group[cells.above] = groups - 1
        group[cells.minus_inf] = 0
        group[cells.plus_inf] = groups - 1
    else:
        groups = min(_GROUPS, inner + 1)
        group[: inner + 1] = np.minimum(np.arange(inner + 1), groups - 1)
    group[cells.missing] = groups
    return group


@dataclass(frozen=True, eq=False)
class BlockSums:
    """Sums over blocks b of m rows each, of which x fall in group g.

    Parameters
    ----------
    count : int
        Number of blocks with rows.
    squares : int
        Sum of m².
    cross, own : array, shape (groups,), int64
        Sums of m·x and of x².
    totals : array, shape (groups,), int64
        Sums of x.
    """

    count: int
    squares: int
    cross: np.ndarray[Any, Any]
    own: np.ndarray[Any, Any]
    totals: np.ndarray[Any, Any]

    @classmethod
    def of(cls, table: np.ndarray[Any, Any]) -> BlockSums:
        """Sum a table of counts, shape (blocks, groups)."""
        m = table.sum(axis=1)
        used = table[m > 0].astype(np.int64)
        m = m[m > 0].astype(np.int64)
        return cls(
            count=len(m),
            squares=int((m * m).sum()),
            cross=(m[:, None] * used).sum(axis=0),
            own=(used * used).sum(axis=0),
            totals=used.sum(axis=0),
        )

    def __add__(self, other: BlockSums) -> BlockSums:
        return BlockSums(
            self.count + other.count,
            self.squares + other.squares,
            self.cross + other.cross,
            self.own + other.own,
            self.totals + other.totals,
        )

    @cached_property
    def rows(self) -> int:
        """All rows."""
        return int(self.totals.sum())

    @property
    def block_rows(self) -> float:
        """Rows of the block in which a row finds itself on average."""
        return self.squares / self.rows if self.rows else 1.0

    def design_effect(self) -> float | None:
        """How many times too small independent rows' variance is; None if unknown.

        Mean over groups of the variance of group totals between blocks over the
        binomial one, weighted as in Rao and Scott's first-order correction.
        """
        if self.count < MIN_BLOCKS or self.block_rows <= 1.0:
            return None
        share = self.totals / self.rows
        binomial = self.rows * share * (1.0 - share)
        used = binomial > 0
        if not used.any():
            return 1.0
        spread = self.own - 2.0 * share * self.cross + share**2 * self.squares
        ratio = self.count / (self.count - 1) * spread[used] / binomial[used]
        weight = 1.0 - share[used]
        return float(np.average(ratio, weights=weight))

    @cached_property
    def correlation(self) -> float | None:
        """Intra-block correlation, in [0, 1]; None if unknown."""
        effect = self.design_effect()
        if effect is None:
            return None
        return float(np.clip((effect - 1.0) / (self.block_rows - 1.0), 0.0, 1.0))
