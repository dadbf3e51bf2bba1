"""Figures that are means over rows, or functions of them. Private to performance."""

from __future__ import annotations

import math

import numpy as np

from leeboard.performance._errors import ERRORS, Errors, slope
from leeboard.performance._metric import lacking
from leeboard.performance._outcomes import Figure
from leeboard.performance._scored import LOSSES
from leeboard.performance._tally import Tally
from leeboard.stats.delta import mean_interval

__all__ = ["errors", "mean", "mean_error", "mean_loss"]


def errors(metric: str, tally: Tally) -> Errors | Figure:
    """Errors of a tally; a figure without a value if one of them is not finite."""
    found = tally.errors
    if found is None:
        return lacking(
            metric, tally.rows, code="no_prediction", text="rows have no prediction"
        )
    if found.infinite:
        rows = "1 row has" if found.infinite == 1 else f"{found.infinite:,} rows have"
        return lacking(
            metric, tally.rows, code="infinite", text=f"{rows} no finite error"
        )
    return found


def mean(found: Errors, figure: str) -> tuple[float, float]:
    """Mean of one of ``ERRORS``, and the variance of that mean."""
    value = float(found.moments.means[0, ERRORS.index(figure)])
    return value, found.moments.variance(slope(**{figure: 1.0}))


def mean_error(metric: str, tally: Tally, figure: str) -> Figure:
    """Mean of one of ``ERRORS`` over rows, with Student's interval."""
    found = errors(metric, tally)
    if isinstance(found, Figure):
        return found
    value, variance = mean(found, figure)
    if not math.isfinite(value):
        text = "the sum of the errors is beyond the largest number"
        return lacking(metric, tally.rows, code="infinite", text=text)
    interval = mean_interval(value, variance, tally.rows)
    if interval is not None and figure != "error":
        interval = max(interval[0], 0.0), interval[1]
    return Figure(metric, value, tally.rows, interval)


def mean_loss(metric: str, tally: Tally) -> Figure:
    """Mean of one of ``LOSSES`` over rows, with Student's interval."""
    if tally.scored is None:
        return lacking(metric, tally.rows, code="no_score", text="rows have no score")
    place, losses = LOSSES.index(metric), tally.scored.losses
    value = float(losses.means[0, place])
    variance = losses.variance(np.eye(len(LOSSES))[place])
    interval = mean_interval(value, variance, tally.rows)
    if interval is not None:
        interval = max(interval[0], 0.0), interval[1]
    return Figure(metric, value, tally.rows, interval)
