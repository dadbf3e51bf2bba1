"""How long labels take: counts of delays, which add up.

Place: on the path; times and counts in, values out; now is an argument. A prediction
whose label has not come is not one that never gets it, so the curve is the
product-limit one, with each prediction's age as its censoring time.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np

from leeboard.errors import MetricError, ProfileError
from leeboard.estimates.delay_curve import DelayCurve
from leeboard.stats.survival import Survival

__all__ = [
    "DelayCounts",
    "ages_at",
    "count_delays",
    "grid",
    "micros",
    "moment",
]

_Array = np.ndarray[Any, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION = 1
_FIRST_S = 60.0
_PER_DOUBLING = 8
_DOUBLINGS = 21


@lru_cache(64)
def grid(horizon_s: float) -> _Array:
    """Edges of the cells of delay in seconds, from 0 to the horizon, shape (k + 1,).

    One minute, then eight cells per doubling up to four years, in whole seconds, so
    that a delay is known to 9 %. The horizon is an edge, and the last.
    """
    steps = np.arange(_DOUBLINGS * _PER_DOUBLING + 1) / _PER_DOUBLING
    fixed = np.round(_FIRST_S * 2.0**steps)
    edges = np.concatenate(([0.0], fixed[fixed < horizon_s], [horizon_s]))
    edges.flags.writeable = False
    return edges


@dataclass(frozen=True, slots=True, eq=False)
class DelayCounts:
    """Delays of labels, counted; counts of two sets of predictions add.

    Parameters
    ----------
    horizon_s : float
        Labels that come later than this do not count.
    came : int array, shape (k,)
        Labels whose delay lies in each cell ``(a, b]``, of predictions at least b old.
    left : int array, shape (k,)
        Predictions still waiting at the end of a cell, which is the last one that their
        age reaches.
    rows, labels, grown : int
        Predictions; those with a label by the horizon; those older than the horizon.

    Notes
    -----
    A prediction counts in a cell only if its age reaches the cell's end. That is known
    of every prediction, labelled or not, so no cell favours labels that came early, and
    the curve is the product-limit one at the edges.
    """

    horizon_s: float
    came: _Array
    left: _Array
    rows: int
    labels: int
    grown: int

    @classmethod
    def zero(cls, horizon: timedelta) -> DelayCounts:
        """Counts of no predictions."""
        horizon_s = _horizon(horizon)
        empty = np.zeros(len(grid(horizon_s)) - 1, np.int64)
        return cls(horizon_s, empty, empty, 0, 0, 0)

    def __add__(self, other: DelayCounts) -> DelayCounts:
        if self.horizon_s != other.horizon_s:
            raise MetricError(
                code="other_horizon",
                where="delays of labels",
                found=f"horizons of {self.horizon_s:g} s and {other.horizon_s:g} s",
                expected="counts up to one horizon",
                fix="Count the delays of all windows anew with one horizon.",
            )
        return DelayCounts(
            self.horizon_s,
            self.came + other.came,
            self.left + other.left,
            self.rows + other.rows,
            self.labels + other.labels,
            self.grown + other.grown,
        )

    @property
    def at_risk(self) -> _Array:
        """Predictions that wait at the start of a cell and are as old as its end."""
        return np.cumsum((self.came + self.left)[::-1])[::-1]

    def curve(self) -> DelayCurve:
        """Share of labels that came, by age."""
        life = Survival(grid(self.horizon_s)[1:], self.at_risk, self.came)
        return DelayCurve(life, self.grown)

    def completeness_at(self, age: timedelta) -> float | None:
        """Share of the labels that ever come that came by an age; None if unknown."""
        return self.curve().completeness_at(age)

    def to_text(self) -> str:
        """Write as JSON; cells without predictions are left out."""
        return json.dumps(
            {
                "version": _VERSION,
                "horizon_s": self.horizon_s,
                "came": _sparse(self.came),
                "left": _sparse(self.left),
                "rows": self.rows,
                "labels": self.labels,
                "grown": self.grown,
            }
        )

    @classmethod
    def from_text(cls, text: str) -> DelayCounts:
        """Read what ``to_text`` wrote.

        Raises
        ------
        ProfileError
            If it is damaged or newer.
        """
        try:
            given = json.loads(text)
            version = int(given["version"])
            if version == _VERSION:
                return _read(given)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ProfileError(
                code="damaged_profile",
                where="delays of labels",
                found=f"text that is not what was written ({type(error).__name__})",
                expected="counts of delays as JSON",
                fix="Count the delays anew from the log.",
            ) from error
        raise ProfileError(
            code="newer_format",
            where="delays of labels",
            found=f"version {version}",
            expected=f"version {_VERSION}",
            fix="Update Leeboard.",
        )


def count_delays(
    made_at: _Array, observed_at: _Array, now: datetime, horizon: timedelta
) -> DelayCounts:
    """Count the delays of labels, as known at a moment.

    Parameters
    ----------
    made_at : array, shape (n,)
        Times of the predictions: ``datetime64``, or microseconds since 1970, UTC.
        Predictions later than now are left out.
    observed_at : array, shape (n,)
        When the label became known; NaT or NaN where there is none. Later than now
        counts as none; before the prediction as at once.
    now : datetime
        Aware.
    horizon : timedelta
        Above 0.

    Notes
    -----
    For a label that came through the log, the time at which it was received is the one
    that says what a later window may expect; for labels loaded from history, the time
    at which it was known then.
    """
    horizon_s = _horizon(horizon)
    edges = grid(horizon_s)
    made, known = micros(made_at), micros(observed_at)
    at = moment(now)
    past = made <= at
    ages = (at - made[past]) / 1e6
    waited = np.where(known <= at, known - made, np.inf)[past] / 1e6
    delays = np.maximum(waited, 0.0)
    # a delay's cell is (a, b]; the cells whose end an age reached: before `reached`
    cell = np.searchsorted(edges[1:], delays, side="left")
    reached = np.searchsorted(edges[1:], ages, side="right")
    size = len(edges) - 1
    counted = cell < reached
    waiting = ~counted & (reached > 0)
    return DelayCounts(
        horizon_s,
        np.bincount(cell[counted], minlength=size),
        np.bincount(reached[waiting] - 1, minlength=size),
        len(ages),
        int(np.count_nonzero(delays <= horizon_s)),
        int(np.count_nonzero(reached == size)),
    )


def ages_at(times: _Array, now: datetime) -> _Array:
    """Seconds from each time to now; NaN for none. Times as in ``count_delays``."""
    return (moment(now) - micros(times)) / 1e6


def micros(times: _Array) -> _Array:
    """Microseconds since 1970 as float64, exact until 2255; NaN for none."""
    at = np.asarray(times)
    if at.dtype.kind != "M":
        return at.astype(np.float64)
    whole = at.astype("datetime64[us]")
    return np.where(np.isnat(whole), np.nan, whole.astype(np.int64))


def moment(now: datetime) -> int:
    """Microseconds since 1970 of an aware time."""
    if now.tzinfo is None:
        raise MetricError(
            code="naive_time",
            where="now",
            found="a time without a zone",
            expected="an aware time",
            fix="Use datetime.now(UTC).",
        )
    return (now - _EPOCH) // timedelta(microseconds=1)


def _read(given: dict[str, Any]) -> DelayCounts:
    """Build counts that can have been counted; ValueError for others."""
    horizon_s = float(given["horizon_s"])
    if not 0 < horizon_s < math.inf:
        raise ValueError(horizon_s)
    size = len(grid(horizon_s)) - 1
    came, left = (_dense(given[name], size) for name in ("came", "left"))
    rows, labels, grown = (int(given[name]) for name in ("rows", "labels", "grown"))
    least = int(came.sum()), int(came.sum() + left.sum())
    if not (least[0] <= labels <= rows and least[1] <= rows and 0 <= grown <= rows):
        raise ValueError(rows)
    return DelayCounts(horizon_s, came, left, rows, labels, grown)


def _sparse(counts: _Array) -> dict[str, int]:
    return {str(i): int(counts[i]) for i in np.flatnonzero(counts)}


def _dense(given: dict[str, int], size: int) -> _Array:
    counts = np.zeros(size, np.int64)
    for place, count in given.items():
        if not (0 <= int(place) < size and count >= 0):
            raise ValueError(place)
        counts[int(place)] = count
    return counts


def _horizon(span: timedelta) -> float:
    seconds = span.total_seconds()
    if seconds <= 0:
        raise MetricError(
            code="bad_horizon",
            where="horizon",
            found=f"{seconds:g} s",
            expected="a time above 0",
            fix="Give the time by which a label has come, if it ever does.",
        )
    return seconds
