"""What an estimator may say of itself."""

from __future__ import annotations

import pytest

from leeboard.estimates.record import Pair, record


def _pairs(misses: list[float], reach: float = 0.02) -> list[Pair]:
    return [
        Pair(0.9 + m, 0.9 + m - reach, 0.9 + m + reach, 0.9, (0.88, 0.92), 500)
        for m in misses
    ]


def test_figures_by_hand() -> None:
    """Bias, coverage and largest miss of five windows are those worked by hand."""
    found = record("accuracy", _pairs([0.01, -0.01, 0.03, 0.01, 0.01]))
    assert found.bias == pytest.approx(0.01)
    assert found.coverage == pytest.approx(0.8)
    assert found.largest_miss == pytest.approx(0.03)
    assert found.range(0.8) == pytest.approx((0.77, 0.83))


def test_below_five_windows_nothing_is_claimed() -> None:
    """Four windows give no figure and no range, and the sentence says why."""
    for k in range(5):
        found = record("f1", _pairs([0.0] * k))
        assert not found.enough
        assert (found.bias, found.coverage, found.largest_miss) == (None, None, None)
        assert found.range(0.8) is None
        assert "from 5 on" in found.sentence()
    assert "in 1 window;" in record("f1", _pairs([0.0])).sentence()


def test_the_sentence_tells_all_of_it() -> None:
    """Five windows are told with coverage, direction and largest miss."""
    found = record("accuracy", _pairs([0.01, -0.01, 0.03, 0.01, 0.01]))
    assert found.sentence() == (
        "Estimated accuracy held the labelled figure within its 95 % bounds in 4 of 5 "
        "windows; it was on average 0.01 above it, and never further away than 0.03."
    )
    below = record("accuracy", _pairs([-0.25] * 5)).sentence()
    assert "0 of 5" in below
    assert "0.25 below it" in below
    assert "equal to it" in record("rmse", _pairs([0.0] * 5)).sentence()


def test_an_edge_is_inside_and_no_figure_is_refused() -> None:
    """A realised figure on a bound is held; an unknown one makes no pair."""
    assert Pair(0.5, 0.4, 0.6, 0.6, None, 10).held
    with pytest.raises(ValueError, match="finite"):
        Pair(0.5, 0.4, 0.6, float("nan"), None, 10)
