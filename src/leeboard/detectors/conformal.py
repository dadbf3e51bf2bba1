"""D3: whether scores of windows rank higher among earlier ones than by chance.

Place: a detector. For any figure of a window, with enough usual windows before.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from leeboard.detectors import _recursion
from leeboard.detectors._detector import Evidence, Memory, Score
from leeboard.detectors._settings import refuse

__all__ = ["Conformal"]

_POWERS = np.array([0.05, 0.1, 0.2, 0.3, 0.5, 0.7])
"""The bets k p^(k - 1) on small p-values."""
_LOG_POWERS = np.log(_POWERS)
_BETS = len(_POWERS)
_LARGEST = 1.7976931348623157e308
_Pools = dict[int, tuple[int, list[float]]]
"""Of each stratum, how many windows were seen, and the highest scores, rising."""


class Conformal:
    """Evidence that windows are no longer like those before, whatever the score.

    Parameters
    ----------
    history : sequence of Score
        Usual windows, in any order; they are compared with, not judged.
    minimum : int
        Windows of a stratum before it may give evidence, at least 1.
    keep : int
        Highest scores kept per stratum, at least ``minimum``. Lower ones are counted;
        their rank is drawn by the window's ``u``, so nothing else changes.

    Raises
    ------
    AlarmError
        A setting out of bounds.

    Notes
    -----
    The null: within a stratum, windows may come in any order (exchangeable). With t - 1
    earlier windows, g of them with a higher score and h with an equal one,
    p = (g + (1 - u)(h + 1)) / t. Under the null p-values are independent and uniform,
    between strata too (Vovk, Gammerman and Shafer, Algorithmic Learning in a Random
    World, 2005, chapter 2 and theorem 8.1; strata: section 4.5), however much windows
    differ from one another. Bets: e = k p^(k-1), k in 0.05, 0.1, 0.2, 0.3, 0.5, 0.7.

    No p-value is far below 1/t: with 60 usual windows and a threshold of 500, four
    windows are the least. Changed windows join the pool, which slows what follows but
    breaks no promise. A trend or a season outside the strata breaks the null. Memory: 6
    floats, 3 a stratum, and the scores.

    A score that is not a number counts as a window without rows.
    """

    name: ClassVar[str] = "conformal"

    def __init__(
        self, history: Sequence[Score] = (), *, minimum: int = 20, keep: int = 2000
    ) -> None:
        if minimum < 1:
            raise refuse("minimum", minimum, "1 or more", "Give such a number.")
        if keep < minimum:
            raise refuse("keep", keep, f"{minimum} or more", "Keep at least *minimum*.")
        self._minimum, self._keep = minimum, keep
        pools: _Pools = {}
        for score in history:
            if not math.isnan(score.value):
                self._add(pools, score)
        self._start = (0.0,) * _BETS + _packed(pools)

    def start(self) -> Memory:
        """Return the memory before the first window: the history."""
        return self._start

    def restart(self, memory: Memory) -> Memory:
        """Return the memory after an alarm: no evidence, the same windows."""
        return (0.0,) * _BETS + memory[_BETS:]

    def bets(self, memory: Memory, stratum: int) -> bool:
        """Tell whether the next window of a stratum may give evidence."""
        start, stop = _place(memory, stratum)
        return start < stop and memory[start + 1] >= self._minimum

    def ready(self, memory: Memory) -> bool:
        """Tell whether every stratum that was seen may give evidence."""
        pools = _unpacked(memory[_BETS:])
        return all(seen >= self._minimum for seen, _ in pools.values())

    def step(self, memory: Memory, seen: Score) -> Evidence:
        """Take in one window; ``seen`` is its score."""
        kept = np.array(memory[:_BETS])
        if math.isnan(seen.value):
            return Evidence(memory, 0.0, _recursion.gathered(kept))
        start, stop = _place(memory, seen.stratum)
        pools = _unpacked(memory[start:stop])
        earlier, _ = pools.get(seen.stratum, (0, []))
        p = self._p_value(pools, seen)
        self._add(pools, seen)
        pool = memory[_BETS:start] + _packed(pools) + memory[stop:]
        if earlier < self._minimum:
            return Evidence((*memory[:_BETS], *pool), 0.0, _recursion.gathered(kept))
        log_e = _LOG_POWERS + (_POWERS - 1.0) * math.log(p)
        after, log_m = _recursion.advance(kept, log_e)
        told = _recursion.log_mean(log_e)
        return Evidence((*after.tolist(), *pool), told, log_m)

    def _p_value(self, pools: _Pools, score: Score) -> float:
        earlier, scores = pools.get(score.stratum, (0, []))
        value, share = _finite(score.value), 1.0 - score.u
        if earlier > len(scores) and value <= scores[0]:
            # among those that were only counted: any rank below the lowest kept
            higher = len(scores) - bisect_right(scores, scores[0]) + 1
            return (higher + share * (earlier + 1 - higher)) / (earlier + 1)
        below, upto = bisect_left(scores, value), bisect_right(scores, value)
        higher, equal = len(scores) - upto, upto - below
        return (higher + share * (equal + 1)) / (earlier + 1)

    def _add(self, pools: _Pools, score: Score) -> None:
        """Count a window; keep its score if it is among the highest."""
        earlier, scores = pools.get(score.stratum, (0, []))
        value = _finite(score.value)
        scores.insert(bisect_right(scores, value), value)
        pools[score.stratum] = (earlier + 1, scores[-self._keep :])


def _finite(value: float) -> float:
    """Return infinite scores as the largest number, which any store can hold."""
    return min(max(value, -_LARGEST), _LARGEST)


def _place(memory: Memory, stratum: int) -> tuple[int, int]:
    """Where a stratum's numbers begin and end, or would be put in."""
    at = _BETS
    while at < len(memory) and memory[at] < stratum:
        at += 3 + int(memory[at + 2])
    if at < len(memory) and memory[at] == stratum:
        return at, at + 3 + int(memory[at + 2])
    return at, at


def _packed(pools: _Pools) -> Memory:
    """As numbers, by stratum: its name, windows seen, scores kept, and these."""
    numbers: list[float] = []
    for stratum in sorted(pools):
        earlier, scores = pools[stratum]
        numbers += [float(stratum), float(earlier), float(len(scores)), *scores]
    return tuple(numbers)


def _unpacked(numbers: Memory) -> _Pools:
    pools: _Pools = {}
    at = 0
    while at < len(numbers):
        stratum, earlier, size = (int(number) for number in numbers[at : at + 3])
        pools[stratum] = (earlier, list(numbers[at + 3 : at + 3 + size]))
        at += 3 + size
    return pools
