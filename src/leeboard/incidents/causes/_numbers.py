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
    """Write a share as per cent: ``0.4 %``, ``63 %``."""
    part = 100.0 * share
    if 0.0 < part < 1.0 or 99.0 < part < 100.0:
        return f"{part:.1f} %"
    return f"{part:.0f} %"
