"""Every value has the other sign.

Place: a cause; on the path.
"""

from __future__ import annotations

from leeboard.incidents.causes._cause import ColumnCause, Found
from leeboard.incidents.causes._law import Law, Line, misfit
from leeboard.incidents.causes._numbers import figure, percent
from leeboard.incidents.causes._view import View
from leeboard.profiles.cells import NumericCells
from leeboard.profiles.counts import NumericCounts
from leeboard.schema import Kind

__all__ = ["CAUSE"]

_FEW = 12
_ONE_SIDED = 0.8
"""Share of the values with one sign from which a mirror image is told from a shift."""
_SLACK = 0.1
_PLAIN = 4.0


def _look(view: View) -> Found | None:
    cells, usual, current = view.cells, view.usual, view.current
    if view.column.kind is not Kind.NUMERIC or not isinstance(cells, NumericCells):
        return None
    if not isinstance(usual, NumericCounts) or not isinstance(current, NumericCounts):
        return None
    law, now = Law.of(cells, usual), Law.of(cells, current)
    if law is None or now is None or current.finite < _FEW:
        return None
    before, after = law.below(0.0), now.below(0.0)
    if abs(after - before) < 2.0 * _ONE_SIDED - 1.0:
        return None
    mirrored = misfit(law, Line(-1.0), view, _SLACK)
    plain = misfit(law, Line(1.0), view, _SLACK)
    if mirrored is None or mirrored.worst > 1.0:
        return None
    if plain is None or plain.worst < _PLAIN:
        return None
    return Found(
        text="has the other sign",
        facts=(
            f"{percent(after)} of the values are negative, usually {percent(before)}",
            f"mean {figure(now.mean)} where {figure(law.mean)} is usual",
        ),
    )


CAUSE = ColumnCause("sign flip", 35, _look)
