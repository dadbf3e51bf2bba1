"""Rows of both sides, for the metrics that need them. (Interface.)"""

from __future__ import annotations

from leeboard.metrics._metric import Measurement
from leeboard.sources import Source

__all__ = ["RowsPair", "open_rows"]


class RowsPair:
    """Rows of reference and current, read when a metric asks."""

    def __init__(self, reference: Source | None, current: Source) -> None:
        self._reference, self._current = reference, current

    def measure(
        self, metric: str, column: str | None, **options: object
    ) -> Measurement:
        """One row metric on one column (None: the table)."""
        raise NotImplementedError


def open_rows(reference: Source | None, current: Source) -> RowsPair:
    """Rows of both sides; the reference is None where only its profile is known."""
    return RowsPair(reference, current)
