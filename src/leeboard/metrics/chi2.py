"""Pearson's chi-square test of whether two samples have the same shares.

A test of homogeneity: both sides are samples. The same statistic against the reference
as if it were the truth is too large by 1 + m / n, and calls unchanged data changed.
"""

from __future__ import annotations

from leeboard.metrics._homogeneity import homogeneity
from leeboard.metrics._metric import ANY, Measurement, Metric, Needs, Pair
from leeboard.stats.tables import pearson

__all__ = ["METRIC"]


def _on_counts(
    pair: Pair, *, merge: bool = True, correction: bool = False
) -> Measurement:
    return homogeneity(
        "chi2",
        pair,
        lambda reference, current: pearson(reference, current, correction=correction),
        merge=merge,
    )


METRIC = Metric(
    name="chi2",
    answers="Could both samples have the same shares of the cells?",
    needs=Needs.COUNTS,
    kinds=ANY,
    unit="statistic",
    direction="larger is more change",
    source="Pearson, 1900; Agresti, Categorical Data Analysis, 2013, section 3.2",
    on_counts=_on_counts,
    options={"merge": True, "correction": False},
)
