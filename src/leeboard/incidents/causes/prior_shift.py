"""The classes come in other shares; what a class looks like is as before.

Place: a cause; on the path.
"""

from __future__ import annotations

from leeboard.incidents.causes._cause import Found, ShiftCause
from leeboard.incidents.causes._facts import Facts
from leeboard.incidents.causes._words import error_fact, moved_facts, moved_names

__all__ = ["CAUSE"]


def _look(facts: Facts) -> Found | None:
    """Labels and scores moved, and no feature more than the label itself.

    Under a prior shift every feature is a mixture of the same two or more laws in other
    shares, so that no distribution of a feature moves more than that of the label: a
    channel cannot increase a divergence (data-processing inequality).
    """
    label = next(iter(facts.labels), None)
    if not facts.has_labels or not facts.classes or label is None or not label.moved:
        return None
    if facts.outputs and not any(one.moved for one in facts.outputs):
        return None
    if not facts.outputs and not any(one.moved for one in facts.features):
        return None
    largest = max((one.size or 0.0 for one in facts.features), default=0.0)
    if label.size is None or largest > label.size:
        return None
    return Found(
        text="the classes come in other shares than in the reference",
        facts=(
            *moved_facts(facts.labels, "labels"),
            f"no feature moved more than the label; the largest by {largest:.3g}",
            *moved_facts(facts.outputs, "scores and predictions"),
            *error_fact(facts),
        ),
        columns=(label.column, *moved_names(facts.outputs)),
    )


CAUSE = ShiftCause("prior shift", 10, _look)
