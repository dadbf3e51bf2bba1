"""What share of the values lies outside of the reference's range.

Two new rows in n + 1 are expected outside, on average, whatever the distribution.
Infinities lie outside unless the reference has the same infinity.
"""

from __future__ import annotations

import numpy as np

from leeboard.metrics._cells import lacking_counts, lacking_rows, numeric, p_kind
from leeboard.metrics._metric import (
    NUMBERS,
    Measurement,
    Metric,
    Needs,
    Pair,
    PKind,
    Rows,
)
from leeboard.stats.intervals import outside_tail, wilson

__all__ = ["METRIC"]


def _on_counts(pair: Pair) -> Measurement:
    lacking = lacking_counts("out_of_range", pair)
    if lacking is not None:
        return lacking
    cells, reference, current = numeric(pair)
    outside = int(current.cells[[cells.below, cells.above]].sum())
    inside = int(reference.cells[[cells.below, cells.above]].sum())
    for end in (cells.minus_inf, cells.plus_inf):
        if not reference.cells[end]:
            outside += int(current.cells[end])
    n, m = reference.rows - reference.missing, current.rows - current.missing
    designs = pair.design_reference, pair.design_current
    measured = _measured(outside, n, m, designs)
    if pair.fixed and max(designs) == 1.0 and not pair.blocks:
        return measured
    # the range is that of other rows than these, or rows hang together
    return Measurement(
        "out_of_range",
        measured.value,
        n,
        m,
        interval=measured.interval,
        p_value=measured.p_value if pair.fixed else None,
        p_kind=p_kind(pair) if pair.fixed else None,
        noise_floor=measured.noise_floor if pair.fixed else None,
        reference=inside / n,
        current=measured.value,
        facts=measured.facts,
    )


def _on_rows(reference: Rows, current: Rows) -> Measurement:
    lacking = lacking_rows("out_of_range", reference, current)
    if lacking is not None:
        return lacking
    x, y = np.asarray(reference.values), np.asarray(current.values)
    outside = int(np.count_nonzero((y < x.min()) | (y > x.max())))
    return _measured(outside, len(x), len(y), (1.0, 1.0))


def _measured(
    outside: int, n: int, m: int, designs: tuple[float, float]
) -> Measurement:
    effective = int(n / designs[0]), int(m / designs[1])
    tail = None
    if effective[0] >= 2:
        tail = outside_tail(int(outside / designs[1]), *effective)
    return Measurement(
        "out_of_range",
        outside / m,
        n,
        m,
        interval=wilson(outside / designs[1], m / designs[1]),
        p_value=tail,
        p_kind=PKind.EXACT if tail is not None else None,
        noise_floor=2.0 / (n + 1.0),
        reference=0.0,
        current=outside / m,
        facts=(("rows", float(outside)),),
    )


METRIC = Metric(
    name="out_of_range",
    answers="What share of the values lies outside of the reference's range?",
    needs=Needs.COUNTS,
    kinds=NUMBERS,
    unit="share",
    direction="larger is worse",
    source="David and Nagaraja, Order Statistics, 2003, section 7.2",
    on_counts=_on_counts,
    on_rows=_on_rows,
)
