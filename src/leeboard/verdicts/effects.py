"""Design effects: how much a row counts when rows of a day or entity resemble."""

from __future__ import annotations

from leeboard.metrics._metric import Pair
from leeboard.profiles.blocks import BlockSums
from leeboard.profiles.cells import Cells
from leeboard.profiles.counts import Counts
from leeboard.profiles.part import Part

__all__ = ["pair_up"]


def pair_up(
    name: str, cells: Cells, reference: Part, current: Part, *, fixed: bool
) -> Pair:
    """Reference and current counts of one column, with their design effects.

    The intra-block correlation is taken from the sample with more blocks, since a week
    of current rows has too few days to tell; each sample then gets the effect of its
    own block sizes, 1 + (block rows - 1) · correlation, at least 1.
    """
    before, now = _counts(reference, name), _counts(current, name)
    blocks = [p.blocks[name] for p in (reference, current) if name in p.blocks]
    known = [b for b in blocks if b.correlation() is not None]
    if not known or len(blocks) < 2:
        return Pair(cells, before, now, fixed)
    richest = max(known, key=lambda b: b.count)
    correlation = richest.correlation() or 0.0
    return Pair(
        cells,
        before,
        now,
        fixed,
        design_reference=_effect(blocks[0], correlation),
        design_current=_effect(blocks[1], correlation),
        blocks=True,
    )


def _counts(part: Part, name: str) -> Counts:
    return part.counts[name]


def _effect(blocks: BlockSums, correlation: float) -> float:
    return max(1.0, 1.0 + (blocks.block_rows - 1.0) * correlation)
