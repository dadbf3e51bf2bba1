"""The fleet's bench judges what it says it judges."""

from __future__ import annotations

import dataclasses
from importlib import import_module

import numpy as np
import pytest

fleet = import_module("bench.fleet")
SMALL = fleet.Size(models=1, columns=4, history=21, hours=2, rows=80, reference=400)


def test_each_monitor_of_each_column_is_judged_and_kept() -> None:
    """Four monitors a column have a memory, and the figures follow from one another."""
    found = fleet.measure(SMALL)
    assert found["monitors_per_model"] == 4 * SMALL.columns
    assert found["bytes_per_monitor"] > 8
    hours = found["fleet_minutes_of_an_hour"] / 60
    cost = found["cpu_s_per_model_hour"] * fleet.FLEET / fleet.CORES / 3600
    assert hours == pytest.approx(cost, abs=2e-3)


def test_windows_of_the_fleet_differ_and_have_all_columns() -> None:
    """Counts of two windows differ, and a table has as many columns as asked for."""
    draw = np.random.default_rng(0)
    table = fleet.table(draw, 30, 11)
    assert table.num_columns == 11
    assert str(table["c009"].type) == "string"
    reference = fleet.profile(fleet.table(draw, 300, 4))
    size = dataclasses.replace(SMALL, history=2, hours=1)
    first, second, _ = fleet.counted(draw, size, reference)
    assert first != second
