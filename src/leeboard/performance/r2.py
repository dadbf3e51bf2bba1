"""Share of the variance of labels that predictions explain."""

from __future__ import annotations

import math

from leeboard.performance._errors import ERRORS, slope
from leeboard.performance._means import errors
from leeboard.performance._metric import NUMBERS, PerformanceMetric, lacking
from leeboard.performance._outcomes import Figure
from leeboard.performance._tally import Tally
from leeboard.stats.delta import positive_interval

__all__ = ["METRIC"]


_LABEL = ERRORS.index("label")


def _on_tally(tally: Tally) -> Figure:
    found = errors("r2", tally)
    if isinstance(found, Figure):
        return found
    moments, n = found.moments, tally.rows
    spread = float(moments.products[0, _LABEL, _LABEL]) / n
    # the sum of squares of equal labels may be off 0 by rounding, and that of the
    # smallest numbers is 0
    if found.label_least == found.label_most or spread == 0.0:
        text = f"every label is {found.label_least:g}, or nearly so"
        return lacking("r2", tally.rows, code="zero_variance", text=text)
    square = float(moments.means[0, ERRORS.index("square")])
    if not (math.isfinite(spread) and math.isfinite(square)):
        text = "the sum of the squares is beyond the largest number"
        return lacking("r2", n, code="infinite", text=text)
    # R² = 1 − ρ, ρ = E[e²] / Var[y]; a row moves ρ by (e² − ρ (y − E[y])²) / Var[y]
    rho = square / spread
    weights = slope(
        square=1.0 / spread,
        label_square=-rho / spread,
        label=2.0 * rho * float(moments.means[0, _LABEL]) / spread,
    )
    interval = positive_interval(rho, moments.variance(weights), n)
    if interval is not None:
        interval = 1.0 - interval[1], 1.0 - interval[0]
    return Figure("r2", 1.0 - rho, n, interval)


METRIC = PerformanceMetric(
    name="r2",
    answers="What share of the variance of labels do predictions explain?",
    tasks=NUMBERS,
    needs="prediction",
    unit="share, at most 1",
    better="higher",
    source="1 − Σe² / Σ(y − ȳ)²; interval: delta method on log(1 − R²)",
    on_tally=_on_tally,
)
