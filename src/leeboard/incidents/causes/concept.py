"""The relation between features and label changed. Only labels can show it.

Place: a cause; on the path.
"""

from __future__ import annotations

from leeboard.incidents.causes._cause import Found, ShiftCause
from leeboard.incidents.causes._facts import Facts
from leeboard.incidents.causes._words import (
    error_fact,
    held_fact,
    moved_facts,
    moved_names,
    split_facts,
)

__all__ = ["CAUSE"]


def _look(facts: Facts) -> Found | None:
    """Take a moved error for concept if inputs held, or the mix explains too little."""
    if not facts.has_labels or not facts.error_moved:
        return None
    if _mostly_within(facts):
        return Found(
            text="the same inputs now have other labels than in the reference",
            facts=(
                *error_fact(facts),
                *split_facts(facts),
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
            *split_facts(facts),
            *moved_facts(facts.labels, "labels"),
        ),
        columns=moved_names(facts.labels),
    )


def _mostly_within(facts: Facts) -> bool:
    """Whether surely something, and more than half, is left with the mix held."""
    split = None if facts.error is None else facts.error.split
    if split is None or not split.within.sure:
        return False
    same = split.within.value * split.change > 0.0
    return same and abs(split.within.value) > 0.5 * abs(split.change)


CAUSE = ShiftCause("concept", 20, _look)
