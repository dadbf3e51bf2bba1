"""How long until something comes, where for some rows it has not come yet.

Place: on the path, numbers in, numbers out. Knows nothing of labels or predictions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.stats.intervals import normal_p

__all__ = ["LogRank", "Survival", "kaplan_meier", "log_rank", "risk_table"]

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Survival:
    """A product-limit curve: the share that has not come by each time.

    Parameters
    ----------
    times : array, shape (k,)
        Ascending; what happens at a time counts at that time.
    at_risk, events : array, shape (k,)
        Rows still waiting just before each time, and those that ended then.

    Notes
    -----
    ``S(t) = Π (1 - d_i / n_i)`` over times up to t (Kaplan and Meier, Journal of the
    American Statistical Association 53, 1958, equation 2b). Censoring must not depend
    on how long a row would have waited; among rows of one kind, being young does not.
    """

    times: _Array
    at_risk: _Array
    events: _Array

    @property
    def shares(self) -> _Array:
        """S after each time, shape (k,)."""
        return np.cumprod(1.0 - self._hazards())

    @property
    def spread(self) -> _Array:
        """Greenwood's sum after each time, shape (k,): ``Var S = S² spread``.

        ``Σ d_i / (n_i (n_i - d_i))`` (Greenwood, 1926); infinite once S is 0.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = self.events / (self.at_risk * (self.at_risk - self.events))
        return np.cumsum(np.where(self.events > 0, terms, 0.0))

    def place(self, t: float) -> int:
        """Position of the last time that is at most t; -1 before the first."""
        return int(np.searchsorted(self.times, t, side="right")) - 1

    def interval(self, place: int, level: float = 0.95) -> tuple[float, float]:
        """Bounds of S after the time at a position, on the log-log scale.

        ``S ** exp(± z sd / |log S|)`` (Kalbfleisch and Prentice, The Statistical
        Analysis of Failure Time Data, 2002, section 1.4). Where all rows wait, or none
        does, that scale ends; there the exact bound of a share with no, or only, hits
        stands in.
        """
        from scipy.special import ndtri

        if place < 0:
            return 1.0, 1.0
        rest = (1.0 - level) / 2.0
        share, spread = float(self.shares[place]), float(self.spread[place])
        if share >= 1.0:
            waiting = float(self.at_risk[place])
            return (rest ** (1.0 / waiting) if waiting > 0 else 0.0), 1.0
        if share <= 0.0:
            last = int(np.flatnonzero(self.events[: place + 1])[-1])
            before = self.interval(last - 1, level)[1]
            return 0.0, before * (1.0 - rest ** (1.0 / float(self.at_risk[last])))
        reach = float(ndtri(1.0 - rest)) * math.sqrt(spread) / abs(math.log(share))
        return share ** math.exp(reach), share ** math.exp(-reach)

    def _hazards(self) -> _Array:
        waiting = np.maximum(self.at_risk, 1)
        return np.asarray(self.events / waiting, np.float64)


@dataclass(frozen=True, slots=True)
class LogRank:
    """Whether one of two samples waits longer.

    Parameters
    ----------
    z : float
        Above 0 if the current sample ends sooner than the reference; 0 if nothing
        can be compared.
    p_value : float
        Two-sided.
    expected, observed : float
        Ends of the current sample: those expected if both waited alike, and those seen.
    """

    z: float
    p_value: float
    expected: float
    observed: float


def kaplan_meier(durations: _Array, ended: _Array) -> Survival:
    """Survival curve of rows.

    Parameters
    ----------
    durations : array, shape (n,), at least 0
        Until the end, or until a row was last seen.
    ended : bool array, shape (n,)
        False where the row still waits.
    """
    times = np.unique(durations[ended])
    at_risk, events = risk_table(durations, ended, times)
    return Survival(times, at_risk, events)


def risk_table(
    durations: _Array, ended: _Array, times: _Array
) -> tuple[_Array, _Array]:
    """Rows at risk just before each time, and ends at it.

    ``times`` is ascending and holds every duration that ended.
    """
    at_risk = len(durations) - np.searchsorted(np.sort(durations), times, side="left")
    events = np.bincount(np.searchsorted(times, durations[ended]), minlength=len(times))
    return at_risk, events


def log_rank(
    reference: tuple[_Array, _Array], current: tuple[_Array, _Array]
) -> LogRank:
    """Compare how long two samples wait (Mantel, 1966).

    Parameters
    ----------
    reference, current : (at risk, events)
        Arrays of shape (k,) over the same times. Strata are compared within: join
        their arrays end to end.

    Notes
    -----
    Given all ends at a time, those of the current sample are hypergeometric; ties are
    allowed for by its variance. Most power where one hazard is a multiple of the other;
    curves that cross may cancel.
    """
    (n, d), (m, e) = reference, current
    n, d, m, e = (np.asarray(part, np.float64) for part in (n, d, m, e))
    rows, ends = n + m, d + e
    used = (rows > 1) & (ends > 0)
    rows, ends, m = rows[used], ends[used], m[used]
    expected = ends * m / rows
    variance = expected * (1.0 - m / rows) * (rows - ends) / (rows - 1.0)
    total, seen = float(expected.sum()), float(e[used].sum())
    spread = float(variance.sum())
    z = (seen - total) / math.sqrt(spread) if spread > 0 else 0.0
    return LogRank(z, normal_p(z), total, seen)
