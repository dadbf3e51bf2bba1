"""Inputs moved, and the error or the model's answers with them.

Place: a cause; on the path.
"""

from __future__ import annotations

from leeboard.incidents.causes._cause import Found, ShiftCause
from leeboard.incidents.causes._facts import Facts
from leeboard.incidents.causes._words import (
    error_fact,
    moved_facts,
    moved_names,
    split_facts,
)

__all__ = ["CAUSE"]


def _look(facts: Facts) -> Found | None:
    features = moved_names(facts.features)
    if not features:
        return None
    answers = moved_names(facts.outputs)
    if not facts.error_moved and (facts.error is not None or not answers):
        return None
    return Found(
        text="inputs moved, and with them "
        + ("the error" if facts.error_moved else "what the model answers"),
        facts=(
            *moved_facts(facts.features, "features"),
            *error_fact(facts),
            *split_facts(facts),
            *moved_facts(facts.outputs, "scores and predictions"),
            _limits(facts),
        ),
        columns=features,
    )


def _limits(facts: Facts) -> str:
    if not facts.has_labels:
        return "without labels, a changed relation to the label cannot be seen"
    split = None if facts.error is None else facts.error.split
    if split is None:
        return "whether the relation to the label changed too was not measured"
    if split.within.sure:
        return "the relation to the label changed too, by less than half of the change"
    return "that the relation to the label changed too is not shown"


CAUSE = ShiftCause("covariate", 30, _look)
