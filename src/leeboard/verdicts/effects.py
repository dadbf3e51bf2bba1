"""Design effects: how much a row counts when rows of a day or entity resemble."""

from __future__ import annotations

from leeboard.metrics._metric import Pair
from leeboard.profiles.blocks import CROWDED, ENOUGH, BlockSums
from leeboard.profiles.cells import Cells
from leeboard.profiles.counts import Counts
from leeboard.profiles.part import Part

__all__ = ["pair_up"]


def pair_up(
    name: str, cells: Cells, reference: Part, current: Part, *, fixed: bool
) -> Pair:
    """Reference and current counts of one column, with their design effects.

    A sample of many blocks tells its own. One of few, such as a week of days, takes the
    intra-block correlation of the sample with more, and makes of it the effect of its
    own block sizes, 1 + (block rows - 1) · correlation, at least 1. In a crowded sample
    several entities may share a bucket, which dilutes the correlation: then the larger
    one of both counts. Where one side names no blocks, the other keeps its effect.
    """
    before, now = _counts(reference, name), _counts(current, name)
    sides = [part.blocks.get(name) for part in (reference, current)]
    blocks = [own for own in sides if own is not None]
    return Pair(
        cells,
        before,
        now,
        fixed,
        design_reference=_effect(sides[0], blocks),
        design_current=_effect(sides[1], blocks),
        blocks=len(blocks) == 2 and any(b.correlation is not None for b in blocks),
    )


def _counts(part: Part, name: str) -> Counts:
    return part.counts[name]


def _effect(own: BlockSums | None, blocks: list[BlockSums]) -> float:
    if own is None:
        return 1.0
    known = [b for b in blocks if b.correlation is not None]
    if own in known and own.count >= ENOUGH:
        known = [own]
    richest = max(known, key=lambda b: b.count, default=own)
    if richest is own or richest.count <= CROWDED:
        known = [richest]
    correlation = max((b.correlation or 0.0 for b in known), default=0.0)
    return max(1.0, 1.0 + (own.block_rows - 1.0) * correlation)
