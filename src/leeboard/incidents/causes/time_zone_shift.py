"""An hour of day is of another time zone: all hours are later by the same number.

Place: a cause; on the path.
"""

from __future__ import annotations

import numpy as np

from leeboard.incidents.causes._cause import ColumnCause, Found
from leeboard.incidents.causes._levels import agree, distance, levels_of
from leeboard.incidents.causes._numbers import percent
from leeboard.incidents.causes._view import View

__all__ = ["CAUSE"]

_DAY = 24
_FEW_HOURS = 6
"""Hours with rows below which no day can be seen."""
_UNCHANGED = 1e-6
_FITS = 1e-3
_CLEAR = 9.0
"""By how much the chi-square of every other turn must be larger."""


def _look(view: View) -> Found | None:
    levels = levels_of(view, _DAY)
    if levels is None:
        return None
    found = [_hour(name) for name in levels.names]
    hours = [hour for hour in found if hour is not None]
    if len(set(hours)) != len(found):
        return None
    usual, current = np.zeros(_DAY), np.zeros(_DAY)
    usual[hours], current[hours] = levels.usual, levels.current
    if int((usual > 0).sum()) < _FEW_HOURS or agree(usual, current) > _UNCHANGED:
        return None
    away = np.array([distance(np.roll(usual, k), current) for k in range(_DAY)])
    best = int(np.argmin(away))
    fit = agree(np.roll(usual, best), current)
    if best == 0 or fit < _FITS or np.partition(away, 1)[1] < away[best] + _CLEAR:
        return None
    later = best if best <= _DAY // 2 else best - _DAY
    peak = int(np.argmax(usual))
    moved = (peak + best) % _DAY
    share = current[moved] / current.sum()
    plural = "hour" if abs(later) == 1 else "hours"
    way = "later" if later > 0 else "earlier"
    turned = (
        f"all hours turned by {abs(later)} agree with the usual ones "
        f"(p = {fit:.2g}); as they are they do not "
        f"(p = {max(agree(usual, current), 1e-16):.1g})"
    )
    return Found(
        text=f"is {abs(later)} {plural} {way} than usual",
        facts=(
            turned,
            f"the usual peak at {peak} h is at {moved} h, {percent(share)} of the rows",
        ),
    )


def _hour(name: str) -> int | None:
    try:
        value = float(name)
    except ValueError:
        return None
    return int(value) if value in range(_DAY) else None


CAUSE = ColumnCause("time-zone shift", 15, _look)
