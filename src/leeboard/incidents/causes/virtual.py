"""Inputs moved; the error did not.

Place: a cause; on the path.
"""

from __future__ import annotations

from leeboard.incidents.causes._cause import Found, ShiftCause
from leeboard.incidents.causes._facts import Facts
from leeboard.incidents.causes._words import error_fact, moved_facts, moved_names

__all__ = ["CAUSE"]


def _look(facts: Facts) -> Found | None:
    features = moved_names(facts.features)
    if not features or not facts.error_held:
        return None
    return Found(
        text="features moved, the error did not",
        facts=(*error_fact(facts), *moved_facts(facts.features, "features")),
        columns=features,
    )


CAUSE = ShiftCause("virtual", 40, _look)
