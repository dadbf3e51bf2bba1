"""Limits that a second sample from the same distribution keeps to, whatever that is.

Each limit rests on n reference rows and holds for every second sample of at least m
rows: exceeded with a probability of at most alpha, over both samples. Rows are taken
for independent; nothing is assumed of the distribution.

The count of rows beyond an order statistic, or with a property that x of n rows have,
is beta-binomial (Thatcher, Journal of the Royal Statistical Society B 26, 1964; ties
make it smaller). Levels never met have a law of their own, see ``unseen_limit``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from math import ceil, floor, log, log1p

import numpy as np

__all__ = ["all_alike", "median_rank", "outside_limit", "share_limit", "unseen_limit"]

_LARGER = (1, 1.07, 1.19, 1.5, 2, 4, 16)
"""Sizes of the second sample at which a limit is checked, in units of the least one."""

_PACES = (0.9, 0.6, 0.3, 0.1)
_NEARLY = 1.0 - 1e-9


@lru_cache(512)
def share_limit(x: float, n: float, m: int, alpha: float) -> float | None:
    """Share that the property of x in n rows keeps below in a second sample.

    Parameters
    ----------
    x : float, 0 … n
        Reference rows that have it.
    n : float
        Reference rows.
    m : int, at least 1
        Least number of rows of the second sample.
    alpha : float, in (0, 1)

    Returns
    -------
    float in (0, 1), or None
        None where even all rows would not be rare enough.

    Notes
    -----
    With a uniformly random order of all n + m rows the count in the second sample is
    hypergeometric given the total; the largest count not rejected by that test is the
    beta-binomial quantile with parameters x + 1 and n - x.
    """
    if x >= n:
        return None
    return _limit(x + 1.0, n - x, m, alpha)


@lru_cache(512)
def outside_limit(n: float, m: int, alpha: float) -> float | None:
    """Share of a second sample outside of the range of n rows, which it keeps below."""
    return _limit(2.0, n - 1.0, m, alpha) if n > 1 else None


def unseen_limit(
    times: Mapping[int, int], n: float, m: int, alpha: float
) -> float | None:
    """Share of a second sample whose level n reference rows never had: kept below.

    Parameters
    ----------
    times : mapping of int to int
        How many levels occurred that many times in the reference.
    n, m : float, int
    alpha : float, in (0, 1)

    Notes
    -----
    Let a level be expected λ times among the reference, where it occurs k times, and
    c λ times (c = m / n) in the second sample, where it occurs Y times; both counts are
    Poisson. With s = c (exp(u) - 1) < 1, that which is exp(u Y) if k = 0, and 1 - s**k
    if k > 0, has for every λ the expectation

        exp(s λ - λ) + (1 - exp(-λ)) - (exp(s λ - λ) - exp(-λ)) = 1

    so that by Markov's inequality over all levels, N_k of which occur k times,

        u · unseen rows ≤ log(1 / alpha) - Σ_k N_k log(1 - s**k)

    but for probability alpha; for small s the sum is s times Good and Turing's N_1.
    The four values of s tried share alpha.
    """
    c = m / n
    rows = float("inf")
    for s in _PACES:
        seen = -sum(many * log1p(-(s**k)) for k, many in times.items() if k > 0)
        rows = min(rows, (seen + log(len(_PACES) / alpha)) / log1p(s / c))
    share = rows / m
    return share if share < 1.0 else None


@lru_cache(512)
def median_rank(n: float, m: int, alpha: float) -> int | None:
    """Rank from either end of the reference value that a second median stays within.

    The median of at least m rows lies beyond the value of that rank (1: the extreme) on
    one side with a probability of at most alpha. None where no rank is safe.
    """

    def tail(rank: int) -> float:
        worst = 0.0
        for size in _sizes(m):
            needed = floor((size - 1) / 2) + 1
            worst = max(worst, _tail(rank, n + 1.0 - rank, size, needed))
        return worst

    low, high = 0, floor(n / 2)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if tail(middle) <= alpha else (low, middle - 1)
    return low or None


def all_alike(x: float, n: float, m: int) -> float:
    """Upper bound on the probability that m rows all have what x of n rows have."""
    return _tail(x + 1.0, n - x, m, m) if x < n else 1.0


def _limit(a: float, b: float, m: int, alpha: float) -> float | None:
    """Share that beta-binomial counts of parameters a, b reach with P at most alpha."""

    def safe(share: float) -> bool:
        return all(
            _tail(a, b, size, ceil(share * size * _NEARLY)) <= alpha
            for size in _worst_sizes(share, m)
        )

    least = _needed(lambda rows: _tail(a, b, m, rows) <= alpha, m)
    if least is None:
        return None
    share = least / m
    while share < 1.0:
        if safe(share):
            return share
        share *= 1.01
    return None


def _needed(rare: Callable[[int], bool], m: int) -> int | None:
    """Fewest rows that are rare, by bisection; None if even all m are not."""
    if not rare(m):
        return None
    low, high = 0, m
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if rare(middle) else (middle, high)
    return high


def _sizes(m: int) -> list[int]:
    return sorted({ceil(m * factor) + extra for factor in _LARGER for extra in (0, 1)})


def _worst_sizes(share: float, m: int) -> list[int]:
    """Sizes just before a share needs one row more: there it is reached most easily."""
    first = ceil(share * m * _NEARLY)
    counts = {ceil(first * factor) + extra for factor in _LARGER for extra in range(3)}
    sizes = {max(m, floor(count / share)) for count in counts}
    return sorted(sizes | {m})


def _tail(a: float, b: float, m: int, y: int) -> float:
    """P(Y >= y) of a beta-binomial count among m with parameters a and b."""
    from scipy.special import betaln, gammaln

    if y <= 0:
        return 1.0
    if y > m:
        return 0.0
    # beyond y and mean, terms fall at least like exp(-k / standard deviation)
    mean = m * a / (a + b)
    spread = (mean * b / (a + b) * (a + b + m) / (a + b + 1.0)) ** 0.5
    last = min(m, max(y, ceil(mean)) + 40 + ceil(25.0 * spread))
    k = np.arange(y, last + 1, dtype=np.float64)
    choose = gammaln(m + 1.0) - gammaln(k + 1.0) - gammaln(m - k + 1.0)
    terms = np.exp(choose + betaln(k + a, m - k + b) - betaln(a, b))
    return float(min(terms.sum(), 1.0))
