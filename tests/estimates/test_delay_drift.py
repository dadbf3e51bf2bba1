"""Labels that come later than they used to."""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np
import pytest

from leeboard.errors import LeeboardError
from leeboard.estimates.delay_drift import compare_delays, compare_tables
from leeboard.estimates.delay_table import DelayTable, count_delays_by
from leeboard.estimates.delays import DelayCounts, count_delays
from leeboard.estimates.strata import Strata
from tests.estimates._late import NOW, late_labels

HORIZON = timedelta(days=8)
AGES = (timedelta(days=1), timedelta(days=3), HORIZON)


def counts(
    rng: np.random.Generator, n: int, scale: float = 2.0, ever: float = 0.8
) -> DelayCounts:
    """Counts of the delays of n predictions of the last ten days."""
    late = late_labels(rng, n, days=10, ever=ever, scale_days=scale)
    return count_delays(late.made_at, late.known_at, NOW, HORIZON)


def test_unchanged_delay_alarms_as_rarely_as_promised() -> None:
    """Of 400 pairs from one law about 5 % have a p-value below 5 %, gaps alike."""
    rng = np.random.default_rng(41)
    alarms, missed = 0, np.zeros(3)
    for _ in range(400):
        found = compare_delays(counts(rng, 400), counts(rng, 250), AGES)
        alarms += found.test.p_value < 0.05
        missed += [not g.interval[0] <= 0 <= g.interval[1] for g in found.gaps]
    band = 4 * math.sqrt(400 * 0.05 * 0.95)
    assert abs(alarms - 20) <= band
    assert (np.abs(missed - 20) <= band).all()


def test_slower_labels_are_seen_and_measured() -> None:
    """A delay that grew from two days to three is seen; the gap closes later."""
    rng = np.random.default_rng(42)
    found = compare_delays(counts(rng, 3000), counts(rng, 1500, scale=3.0), AGES)
    assert found.test.z < -5
    first, second, last = found.gaps
    assert first.interval[1] < 0
    true = 0.8 * (math.exp(-((3 / 2) ** 1.3)) - math.exp(-1))
    assert second.interval[0] < true < second.interval[1]
    assert last.difference > second.difference


def test_fewer_labels_are_seen_at_the_horizon() -> None:
    """Labels that stopped coming leave a gap that does not close."""
    rng = np.random.default_rng(43)
    found = compare_delays(counts(rng, 3000), counts(rng, 1500, ever=0.6))
    (gap,) = found.gaps
    assert gap.age == HORIZON
    assert gap.interval[0] < -0.2 < gap.interval[1] < -0.1


def test_ages_that_a_curve_does_not_reach_are_left_out() -> None:
    """A current sample of a day says nothing about three days."""
    rng = np.random.default_rng(44)
    late = late_labels(rng, 500, days=1)
    young = count_delays(late.made_at, late.known_at, NOW, HORIZON)
    found = compare_delays(counts(rng, 500), young, (timedelta(hours=12), *AGES[1:]))
    assert [gap.age for gap in found.gaps] == [timedelta(hours=12)]


def test_mix_of_kinds_does_not_alarm_within_kinds() -> None:
    """More of the slow kind moves the pooled delays, not those within kinds."""
    rng = np.random.default_rng(45)

    def table(slow: float) -> DelayTable:
        code = (rng.random(4000) < slow).astype(int)
        late = late_labels(rng, 4000, days=10, scale_days=np.where(code, 4.0, 1.0))
        times = late.made_at, late.known_at
        return count_delays_by(code, times, Strata((0.5,)), now=NOW, horizon=HORIZON)

    before, now = table(0.3), table(0.7)
    assert compare_delays(before.pooled(), now.pooled()).test.z < -5
    assert abs(compare_tables(before, now).z) < 3


def test_two_horizons_are_not_compared() -> None:
    """Curves up to different horizons have no common end."""
    with pytest.raises(LeeboardError, match="other_horizon"):
        compare_delays(DelayCounts.zero(HORIZON), DelayCounts.zero(2 * HORIZON))
