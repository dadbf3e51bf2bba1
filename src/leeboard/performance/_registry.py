"""Performance metrics by name, each imported when first asked for. Private."""

from __future__ import annotations

from leeboard.metrics._registry import Registry
from leeboard.performance._metric import PerformanceMetric

__all__ = ["ENTRY_POINTS", "PerformanceMetrics", "performance_metrics"]

ENTRY_POINTS = "leeboard.performance"
"""Entry-point group in which other packages name their performance metrics."""


class PerformanceMetrics(Registry[PerformanceMetric]):
    """Performance metrics by name, in alphabetical order.

    Examples
    --------
    >>> from leeboard.performance import performance_metrics
    >>> performance_metrics()["rmse"].better
    'lower'
    """

    def __init__(self) -> None:
        super().__init__(ENTRY_POINTS, PerformanceMetric, "performance metric")


def performance_metrics() -> PerformanceMetrics:
    """Every performance metric there is, by name."""
    return PerformanceMetrics()
