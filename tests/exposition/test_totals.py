"""Counters never go down, whatever the store forgets."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.exposition.bucketed import bucketed
from leeboard.exposition.families import Buckets
from leeboard.exposition.totals import Totals
from leeboard.profiles.cells import NumericCells
from leeboard.profiles.counts import SCALE, NumericCounts

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@given(st.lists(st.integers(0, 1000), min_size=1), st.booleans())
def test_a_counter_counts_every_rise_and_no_fall(
    seen: list[int],
    restarted: bool,  # noqa: FBT001  # drawn
) -> None:
    """It is the sum of all rises, also where the process begins anew in between."""
    totals = Totals()
    exposed = []
    for n in seen:
        totals = totals.seen({"n": n})
        if restarted:
            totals = Totals.from_text(totals.to_text())
        exposed.append(totals.value("n"))
    steps = np.diff([0, *seen])
    assert exposed == np.cumsum(np.maximum(steps, 0)).tolist()


def test_what_cannot_be_read_begins_anew() -> None:
    """A damaged or newer document is a restart, not an error."""
    for text in (None, "", "{", "[]", '{"format": 99}', '{"format": 1}', '"x"'):
        assert Totals.from_text(text) == Totals()


def test_histograms_add_and_survive() -> None:
    """Window by window; sums of values below zero do not make the sum fall."""
    totals = Totals()
    for total in (3.0, -5.0):
        totals = totals.added([("h", Buckets((1, 2, 0), total))], NOW)
    again = Totals.from_text(totals.to_text())
    assert again == totals
    assert again.histograms == {"h": Buckets((2, 4, 0), 3.0)}
    assert again.upto == NOW


@pytest.mark.parametrize("seed", range(5))
def test_buckets_of_cells_on_the_bounds_are_exact(seed: int) -> None:
    """Where no bound lies inside a cell, they are those of the values themselves."""
    draw = np.random.default_rng(seed)
    bounds = np.array([0.1, 0.2, 0.4, 0.8])
    edges = np.nextafter(np.sort([0.0, *bounds, 0.15, 0.3, 1.0]), np.inf)
    values = draw.random(500) * 1.2
    cells = NumericCells(edges, np.zeros(len(edges) - 1, bool), 0.5, 0.3)
    places = np.searchsorted(edges, values, side="right")
    counts = np.bincount(places, minlength=cells.size)
    counts[cells.missing], counts[cells.plus_inf] = 7, 2
    sums = np.bincount(places, weights=values, minlength=cells.inner + 2) * SCALE
    found = bucketed(cells, NumericCounts(counts, sums, 0.0, None, None), [*bounds])
    want = np.bincount(np.searchsorted(bounds, values, side="left"), minlength=5)
    want[-1] += 2  # infinity is above every bound; missing is no observation
    assert found.counts == tuple(want.tolist())
    assert found.total == pytest.approx(values.sum())
