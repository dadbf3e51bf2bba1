"""What a detector refuses when it is built. Private to detectors.

Place: the one form of the error that every constructor raises.
"""

from __future__ import annotations

from leeboard.errors import AlarmError

__all__ = ["check_share", "refuse"]


def refuse(where: str, found: object, expected: str, fix: str) -> AlarmError:
    """Return the error for a detector that was asked for what it cannot do."""
    return AlarmError(
        code="bad_detector",
        where=where,
        found=f"{found}",
        expected=expected,
        fix=fix,
    )


def check_share(where: str, value: float, top: float) -> None:
    """Raise unless 0 < value <= top."""
    if not 0.0 < value <= top:
        raise refuse(
            where, value, f"a number above 0, at most {top:g}", "Give such a number."
        )
