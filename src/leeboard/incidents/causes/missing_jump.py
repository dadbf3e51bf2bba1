"""Far more values are missing than usual.

Place: a cause; on the path.
"""

from __future__ import annotations

from leeboard.incidents.causes._cause import ColumnCause, Found
from leeboard.incidents.causes._numbers import percent
from leeboard.incidents.causes._view import View
from leeboard.stats.tables import hypergeometric_tail

__all__ = ["CAUSE"]

_LEAST = 0.05
"""Rise of the share below which nobody's feed broke."""
_CHANCE = 1e-4


def _look(view: View) -> Found | None:
    now, rows = view.current.missing, view.current.rows
    before = view.usual.missing / max(view.usual.rows, 1)
    if rows == 0 or now / rows - before < _LEAST:
        return None
    if _chance(view, now / rows) > _CHANCE:
        return None
    return Found(
        text=f"is missing in {now:,} of {rows:,} rows",
        facts=(
            f"{now:,} of {rows:,} rows have no value",
            f"the usual share is {percent(before)}",
        ),
    )


def _chance(view: View, share: float) -> float:
    """Chance of so many, given the usual ones: rows are exchanged at random."""
    n, m = int(view.n), int(view.m)
    a = round(n * view.usual.missing / max(view.usual.rows, 1))
    return hypergeometric_tail(a, n, round(m * share), m)


CAUSE = ColumnCause("missing jump", 10, _look)
