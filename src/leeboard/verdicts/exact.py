"""The exact rule for a column that was constant: rows now outside its only value."""

from __future__ import annotations

from leeboard.metrics._metric import Pair, Reason
from leeboard.profiles.cells import NumericCells

__all__ = ["outside_constant"]

_LEVEL = 0.001


def outside_constant(pair: Pair) -> Reason | None:
    """Say so if more rows left the only reference cell than chance can explain.

    One-sided Fisher test of the 2 × 2 table inside/outside: with n reference rows all
    inside and k of m current rows outside, p = C(m, k) / C(n + m, k).
    """
    reference, current = pair.reference.cells, pair.current.cells
    inside = reference > 0
    if inside.sum() != 1:
        return None
    outside = int(current[~inside].sum())
    n, m = int(reference.sum()), int(current.sum())
    p_value = 1.0
    for i in range(outside):
        p_value *= (m - i) / (n + m - i)
        if p_value < _LEVEL:
            break
    if outside == 0 or p_value >= _LEVEL:
        return None
    what = "value" if isinstance(pair.cells, NumericCells) else "level"
    text = f"{outside:,} of {m:,} rows are outside the only {what} of the reference"
    return Reason("left_constant", text)
