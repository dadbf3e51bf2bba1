"""An exposition of the shop, and its text as numbers."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as om
from prometheus_client.parser import text_string_to_metric_families as plain

from leeboard import Monitor
from leeboard.dashboard.reading import Reader
from leeboard.exposition.exposition import Exposition
from leeboard.logs import open_log
from leeboard.state import open_state
from tests.exposition._shop import shop

__all__ = ["OPENMETRICS", "Series", "exposed", "exposition", "series"]

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
Series = Mapping[tuple[str, frozenset[tuple[str, str]]], float]
"""Values by name and labels."""


def exposition(monitor: Monitor) -> Exposition:
    """Return an exposition of a monitor that never rests.

    Its state is closed at the end.
    """
    state = open_state(monitor.plan.state)
    atexit.register(state.close)
    reader = Reader(monitor.plan, state, open_log(monitor.plan.log))
    return Exposition(reader, clock=lambda: 0.0)


@cache
def exposed() -> Exposition:
    """Return that of the shop."""
    return exposition(shop())


def series(text: str, *, openmetrics: bool = False) -> Series:
    """Read a text by the client library's parser."""
    found = {}
    read: Callable[[str], Iterable[Metric]] = om if openmetrics else plain
    for family in read(text):
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found, key
            found[key] = float(sample.value)
    return found
