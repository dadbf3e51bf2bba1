"""River's detectors with their defaults, by the charts of Leeboard that equal them.

What river itself decides is frozen by ``oracles/alarms.py``. ADWIN and Page–Hinkley
watch the mean of each window; DDM takes the rows of a share one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.alarms.seen import Reference, Window

from leeboard.detectors._detector import Chart, Rows
from leeboard.detectors.adwin import Adwin
from leeboard.detectors.ddm import Ddm
from leeboard.detectors.page_hinkley import PageHinkley

__all__ = ["RiverAdwin", "RiverDdm", "RiverPageHinkley"]


class _River:
    """Feeds a chart; what it remembers after an alarm is its own matter, as in river.

    It learns nothing from reference and history.
    """

    family, dial, remembers, change, threshold = "river", False, True, "", 1.0
    name = ""
    chart: Chart[Any]

    def fit(
        self, _reference: Reference, _history: Sequence[Window], _promise: float
    ) -> None:
        """Start anew."""
        self.memory = self.chart.start()

    def score(self, window: Window) -> float:
        """1 if it fired in the window, else 0."""
        found = self.chart.step(self.memory, float(window.rows.mean()))
        self.memory, self.value = found.memory, found.value
        return float(found.fired)

    def restart(self) -> None:
        """River's detectors go on by themselves."""


class RiverAdwin(_River):
    """ADWIN (Bifet and Gavaldà, 2007) of the windows' means."""

    name, chart = "river ADWIN of the mean", Adwin()


class RiverPageHinkley(_River):
    """Page–Hinkley (Page, 1954) of the windows' means."""

    name, chart = "river Page-Hinkley of the mean", PageHinkley()


class RiverDdm(_River):
    """DDM (Gama et al., 2004) of rows that are 0 or 1."""

    name, chart = "river DDM, row by row", Ddm()

    def score(self, window: Window) -> float:
        """1 if it fired at any row of the window."""
        fired = False
        for row in window.rows.tolist():
            found = self.chart.step(self.memory, Rows(1.0, row))
            self.memory, fired = found.memory, fired or found.fired
        return float(fired)
