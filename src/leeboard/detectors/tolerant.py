"""D2: whether a column's distribution left the ball of those that count as unchanged.

Place: a detector. For the cells of a column: bins, levels, missing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from leeboard.detectors import _recursion
from leeboard.detectors._ball import (
    divergence,
    likeliest,
    reference_error,
    reference_errors,
)
from leeboard.detectors._bets import Bets, following, shaped
from leeboard.detectors._detector import Evidence, Memory
from leeboard.detectors._settings import check_share, refuse

__all__ = ["Tolerant", "errors_of"]

_Array = np.ndarray[Any, Any]
_ROWS = (30.0, 300.0, 30.0, 30.0, 30.0, 30.0)
"""Rows that the reference's shares stand for in each prediction."""
_FADES = np.array([0.6, 0.8, 0.9, 0.96])
"""How much of earlier windows the last four predictions keep."""
_FOLLOWED = [0, 2]
"""Fades whose direction bets follow."""
_SHAPED, _FOLLOWING, _PREDICTING = 0.75, 0.15, 0.1
"""Weights of the three kinds of bets."""
_STILL = 1e-9
_HESITANT = -1.0
"""ln of a bet's e-value where no window has been seen whose direction it follows."""


class Tolerant:
    """Evidence that the shares of cells have moved by more than a tolerance.

    Parameters
    ----------
    reference : ints or floats, shape (K,)
        The reference's rows in each cell, at least 0, sum above 0; empty cells are
        allowed.
    tolerance : float
        How much change is nobody's business, as PSI, at least 0. Half of it is the
        Kullback–Leibler divergence, for changes of that size.
    delta : float
        Chance, over references, that the null leaves out the true distribution; in
        (0, 0.25].
    error : float, optional
        The reference's error where it is known: ``errors_of`` gives those of many
        references in far less time than one after the other.
    ordered : bool
        Cells follow one another, as those of a number do.

    Attributes
    ----------
    radius : float
        Of the null's ball, in nats.

    Raises
    ------
    AlarmError
        A setting out of bounds, or counts that are none, of another shape or negative.

    Notes
    -----
    The null is the ball of all p with KL(c || p) <= radius, where c are the reference's
    shares with a half added to each cell, and radius = (sqrt(r) + sqrt(tolerance/2))²
    with r the (1 - delta) quantile of KL(c || pi), pi ~ Dirichlet(reference + 1/2). The
    sum of roots is the triangle rule for small changes, where the root of KL is close
    to a metric.

    Bets of three kinds are mixed; each is at most 1 on average for every p in the ball,
    and windows, even rows, may wander in it as they like:

    * shaped (weight 0.75): a cell that grows or shrinks, and, where cells are ordered,
      a mean or a spread that moves. Each is a distribution q outside the ball with the
      point p of the ball nearest to it; a row in cell k gives q_k / p_k. As the ball is
      convex and p minimises KL(q || p), the mean of that ratio is at most 1 over the
      ball (reverse information projection: Grünwald, de Heide and Koolen, JRSS-B 2024).
    * following (0.15): the same for q in the direction of earlier windows.
    * predicting (0.1): q(x) / sup p(x) over the ball (universal inference: Wasserman,
      Ramdas and Balakrishnan, PNAS 2020), where q are Dirichlet-multinomial laws around
      the reference's shares and earlier windows. It is slower, and finds any change.

    Rows of a window must be independent given its p; where they come in groups, divide
    the counts by the design effect, which the promise does not cover.

    Slow for changes near the ball's edge. Memory: 14 + 6 K floats, 4 more if ordered.
    """

    name: ClassVar[str] = "tolerant"

    def __init__(
        self,
        reference: _Array,
        *,
        tolerance: float = 0.02,
        delta: float = 0.01,
        error: float | None = None,
        ordered: bool = False,
    ) -> None:
        check_share("delta", delta, 0.25)
        if not 0.0 <= tolerance < math.inf:
            raise refuse("tolerance", tolerance, "0 or more", "Give such a number.")
        counts = _sound(reference, None)
        if not counts.sum() > 0:
            raise refuse("reference", "no rows", "rows", "Give a reference.")
        alphas = counts + 0.5
        self._centre = alphas / alphas.sum()
        if error is None:
            error = reference_error(alphas, delta)
        self.radius: float = (math.sqrt(error) + math.sqrt(tolerance / 2.0)) ** 2
        self._prior = np.outer(_ROWS, self._centre)
        self._ordered = ordered

    @cached_property
    def _bets(self) -> Bets:
        # made when the first window is seen: many columns never need them
        if len(self._centre) < 2:
            return Bets(np.zeros((0, 1)), np.zeros(0))
        return shaped(self._centre, self.radius, ordered=self._ordered)

    @cached_property
    def _log_weights(self) -> _Array:
        followed, predicting = 2 * len(_FOLLOWED), len(_ROWS)
        weights = [
            _SHAPED * self._bets.weights,
            np.full(followed, _FOLLOWING / followed),
            np.full(predicting, _PREDICTING / predicting),
        ]
        every = np.concatenate(weights)
        result: _Array = np.log(every / every.sum())
        return result

    @cached_property
    def _kinds(self) -> int:
        size = len(self._centre)
        own = 2 * size + (8 if self._ordered else 0) if size > 1 else 0
        return own + 2 * len(_FOLLOWED) + len(_ROWS)

    def start(self) -> Memory:
        """Return the memory before the first window."""
        return (0.0,) * (self._kinds + len(_FADES) * len(self._centre))

    def restart(self, memory: Memory) -> Memory:
        """Return the memory after an alarm: no evidence, the same predictions."""
        return (0.0,) * self._kinds + memory[self._kinds :]

    def step(self, memory: Memory, seen: _Array) -> Evidence:
        """Take in one window; ``seen`` are its counts, shape (K,)."""
        counts = _sound(seen, len(self._centre))
        kept = np.array(memory[: self._kinds])
        rows = float(counts.sum())
        if rows == 0.0:
            told = _recursion.gathered(kept, self._log_weights)
            return Evidence(memory, 0.0, told)
        earlier = np.array(memory[self._kinds :]).reshape(len(_FADES), -1)
        log_e = self._each(earlier, counts)
        after, log_m = _recursion.advance(kept, log_e, self._log_weights)
        faded = _FADES[:, None] * (earlier + counts)
        memory = (*after.tolist(), *faded.ravel().tolist())
        told = _recursion.log_mean(log_e, self._log_weights)
        return Evidence(memory, told, log_m)

    def _each(self, earlier: _Array, counts: _Array) -> _Array:
        """Ln of each bet's e-value of a window, shape (J,)."""
        return np.concatenate(
            [
                self._bets.logs @ counts,
                self._followed(earlier[_FOLLOWED], counts),
                self._predicted(earlier, counts) - self._best(counts),
            ]
        )

    def inside(self, counts: _Array) -> bool:
        """Tell whether the window's own shares lie in the ball; False without rows."""
        counts = _sound(counts, len(self._centre))
        rows = float(counts.sum())
        return rows > 0 and divergence(self._centre, counts / rows) <= self.radius

    def _best(self, counts: _Array) -> float:
        """Ln of the largest likelihood in the null."""
        best = likeliest(self._centre, counts / counts.sum(), self.radius)
        some = counts > 0
        return float(counts[some] @ np.log(best[some]))

    def _followed(self, earlier: _Array, counts: _Array) -> _Array:
        """Ln of the e-values of bets where earlier windows point, shape (J,)."""
        rows = earlier.sum(axis=1, keepdims=True)
        # the reference's shares stand for thirty rows
        shares = (earlier + _ROWS[0] * self._centre) / (rows + _ROWS[0])
        if not (np.abs(shares / self._centre - 1.0).max(axis=1) > _STILL).all():
            return np.full(2 * len(earlier), _HESITANT)
        result: _Array = following(self._centre, shares, self.radius) @ counts
        return result

    def _predicted(self, earlier: _Array, counts: _Array) -> _Array:
        """Ln of each prediction's likelihood, shape (J,); in the order of rows."""
        from scipy.special import gammaln

        alphas = self._prior.copy()
        alphas[len(_ROWS) - len(_FADES) :] += earlier
        totals = alphas.sum(axis=1)
        cells = (gammaln(alphas + counts) - gammaln(alphas)).sum(axis=1)
        result: _Array = gammaln(totals) - gammaln(totals + counts.sum()) + cells
        return result


def errors_of(references: Sequence[_Array], delta: float) -> list[float]:
    """Errors of many references, each with counts of shape (K,), to be given on."""
    check_share("delta", delta, 0.25)
    alphas = [_sound(one, None) + 0.5 for one in references]
    return [float(one) for one in reference_errors(alphas, delta)]


def _sound(counts: _Array, cells: int | None) -> _Array:
    """Return counts as floats, shape (K,); refuse what are none."""
    result = np.asarray(counts, dtype=np.float64)
    shaped = result.ndim == 1 and len(result) > 0 and cells in {None, len(result)}
    if not (shaped and np.isfinite(result).all() and (result >= 0).all()):
        raise refuse(
            "counts",
            f"shape {result.shape}, from {result.min(initial=0.0):g}",
            f"counts of {cells or 'all'} cells, each 0 or more",
            "Count the window with the reference's cells.",
        )
    return result
