"""A bound on the size where one value holds nearly all rows of both samples.

A flag that is true in three rows of a thousand gives no two cells that expect ten rows
each, and yet it is plain that little can have changed: what the other rows hold in both
samples is bounded exactly, and so is the size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leeboard.metrics._metric import Pair
from leeboard.profiles.cells import CategoryCells
from leeboard.profiles.merge import MIN_EXPECTED
from leeboard.stats.size import psi

__all__ = ["Bound", "bound", "vanished"]

_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Bound:
    """The size of a change between one value and all others.

    Parameters
    ----------
    size : float
        Debiased PSI of the two shares, nats.
    upper : float
        One-sided 95 % upper bound.
    """

    size: float
    upper: float


def bound(pair: Pair) -> Bound | None:
    """Bound the size by the shares outside the most frequent value.

    Clopper and Pearson's bounds (1934) of both shares, at 97.5 % each; a share below
    half a row counts as half a row, as sizes do. None where no single value, but only
    *rare* levels together, hold most rows, or a sample has no rows.
    """
    reference, current = pair.reference.cells, pair.current.cells
    value = int(np.argmax(reference + current))
    if isinstance(pair.cells, CategoryCells) and value == pair.cells.rare:
        return None
    return _against_all(pair, value)


def vanished(pair: Pair) -> float:
    """Upper bound of the size of a level that few rows are left of; 0 if there is none.

    A level of which the reference expects ten rows in the smaller sample, and both
    samples pooled do not, has joined the rare ones; what it lost is bounded here.
    """
    if not isinstance(pair.cells, CategoryCells):
        return 0.0
    before = pair.reference.cells[: pair.cells.inner]
    now = pair.current.cells[: pair.cells.inner]
    n = max(int(pair.reference.cells.sum()), 1)
    m = max(int(pair.current.cells.sum()), 1)
    smaller = min(n / pair.design_reference, m / pair.design_current)
    lost = (before / n * smaller >= MIN_EXPECTED) & (
        (before + now) / (n + m) * smaller < MIN_EXPECTED
    )
    bounds = [_against_all(pair, int(level)) for level in np.flatnonzero(lost)]
    return max((one.upper for one in bounds if one is not None), default=0.0)


def _against_all(pair: Pair, value: int) -> Bound | None:
    reference, current = pair.reference.cells, pair.current.cells
    n = float(reference.sum()) / pair.design_reference
    m = float(current.sum()) / pair.design_current
    if n < 1.0 or m < 1.0:
        return None
    before = 1.0 - reference[value] / reference.sum()
    now = 1.0 - current[value] / current.sum()
    (low, high), (low_now, high_now) = _ends(before * n, n), _ends(now * m, m)
    upper = max(_psi(low, high_now), _psi(high, low_now))
    raw = _psi(_smooth(before * n, n), _smooth(now * m, m))
    return Bound(max(0.0, raw - 1.0 / n - 1.0 / m), upper)


def _ends(rows: float, of: float) -> tuple[float, float]:
    from scipy.special import betaincinv

    least = 0.5 / (of + 1.0)
    low = float(betaincinv(rows, of - rows + 1.0, _TAIL)) if rows > 0 else 0.0
    high = float(betaincinv(rows + 1.0, of - rows, 1.0 - _TAIL)) if rows < of else 1.0
    return max(low, least), min(high, 1.0 - least)


def _smooth(rows: float, of: float) -> float:
    return (rows + 0.5) / (of + 1.0)


def _psi(before: float, now: float) -> float:
    shares = [np.array([share, 1.0 - share]) for share in (before, now)]
    return float(psi(shares[0], shares[1]))
