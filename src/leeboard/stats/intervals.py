"""Intervals and tests of shares and means. Numbers in, numbers out."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right

__all__ = [
    "clopper_pearson",
    "correlation_p",
    "normal_p",
    "order_interval",
    "outside_tail",
    "student_reach",
    "two_shares_p",
    "welch",
    "wilson",
]

_Z95 = 1.959963984540054


def normal_p(z: float) -> float:
    """Two-sided tail of the standard normal law."""
    return math.erfc(abs(z) / math.sqrt(2.0))


def wilson(k: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Interval of a share, k of n rows (Wilson, 1927, equation 4); n above 0.

    Neither needs to be whole, so that effective rows may stand in.
    """
    from scipy.special import ndtri

    z = _Z95 if level == 0.95 else float(ndtri(0.5 + level / 2.0))
    share, square = k / n, z * z / n
    middle = (share + square / 2.0) / (1.0 + square)
    half = z / (1.0 + square) * math.sqrt(share * (1 - share) / n + square / n / 4)
    low = 0.0 if k <= 0 else max(middle - half, 0.0)
    high = 1.0 if k >= n else min(middle + half, 1.0)
    return low, high


def clopper_pearson(k: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of a share, k of n rows (Clopper and Pearson, 1934); n above 0."""
    from scipy.special import betaincinv

    tail = (1.0 - level) / 2.0
    low = 0.0 if k == 0 else float(betaincinv(k, n - k + 1, tail))
    high = 1.0 if k == n else float(betaincinv(k + 1, n - k, 1.0 - tail))
    return low, high


def two_shares_p(a: float, n: float, b: float, m: float) -> float:
    """Two-sided score test of two shares, a of n against b of m effective rows."""
    pooled = (a + b) / (n + m)
    variance = pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)
    return normal_p((b / m - a / n) / math.sqrt(variance)) if variance > 0 else 1.0


def welch(
    means: tuple[float, float], sds: tuple[float, float], rows: tuple[float, float]
) -> tuple[float, float]:
    """Welch's test (1947) of two means.

    Parameters
    ----------
    means, sds : (float, float)
        Of the reference and of the current sample.
    rows : (float, float)
        Effective rows of each, above 1.

    Returns
    -------
    t : float
        Current minus reference, in standard errors; 0 if all is constant and equal,
        infinite if constant and different.
    p_value : float
    """
    from scipy.special import stdtr

    unit = max(sds)
    difference = means[1] - means[0]
    if unit == 0.0:
        return (
            (0.0, 1.0) if difference == 0 else (math.copysign(math.inf, difference), 0)
        )
    parts = [(sd / unit) ** 2 / n for sd, n in zip(sds, rows, strict=True)]
    t = difference / unit / math.sqrt(sum(parts))
    spent = [part**2 / (n - 1.0) for part, n in zip(parts, rows, strict=True)]
    degrees = sum(parts) ** 2 / sum(spent)
    return t, 2.0 * float(stdtr(degrees, -abs(t)))


def student_reach(rows: float, level: float = 0.95) -> float:
    """Half width of a mean's interval in standard errors; rows above 1."""
    from scipy.special import stdtrit

    return float(stdtrit(rows - 1.0, 0.5 + level / 2.0))


def order_interval(n: int, q: float, level: float = 0.95) -> tuple[int, int]:
    """Positions of the two ordered rows between which the q-quantile lies.

    Returns
    -------
    low, high : int
        From 0; -1 or n where no row bounds the quantile at that level. Holds for every
        distribution (Conover, Practical Nonparametric Statistics, 1999, section 3.2).
    """
    from scipy.special import betainc

    def at_most(row: int) -> float:
        # the binomial's distribution; scipy's own ends at 2**31 rows
        return float(betainc(n - row, row + 1.0, 1.0 - q))

    tail = (1.0 - level) / 2.0
    low = bisect_right(range(n), tail, key=at_most) - 1
    return low, bisect_left(range(n), 1.0 - tail, key=at_most)


def outside_tail(least: int, n: int, m: int) -> float:
    """Chance that ``least`` or more of m new rows lie outside the range of n old ones.

    Exact for independent rows of one continuous distribution, as all orders of old and
    new rows are then equally likely (David and Nagaraja, Order Statistics, 2003,
    section 7.2); an upper bound where values tie. n is at least 2.
    """
    from scipy.special import gammaln

    if least <= 0:
        return 1.0

    def log_ways(size: int, chosen: int) -> float:
        return float(
            gammaln(size + 1.0) - gammaln(chosen + 1.0) - gammaln(size - chosen + 1.0)
        )

    total = n + m
    every = log_ways(total, n)
    # (k + 1) C(n + m - k - 2, n - 2) orders leave k rows outside; summed from k on
    tail = least * math.exp(log_ways(total - least - 1, n - 1) - every)
    return min(tail + math.exp(log_ways(total - least, n) - every), 1.0)


def correlation_p(
    reference: float, current: float, rows: tuple[int, int], *, ranks: bool
) -> float:
    """Two-sided test that two correlations are equal, by Fisher's z (1921).

    ``ranks``: for Spearman's coefficient, with the variance of Bonett and Wright
    (2000), ``(1 + r² / 2) / (n - 3)``. Each sample needs 4 rows.
    """
    if max(abs(reference), abs(current)) >= 1.0:
        return 1.0 if reference == current else 0.0
    pair = (reference, current)
    variance = sum(
        (1.0 + r * r / 2.0 if ranks else 1.0) / (n - 3)
        for r, n in zip(pair, rows, strict=True)
    )
    return normal_p((math.atanh(current) - math.atanh(reference)) / math.sqrt(variance))
