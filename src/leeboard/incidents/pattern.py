"""How a change came: at once, bit by bit, or again.

Place: on the path. Sizes by window in; the pattern whose curve explains them surely
better than the others out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

__all__ = ["Pattern", "pattern_of"]

_Array = np.ndarray[Any, Any]
_SURELY = 6.0
"""Difference of BIC from which one model is strongly preferred (Kass, Raftery 1995)."""
_FEW = 6
_MOST = 60
"""Latest windows that are looked at: older ones tell nothing of this change."""
_RAMP = 3
"""Windows that a ramp takes at least; a shorter one is a step."""
_FLOOR = 1e-4
"""Part of the range below which the series is taken for known no better."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """The curve that explains a series of sizes.

    Parameters
    ----------
    name : str
        ``sudden``, ``gradual`` (a ramp), ``recurring``, ``transient``, ``constant``, or
        ``unclear`` if no curve is surely better than the others.
    start : int or None
        Window, from 0, in which the change began.
    margin : float
        By how much the BIC of the next curve is higher; infinite for a constant.
    """

    name: str
    start: int | None
    margin: float


@dataclass(frozen=True, slots=True)
class _Fit:
    name: str
    bic: float
    start: int | None


def pattern_of(sizes: Sequence[float]) -> Pattern:
    """Compare curves by BIC, and name the best if it is better by more than 6.

    Parameters
    ----------
    sizes : floats, length T
        Size of the change by window, oldest first; the last 60 are used.

    Returns
    -------
    Pattern
        *unclear* below 6 windows.

    Notes
    -----
    Curves are a constant (2 parameters with the variance), one step (4), a straight
    ramp of at least 3 windows between two levels (5), a step and back (5), and three
    steps between two levels (6), all with normal errors of one variance. A curve with
    more steps contains those with fewer, so it is named only where it is better by
    more than 6; where it is better by less, the answer is *unclear*.
    """
    skipped = max(0, len(sizes) - _MOST)
    s = np.asarray(sizes[skipped:], float)
    if len(s) < _FEW or not np.isfinite(s).all():
        return Pattern("unclear", None, 0.0)
    best, second = _constant(s), np.inf
    for curves in _CURVES:
        found = [fit for fit in (one(s) for one in curves) if fit is not None]
        first, *rest = sorted(found, key=lambda one: one.bic)
        other = min([best.bic, *(one.bic for one in rest)])
        if first.bic < best.bic:
            best, second = first, other
    margin = float(second - best.bic)
    if margin <= _SURELY:
        return Pattern("unclear", None, margin)
    start = None if best.start is None else best.start + skipped
    return Pattern(best.name, start, margin)


def _bic(s: _Array, left: float, parameters: int) -> float:
    n = len(s)
    floor = n * (_FLOOR * float(np.ptp(s))) ** 2 + 1e-300
    return n * float(np.log(max(left, floor) / n)) + parameters * float(np.log(n))


def _within(s: _Array) -> Callable[[int, int], float]:
    """Sum of squares about the mean of s[a:b], from running sums."""
    centred = s - s.mean()
    first = np.concatenate([[0.0], np.cumsum(centred)])
    second = np.concatenate([[0.0], np.cumsum(centred**2)])

    def left(a: int, b: int) -> float:
        total = first[b] - first[a]
        return float(second[b] - second[a] - total * total / max(b - a, 1))

    return left


def _constant(s: _Array) -> _Fit:
    return _Fit("constant", _bic(s, float(((s - s.mean()) ** 2).sum()), 2), None)


def _step(s: _Array) -> _Fit:
    left, n = _within(s), len(s)
    sums = [left(0, at) + left(at, n) for at in range(1, n)]
    at = int(np.argmin(sums))
    return _Fit("sudden", _bic(s, sums[at], 4), at + 1)


def _ramp(s: _Array) -> _Fit | None:
    n, best, where = len(s), np.inf, 0
    steps = np.arange(n)
    for a, b in combinations(range(n), 2):
        if b - a < _RAMP:
            continue
        x = np.clip((steps - a) / (b - a), 0.0, 1.0)
        x = x - x.mean()
        y = s - s.mean()
        rest = float(y @ y - (x @ y) ** 2 / (x @ x))
        if rest < best:
            best, where = rest, a + 1
    return _Fit("gradual", _bic(s, best, 5), where) if np.isfinite(best) else None


def _two_levels(s: _Array, cuts: tuple[int, ...]) -> float:
    """Sum of squares where the level changes at each cut, up and down in turn."""
    high = np.zeros(len(s), bool)
    for at in cuts:
        high[at:] ^= True
    return float(sum(((s[g] - s[g].mean()) ** 2).sum() for g in (high, ~high)))


def _there_and_back(s: _Array) -> _Fit:
    cuts = min(combinations(range(1, len(s)), 2), key=lambda c: _two_levels(s, c))
    return _Fit("transient", _bic(s, _two_levels(s, cuts), 5), cuts[0])


def _again(s: _Array) -> _Fit | None:
    """Two levels with three changes: high, back, and high again; cuts one by one."""
    cuts: tuple[int, ...] = ()
    for _ in range(3):
        free = [at for at in range(1, len(s)) if at not in cuts]
        added = min(free, key=lambda at: _two_levels(s, tuple(sorted((*cuts, at)))))
        cuts = tuple(sorted((*cuts, added)))
    for _ in range(2):  # the first cuts were chosen without knowing the last
        for i in range(3):
            others = (*cuts[:i], *cuts[i + 1 :])
            free = [at for at in range(1, len(s)) if at not in others]
            moved = min(
                free, key=lambda at: _two_levels(s, tuple(sorted((*others, at))))
            )
            cuts = tuple(sorted((*others, moved)))
    return _Fit("recurring", _bic(s, _two_levels(s, cuts), 6), cuts[2])


_CURVES: tuple[tuple[Callable[[_Array], _Fit | None], ...], ...] = (
    (_step, _ramp),
    (_there_and_back,),
    (_again,),
)
"""From the fewest changes to the most; those of one group compete as equals."""
