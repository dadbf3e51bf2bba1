"""How well a model does, from labels: one file a metric, additive where it can be.

Place: on the path, above profiles; values in, values out. One file here is one metric;
its name is the file's. Other packages add metrics through the entry-point group
``leeboard.performance``: each entry names a ``PerformanceMetric``.
"""

from leeboard.performance._by_cell import error_cells
from leeboard.performance._cells import OutcomeCells, cells_of
from leeboard.performance._figures import figures, routine
from leeboard.performance._metric import PerformanceMetric
from leeboard.performance._outcomes import Figure, Outcomes
from leeboard.performance._packed import pack, unpack
from leeboard.performance._registry import PerformanceMetrics, performance_metrics
from leeboard.performance._tally import Tally, tally_of

__all__ = [
    "Figure",
    "OutcomeCells",
    "Outcomes",
    "PerformanceMetric",
    "PerformanceMetrics",
    "Tally",
    "cells_of",
    "error_cells",
    "figures",
    "pack",
    "performance_metrics",
    "routine",
    "tally_of",
    "unpack",
]
