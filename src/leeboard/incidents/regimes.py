"""Whether the present resembles an earlier time more than the reference.

Place: on the path, beside ``pattern``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leeboard.profiles.cells import Cells
from leeboard.profiles.counts import Counts
from leeboard.profiles.merge import merge
from leeboard.profiles.part import Part
from leeboard.stats.size import Size, shares

__all__ = ["nearest_regime"]

_NEGLIGIBLE = 0.02
_CHANCE = 1e-3
_NEARER = 0.25
"""How much smaller the distance to the earlier time must be."""


def nearest_regime(
    cells: Mapping[str, Cells],
    current: Part,
    reference: Part,
    *,
    regimes: Sequence[Part],
    columns: Sequence[str],
) -> int | None:
    """Find the earlier time whose distributions the current ones agree with.

    Parameters
    ----------
    cells : mapping of column name to Cells
    current, reference : Part
    regimes : sequence of Part
        Earlier times, each unlike the reference.
    columns : sequence of str
        Those that are compared: the ones that moved.

    Returns
    -------
    int or None
        Place of the regime whose summed size is smallest, if it is at most a quarter
        of the one to the reference and in no column surely more than negligible.
    """
    found: list[tuple[float, int]] = []
    to_reference = _distance(cells, reference, current, columns)
    if to_reference is None or not to_reference[1]:
        return None
    for place, regime in enumerate(regimes):
        distance = _distance(cells, regime, current, columns)
        if distance is None:
            continue
        size, moved = distance
        if not moved and size <= _NEARER * to_reference[0]:
            found.append((size, place))
    return min(found)[1] if found else None


def _distance(
    cells: Mapping[str, Cells], before: Part, now: Part, columns: Sequence[str]
) -> tuple[float, bool] | None:
    """Sum of sizes over columns, and whether one surely moved; None: cannot be said."""
    total, moved, known = 0.0, False, False
    for name in columns:
        if name not in before.counts or name not in now.counts or name not in cells:
            continue
        size = _size(cells[name], before.counts[name], now.counts[name])
        if size is None:
            continue
        known = True
        total += size.debiased
        moved = moved or size.beyond(_NEGLIGIBLE) <= _CHANCE
    return (total, moved) if known else None


def _size(cells: Cells, before: Counts, now: Counts) -> Size | None:
    if not before.rows or not now.rows:
        return None
    merged = merge(cells, before.cells, now.cells)
    if merged.size < 2:
        return None
    p, q = shares(merged.reference), shares(merged.current)
    return Size.of(p, q, before.rows, now.rows)
