"""The default rules of other tools, computed faster and proved equal.

What the tools themselves decide is frozen by ``oracles/alarms.py``.
Each rule reads one column. What the tool recomputes for every window and does not
change with it is computed once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from bench.alarms.seen import Reference, Window
from scipy.special import rel_entr
from scipy.stats import chi2, chi2_contingency, ks_2samp, kstwo, norm

__all__ = ["AlibiDetect", "Evidently", "EvidentlyPsi", "NannyML"]

Array = np.ndarray[Any, Any]


class _Peer:
    """Without a memory, and with one threshold."""

    dial, remembers, change = True, False, ""
    threshold = np.inf

    def restart(self) -> None:
        """Nothing is remembered."""


def js_distance(p: Array, q: Array, base: float) -> float:
    """Jensen–Shannon distance of two shares."""
    middle = (p + q) / 2
    total = rel_entr(p, middle).sum() + rel_entr(q, middle).sum()
    return float(np.sqrt(max(total, 0.0) / 2 / np.log(base)))


class Evidently(_Peer):
    """Data drift of one column, by what Evidently chooses from size and kind.

    Up to 1,000 reference rows: Kolmogorov–Smirnov, chi-square with the reference taken
    as exact, or a z test of two shares, each at p = 0.05. Above: Wasserstein distance
    over the standard deviation, or Jensen–Shannon distance (nats), each at 0.1.
    """

    name = family = "Evidently"

    def fit(
        self, reference: Reference, _history: Sequence[Window], _promise: float
    ) -> None:
        """Choose the test and prepare its side of the reference."""
        rows = reference.rows
        few, number = len(rows) <= 1000, reference.kind == "number"
        self.n, self.counts = len(rows), reference.counts
        if number and few:
            self.measure, self.sorted = self._ks, np.sort(rows)
            self.threshold = least_rejected(len(rows), reference.window, 0.05)
        elif number:
            self.sorted = np.sort(rows)
            self.sums = np.concatenate([[0.0], np.cumsum(self.sorted)])
            self.scale = max(float(np.std(rows)), 0.001)
            self.measure, self.threshold = self._wasserstein, 0.1
        elif few:
            binary = len(self.counts) == 2
            self.measure = self._z if binary else self._chi2
            self.threshold = -np.log(0.05)
        else:
            self.measure, self.threshold = self._js, 0.1

    def score(self, window: Window) -> float:
        """Distance, or −ln p."""
        return self.measure(window)

    def _ks(self, window: Window) -> float:
        return ks_distance(self.sorted, window.rows)

    def _wasserstein(self, window: Window) -> float:
        return wasserstein(self.sorted, self.sums, np.sort(window.rows)) / self.scale

    def _js(self, window: Window) -> float:
        q = window.counts / window.counts.sum()
        return js_distance(self.counts / self.n, q, np.e)

    def _chi2(self, window: Window) -> float:
        expected = self.counts / self.n * window.counts.sum()
        used = expected > 0
        gap = ((window.counts - expected)[used] ** 2 / expected[used]).sum()
        return float(-chi2.logsf(gap, used.sum() - 1))

    def _z(self, window: Window) -> float:
        n, m = self.n, int(window.counts.sum())
        a, b = self.counts[1] / n, window.counts[1] / m
        both = (self.counts[1] + window.counts[1]) / (n + m)
        z = abs(a - b) / np.sqrt(both * (1 - both) * (1 / n + 1 / m))
        return float(-norm.logsf(z) - np.log(2))


class EvidentlyPsi(_Peer):
    """Evidently's PSI: Sturges bins over reference and window together, 0.1."""

    name, family, threshold = "Evidently PSI", "Evidently", 0.1

    def fit(
        self, reference: Reference, _history: Sequence[Window], _promise: float
    ) -> None:
        """Sort the reference."""
        self.number, self.counts = reference.kind == "number", reference.counts
        self.sorted = np.sort(reference.rows)

    def score(self, window: Window) -> float:
        """PSI with the tool's stand-in for empty bins."""
        p, q = self.counts, window.counts
        if self.number:
            ends = self.sorted[[0, -1]]
            low = min(ends[0], window.rows.min())
            high = max(ends[1], window.rows.max())
            bins = int(np.ceil(np.log2(len(self.sorted) + len(window.rows)) + 1))
            edges = np.linspace(low, high, bins + 1)
            p = np.diff(_below(self.sorted, edges))
            q = np.diff(_below(np.sort(window.rows), edges))
        else:
            seen = (p + q) > 0
            p, q = p[seen], q[seen]
        p, q = _filled(p / p.sum()), _filled(q / q.sum())
        return float(((p - q) * np.log(p / q)).sum())


def _below(ordered: Array, edges: Array) -> Array:
    """Rows below each edge; the last edge belongs to the last bin."""
    below = np.searchsorted(ordered, edges, side="left")
    below[-1] = np.searchsorted(ordered, edges[-1], side="right")
    return below


def _filled(shares: Array) -> Array:
    least = shares[shares > 0].min()
    return np.where(shares == 0, least / 10**6 if least <= 0.0001 else 0.0001, shares)


class NannyML(_Peer):
    """NannyML's univariate drift: Jensen–Shannon distance (bits) of a chunk.

    The threshold is the mean plus three standard deviations over chunks of the
    reference, each as large as a window.
    """

    name = family = "NannyML"
    threshold = 3.0

    def fit(
        self, reference: Reference, _history: Sequence[Window], _promise: float
    ) -> None:
        """Fix the bins and learn the mean and spread of the chunks."""
        rows = reference.rows
        self.number = reference.kind == "number"
        if self.number:
            self.edges = np.histogram_bin_edges(rows, bins="doane")
        else:
            self.levels = np.flatnonzero(reference.counts)
        self.p = self._counts(rows) / len(rows)
        starts = range(0, len(rows), reference.window)
        chunks = [self._js(rows[k : k + reference.window]) for k in starts]
        self.mean, self.spread = float(np.mean(chunks)), float(np.std(chunks))

    def _counts(self, rows: Array) -> Array:
        if self.number:
            return np.diff(_below(np.sort(rows), self.edges))
        found = np.bincount(rows.astype(np.int64), minlength=self.levels[-1] + 1)
        return found[self.levels]

    def _js(self, rows: Array) -> float:
        q = self._counts(rows) / len(rows)
        rest = 1 - q.sum()
        if rest > 0:
            return js_distance(np.append(self.p, 0.0), np.append(q, rest), 2.0)
        return js_distance(self.p, q, 2.0)

    def score(self, window: Window) -> float:
        """Standard deviations above the mean of the chunks."""
        return (self._js(window.rows) - self.mean) / self.spread


class AlibiDetect(_Peer):
    """alibi-detect's tests a window, p below 0.05: KS, or chi-square of homogeneity."""

    name = family = "alibi-detect"

    def __init__(self, columns: int = 1) -> None:
        self.level = 0.05 / columns  # its default for several columns: Bonferroni

    def fit(
        self, reference: Reference, _history: Sequence[Window], _promise: float
    ) -> None:
        """Prepare the reference's side."""
        self.number, self.counts = reference.kind == "number", reference.counts
        self.sorted = np.sort(reference.rows)
        self.threshold = 1.0 if self.number else -np.log(self.level)

    def score(self, window: Window) -> float:
        """Largest gap between the two curves over its critical value, or −ln p."""
        if self.number:
            n, m = len(self.sorted), len(window.rows)
            least = asymptotic(round(n * m / (n + m)), self.level)
            return ks_distance(self.sorted, window.rows) / least
        both = np.array([self.counts, window.counts])
        both = both[:, both.sum(axis=0) > 0]
        return float(-np.log(max(chi2_contingency(both)[1], 1e-300)))


def ks_distance(ordered: Array, rows: Array) -> float:
    """Largest gap between two distribution functions (Kolmogorov, Smirnov)."""
    rows, m = np.sort(rows), len(rows)
    below = np.searchsorted(ordered, rows, side="left") / len(ordered)
    upto = np.searchsorted(ordered, rows, side="right") / len(ordered)
    steps = np.arange(m + 1) / m
    return float(max((steps[1:] - upto).max(), (below - steps[:-1]).max(), 0.0))


def wasserstein(ordered: Array, sums: Array, rows: Array) -> float:
    """First Wasserstein distance; ``sums[k]`` is the sum of the k least of ``ordered``.

    Between two rows of the window its curve is a level j/m; that of the reference
    crosses it once, at its own quantile, which cuts the integral in two.
    """
    n, m = len(ordered), len(rows)

    def area(x: Array) -> Array:  # integral of the reference's curve up to x
        k = np.searchsorted(ordered, x, side="right")
        return np.asarray((k * x - sums[k]) / n)

    low = min(ordered[0], rows[0])
    high = max(ordered[-1], rows[-1])
    left = np.concatenate([[low], rows])
    right = np.concatenate([rows, [high]])
    level = np.arange(m + 1) / m
    place = np.minimum(np.ceil(level * n - 1e-9).astype(np.int64), n) - 1
    crossing = np.where(place < 0, low, ordered[np.maximum(place, 0)])
    cut = np.clip(crossing, left, right)
    below, above = area(cut) - area(left), area(right) - area(cut)
    gap = level * (cut - left) - below + above - level * (right - cut)
    return float(gap.sum())


@cache
def asymptotic(size: int, level: float) -> float:
    """Distance whose p-value is a level by the law that scipy's ``asymp`` takes."""
    return float(kstwo.isf(level, size))


@cache
def least_rejected(n: int, m: int, level: float) -> float:
    """Least Kolmogorov–Smirnov distance whose p-value in scipy is at most a level.

    Found by sliding evenly spread rows along: the p-value depends on the distance and
    the sizes alone.
    """
    ordered = np.arange(n, dtype=np.float64)
    even = (np.arange(m) + 0.5) * n / m
    low, high = 0.0, float(n)
    kept, out = 0.0, 1.0
    while out - kept > 1.5 / (n * m) and high - low > 1e-6:
        middle = (low + high) / 2
        found = ks_2samp(ordered, even + middle)
        if found.pvalue <= level:
            high, out = middle, float(found.statistic)
        else:
            low, kept = middle, float(found.statistic)
    return (kept + out) / 2
