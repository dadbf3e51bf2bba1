"""Exact rules where cells cannot tell: rows where the reference had none.

A column that was constant, or a current sample of a dozen rows, gives no two cells that
expect enough rows. Still, rows outside everything the reference held are evidence, and
so are values that are all gone, and levels that the reference never had.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma

import numpy as np

from leeboard.metrics import metrics
from leeboard.metrics._metric import Pair, Reason
from leeboard.profiles.cells import CategoryCells, NumericCells
from leeboard.profiles.counts import CategoryCounts
from leeboard.stats.size import psi, shares
from leeboard.verdicts.verdict import Lines

__all__ = ["Outside", "is_constant", "lost_values", "outside", "unseen_levels"]

_HALVINGS = 60


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


def is_constant(pair: Pair) -> bool:
    """Whether all rows of both samples share one value; *rare* may be several."""
    used = np.flatnonzero(pair.reference.cells + pair.current.cells)
    if len(used) != 1:
        return False
    cells = pair.cells
    return not isinstance(cells, CategoryCells) or int(used[0]) != cells.rare


def outside(pair: Pair, lines: Lines) -> Outside:
    """How surely current rows left what the reference held.

    If both samples are exchangeable, the k largest of n + m rows are all current ones
    with probability C(m, k) / C(n + m, k); k rows may fall on two sides in k + 1 ways.
    Rows count as rows / design effect. Categories are judged so only where the
    reference held a single level; in a long tail levels never seen before are nothing
    new, up to the mass of them that the reference lets expect.

    Beside a large reference a handful of rows is no chance and still negligible: so
    many must also be too many for the largest share whose size is negligible.
    """
    if pair.current.rows and pair.current.missing == pair.current.rows:
        return lost_values(pair)
    cells, reference, current = pair.cells, pair.reference.cells, pair.current.cells
    inside = np.flatnonzero(reference)
    constant = len(inside) == 1
    if constant and not (isinstance(cells, CategoryCells) and inside[0] == cells.rare):
        left, sides = int(current.sum() - current[inside[0]]), 1
    elif isinstance(cells, NumericCells):
        left, sides = int(current[[cells.below, cells.above]].sum()), 2
    else:
        return unseen_levels(pair, lines)
    n = int(reference.sum() / pair.design_reference)
    m = int(current.sum() / pair.design_current)
    k = int(left / pair.design_current)
    p_value = (k + 1 if sides == 2 else 1) * _ratio(m, k, n + m)
    if n and m:
        p_value = max(p_value, _negligible_p(k, n, m, lines.negligible))
    what = "the range" if not constant else _only(pair, int(inside[0]))
    text = (
        f"{left:,} of {int(current.sum()):,} rows are outside {what} of the reference"
    )
    code = "left_constant" if constant else "left_range"
    return Outside(min(1.0, p_value), Reason(code, text))


def _negligible_p(k: int, n: int, m: int, negligible: float) -> float:
    """Chance of k or more of m rows outside, at a share of negligible size.

    The reference's own share is taken as half a row of n, as sizes do.
    """
    from scipy.special import bdtrc

    if k == 0:
        return 1.0
    ours = np.array([n + 0.5, 0.5]) / (n + 1.0)
    low, high = float(ours[1]), 1.0 - 1e-12
    for _ in range(_HALVINGS):
        share = 0.5 * (low + high)
        if psi(ours, np.array([1.0 - share, share])) > negligible:
            high = share
        else:
            low = share
    return float(bdtrc(k - 1.0, m, low))


def _only(pair: Pair, cell: int) -> str:
    if cell == pair.cells.missing:
        return "the missing values"
    return "the only value" if isinstance(pair.cells, NumericCells) else "the level"


def lost_values(pair: Pair) -> Outside:
    """How surely it is no chance that every current value is missing.

    Fisher's test: with r of n reference rows missing and all m current ones,
    p = C(r + m, m) / C(n + m, m).
    """
    reference = pair.reference
    share = reference.missing / max(reference.rows, 1)
    known = f"{share:.1%}" if reference.missing else "none"
    text = f"every current value is missing, and {known} of the reference"
    n = reference.rows / pair.design_reference
    m = pair.current.rows / pair.design_current
    r = n * share
    p_value = exp(_log_falling(r + m, m) - _log_falling(n + m, m))
    return Outside(min(1.0, p_value), Reason("all_missing", text))


def unseen_levels(pair: Pair, lines: Lines) -> Outside:
    """How surely far more rows than expected hold levels the reference never had.

    Levels that are rare in the reference and those it never had share one cell, so a
    size cannot tell one from the other. Here the reference's mass of unseen levels
    (Good and Turing) is the null, and unless the shares of seen and unseen rows differ
    by more than *large* the answer is 1.
    """
    cells, counts = pair.cells, pair.current
    n = pair.reference.rows - pair.reference.missing
    m = counts.rows - counts.missing
    measure = metrics()["unseen"].on_counts
    nothing = Outside(1.0, Reason("unseen_levels", "no level is new to the reference"))
    if not isinstance(cells, CategoryCells) or not isinstance(counts, CategoryCounts):
        return nothing
    if counts.unseen == 0 or n == 0 or measure is None:
        return nothing
    expected = cells.singletons / n * m
    text = (
        f"{counts.unseen:,} of {m:,} values are of levels new to the reference; "
        f"about {round(expected):,} were to be expected"
    )
    known = shares(np.array([n - cells.singletons, cells.singletons]))
    met = shares(np.array([m - counts.unseen, counts.unseen]))
    p_value = measure(pair).p_value
    if counts.unseen <= expected or psi(known, met) <= lines.large or p_value is None:
        p_value = 1.0
    return Outside(p_value, Reason("unseen_levels", text))


def _ratio(m: float, k: float, total: float) -> float:
    """Chance C(m, k) / C(total, k), for whole numbers and those between."""
    return exp(_log_falling(m, k) - _log_falling(total, k))


def _log_falling(n: float, k: float) -> float:
    """Logarithm of n (n - 1) … (n - k + 1)."""
    return lgamma(n + 1.0) - lgamma(n - k + 1.0)
