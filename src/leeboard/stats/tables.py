"""Two-sample tests of counts: both samples from one distribution, or not.

Both rows of the table are samples. Taking the reference for the truth, as a
goodness-of-fit test does, inflates the statistic by 1 + m / n. Arrays in, numbers out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "chi_square_p",
    "expected",
    "fisher_exact",
    "fisher_simulated",
    "g_statistic",
    "hypergeometric_tail",
    "pearson",
]

_Array = np.ndarray[Any, Any]

_CLOSE = 1e-7
"""Tables this near in probability, relatively, count as equally likely."""


def expected(reference: _Array, current: _Array) -> _Array:
    """Counts expected from the pooled shares, shape (2, k)."""
    table = np.array([reference, current], np.float64)
    total = table.sum()
    return np.outer(table.sum(axis=1), table.sum(axis=0) / total)


def pearson(reference: _Array, current: _Array, *, correction: bool = False) -> float:
    """Pearson's statistic of homogeneity (1900): sum of (O - E)² / E over 2 x k cells.

    Parameters
    ----------
    reference, current : arrays, shape (k,)
        No cell empty in both.
    correction : bool
        Yates's, for two cells only: each difference half a row nearer to 0.
    """
    table = np.array([reference, current], np.float64)
    mean = expected(reference, current)
    apart = np.abs(table - mean)
    if correction and table.shape[1] == 2:
        apart -= np.minimum(0.5, apart)
    return float((apart**2 / mean).sum())


def g_statistic(reference: _Array, current: _Array) -> float:
    """Likelihood-ratio statistic of homogeneity: 2 times the sum of O ln(O / E)."""
    table = np.array([reference, current], np.float64)
    mean = expected(reference, current)
    used = table > 0
    return max(2.0 * float((table[used] * np.log(table[used] / mean[used])).sum()), 0.0)


def chi_square_p(statistic: float, degrees: int) -> float:
    """Upper tail of the chi-square law; 1 where there are no degrees of freedom."""
    from scipy.special import chdtrc

    return float(chdtrc(degrees, statistic)) if degrees > 0 else 1.0


def _log_weights(ones: int, zeros: int, drawn: int) -> tuple[_Array, _Array]:
    """Numbers of ones among the drawn, and the logarithms of their chances."""
    from scipy.special import gammaln

    size = ones + zeros
    mean = drawn / size * ones
    spread = np.sqrt(mean * (zeros / size) * ((size - drawn) / max(size - 1, 1)))
    low, high = max(0, drawn - zeros), min(drawn, ones)
    reach = 40.0 * spread + 60.0  # beyond lies less than 1e-300
    k = np.arange(max(low, int(mean - reach)), min(high, int(mean + reach)) + 1)
    ways = -(
        gammaln(k + 1.0)
        + gammaln(ones - k + 1.0)
        + gammaln(drawn - k + 1.0)
        + gammaln(zeros - drawn + k + 1.0)
    )
    ways -= ways.max()
    return k, ways - np.log(np.exp(ways).sum())


def fisher_exact(a: int, n: int, b: int, m: int) -> float:
    """Fisher's exact test of two shares: a of n rows against b of m.

    Two-sided: the chance of all tables with these margins that are at most as likely as
    this one (Fisher, 1935). Chances below 1e-300 come out as 0.
    """
    k, logs = _log_weights(a + b, n - a + m - b, n)
    if not k[0] <= a <= k[-1]:
        return 0.0
    at = logs[a - k[0]]
    return float(min(np.exp(logs[logs <= at + _CLOSE]).sum(), 1.0))


def hypergeometric_tail(a: int, n: int, b: int, m: int) -> float:
    """Chance that at least b of the a + b marked rows fall among the m current ones."""
    k, logs = _log_weights(a + b, n - a + m - b, m)
    if b > k[-1]:
        return 0.0
    return float(min(np.exp(logs[k >= b]).sum(), 1.0))


def fisher_simulated(
    reference: _Array, current: _Array, *, tables: int, seed: int
) -> float:
    """Fisher's test for any number of cells, by tables drawn with the same margins.

    Parameters
    ----------
    reference, current : int arrays, shape (k,)
    tables : int
        How many are drawn.
    seed : int

    Returns
    -------
    float
        ``(1 + as extreme) / (tables + 1)``: valid for every number of tables (Davison
        and Hinkley, 1997, section 4.2).
    """
    from scipy.special import gammaln

    columns = np.asarray(reference + current, np.int64)
    drawn = np.random.default_rng(seed).multivariate_hypergeometric(
        columns, int(np.sum(reference)), size=tables, method="marginals"
    )

    def log_chance(table: _Array) -> Any:
        return -(gammaln(table + 1.0) + gammaln(columns - table + 1.0)).sum(axis=-1)

    as_extreme = log_chance(drawn) <= log_chance(np.asarray(reference)) + _CLOSE
    return (1 + int(as_extreme.sum())) / (tables + 1)
