"""When the figures of a window are final."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from leeboard.estimates.delay_curve import DelayCurve
from leeboard.estimates.delays import DelayCounts, count_delays
from leeboard.estimates.maturity import mature
from tests.estimates._late import DAY, NOW, late_labels, micros_of

HORIZON = timedelta(days=10)


@pytest.fixture(scope="module")
def curve() -> DelayCurve:
    """Seven in ten predictions get a label; Weibull delays around two days."""
    late = late_labels(np.random.default_rng(9), 50_000, days=30, ever=0.7)
    return count_delays(late.made_at, late.known_at, NOW, HORIZON).curve()


def test_labels_that_never_come_do_not_hold_a_window_back(curve: DelayCurve) -> None:
    """With 70 % labelled of the 70 % that ever are, a window is mature."""
    found = mature(690, 1000, age=timedelta(days=7), curve=curve)
    assert not found.provisional
    assert found.completeness > 0.98
    assert found.ultimate == pytest.approx(695, abs=5)
    assert found.why.startswith("mature: 690 of 1,000 predictions have their label")


def test_young_window_is_provisional(curve: DelayCurve) -> None:
    """At one day about a third of the labels are there, and the sentence says so."""
    found = mature(235, 1000, age=timedelta(days=1), curve=curve)
    assert found.provisional
    assert found.completeness == pytest.approx(0.335, abs=0.02)
    assert found.expected == pytest.approx(234, abs=10)
    assert "provisional: 235 of about 698 labels have" in found.why


def test_labels_that_fail_to_come_hold_a_window_back(curve: DelayCurve) -> None:
    """A stalled delivery is told from labels that never come."""
    found = mature(400, 1000, age=timedelta(days=7), curve=curve)
    assert found.provisional
    assert found.completeness == pytest.approx(400 / 700, abs=0.01)
    assert "look at what delivers them" in found.why
    always = count_delays(
        micros_of(-np.arange(100) * DAY), micros_of(-np.arange(100) * DAY), NOW, HORIZON
    ).curve()
    assert mature(80, 100, age=timedelta(days=5), curve=always).provisional


def test_horizon_ends_all_waiting(curve: DelayCurve) -> None:
    """Past the horizon a window is mature, whatever came; none at all is said."""
    for labels, whole in ((690, 1.0), (300, 1.0), (0, 0.0)):
        found = mature(labels, 1000, age=HORIZON, curve=curve)
        assert not found.provisional
        assert found.completeness == whole
        assert ("look at what delivers" in found.why) == (labels < 600)


def test_without_a_curve_only_labels_count() -> None:
    """A young log knows no curve: 95 % of all predictions, or the horizon."""
    none = DelayCounts.zero(HORIZON).curve()
    day = timedelta(days=1)
    assert mature(950, 1000, age=day, curve=none).provisional is False
    found = mature(940, 1000, age=day, curve=none)
    assert found.provisional
    assert found.expected is None
    assert found.ultimate == 1000
    assert "fewer than 50 predictions are older than the horizon of 10 days" in (
        found.why
    )
    assert mature(0, 0, age=day, curve=none).provisional is False
    assert mature(1, 9, age=timedelta(days=11), curve=none).provisional is False


def test_rounding_never_promises(curve: DelayCurve) -> None:
    """A completeness just below the line is not printed as the line."""
    found = mature(6649, 10_000, age=timedelta(days=4.6), curve=curve)
    assert found.provisional == (found.completeness < 0.95)
    none = DelayCounts.zero(timedelta(minutes=90)).curve()
    shown = mature(9_499, 10_000, age=timedelta(minutes=1), curve=none).why
    assert "horizon of 90 minutes" in shown


def test_maturity_foretells_the_final_count() -> None:
    """The labels foretold of young windows are, in the mean, those that came."""
    rng = np.random.default_rng(12)
    horizon = timedelta(days=8)
    history = late_labels(rng, 40_000, days=40, ever=0.8)
    curve = count_delays(history.made_at, history.known_at, NOW, horizon).curve()
    gaps = []
    for _ in range(200):
        window = late_labels(rng, 500, days=0.01, ever=0.8)
        waited = (window.known_at - window.made_at) / 1e6
        final = int((waited <= 8 * DAY).sum())
        came = int((waited <= 2 * DAY).sum())
        found = mature(came, 500, age=timedelta(days=2), curve=curve)
        gaps.append(found.ultimate - final)
    assert abs(np.mean(gaps)) < 4 * np.std(gaps) / 200**0.5 + 500 * 0.005
