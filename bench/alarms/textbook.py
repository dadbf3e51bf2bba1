"""Rules of the textbooks: chi-square with a simulated threshold, and three charts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from bench.alarms.score import tuned
from bench.alarms.seen import Reference, Window

__all__ = ["ChiSquare", "Cusum", "Ewma", "Shewhart"]

Array = np.ndarray[Any, Any]
PATHS = 100  # simulated references behind a threshold


class ChiSquare:
    """Chi-square of a window's shares, or of their moving average.

    The threshold has the promised time between alarms where rows are independent: the
    true shares are drawn from Dirichlet(counts of the reference), windows from them
    (as in QuantTree, Boracchi et al., ICML 2018, and QT-EWMA, Frittoli et al., 2022).
    """

    family, dial, change = "textbook", True, ""

    def __init__(self, weight: float = 1.0) -> None:
        self.weight = weight
        self.remembers = weight < 1.0
        self.name = f"chi2, EWMA {weight:g}" if self.remembers else "chi2 a window"
        self.threshold = np.inf

    def fit(
        self, reference: Reference, _history: Sequence[Window], promise: float
    ) -> None:
        """Simulate the threshold."""
        c = tuple(int(k) for k in reference.counts)
        self.p = (np.array(c) + 0.5) / (np.array(c) + 0.5).sum()
        self.threshold = simulated(c, reference.window, promise, self.weight)
        self.restart()

    def score(self, window: Window) -> float:
        """Chi-square over rows, of the moving average."""
        m = max(1, len(window.rows))
        self.average = (1 - self.weight) * self.average + self.weight * (
            window.counts / m
        )
        return float(distance(self.average, self.p) * m)

    def restart(self) -> None:
        """Return the average to the reference."""
        self.average = self.p


def distance(shares: Array, p: Array) -> Array:
    """Chi-square over rows, shape without the last axis."""
    return np.asarray(((shares - p) ** 2 / p).sum(axis=-1))


@cache
def simulated(
    counts: tuple[int, ...], window: int, promise: float, weight: float
) -> float:
    """Return the threshold; columns cut into equal cells share it."""
    c = np.array(counts) + 0.5
    rng, p = np.random.default_rng(counts[0]), c / c.sum()
    true = rng.dirichlet(c, PATHS)
    average, scores = np.tile(p, (PATHS, 1)), []
    for _ in range(int(4 * promise)):
        drawn = rng.multinomial(window, true) / window
        average = (1 - weight) * average + weight * drawn
        scores.append(distance(average, p) * window)
    found = tuned(list(np.array(scores).T), promise, remembers=weight < 1.0)
    return np.inf if found is None else found


class Shewhart:
    """A window's mean against the mean and spread of the windows in control."""

    name, family, dial, remembers, change = (
        "Shewhart of the mean, 3 sd",
        "textbook",
        True,
        False,
        "",
    )
    threshold = 3.0

    def fit(
        self, _reference: Reference, history: Sequence[Window], _promise: float
    ) -> None:
        """Learn centre and spread."""
        means = [window.rows.mean() for window in history]
        self.centre, self.spread = float(np.mean(means)), float(np.std(means, ddof=1))
        self.restart()

    def z(self, window: Window) -> float:
        """Return the window's mean in spreads."""
        return (float(window.rows.mean()) - self.centre) / self.spread

    def score(self, window: Window) -> float:
        """Return the distance from the centre in spreads."""
        return abs(self.z(window))

    def restart(self) -> None:
        """Nothing is remembered."""


class Ewma(Shewhart):
    """Moving average of the means (Roberts, 1959), with its limit at rest."""

    name, remembers = "EWMA of the mean, 0.2", True
    threshold = 2.962  # mean run length 500 where mean and spread are known

    def restart(self) -> None:
        """Return to the centre."""
        self.average = 0.0

    def score(self, window: Window) -> float:
        """Distance from the centre in spreads of the moving average."""
        self.average = 0.8 * self.average + 0.2 * self.z(window)
        return abs(self.average) / np.sqrt(0.2 / 1.8)


class Cusum(Shewhart):
    """Two cumulative sums of the means (Page, 1954), allowance half a spread."""

    name, remembers = "CUSUM of the mean, k ½, h 5", True
    threshold = 5.0  # mean run length 465 where mean and spread are known

    def restart(self) -> None:
        """Both sums to 0."""
        self.up = self.down = 0.0

    def score(self, window: Window) -> float:
        """Return the greater sum."""
        z = self.z(window)
        self.up = max(0.0, self.up + z - 0.5)
        self.down = max(0.0, self.down - z - 0.5)
        return max(self.up, self.down)
