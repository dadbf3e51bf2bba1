"""Metrics: each compares a reference with current data and gives a measurement.

One file here is one metric; its name is the file's. Other packages add metrics through
the entry-point group ``leeboard.metrics``: each entry names a ``Metric``. Nothing is
imported before it is asked for.
"""

from leeboard.metrics._registry import Metrics, metrics

__all__ = ["Metrics", "metrics"]
