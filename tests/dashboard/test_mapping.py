"""The map of columns by windows: nothing that asked for somebody is left out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from leeboard.dashboard.model import model_of
from leeboard.dashboard.reading import Reader
from leeboard.pages.dashboard.heatmaps import HeatMap
from leeboard.pages.dashboard.links import Links
from leeboard.state.memory import MemoryState
from tests.dashboard._made import START, fill, plan_of
from tests.pages.findings import findings, numbers

WINDOWS, CROSSED = 200, 101
NAMES = [f"column {i}" for i in range(35)]


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """A model with 200 windows; all columns crossed in one of them."""
    values = np.random.default_rng(0).normal(size=60)
    built = [numbers(name, values, values) for name in NAMES]
    state = MemoryState()
    fill(state, "m", NAMES, windows=WINDOWS, crossed=CROSSED)
    return Reader(plan_of(tmp_path, findings(built).reference, ["m"]), state)


def _map(reader: Reader, **query: str) -> HeatMap:
    plan = reader.model("m")
    page = model_of(reader, Links(), plan, "drift", {"range": "all", **query})
    return next(part for part in page.parts if isinstance(part, HeatMap))


def test_what_crossed_in_a_window_left_out_is_shown_in_the_next(reader: Reader) -> None:
    """Sixty of 200 windows are drawn, and the crossing stands in the one after its."""
    found = _map(reader)
    assert len(found.windows) == 60
    start = START + timedelta(hours=CROSSED)
    name = f"{start:%Y-%m-%dT%H:%M:%SZ}"
    assert name not in found.windows
    after = min(one for one in found.windows if one > name)
    for row in found.rows:
        told = [at for at, one in enumerate(row.cells) if one.crossed]
        assert [found.windows[at] for at in told] == [after]


def test_squares_are_what_was_measured(reader: Reader) -> None:
    """Each square has the size of its column in its window."""
    found = _map(reader, **{"from": "2025-01-06T00:00Z", "to": "2025-01-06T20:00Z"})
    rows = reader.figures("m", metric="psi", segment="")
    sizes = {
        (row["subject"], f"{row['window_start']:%Y-%m-%dT%H:%M:%SZ}"): row["value"]
        for row in rows
    }
    assert len(found.windows) == 20
    for row in found.rows:
        for window, one in zip(found.windows, row.cells, strict=True):
            size = float(one.text.partition(";")[0].removeprefix("PSI "))
            assert size == pytest.approx(sizes[row.name, window], rel=0.06)


def test_marks_and_pages_cover_everything(reader: Reader) -> None:
    """Labels over the windows span them all; two pages have each column once."""
    first, second = _map(reader), _map(reader, page="2")
    assert sum(n for _, n in first.marks) == len(first.windows)
    names = [row.name for row in (*first.rows, *second.rows)]
    assert sorted(names) == sorted(NAMES)
