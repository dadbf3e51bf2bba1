"""Sentences that several shifts have in common.

Place: on the path, below the causes.
"""

from __future__ import annotations

from collections.abc import Sequence

from leeboard.incidents.causes._facts import Change, Facts
from leeboard.incidents.causes._numbers import figure

__all__ = ["error_fact", "held_fact", "moved_facts", "moved_names"]

_SHOWN = 5


def moved_names(changes: Sequence[Change]) -> tuple[str, ...]:
    """Columns that moved, the largest change first."""
    return tuple(one.column for one in changes if one.moved)


def moved_facts(changes: Sequence[Change], words: str) -> tuple[str, ...]:
    """How many moved, and by how much the most."""
    moved = [one for one in changes if one.moved]
    if not moved:
        return ()
    shown = ", ".join(_sized(one) for one in moved[:_SHOWN])
    more = f" and {len(moved) - _SHOWN} more" if len(moved) > _SHOWN else ""
    return (f"{len(moved)} of {len(changes)} {words} moved: {shown}{more}",)


def held_fact(changes: Sequence[Change], words: str) -> str:
    """The largest size among those that held."""
    largest = max((one.size or 0.0 for one in changes), default=0.0)
    return f"none of {len(changes)} {words} moved; largest size {figure(largest)}"


def error_fact(facts: Facts) -> tuple[str, ...]:
    """The error with its interval beside the reference's."""
    error = facts.error
    if error is None:
        return ()
    how = "" if facts.has_labels else "estimated "
    interval = f"95 % interval {figure(error.low)} to {figure(error.high)}"
    before = f"where the reference has {figure(error.reference)}"
    return (f"{how}error {figure(error.value)} ({interval}) {before}",)


def _sized(one: Change) -> str:
    return one.column if one.size is None else f"{one.column} by {figure(one.size)}"
