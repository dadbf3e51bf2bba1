"""What share of the rows has no value: NULL, NaN, NaT."""

from __future__ import annotations

from leeboard.metrics._metric import ANY, Measurement, Metric, Needs, Pair, Rows
from leeboard.metrics._share import share_of

__all__ = ["METRIC"]


def _on_counts(pair: Pair) -> Measurement:
    reference, current = pair.reference, pair.current
    return share_of(
        "missing",
        (reference.missing, reference.rows, pair.design_reference),
        (current.missing, current.rows, pair.design_current),
        blocks=pair.blocks,
    )


def _on_rows(reference: Rows, current: Rows) -> Measurement:
    return share_of(
        "missing",
        (reference.missing, reference.rows, 1.0),
        (current.missing, current.rows, 1.0),
        blocks=False,
    )


METRIC = Metric(
    name="missing",
    answers="What share of the rows has no value?",
    needs=Needs.COUNTS,
    kinds=ANY,
    unit="share",
    direction="larger is worse",
    source="Fisher, 1935, for the test; Wilson, 1927, for the interval",
    on_counts=_on_counts,
    on_rows=_on_rows,
)
