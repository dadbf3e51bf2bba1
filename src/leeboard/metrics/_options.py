"""Options of metrics, checked. Private to the metrics."""

from __future__ import annotations

from leeboard.errors import MetricError

__all__ = ["at_least", "between", "one_of"]


def one_of(metric: str, option: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuse a choice that is none of the allowed ones.

    Raises
    ------
    MetricError
    """
    if value not in allowed:
        raise MetricError(
            code="bad_option",
            where=f"metric {metric!r}, option {option!r}",
            found=repr(value),
            expected="one of " + ", ".join(map(repr, allowed)),
            fix=f"Leave it out to get {allowed[0]!r}.",
        )


def at_least(metric: str, option: str, value: float, least: float) -> None:
    """Refuse a number below the least one allowed.

    Raises
    ------
    MetricError
    """
    if not value >= least:
        raise MetricError(
            code="bad_option",
            where=f"metric {metric!r}, option {option!r}",
            found=repr(value),
            expected=f"a number, {least:g} or more",
            fix="Leave it out to get the default.",
        )


def between(metric: str, option: str, value: float, ends: tuple[float, float]) -> None:
    """Refuse a number outside of two ends.

    Raises
    ------
    MetricError
    """
    if not ends[0] <= value <= ends[1]:
        raise MetricError(
            code="bad_option",
            where=f"metric {metric!r}, option {option!r}",
            found=repr(value),
            expected=f"a number from {ends[0]:g} to {ends[1]:g}",
            fix="Leave it out to get the default.",
        )
