"""The smallest finite value."""

from __future__ import annotations

from leeboard.metrics._extreme import extreme_of_counts, extreme_of_rows
from leeboard.metrics._metric import NUMBERS, Measurement, Metric, Needs, Pair, Rows

__all__ = ["METRIC"]


def _on_counts(pair: Pair) -> Measurement:
    return extreme_of_counts("min", pair)


def _on_rows(reference: Rows, current: Rows) -> Measurement:
    return extreme_of_rows("min", reference, current)


METRIC = Metric(
    name="min",
    answers="What is the smallest value?",
    needs=Needs.MOMENTS,
    kinds=NUMBERS,
    unit="unit of the column",
    direction="compare with the reference's",
    source="of the finite values",
    on_counts=_on_counts,
    on_rows=_on_rows,
)
