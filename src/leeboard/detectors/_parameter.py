"""Refuses parameters of charts that make no sense. Private to detectors."""

from __future__ import annotations

import math

from leeboard.errors import AlarmError

__all__ = ["SIDES", "check_number", "check_side", "check_whole", "finite"]

SIDES = ("both", "above", "below")
"""Where a chart looks for a change."""


def check_number(
    where: str, value: object, *, above: float = -math.inf, below: float = math.inf
) -> None:
    """Refuse what is not a number strictly between two bounds."""
    if not (isinstance(value, int | float) and above < value < below):
        raise _bad(where, value, f"a number {_bounds(above, below)}")


def check_whole(where: str, value: object, *, at_least: int) -> None:
    """Refuse what is not a whole number from ``at_least`` on."""
    if (
        not isinstance(value, int | float)
        or not float(value).is_integer()
        or value < at_least
    ):
        raise _bad(where, value, f"a whole number, at least {at_least}")


def check_side(where: str, side: str) -> None:
    """Refuse a side that there is not."""
    if side not in SIDES:
        raise _bad(where, side, "one of " + ", ".join(SIDES))


def finite(name: str, value: float) -> float:
    """Return the value, or refuse it: one infinity would stay in a memory for good."""
    if not math.isfinite(value):
        raise AlarmError(
            code="not_finite",
            where=f"chart {name!r}",
            found=repr(value),
            expected="a finite figure",
            fix="Leave the window out: the chart then stays as it was.",
        )
    return float(value)


def _bounds(above: float, below: float) -> str:
    if math.isinf(above) and math.isinf(below):
        return "that is finite"
    if math.isinf(below):
        return f"above {above:g}"
    return f"between {above:g} and {below:g}"


def _bad(where: str, value: object, expected: str) -> AlarmError:
    return AlarmError(
        code="bad_parameter",
        where=where,
        found=repr(value),
        expected=expected,
        fix="Give another value, or leave it out for the default.",
    )
