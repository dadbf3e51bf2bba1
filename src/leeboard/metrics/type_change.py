"""Whether the type of the column changed, such as from numbers to text."""

from __future__ import annotations

from leeboard.metrics._metric import Measurement, Metric, Needs, Reason
from leeboard.schema import Kind

__all__ = ["METRIC"]


def _on_types(reference: str, current: str) -> Measurement:
    changed = reference != current
    text = f"the reference has {reference}, the current data {current}"
    return Measurement(
        "type_change",
        float(changed),
        0,
        0,
        reason=Reason("type_changed", text) if changed else None,
    )


METRIC = Metric(
    name="type_change",
    answers="Did the type of the column change?",
    needs=Needs.COUNTS,
    kinds=frozenset(Kind),
    unit="1 if so, else 0",
    direction="1 is a fault",
    source="of the types that the data declares",
    on_types=_on_types,
)
