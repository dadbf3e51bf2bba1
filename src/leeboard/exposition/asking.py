"""Queries over the models that a dashboard's variable chooses.

Place: under the rows of the dashboard.
"""

from __future__ import annotations

from leeboard.exposition.panels import Query

__all__ = ["banded", "measured", "of_model"]

_MODEL = 'model=~"$model"'
_BANDS = ("", "_low", "_high")


def of_model(family: str, more: str = "") -> str:
    """Select the chosen models' series of a family; ``more`` are matchers."""
    return f"{family}{{{_MODEL}{',' if more else ''}{more}}}"


def measured(column: str, metric: str) -> str:
    """Match one figure of columns; ``column`` begins with its operator."""
    return f'column{column},metric="{metric}"'


def banded(family: str, more: str, legend: str) -> tuple[Query, ...]:
    """Ask for a value and both ends of its interval."""
    return tuple(
        Query(of_model(f"{family}{end}", more), f"{legend}{end.replace('_', ' ')}")
        for end in _BANDS
    )
