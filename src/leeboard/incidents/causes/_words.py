"""Sentences that several shifts have in common.

Place: on the path, below the causes.
"""

from __future__ import annotations

from collections.abc import Sequence

from leeboard.incidents.causes._facts import Change, Facts
from leeboard.incidents.causes._numbers import figure
from leeboard.stats.shift_share import Part

__all__ = ["error_fact", "held_fact", "moved_facts", "moved_names", "split_facts"]

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


def split_facts(facts: Facts) -> tuple[str, ...]:
    """How much of the change of the error stays with the mix held, and how much not."""
    split = None if facts.error is None else facts.error.split
    if split is None:
        return ()
    within, between = _part(split.within), _part(split.between)
    said = f"of a change of the error by {figure(split.change)}, {within} is left if"
    return (f"{said} the mix of rows is held, and {between} comes from another mix",)


def _part(part: Part) -> str:
    return f"{figure(part.value)} ({figure(part.low)} to {figure(part.high)})"


def _sized(one: Change) -> str:
    return one.column if one.size is None else f"{one.column} by {figure(one.size)}"
