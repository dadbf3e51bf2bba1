"""The relation between features and label changed. Only labels can show it.

Place: a cause; on the path.
"""

from __future__ import annotations

from leeboard.incidents.causes._cause import Found, ShiftCause
from leeboard.incidents.causes._facts import Facts
from leeboard.incidents.causes._numbers import figure
from leeboard.incidents.causes._words import (
    error_fact,
    held_fact,
    moved_facts,
    moved_names,
)

__all__ = ["CAUSE"]


def _look(facts: Facts) -> Found | None:
    """Take a moved error for concept if inputs held, or the mix explains too little."""
    if not facts.has_labels or not facts.error_moved:
        return None
    within = _within(facts)
    if within is not None:
        return Found(
            text="the same inputs now have other labels than in the reference",
            facts=(
                *error_fact(facts),
                within,
                *moved_facts(facts.features, "features"),
            ),
            columns=moved_names(facts.labels),
        )
    inputs = (*facts.features, *facts.outputs)
    if not facts.features or not all(one.held for one in inputs):
        return None
    return Found(
        text="the error moved although the inputs did not",
        facts=(
            *error_fact(facts),
            held_fact(inputs, "features, scores and predictions"),
            *moved_facts(facts.labels, "labels"),
        ),
        columns=moved_names(facts.labels),
    )


def _within(facts: Facts) -> str | None:
    """Say how much of the change is left with the mix of rows held; None if little."""
    error = facts.error
    if error is None or error.within is None:
        return None
    part, low, high = error.within
    change = error.value - error.reference
    sure = low > 0.0 if change > 0.0 else high < 0.0
    if not sure or abs(part) <= 0.5 * abs(change):
        return None
    return (
        f"{figure(part)} ({figure(low)} to {figure(high)}) of the change of "
        f"{figure(change)} is left if the mix of rows is held"
    )


CAUSE = ShiftCause("concept", 20, _look)
