"""Rules that know the truth: what a change could be told by, at best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from bench.alarms.score import tuned
from bench.alarms.seen import Reference, Window, reference
from bench.alarms.streams import Change, Stream
from scipy.optimize import brentq
from scipy.special import rel_entr

__all__ = ["Edge", "Oracle", "edges"]

Array = np.ndarray[Any, Any]
PATHS, SAMPLE = 100, 200_000


class Oracle:
    """CUSUM of the likelihood ratio, told what will change and how: nobody's rule.

    With the threshold ln A its mean time between false alarms is at least A (Lorden,
    1971).
    """

    name, family, dial, remembers = "CUSUM that knows", "yardstick", True, True

    def __init__(self, change: Change) -> None:
        assert change.ratio is not None
        self.change, self.ratio = change.label, change.ratio
        self.threshold = np.inf

    def fit(
        self, _reference: Reference, _history: Sequence[Window], promise: float
    ) -> None:
        """Learn nothing: it knows."""
        self.threshold = float(np.log(promise))
        self.restart()

    def score(self, window: Window) -> float:
        """Return the sum of log likelihood ratios since it was last negative."""
        self.sum = max(0.0, self.sum) + self.ratio(window.rows)
        return self.sum

    def restart(self) -> None:
        """Sum to 0."""
        self.sum = 0.0


def nearest(p: Array, q: Array, radius: float) -> Array:
    """Return the shares within KL(p from them) ≤ radius that are likest to q.

    They lie on the line from p to q: the constrained optimum of Σ q ln(·) is
    (q + λ p) / (1 + λ).
    """

    def outside(log: float) -> float:
        between = (q + np.exp(log) * p) / (1 + np.exp(log))
        return float(rel_entr(p, between).sum()) - radius

    weight = float(np.exp(brentq(outside, -20.0, 20.0)))
    return np.asarray((q + weight * p) / (1 + weight))


class Edge(Oracle):
    """CUSUM of a change that it knows, against the nearest shares that are tolerated.

    The best that a rule could do which counts ten cells and tolerates that ball.
    The threshold is simulated at that edge, where the promise is hardest to keep.
    """

    name, dial = "CUSUM from the tolerance's edge", False

    def __init__(self, stream: Stream, change: Change, tolerance: float) -> None:
        self.change, self.promise = change.label, 0.0
        rng = np.random.default_rng(11)
        rows = [
            stream.draw(rng, 0, np.full(SAMPLE, size), SAMPLE)
            for size in (0.0, change.size)
        ]
        self.known = reference(stream, rows[0], stream.size(0))
        p, q = ((self.known.cells(x) + 0.5) / (SAMPLE + 5.0) for x in rows)
        self.inside = float(rel_entr(p, q).sum()) <= tolerance / 2
        if not self.inside:
            self.edge = nearest(p, q, tolerance / 2)
            self.edge /= self.edge.sum()
            self.logs = np.log(q / self.edge)

    def fit(
        self, reference: Reference, _history: Sequence[Window], promise: float
    ) -> None:
        """Simulate the threshold once."""
        if promise != self.promise:
            self.promise = promise
            rng, sums, paths = np.random.default_rng(12), np.zeros(PATHS), []
            for _ in range(int(4 * promise)):
                counts = rng.multinomial(reference.window, self.edge, PATHS)
                sums = np.maximum(0.0, sums) + counts @ self.logs
                paths.append(sums)
            found = tuned(list(np.array(paths).T), promise, remembers=True)
            self.threshold = np.inf if found is None else found
        self.restart()

    def score(self, window: Window) -> float:
        """Return the sum of log likelihood ratios over the cells."""
        step = float(self.known.cells(window.rows) @ self.logs)
        self.sum = max(0.0, self.sum) + step
        return self.sum


def edges(stream: Stream, tolerance: float) -> list[Edge]:
    """Return those of a stream's known changes that are not tolerated."""
    known = [c for c in stream.changes if c.ratio is not None]
    found = [Edge(stream, change, tolerance) for change in known]
    return [one for one in found if not one.inside]
