"""The exact rule where two cells cannot be compared: rows where the reference had none.

A column that was constant, or a current sample of a dozen rows, gives no two cells that
expect enough rows. Still, rows outside everything the reference held are evidence.
"""

from __future__ import annotations

from dataclasses import dataclass

from leeboard.metrics._metric import Pair, Reason
from leeboard.profiles.cells import NumericCells

__all__ = ["Outside", "outside"]


@dataclass(frozen=True, slots=True)
class Outside:
    """Rows outside the reference.

    Parameters
    ----------
    p_value : float
        Of so many if both samples are alike; 1 if there are none.
    reason : Reason
        What to say if that is too small for chance.
    """

    p_value: float
    reason: Reason


def outside(pair: Pair) -> Outside:
    """How surely current rows left what the reference held.

    If both samples are exchangeable, the k largest of n + m rows are all current ones
    with probability C(m, k) / C(n + m, k); k rows may fall on two sides in k + 1 ways.
    Rows count as rows / design effect. Categories are judged so only where the reference
    held a single level: in a long tail, levels never seen before are nothing new.
    """
    reference, current = pair.reference.cells, pair.current.cells
    numbers = isinstance(pair.cells, NumericCells)
    inside = reference > 0
    constant = int(inside.sum()) == 1
    if constant:
        left, sides = int(current[~inside].sum()), 1
    elif isinstance(pair.cells, NumericCells):
        ends = [pair.cells.below, pair.cells.above]
        left, sides = int(current[ends].sum()), 2
    else:
        left, sides = 0, 1
    n = int(reference.sum() / pair.design_reference)
    m = int(current.sum() / pair.design_current)
    k = int(left / pair.design_current)
    p_value = float(k + 1 if sides == 2 else 1)
    for i in range(k):
        p_value *= (m - i) / (n + m - i)
        if p_value < 1e-12:
            break
    what = "the range" if not constant else "the only value" if numbers else "the level"
    text = (
        f"{left:,} of {int(current.sum()):,} rows are outside {what} of the reference"
    )
    code = "left_constant" if constant else "left_range"
    return Outside(min(1.0, p_value), Reason(code, text))
