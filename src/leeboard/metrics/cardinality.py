"""How many different values the column holds."""

from __future__ import annotations

from typing import Any

import numpy as np

from leeboard.metrics._cells import lacking_rows
from leeboard.metrics._metric import ANY, Measurement, Metric, Needs, Rows

__all__ = ["METRIC"]


def _on_rows(reference: Rows, current: Rows) -> Measurement:
    lacking = lacking_rows("cardinality", reference, current)
    if lacking is not None:
        return lacking
    ours, theirs = _distinct(reference.values), _distinct(current.values)
    return Measurement(
        "cardinality",
        float(theirs),
        len(reference.values),
        len(current.values),
        reference=float(ours),
        current=float(theirs),
        facts=(("ratio", theirs / ours),),
    )


def _distinct(values: Any) -> int:
    if np.asarray(values).dtype == object:
        return len(set(values))
    return len(np.unique(values))


METRIC = Metric(
    name="cardinality",
    answers="How many different values does the column hold?",
    needs=Needs.ROWS,
    kinds=ANY,
    unit="values",
    direction="compare with the reference's",
    source="of the values that are not missing; grows with the number of rows",
    on_rows=_on_rows,
)
