"""A value that programs write where they have none took rows from all others.

Place: a cause; on the path.
"""

from __future__ import annotations

from leeboard.incidents.causes._cause import ColumnCause, Found
from leeboard.incidents.causes._numbers import figure, percent
from leeboard.incidents.causes._spike import Spike, is_default, only_value, spike
from leeboard.incidents.causes._view import View
from leeboard.profiles.cells import NumericCells
from leeboard.profiles.counts import NumericCounts

__all__ = ["CAUSE"]

_LEAST = 0.1
"""Rise of the share of a known default; any other value must rise three times so."""
_REST = 0.1
_VALUES = 5
"""A column with fewer usual values has no rest that could keep its proportions."""
_CHANCE = 1e-5


def _look(view: View) -> Found | None:
    alike = only_value(view)
    if alike is not None:
        return _everywhere(view, *alike)
    found = spike(view)
    if found is None or found.chance > _CHANCE or found.rest > _REST:
        return None
    numeric = isinstance(view.cells, NumericCells)
    if not numeric and not is_default(found.value):
        return None  # a level may grow: a launch, a season
    if int((view.usual.cells[:-1] > 0).sum()) < _VALUES:
        return None
    known = found.near and is_default(found.value)
    if found.now - found.before < _LEAST * (1.0 if known else 3.0):
        return None
    return Found(
        text=f"is {_shown(found)} in {found.rows:,} of {view.present:,} rows",
        facts=(*_facts(view, found), "the other values kept their proportions"),
    )


def _everywhere(view: View, value: float | str, share: float) -> Found | None:
    if not is_default(value) or share >= 0.05 or view.present < 8:
        return None
    if view.all_alike(max(share, 1.0 / (view.n + 1))) > _CHANCE:
        return None
    shown = value if isinstance(value, str) else figure(value)
    facts = [f"{view.present:,} of {view.present:,} rows equal {shown}"]
    if isinstance(view.usual, NumericCounts):
        facts.append(f"mean {shown} where {figure(view.usual.mean() or 0.0)} is usual")
    facts.append(f"usually {percent(share)} of the rows hold that value")
    return Found(f"is {shown} in all {view.present:,} rows", tuple(facts))


def _facts(view: View, found: Spike) -> tuple[str, ...]:
    equal = "equal" if found.exact else "lie at or near"
    return (
        f"{found.rows:,} of {view.present:,} rows {equal} {_shown(found)}",
        f"a share of {percent(found.now)} where {percent(found.before)} is usual",
    )


def _shown(found: Spike) -> str:
    value = found.value
    if isinstance(value, str):
        return value
    return figure(value) if found.near else f"about {figure(value)}"


CAUSE = ColumnCause("default-value flood", 30, _look)
