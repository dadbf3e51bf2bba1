"""Mann-Whitney: how often a current value is larger than a reference one.

The value is U of the reference; ``statistic="probability"`` gives the probability, in
which 0.5 is no change. Blind to a change of spread alone.
"""

from __future__ import annotations

import math

from leeboard.metrics._cells import lacking_rows, sorted_numbers
from leeboard.metrics._metric import NUMBERS, Measurement, Metric, Needs, PKind, Rows
from leeboard.metrics._options import one_of
from leeboard.stats.intervals import normal_p
from leeboard.stats.rank import u_statistic

__all__ = ["METRIC"]


def _on_rows(
    reference: Rows,
    current: Rows,
    *,
    statistic: str = "u",
    method: str = "asymptotic",
    continuity: bool = True,
) -> Measurement:
    one_of("mann_whitney", "statistic", statistic, ("probability", "u"))
    one_of("mann_whitney", "method", method, ("asymptotic", "exact"))
    lacking = lacking_rows("mann_whitney", reference, current)
    if lacking is not None:
        return lacking
    x, y = sorted_numbers(reference), sorted_numbers(current)
    n, m = len(x), len(y)
    u, mean, variance = u_statistic(x, y)
    probability = 1.0 - u / n / m
    if method == "exact":
        from scipy.stats import mannwhitneyu

        p_value = float(mannwhitneyu(x, y, method="exact").pvalue)
    else:
        apart = max(abs(u - mean) - (0.5 if continuity else 0.0), 0.0)
        p_value = normal_p(apart / math.sqrt(variance)) if variance > 0 else 1.0
    return Measurement(
        "mann_whitney",
        probability if statistic == "probability" else u,
        n,
        m,
        p_value=min(p_value, 1.0),
        p_kind=PKind.EXACT if method == "exact" else PKind.INDEPENDENT,
        noise_floor=0.5 if statistic == "probability" else mean,
        facts=(("probability", probability), ("u", u)),
    )


METRIC = Metric(
    name="mann_whitney",
    answers="How often is a current value larger than a reference one?",
    needs=Needs.ROWS,
    kinds=NUMBERS,
    unit="U of the reference, or the probability",
    direction="farther from n·m / 2, or from 0.5, is more change",
    source="Mann and Whitney, Annals of Mathematical Statistics 18, 1947; Lehmann, "
    "Nonparametrics, 1975, appendix A.19, for ties",
    on_rows=_on_rows,
    options={"statistic": "u", "method": "asymptotic", "continuity": True},
)
