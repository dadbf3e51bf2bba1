"""Whether labels come later, or fewer of them, than they used to.

Place: on the path, above delays. A slower label is no fault of the model, but it makes
every provisional figure wrong in its own way, so it is watched by itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from leeboard.estimates.delay_table import DelayTable
from leeboard.estimates.delays import DelayCounts
from leeboard.stats.survival import LogRank, log_rank

__all__ = ["DelayDrift", "Gap", "compare_delays", "compare_tables"]


@dataclass(frozen=True, slots=True)
class Gap:
    """Shares of predictions that have their label at one age.

    Parameters
    ----------
    age : timedelta
    reference, current : float
    interval : (float, float)
        95 %, of current minus reference.
    """

    age: timedelta
    reference: float
    current: float
    interval: tuple[float, float]

    @property
    def difference(self) -> float:
        """Current minus reference: below 0 if fewer labels are there."""
        return self.current - self.reference


@dataclass(frozen=True, slots=True)
class DelayDrift:
    """How the delay of labels changed.

    Parameters
    ----------
    test : LogRank
        Below 0: labels come later, or fewer come.
    gaps : tuple of Gap
        At the ages that both curves reach.
    """

    test: LogRank
    gaps: tuple[Gap, ...]


def compare_delays(
    reference: DelayCounts, current: DelayCounts, ages: Sequence[timedelta] = ()
) -> DelayDrift:
    """Compare how long labels take in two sets of predictions.

    Parameters
    ----------
    reference, current : DelayCounts
        Up to one horizon.
    ages : sequence of timedelta
        Where to say by how much the shares differ; the horizon if none are given.

    Notes
    -----
    The log-rank test looks at the hazard of getting a label while waiting, so it also
    sees labels that never come; the gap at the horizon tells the two apart. The
    intervals of the two curves combine by their distances to each end (Zou and Donner,
    Statistics in Medicine 27, 2008, equation 7); that holds where a curve is at 0 or 1.
    """
    _ = reference + current  # refuses two horizons
    test = log_rank(
        (reference.at_risk, reference.came), (current.at_risk, current.came)
    )
    wanted = ages or (timedelta(seconds=reference.horizon_s),)
    gaps = (_gap(reference, current, age) for age in wanted)
    return DelayDrift(test, tuple(gap for gap in gaps if gap is not None))


def compare_tables(reference: DelayTable, current: DelayTable) -> LogRank:
    """Compare how long labels take within kinds of predictions.

    A mix that changed towards kinds labelled later moves the pooled curve, not this.
    """
    _ = reference + current  # refuses two cuts
    sides = [
        (
            np.concatenate([counts.at_risk for counts in table.counts]),
            np.concatenate([counts.came for counts in table.counts]),
        )
        for table in (reference, current)
    ]
    return log_rank(sides[0], sides[1])


def _gap(reference: DelayCounts, current: DelayCounts, age: timedelta) -> Gap | None:
    """Shares at one age; None where a curve does not reach it."""
    curves = reference.curve(), current.curve()
    at = np.array(age.total_seconds())
    before, now = (float(curve.came_by(at)) for curve in curves)
    if math.isnan(before) or math.isnan(now):
        return None
    (low0, high0), (low1, high1) = (curve.interval(age) for curve in curves)
    low = math.hypot(now - low1, high0 - before)
    high = math.hypot(high1 - now, before - low0)
    return Gap(age, before, now, (now - before - low, now - before + high))
