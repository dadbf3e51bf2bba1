"""A sample of predictions by their ids: the same ones whatever a log lies in.

An id is in a sample if its MD5, as hexadecimal digits, comes before a bound. Bounds
halve, so that a larger sample holds a smaller one. Place: under the reads of a log.
"""

from __future__ import annotations

__all__ = ["bound_of"]

_DIGITS = 8


def bound_of(rows: int, most: int | None) -> str | None:
    """Return the bound that leaves between half of ``most`` and ``most`` of some rows.

    None: all of them, as they are no more than that.
    """
    if most is None or rows <= most:
        return None
    halvings = min(4 * _DIGITS - 1, (-(-rows // most) - 1).bit_length())
    return f"{1 << (4 * _DIGITS - halvings):0{_DIGITS}x}"
