"""How long labels take: the share of predictions that have theirs, by age.

Place: on the path, above stats; drawn from counts of delays, read by what judges
windows and weighs early labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from leeboard.stats.survival import Survival

__all__ = ["GROWN", "DelayCurve"]

_Array = np.ndarray[Any, Any]

GROWN = 50
"""Predictions older than the horizon that it takes to say how many labels ever come."""


@dataclass(frozen=True, slots=True, eq=False)
class DelayCurve:
    """Share of predictions whose label came, by age.

    Parameters
    ----------
    life : Survival
        Of waiting, at the ends of the cells of delay; the last is the horizon.
    grown : int
        Predictions older than the horizon.
    """

    life: Survival
    grown: int

    @property
    def horizon_s(self) -> float:
        """Age in seconds after which no label is waited for."""
        return float(self.life.times[-1])

    @property
    def observed_s(self) -> float:
        """Age in seconds up to which the curve is known."""
        known = self._known()
        return float(self.life.times[known - 1]) if known else 0.0

    @property
    def ultimate(self) -> float | None:
        """Share of predictions that get a label by the horizon; None while unknown.

        Known once ``GROWN`` predictions are older than the horizon, or as many at once
        were the last to get theirs.
        """
        if self._known() < len(self.life.times) or not self._sure():
            return None
        return 1.0 - float(self.life.shares[-1])

    def came_by(self, ages_s: _Array) -> _Array:
        """Share of predictions with a label by each age; NaN where it is not known.

        Parameters
        ----------
        ages_s : array of any shape, seconds, at least 0

        Notes
        -----
        Within a cell labels are taken to come evenly. Ages past the horizon have the
        share at the horizon.
        """
        known = self._known()
        ages = np.minimum(np.asarray(ages_s, np.float64), self.horizon_s)
        edges = np.concatenate(([0.0], self.life.times[:known]))
        came = np.concatenate(([0.0], 1.0 - self.life.shares[:known]))
        found = np.interp(ages, edges, came)
        return np.where(ages <= self.observed_s, found, np.nan)

    def interval(self, age: timedelta, level: float = 0.95) -> tuple[float, float]:
        """Bounds of the share that came by an age.

        Between edges of cells they are interpolated as the share is. Past what is known
        the share is at least what it was there.
        """
        known, age_s = self._known(), min(age.total_seconds(), self.horizon_s)
        place = int(np.searchsorted(self.life.times, age_s))
        below = self.life.interval(min(place, known) - 1, level)
        if place >= known:
            return 1.0 - below[1], 1.0
        above = self.life.interval(place, level)
        start = float(self.life.times[place - 1]) if place else 0.0
        part = (age_s - start) / (float(self.life.times[place]) - start)
        low, high = (
            1.0 - (1.0 - part) * below[end] - part * above[end] for end in (1, 0)
        )
        return low, high

    def completeness_at(self, age: timedelta) -> float | None:
        """Share of the labels that ever come that came by an age; None if unknown."""
        ultimate = self.ultimate
        if ultimate is None or ultimate <= 0:
            return None
        return float(self.came_by(np.array(age.total_seconds()))) / ultimate

    def _known(self) -> int:
        """Count the cells where somebody waited, or surely nobody does any more."""
        waited = int(np.count_nonzero(self.life.at_risk))
        over = waited > 0 and self.life.shares[waited - 1] <= 0 and self._sure()
        return len(self.life.times) if over else waited

    def _sure(self) -> bool:
        """Tell a tail of enough predictions from one drawn by a few."""
        at_risk = self.life.at_risk[self.life.at_risk > 0]
        ended = self.life.events[: len(at_risk)]
        last = at_risk[-1] if len(at_risk) and ended[-1] == at_risk[-1] else 0
        return max(self.grown, int(last)) >= GROWN
