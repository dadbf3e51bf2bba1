"""The same values in another unit: times a factor, or Celsius and Fahrenheit.

Place: a cause; on the path.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

from leeboard.incidents.causes._cause import ColumnCause, Found
from leeboard.incidents.causes._law import Law, Line, misfit
from leeboard.incidents.causes._numbers import figure
from leeboard.incidents.causes._view import View
from leeboard.profiles.cells import NumericCells
from leeboard.profiles.counts import NumericCounts
from leeboard.schema import Kind

__all__ = ["CAUSE"]

_FEW = 12
_SLACK = 0.1
"""Standard deviations that a window may differ by although nothing is wrong."""
_PLAIN = 4.0
"""How many times worse "nothing changed" must fit."""
_LARGE = 5.0
"""Smaller factors are common in growth too: the fit must be sharp."""
_SHARP = 0.02


@dataclass(frozen=True, slots=True)
class _Unit:
    line: Line
    text: str
    such: str


_FACTORS = (
    (10.0, "a shifted decimal point, or cm as mm"),
    (100.0, "shares as per cent, m as cm, or euros as cents"),
    (1000.0, "s as ms, km as m, or kg as g"),
    (1e6, "s as µs, or millions as units"),
    (1e9, "s as ns, or billions as units"),
    (2.54, "inches as cm"),
    (12.0, "feet as inches, or years as months"),
    (0.3048, "feet as m"),
    (30.48, "feet as cm"),
    (1.609344, "miles as km"),
    (2.20462, "kg as pounds"),
    (28.3495, "ounces as g"),
    (3.6, "m/s as km/h"),
    (60.0, "hours as minutes, or minutes as seconds"),
    (3600.0, "hours as seconds"),
    (24.0, "days as hours"),
    (86400.0, "days as seconds"),
    (1024.0, "KiB as bytes, or MiB as KiB"),
)
_SHIFTS = (
    _Unit(Line(1.8, 32.0), "× 1.8 + 32", "°C as °F"),
    _Unit(Line(1.0 / 1.8, -32.0 / 1.8), "(x − 32) / 1.8", "°F as °C"),
    _Unit(Line(1.0, 273.15), "+ 273.15", "°C as K"),
    _Unit(Line(1.0, -273.15), "− 273.15", "K as °C"),
)


def _units() -> tuple[_Unit, ...]:
    up = [_Unit(Line(k), f"× {figure(k)}", such) for k, such in _FACTORS]
    down = [
        _Unit(Line(1.0 / k), f"÷ {figure(k)}", f"the reverse of {such}")
        for k, such in _FACTORS
    ]
    return (*up, *down, *_SHIFTS)


_UNITS = _units()


def _look(view: View) -> Found | None:
    cells, usual, current = view.cells, view.usual, view.current
    if view.column.kind is not Kind.NUMERIC or not isinstance(cells, NumericCells):
        return None
    if not isinstance(usual, NumericCounts) or not isinstance(current, NumericCounts):
        return None
    law = Law.of(cells, usual)
    if law is None or current.finite < _FEW:
        return None
    plain = misfit(law, Line(1.0), view, _SLACK)
    if plain is None or plain.worst < _PLAIN:
        return None
    fits = [(_fit(law, unit, view), unit) for unit in _UNITS]
    best, unit = min(fits, key=lambda one: one[0])
    if best > 1.0:
        return None
    slope, offset = unit.line.slope, unit.line.offset
    mean, sd = current.mean() or 0.0, current.sd(cells) or 0.0
    means = (mean, law.mean, slope * law.mean + offset)
    sds = (sd, law.sd, abs(slope) * law.sd)
    return Found(
        text=f"is in another unit ({unit.text}: {unit.such})",
        facts=(
            _told("mean", means, unit.text),
            _told("standard deviation", sds, unit.text),
        ),
    )


def _told(what: str, figures: tuple[float, float, float], unit: str) -> str:
    now, before, then = map(figure, figures)
    return f"{what} {now} where {before} is usual; {unit} gives {then}"


def _fit(law: Law, unit: _Unit, view: View) -> float:
    """How far a unit misses; above 1 it does not fit."""
    slope, offset = unit.line.slope, unit.line.offset
    near = offset == 0.0 and abs(log(slope)) < log(_LARGE)
    found = misfit(law, unit.line, view, 0.0 if near else _SLACK)
    if found is None or (near and found.relative > _SHARP):
        return float("inf")
    return found.worst


CAUSE = ColumnCause("unit change", 40, _look)
