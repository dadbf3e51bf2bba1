"""The figures of the alarm bench agree with closed forms."""

from __future__ import annotations

import math
from importlib import import_module

import numpy as np
import pytest
from scipy.stats import binom

score = import_module("bench.alarms.score")


def geometric(p: float, limit: int, runs: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw run lengths with chance p a window, watched up to a limit."""
    lengths = np.random.default_rng(3).geometric(p, runs)
    return np.minimum(lengths, limit), lengths <= limit


def test_mean_time_of_geometric_runs_is_found_though_most_are_cut_off() -> None:
    """With three in four runs cut off, mean and interval are still those of 1/p."""
    lengths, ended = geometric(1 / 200, 60, 4000)
    assert 0.2 < ended.mean() < 0.3
    found = score.mean_time(int(lengths.sum()), int(ended.sum()))
    assert found.low < 200 < found.high
    assert found.value == pytest.approx(200, rel=0.1)


def test_restricted_mean_of_geometric_runs_is_the_area_under_their_curve() -> None:
    """E min(T, t) of a geometric T is (1 − (1 − p)^t) / p."""
    lengths, ended = geometric(1 / 50, 80, 20_000)
    wanted = (1 - (1 - 1 / 50) ** 80) * 50
    assert score.restricted_mean(lengths, ended) == pytest.approx(wanted, rel=0.02)


def test_restricted_mean_counts_by_hand() -> None:
    """Runs of 1, 3 and 3 (cut off): S is 1, 2/3, 2/3, an area of 7/3."""
    found = score.restricted_mean(np.array([1, 3, 3]), np.array([True, True, False]))
    assert found == pytest.approx(7 / 3)
    assert score.restricted_mean(np.array([5, 4]), np.array([False, False])) == 5


@pytest.mark.parametrize(("windows", "alarms"), [(300, 1), (300, 9), (50, 50)])
def test_limits_of_mean_time_leave_their_share_of_chance(
    windows: int, alarms: int
) -> None:
    """At each limit the count seen, or one further out, has just the chance stated."""
    found = score.mean_time(windows, alarms)
    high = binom.cdf(alarms, windows, 1 / found.high)
    assert binom.sf(alarms - 1, windows, 1 / found.high) == pytest.approx(0.025)
    assert binom.sf(alarms - 1, windows, 1 / found.upper) == pytest.approx(0.01)
    assert high > 0.9
    if alarms < windows:
        assert binom.cdf(alarms, windows, 1 / found.low) == pytest.approx(0.025)


def test_no_alarm_is_no_proof_of_a_long_time() -> None:
    """Without alarms there is a lower limit and no upper one; no promise is broken."""
    found = score.mean_time(400, 0)
    assert found.value is None
    assert found.low == pytest.approx(1 / (1 - 0.025 ** (1 / 400)))
    assert math.isinf(found.upper)
    assert not score.breaks(found, 1e9)


def test_a_promise_is_called_broken_in_one_kept_case_in_a_hundred() -> None:
    """At the promised rate itself the one-sided test errs with nearly 1 %, not more."""
    alarms = np.arange(60)
    wrong = [score.breaks(score.mean_time(2000, int(k)), 100.0) for k in alarms]
    chance = float(binom.pmf(alarms, 2000, 0.01)[np.array(wrong)].sum())
    chance += float(binom.sf(59, 2000, 0.01))
    assert 0.004 < chance <= 0.01


def test_windows_are_cut_at_their_alarms() -> None:
    """Alarms in windows 2 and 3 of 10 give runs of 3 and 1, and 6 that go on."""
    lengths, ended = score.spans(np.array([2, 3]), 10)
    assert lengths.tolist() == [3, 1, 6]
    assert ended.tolist() == [True, True, False]
    lengths, ended = score.spans(np.array([9]), 10)
    assert (lengths.tolist(), ended.tolist()) == ([10], [True])


def test_missed_changes_are_later_than_all_others() -> None:
    """Of 1, 2, 4 and a miss the median is 2, and 90 % were never told."""
    found = score.delay([4, None, 1, 2])
    assert (found.median, found.most, found.missed, found.runs) == (2.0, None, 1, 4)


def test_tuned_threshold_has_the_wanted_time_without_a_memory() -> None:
    """Of 1,000 scores ten reach the threshold for one alarm in 100 windows."""
    paths = list(np.random.default_rng(1).random((10, 100)))
    threshold = score.tuned(paths, 100, remembers=False)
    assert sum(int((path >= threshold).sum()) for path in paths) == 10


def test_tuned_threshold_has_the_wanted_time_with_a_memory() -> None:
    """First crossings of random walks are as far apart as asked, just so."""
    rng = np.random.default_rng(2)
    paths = list(rng.normal(size=(200, 300)).cumsum(axis=1))
    threshold = score.tuned(paths, 150, remembers=True)

    def rate(level: float) -> float:
        found = [score.first(path, level) for path in paths]
        watched = sum(300 if at is None else at + 1 for at in found)
        return watched / sum(at is not None for at in found)

    assert rate(threshold) >= 150
    assert rate(threshold - 0.2) < 150


def test_yardstick_is_never_less_than_one_window() -> None:
    """Lorden's bound is ln A over a window's divergence; no rule is faster than one."""
    assert score.lorden(500, 1.2) == pytest.approx(math.log(500) / 1.2)
    assert score.lorden(500, 100.0) == 1.0
