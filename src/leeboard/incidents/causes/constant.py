"""All rows hold one value, where values usually differ.

Place: a cause; on the path.
"""

from __future__ import annotations

from leeboard.incidents.causes._cause import ColumnCause, Found
from leeboard.incidents.causes._numbers import figure, percent
from leeboard.incidents.causes._spike import is_default, only_value
from leeboard.incidents.causes._view import View

__all__ = ["CAUSE"]

_CHANCE = 1e-3
_FEW = 8
"""Rows below which one value is nothing odd."""
_USUAL = 0.05
"""A default that so many rows usually hold is a value like any other."""


def _look(view: View) -> Found | None:
    alike = only_value(view)
    if alike is None or view.present < _FEW:
        return None
    value, share = alike
    values = int((view.usual.cells[:-1] > 0).sum())
    # any value could have been the one that all rows hold
    if values < 2 or view.all_alike(max(share, 1.0 / (view.n + 1))) * values > _CHANCE:
        return None
    if is_default(value) and share < _USUAL:
        return None  # a default took every row: another cause says so
    shown = value if isinstance(value, str) else figure(value)
    return Found(
        text=f"is {shown} in all {view.present:,} rows",
        facts=(
            f"{view.present:,} of {view.present:,} rows equal {shown}",
            f"usually {percent(share)} of the rows hold that value",
        ),
    )


CAUSE = ColumnCause("constant", 20, _look)
