"""Leeboard's own detectors as rules of the bench."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from bench.alarms.seen import Reference, Window

from leeboard.detectors._detector import Evidence, Memory, Rows, Score
from leeboard.detectors.bounded_mean import BoundedMean
from leeboard.detectors.conformal import Conformal
from leeboard.detectors.tolerant import Tolerant

__all__ = ["D1", "D2", "D3"]


class _Evidence:
    """Runs a detector; the score is ln M, the threshold ln of the promise."""

    family, dial, remembers, change = "Leeboard", True, True, ""
    name = ""
    threshold = math.inf

    def fit(
        self, reference: Reference, history: Sequence[Window], promise: float
    ) -> None:
        """Make the detector and start it."""
        self.detector = self.make(reference, history)
        self.memory = self.detector.start()
        self.threshold = math.log(promise)

    def score(self, window: Window) -> float:
        """Return ln M after the window."""
        found = self.detector.step(self.memory, self.see(window))
        self.memory = found.memory
        return float(found.log_m)

    def restart(self) -> None:
        """Evidence to 0; what was learnt of the usual stays."""
        self.memory = self.detector.restart(self.memory)

    def make(self, reference: Reference, history: Sequence[Window]) -> Any:
        """Return the detector."""
        raise NotImplementedError

    def see(self, window: Window) -> Any:
        """Return what it takes in."""
        raise NotImplementedError


def _rows(rows: np.ndarray) -> Rows:
    total = float(rows.sum())
    return Rows(float(len(rows)), total)


class D1(_Evidence):
    """Bounded mean of 0/1 rows, upwards."""

    def __init__(self, tolerance: float = 0.0) -> None:
        self.tolerance = tolerance
        self.name = "Leeboard D1" + (
            f", {100 * tolerance:g} points" if tolerance else ""
        )

    def make(self, reference: Reference, _history: Sequence[Window]) -> Any:
        """Watch for a higher share."""
        return BoundedMean(_rows(reference.rows), tolerance=self.tolerance)

    def see(self, window: Window) -> Any:
        """Return the rows' sums."""
        return _rows(window.rows)


class _Once(Tolerant):
    """Weighs each window's bets once, however many thresholds it is played to.

    What was predicted of a window depends on those before it, not on alarms.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._known: dict[int, np.ndarray] = {}

    def step(self, memory: Memory, seen: np.ndarray) -> Evidence:
        """Take in one window, which is known by being the same object."""
        self._at = id(seen)
        return super().step(memory, seen)

    def _each(self, earlier: np.ndarray, counts: np.ndarray) -> np.ndarray:
        if self._at not in self._known:
            self._known[self._at] = super()._each(earlier, counts)
        return self._known[self._at]


class D2(_Evidence):
    """Tolerant multinomial over the cells of the reference."""

    def __init__(self, tolerance: float = 0.02) -> None:
        self.tolerance = tolerance
        self.name = "Leeboard D2" + ("" if tolerance else ", no tolerance")

    def make(self, reference: Reference, _history: Sequence[Window]) -> Any:
        """Watch the shares of the cells."""
        ordered = reference.kind == "number"
        return _Once(reference.counts, tolerance=self.tolerance, ordered=ordered)

    def see(self, window: Window) -> Any:
        """Return the counts."""
        return window.counts


class D3(_Evidence):
    """Window-conformal, on the chi-square of each window against the reference."""

    name = "Leeboard D3"

    def make(self, reference: Reference, history: Sequence[Window]) -> Any:
        """Learn the usual scores from the history."""
        self.counts = reference.counts
        self.share = reference.kind == "share"
        return Conformal([self.see(window) for window in history])

    def see(self, window: Window) -> Any:
        """Return the share of a 0/1 column, else the chi-square of the two counts."""
        if self.share:
            value = float(window.rows.mean())
        else:
            value = _homogeneity(self.counts, window.counts)
        return Score(value, window.u, window.stratum)


def _homogeneity(c: np.ndarray, x: np.ndarray) -> float:
    """Pearson's chi-square of two rows of counts."""
    n, m = c.sum(), x.sum()
    both = c + x
    used = both > 0
    gap = c[used] / n - x[used] / m
    return float((gap**2 / both[used]).sum() * n * m)
