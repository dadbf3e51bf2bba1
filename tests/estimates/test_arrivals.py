"""Early labels that differ from late ones."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from leeboard.errors import LeeboardError
from leeboard.estimates.arrivals import by_arrival, by_positives
from leeboard.estimates.corrected import Corrected
from leeboard.estimates.delay_table import Completeness, DelayTable, count_delays_by
from leeboard.estimates.delays import ages_at
from leeboard.estimates.strata import Strata
from tests.estimates._late import DAY, NOW, late_labels

HORIZON = timedelta(days=12)
STRATA = Strata((0.5,))
BY_HORIZON = 1 - math.exp(-((12 / 4) ** 1.3))
"""Share of the slow labels that come by the horizon; the mature figure is of these."""


def known(share: Any) -> Completeness:
    """Completeness that is known without error."""
    share = np.asarray(share, np.float64)
    return Completeness(share, np.zeros(len(share)), np.zeros(len(share), np.int64))


def history(rng: np.random.Generator, kind: Any, scale: Any, ever: Any) -> DelayTable:
    """Delays of predictions of the last forty days, by kind."""
    late = late_labels(rng, len(kind), days=40, scale_days=scale, ever=ever)
    times = late.made_at, late.known_at
    return count_delays_by(kind, times, STRATA, now=NOW, horizon=HORIZON)


def judge(found: list[Corrected], true: float) -> tuple[float, float, int]:
    """Bias in standard errors of the mean, naive bias in itself, and truths held."""
    values = np.array([each.value for each in found])
    naive = np.mean([each.uncorrected for each in found]) - true
    bias = (values.mean() - true) / (values.std() / math.sqrt(len(found)))
    held = sum(each.interval[0] <= true <= each.interval[1] for each in found)
    return float(bias), float(naive), held


def covers(held: int, runs: int) -> bool:
    """Tell whether 95 % coverage is within four standard deviations."""
    return abs(held - 0.95 * runs) <= 4 * math.sqrt(runs * 0.95 * 0.05)


def sooner_kinds(runs: int) -> list[Corrected]:
    """Mean losses of 0.1 where labels take a day, of 0.5 where they take four."""
    rng = np.random.default_rng(61)
    found = []
    for _ in range(runs):
        past = (rng.random(6000) < 0.5).astype(int)
        table = history(rng, past, np.where(past, 4.0, 1.0), 0.9)
        kind = (rng.random(2500) < 0.5).astype(int)
        losses = (rng.random(2500) < np.where(kind, 0.5, 0.1)).astype(float)
        late = late_labels(
            rng, 2500, days=2, scale_days=np.where(kind, 4.0, 1.0), ever=0.9
        )
        here = late.known_at <= NOW.timestamp() * 1e6
        chance = table.completeness(kind, ages_at(late.made_at, NOW))
        # the youngest hours are left to a later pass, for both kinds alike
        least = ages_at(late.made_at, NOW)[chance.share < 0.05].max(initial=0.0)
        old = ages_at(late.made_at, NOW) > least
        found.append(by_arrival(losses[here & old], chance[here & old]))
    return found


def errors_reported_sooner(runs: int) -> list[Corrected]:
    """Three in ten are wrong, which shows after a day; the rest takes four."""
    rng = np.random.default_rng(62)
    found = []
    for _ in range(runs):
        past = (rng.random(8000) < 0.3).astype(int)
        table = history(rng, past, np.where(past, 1.0, 4.0), 1.0)
        wrong = (rng.random(2000) < 0.3).astype(int)
        late = late_labels(rng, 2000, days=0.1, scale_days=np.where(wrong, 1.0, 4.0))
        two_days = (late.known_at - late.made_at) / 1e6 <= 2 * DAY
        ages = np.full(int(two_days.sum()), 2 * DAY)
        chance = table.completeness(wrong[two_days], ages)
        found.append(by_arrival(wrong[two_days].astype(float), chance))
    return found


def positives_by_report(runs: int) -> list[Corrected]:
    """The model says 1 in ten for all; Brier scores at a true share of 2 in ten."""
    rng = np.random.default_rng(63)
    found = []
    for _ in range(runs):
        kind = (rng.random(10_000) < 0.5).astype(int)
        risk = np.where(kind, 0.3, 0.1)
        # by the horizon nearly all positives are reported
        table = history(rng, kind, np.where(kind, 3.0, 1.5), risk)
        kind = (rng.random(3000) < 0.5).astype(int)
        risk = np.where(kind, 0.3, 0.1)
        late = late_labels(
            rng, 3000, days=0.1, scale_days=np.where(kind, 3.0, 1.5), ever=risk
        )
        reported = (late.known_at - late.made_at) / 1e6 <= 1.5 * DAY
        chance = table.completeness(kind, np.full(3000, 1.5 * DAY))
        one, zero = np.full(3000, 0.9**2), np.full(3000, 0.1**2)
        found.append(by_positives(one, zero, reported, chance))
    return found


SIMULATED = {
    "kinds labelled sooner": (
        sooner_kinds,
        (0.1 + 0.5 * BY_HORIZON) / (1 + BY_HORIZON),
        -0.08,
    ),
    "errors reported sooner": (
        errors_reported_sooner,
        0.3 / (0.3 + 0.7 * BY_HORIZON),
        0.15,
    ),
    "positives by report": (
        positives_by_report,
        0.2 * 0.9**2 + 0.8 * 0.1**2 - 0.15 * math.exp(-((12 / 3) ** 1.3)) * 0.8,
        -0.06,
    ),
}


def mended(name: str, runs: int) -> None:
    """Compare the weighed and the naive mean with the mature figure."""
    simulate, true, visible = SIMULATED[name]
    bias, naive, held = judge(simulate(runs), true)
    assert naive * math.copysign(1.0, visible) > abs(visible)
    assert abs(bias) < 4
    assert covers(held, runs)


@pytest.mark.parametrize("name", SIMULATED)
def test_early_labels_that_differ_are_weighed(name: str) -> None:
    """The naive mean errs visibly, the weighed one does not, and its interval holds."""
    mended(name, 200)


@pytest.mark.long
@pytest.mark.parametrize("name", SIMULATED)
def test_early_labels_that_differ_are_weighed_over_many_windows(name: str) -> None:
    """Over 2,000 windows the bands are a third as wide, and the same holds."""
    mended(name, 2000)


def test_complete_labels_are_left_as_they_are() -> None:
    """Where every label is here the estimate is the mean of the labels."""
    rng = np.random.default_rng(64)
    losses = rng.random(400)
    found = by_arrival(losses, known(np.ones(400)))
    assert found.value == pytest.approx(losses.mean(), rel=1e-12)
    assert found.effective == pytest.approx(400)
    positive = losses < 0.3
    both = by_positives(np.ones(400), np.zeros(400), positive, known(np.ones(400)))
    assert both.value == pytest.approx(positive.mean(), rel=1e-12)
    assert both.uncorrected == pytest.approx(positive.mean(), rel=1e-12)


def test_curves_that_are_poorly_known_widen_the_interval() -> None:
    """An error that all rows of a kind share is added, whatever their number."""
    rng = np.random.default_rng(65)
    kind = np.arange(100_000) % 2
    losses = (rng.random(100_000) < np.where(kind, 0.5, 0.1)).astype(float)
    share = np.where(kind, 0.4, 0.8)
    sure = by_arrival(losses, known(share))
    loose = by_arrival(losses, Completeness(share, np.full(100_000, 0.1), kind))
    assert loose.value == sure.value
    # kinds weigh 2/3 and 1/3 of the mean: an error of 10 % of each moves it by
    moved = 0.1 * math.hypot((2 / 3) * (0.5 - 11 / 30), (1 / 3) * (0.1 - 11 / 30))
    reach = loose.interval[1] - loose.value
    assert reach == pytest.approx(1.96 * moved, rel=0.05)


@pytest.mark.parametrize(
    ("share", "rows", "code"),
    [
        (np.nan, 500, "unknown_delay"),
        (0.04, 500, "too_young"),
        (0.5, 199, "too_few_labels"),
        (0.5, 0, "too_few_labels"),
    ],
)
def test_what_cannot_be_corrected_is_refused(
    share: float, rows: int, code: str
) -> None:
    """Unknown or tiny chances and too few labels give a reason in place of a value."""
    ones = np.ones(rows)
    chance = known(np.full(rows, share))
    for found in (
        by_arrival(ones, chance),
        by_positives(ones, ones, np.ones(rows, bool), chance),
    ):
        assert found.value is None
        assert found.reason.code == code


def test_few_heavy_labels_are_refused() -> None:
    """A thousand labels of which one stands for many are worth few."""
    share = np.ones(210)
    share[:20] = 0.06
    assert by_arrival(np.ones(210), known(share)).reason.code == "too_few_labels"
    few = np.arange(210) < 29
    found = by_positives(np.ones(210), np.zeros(210), few, known(np.ones(210)))
    assert found.reason.code == "too_few_labels"


def test_lengths_must_agree() -> None:
    """A chance is needed for every row."""
    with pytest.raises(LeeboardError, match="lengths_differ"):
        by_arrival(np.ones(3), known(np.ones(4)))
