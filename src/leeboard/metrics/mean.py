"""The mean, and how far it moved.

Facts beside the value: ``difference``, current minus reference; ``z``, the difference
in standard deviations of the reference (a size); ``t``, in standard errors (evidence).
"""

from __future__ import annotations

import math

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
    undefined,
)
from leeboard.stats.intervals import student_reach, welch

__all__ = ["METRIC"]

_Moments = tuple[float, float | None, int, float]
"""Mean, standard deviation (None if there is none), rows, and design effect."""


def _on_counts(pair: Pair) -> Measurement:
    lacking = lacking_counts("mean", pair)
    if lacking is not None:
        return lacking
    cells, reference, current = numeric(pair)
    means = reference.mean(), current.mean()
    sizes = reference.finite, current.finite
    if means[0] is None or means[1] is None:
        return undefined("mean", *sizes, code="infinite", text="no value is finite")
    return _measured(
        (means[0], reference.sd(cells), sizes[0], pair.design_reference),
        (means[1], current.sd(cells), sizes[1], pair.design_current),
        p_kind(pair),
    )


def _on_rows(reference: Rows, current: Rows) -> Measurement:
    lacking = lacking_rows("mean", reference, current)
    if lacking is not None:
        return lacking
    moments = [_moments(rows) for rows in (reference, current)]
    if moments[0] is None or moments[1] is None:
        sizes = len(reference.values), len(current.values)
        return undefined("mean", *sizes, code="infinite", text="no value is finite")
    return _measured(moments[0], moments[1], PKind.INDEPENDENT)


def _moments(rows: Rows) -> _Moments | None:
    values = np.asarray(rows.values, np.float64)
    if rows.infinite:
        values = values[np.isfinite(values)]
    if len(values) == 0:
        return None
    largest = float(np.abs(values).max())
    # over a power of two where squares would leave the range of numbers
    exponent = 0 if 1e-100 < largest < 1e100 else math.frexp(largest)[1]
    scaled = np.ldexp(values, -exponent) if exponent else values
    mean = math.ldexp(float(scaled.mean()), exponent)
    if len(values) < 2:
        return mean, None, len(values), 1.0
    with np.errstate(over="ignore"):
        spread = float(np.ldexp(scaled.std(ddof=1), exponent))
    sd = spread if math.isfinite(spread) else None
    return mean, sd, len(values), 1.0


def _measured(reference: _Moments, current: _Moments, kind: PKind) -> Measurement:
    mean, sd, n, design = reference
    other, other_sd, m, other_design = current
    effective = n / design, m / other_design
    facts = {"difference": other - mean}
    if sd:
        facts["z"] = other / sd - mean / sd
    p_value = interval = None
    if sd is not None and other_sd is not None and min(effective) > 1.0:
        t, p_value = welch((mean, other), (sd, other_sd), effective)
        facts["t"] = t
    if other_sd is not None and effective[1] > 1.0:
        half = student_reach(effective[1]) * other_sd / math.sqrt(effective[1])
        interval = (other - half, other + half)
        interval = interval if all(map(math.isfinite, interval)) else None
    return Measurement(
        "mean",
        other,
        n,
        m,
        interval=interval,
        p_value=p_value,
        p_kind=kind if p_value is not None else None,
        reference=mean,
        current=other,
        facts=tuple((k, v) for k, v in facts.items() if math.isfinite(v)),
    )


METRIC = Metric(
    name="mean",
    answers="What is the mean, and how far did it move?",
    needs=Needs.MOMENTS,
    kinds=NUMBERS,
    unit="unit of the column",
    direction="compare with the reference's",
    source="Welch, Biometrika 34, 1947",
    on_counts=_on_counts,
    on_rows=_on_rows,
)
