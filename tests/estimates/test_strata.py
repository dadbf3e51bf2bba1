"""Kinds of predictions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.errors import MetricError, ProfileError
from leeboard.estimates.strata import Strata, cut_strata


@given(st.lists(st.floats(allow_nan=True), min_size=1, max_size=50), st.integers(1, 12))
def test_every_row_has_a_kind(values: list[float], parts: int) -> None:
    """Codes are within the number of kinds, whatever the values."""
    strata = cut_strata(np.array(values), parts=parts)
    codes = strata.codes(np.array(values))
    assert strata.size <= parts
    assert ((codes >= 0) & (codes < strata.size)).all()


def test_parts_have_about_as_many_rows_each() -> None:
    """Tenths of a thousand different values have a hundred rows, give or take one."""
    values = np.random.default_rng(1).normal(size=1000)
    counts = np.bincount(cut_strata(values).codes(values))
    assert len(counts) == 10
    assert abs(counts - 100).max() <= 1


def test_equal_values_stay_together() -> None:
    """A value that half of the rows share is in one part."""
    values = np.concatenate([np.zeros(500), np.arange(1.0, 501.0)])
    strata = cut_strata(values)
    assert len(set(strata.codes(values[:500]).tolist())) == 1
    assert strata.size == 6


def test_segments_have_parts_of_their_own() -> None:
    """Codes of a segment stand side by side; a segment not met counts to the first."""
    values = np.arange(100.0)
    segments = np.array(["b", "a"] * 50)
    strata = cut_strata(values, segments, parts=2)
    assert strata == Strata((49.0,), ("a", "b"))
    assert strata.codes(np.array([0.0, 99.0]), np.array(["b", "b"])).tolist() == [2, 3]
    assert strata.codes(np.array([0.0]), np.array(["new"])).tolist() == [0]
    assert strata.name(3) == "b, part 2 of 2"
    assert cut_strata(values, parts=2).name(0) == "part 1 of 2"
    with pytest.raises(MetricError, match="lengths_differ"):
        strata.codes(values, segments[:3])
    assert strata.codes(values[:0], segments[:0]).tolist() == []


def test_borders_survive_as_text() -> None:
    """Text brings back the very same borders and segments."""
    values = np.random.default_rng(3).normal(size=500)
    strata = cut_strata(values, np.array(["Zürich", 'a "b"'] * 250))
    assert Strata.from_text(strata.to_text()) == strata


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"edges": [], "segments": []}',
        '{"edges": [2, 1], "segments": [""]}',
        '{"edges": [1], "segments": ["a", "a"]}',
        '{"edges": ["x"], "segments": ["a"]}',
    ],
)
def test_borders_that_cannot_be_are_refused(text: str) -> None:
    """Text that was changed is damaged, not believed."""
    with pytest.raises(ProfileError, match="damaged_profile"):
        Strata.from_text(text)
