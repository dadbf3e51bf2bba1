"""The model answers differently to the same inputs: another version, or a fault.

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
)

__all__ = ["CAUSE"]


def _look(facts: Facts) -> Found | None:
    if not facts.features or not all(one.held for one in facts.features):
        return None
    moved = moved_names(facts.outputs)
    if not moved:
        return None
    return Found(
        text="scores or predictions moved although no feature did",
        facts=(
            *moved_facts(facts.outputs, "scores and predictions"),
            held_fact(facts.features, "features"),
            *error_fact(facts),
        ),
        columns=moved,
    )


CAUSE = ShiftCause("model or pipeline", 15, _look)
