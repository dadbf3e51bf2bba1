"""Numbers in evidence: four digits, no noise of floating point.

Place: on the path, below the causes.
"""

from __future__ import annotations

__all__ = ["figure", "percent"]


def figure(value: float) -> str:
    """Write a number with up to four digits: ``0.2424``, ``12,500``."""
    if value == int(value) and abs(value) < 1e7:
        return f"{int(value):,}"
    if 1000 <= abs(value) < 1e7:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def percent(share: float) -> str:
    """Write a share as per cent: ``0.05 %``, ``0.4 %``, ``63 %``, ``99.6 %``."""
    part = 100.0 * share
    if 0.0 < part < 1.0:
        return f"{part:.1g} %" if part >= _LEAST else f"less than {_LEAST} %"
    if 99.0 < part < 100.0:
        rest = max(100.0 - part, _LEAST)
        return f"{100.0 - float(f'{rest:.1g}'):.6g} %"
    return f"{part:.0f} %"


_LEAST = 0.001
"""Per cent below which nobody cares how few."""
