"""Metrics: what compares two profiles. A folder is a registry."""

from __future__ import annotations

from collections.abc import Mapping

from leeboard.metrics._metric import Metric

__all__ = ["metrics"]


def metrics() -> Mapping[str, Metric]:
    """Return every metric by name."""
    return {}
