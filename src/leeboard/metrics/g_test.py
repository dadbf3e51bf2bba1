"""The likelihood-ratio test of whether two samples have the same shares.

A test of homogeneity, as its chi-square cousin, and equal to it for small changes.
"""

from __future__ import annotations

from leeboard.metrics._homogeneity import homogeneity
from leeboard.metrics._metric import ANY, Measurement, Metric, Needs, Pair
from leeboard.stats.tables import g_statistic

__all__ = ["METRIC"]


def _on_counts(pair: Pair, *, merge: bool = True) -> Measurement:
    return homogeneity("g_test", pair, g_statistic, merge=merge)


METRIC = Metric(
    name="g_test",
    answers="How much likelier are the counts if the shares differ?",
    needs=Needs.COUNTS,
    kinds=ANY,
    unit="statistic",
    direction="larger is more change",
    source="Wilks, 1938; Agresti, Categorical Data Analysis, 2013, section 3.2",
    on_counts=_on_counts,
    options={"merge": True},
)
