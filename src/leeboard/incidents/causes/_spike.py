"""One value that took rows from all the others.

Place: on the path, below the causes that tell a default from a stuck column.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, sqrt
from typing import Any

import numpy as np

from leeboard.incidents.causes._view import View
from leeboard.profiles.cells import NumericCells
from leeboard.profiles.counts import SCALE, CategoryCounts, NumericCounts

__all__ = ["Spike", "is_default", "only_value", "spike"]

_Array = np.ndarray[Any, Any]
_OTHERS = 0.1
_DEFAULTS = frozenset({0.0, -1.0, 1.0, 99.0, 999.0, 9999.0, 99999.0, 999999.0})
_WORDS = frozenset(
    {
        *("", "?", "-", "0", "-1", "n/a", "na", "nan", "nil", "none", "null"),
        *("default", "missing", "other", "undefined", "unk", "unknown"),
    }
)


@dataclass(frozen=True, slots=True)
class Spike:
    """A cell that grew while the others kept their proportions.

    Parameters
    ----------
    value : float or str
        Its value, or the mean of the values in it.
    exact : bool
        All its rows hold that very value.
    near : bool
        Nine in ten do.
    rows : int
        Current rows in it.
    before, now : float
        Its share of the present values.
    chance : float
        Of so many rows in any one cell, if the usual shares held.
    rest : float
        Total variation of the other cells, beside what chance allows twice over:
        at most 0.1 where they kept their proportions.
    """

    value: float | str
    exact: bool
    near: bool
    rows: int
    before: float
    now: float
    chance: float
    rest: float


def is_default(value: float | str) -> bool:
    """Whether programs like to write that value where they have none."""
    if isinstance(value, str):
        return value.strip().lower() in _WORDS
    return abs(value) in _DEFAULTS


def only_value(view: View) -> tuple[float | str, float] | None:
    """Value that all present rows share, and its usual share; None if they differ."""
    current, cells = view.current, view.cells
    used = np.flatnonzero(current.cells[:-1])
    if len(used) != 1:
        return None
    share = float(view.shares[0][used[0]])
    if isinstance(cells, NumericCells):
        if not isinstance(current, NumericCounts) or current.minimum is None:
            return None
        if current.minimum != current.maximum:
            return None
        # a cell that is no atom holds other values too: its share is an upper bound
        return float(current.minimum), share
    if used[0] == cells.rare:
        return None
    return cells.levels[int(used[0])], share


def spike(view: View) -> Spike | None:
    """Find the cell that grew most; None if none grew.

    Below and above the reference is all the rest of the line: a cell only where all
    its rows hold one value.
    """
    p, q = view.shares
    if view.present == 0:
        return None
    at = int(np.argmax(q - p))
    if q[at] <= p[at]:
        return None
    value, exact, near = _value(view, at)
    outside = isinstance(view.cells, NumericCells) and at in {0, view.cells.above}
    if outside and not near:
        return None
    others = np.arange(len(p)) != at
    return Spike(
        value=value,
        exact=exact,
        near=near,
        rows=int(view.current.cells[at]),
        before=float(p[at]),
        now=float(q[at]),
        chance=_chance(float(p[at]), float(q[at]), view) * len(p),
        rest=_rest(p[others], q[others], view),
    )


def _chance(p: float, q: float, view: View) -> float:
    """Binomial tail at the usual share, taken at its upper end."""
    from scipy.special import bdtrc

    m = view.m * view.present / max(view.current.rows, 1)
    upper = p + 2.0 * sqrt(p * (1.0 - p) / view.n) + 1.0 / view.n
    return float(bdtrc(max(floor(m * q) - 1.0, 0.0), ceil(m), min(upper, 1.0)))


def _value(view: View, at: int) -> tuple[float | str, bool, bool]:
    """Value of a cell, whether all its rows hold it, and whether nine in ten do."""
    cells, counts = view.cells, view.current
    if not isinstance(cells, NumericCells) or isinstance(counts, CategoryCounts):
        levels = getattr(cells, "levels", ())
        named = at < len(levels)
        return (levels[at] if named else "other levels"), named, named
    if at > cells.above:
        return ("infinity" if at == cells.plus_inf else "-infinity"), True, True
    mean = float(counts.sums[at] / counts.cells[at] / SCALE)
    if 1 <= at <= cells.inner and cells.atoms[at - 1]:
        return float(cells.edges[at - 1]), True, True
    end, edge = None, 0.0
    if at == cells.below:
        end, edge = counts.minimum, float(cells.edges[0])
    elif at == cells.above:
        end, edge = counts.maximum, float(cells.edges[-1])
    if end is None or end == edge:
        return mean, False, False
    # rows elsewhere in the cell pull its mean from its end towards its edge
    others = (mean - end) / (edge - end)
    exact = abs(mean - end) <= 1e-9 * max(abs(end), 1e-300)
    near = exact or (is_default(float(end)) and others <= _OTHERS)
    return (float(end) if near else mean), exact, near


def _rest(p: _Array, q: _Array, view: View) -> float:
    """How far the other cells moved against one another, less what chance does."""
    left = float(q.sum())
    m = view.m * left
    if left == 0.0 or m < 1.0 or p.sum() == 0.0:
        return 0.0
    p, q = p / p.sum(), q / left
    # few neighbourhoods, so that a small rest can agree at all
    group = np.minimum((np.cumsum(p) - 0.5 * p) * 6, 5).astype(int)
    p, q = (np.bincount(group, weights=one, minlength=6) for one in (p, q))
    spread = np.maximum(p * (1.0 - p), 0.0)
    noise = 0.5 * float(np.sqrt(2.0 / np.pi * spread / m).sum())
    return max(0.0, 0.5 * float(np.abs(p - q).sum()) - 2.0 * noise)
