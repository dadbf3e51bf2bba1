"""Mean losses from few labels and many estimates."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from leeboard.errors import LeeboardError
from leeboard.estimates._estimate import Unlabelled
from leeboard.estimates.corrected import Corrected, correct, correct_sample
from leeboard.estimates.estimator import Estimator
from leeboard.estimates.sampling import choose
from leeboard.performance import Outcomes
from leeboard.schema import Task

Rows = tuple[Any, Any, Any]

TRUE = 0.325 * (1 - (1 - 1 / 1.3) ** 4)
"""Mean of min(1.3 risk, 1) for risks that are beta(1, 3)."""


def window(rng: np.random.Generator, n: int, bias: float = 0.3) -> Rows:
    """Losses, estimates that are too low by a bias, and strata of the estimates."""
    risk = rng.beta(1.0, 3.0, n)
    losses = (rng.random(n) < np.minimum(risk * (1 + bias), 1.0)).astype(float)
    return losses, risk, np.digitize(risk, [0.1, 0.4])


def held(found: Corrected, true: float) -> bool:
    """Tell whether the interval holds a value."""
    return found.interval[0] <= true <= found.interval[1]


def test_wrong_estimates_are_mended_by_labels() -> None:
    """Over 400 windows of 60 random labels the truth is held as often as promised."""
    rng = np.random.default_rng(51)
    hits, gaps, estimates = 0, [], []
    for _ in range(400):
        losses, risk, _ = window(rng, 2000)
        labelled = np.zeros(2000, bool)
        labelled[rng.choice(2000, 60, replace=False)] = True
        found = correct(np.where(labelled, losses, np.nan), labelled, risk)
        hits += held(found, TRUE)
        gaps.append(found.value - losses.mean())
        estimates.append(risk.mean() - losses.mean())
    assert np.mean(estimates) < -0.06
    assert abs(np.mean(gaps)) < 4 * np.std(gaps) / 20
    assert abs(hits - 380) <= 4 * math.sqrt(400 * 0.95 * 0.05)


def test_labels_mend_what_a_changed_concept_does_to_an_estimate() -> None:
    """Where labels no longer follow scores, 200 of them tell; the estimate cannot."""
    rng = np.random.default_rng(58)

    def outcomes(n: int, power: float) -> Outcomes:
        scores = rng.random(n)
        labels = (rng.random(n) < scores**power).astype(np.int64)
        said = (scores > 0.6).astype(np.int64)
        return Outcomes(Task.BINARY, labels, said, scores, ("no", "yes"))

    estimator = Estimator.fit(outcomes(4000, 2.0), {}, rng)
    window = outcomes(4000, 0.5)
    rows = Unlabelled(window.predictions, window.scores)
    wrong = (window.labels != window.predictions).astype(float)
    (accuracy,) = (e for e in estimator.estimate(rows, rng) if e.metric == "accuracy")
    assert accuracy.low > 1 - wrong.mean() + 0.05
    loss = estimator.expected_loss(rows)
    sample = choose(
        [str(i) for i in range(4000)], loss.mean, loss.sigma, budget=200, seed=1
    )
    labelled = np.zeros(4000, bool)
    labelled[sample.place] = True
    strata = sample.strata.codes(loss.mean)
    assert held(correct_sample(wrong, labelled, loss.mean, strata=strata), wrong.mean())


@pytest.mark.long
def test_intervals_hold_over_thousands_of_windows() -> None:
    """At 60 random and 135 chosen labels 2,000 windows hold the truth in 95 %.

    Losses of 0 and 1 in small strata cost up to a point; the band is four standard
    deviations.
    """
    rng = np.random.default_rng(59)
    random, chosen = 0, 0
    for _ in range(2000):
        rows = window(rng, 2000)
        losses, risk, strata = rows
        labelled = np.zeros(2000, bool)
        labelled[rng.choice(2000, 60, replace=False)] = True
        random += held(correct(losses, labelled, risk), TRUE)
        labelled = by_rates(rng, rows, (15, 40, 80))
        chosen += held(correct_sample(losses, labelled, risk, strata=strata), TRUE)
    band = 4 * math.sqrt(0.95 * 0.05 / 2000)
    for hits in (random, chosen):
        assert 0.94 - band <= hits / 2000 <= 0.95 + band


def by_rates(rng: np.random.Generator, rows: Rows, rates: tuple[int, ...]) -> Any:
    """Choose so many rows of each stratum."""
    strata = rows[2]
    labelled = np.zeros(len(strata), bool)
    for stratum, count in enumerate(rates):
        labelled[rng.choice(np.flatnonzero(strata == stratum), count, False)] = True
    return labelled


def test_unequal_rates_are_weighed() -> None:
    """Over 400 windows whose risky rows are labelled most the truth is held."""
    rng = np.random.default_rng(52)
    hits, gaps, naive = 0, [], []
    for _ in range(400):
        rows = window(rng, 1500)
        losses, risk, strata = rows
        labelled = by_rates(rng, rows, (15, 40, 80))
        found = correct_sample(losses, labelled, risk, strata=strata)
        hits += held(found, TRUE)
        gaps.append(found.value - losses.mean())
        naive.append(found.uncorrected - losses.mean())
    assert np.mean(naive) > 0.15
    assert abs(np.mean(gaps)) < 4 * np.std(gaps) / 20
    assert abs(hits - 380) <= 4 * math.sqrt(400 * 0.95 * 0.05)
    assert found.effective < found.n == 135


def test_good_estimates_make_the_interval_narrow() -> None:
    """Estimates that explain losses narrow the interval; noise does not widen it."""
    rng = np.random.default_rng(53)
    guess = rng.gamma(2.0, 1.0, 4000)
    losses = guess + rng.normal(0, 0.2, 4000)
    strata = np.digitize(guess, [1.0, 3.0])
    labelled = by_rates(rng, (losses, guess, strata), (30, 30, 40))

    def width(expected: Any) -> float:
        found = correct_sample(losses, labelled, expected, strata=strata)
        return found.interval[1] - found.interval[0]

    none = width(np.zeros(4000))
    assert width(guess) < 0.5 * none
    assert width(rng.permutation(guess)) < 1.05 * none


def test_sampling_error_is_that_of_the_textbook() -> None:
    """Without estimates, it is the stratified mean and its variance."""
    rng = np.random.default_rng(54)
    rows = window(rng, 900)
    losses, _, strata = rows
    labelled = by_rates(rng, rows, (20, 40, 30))
    found = correct_sample(losses, labelled, np.zeros(900), strata=strata)
    mean, variance, square = 0.0, 0.0, 0.0
    for stratum in range(3):
        mine = strata == stratum
        y, share = losses[mine & labelled], mine.mean()
        mean += share * y.mean()
        square += share * (y**2).mean()
        variance += share**2 * y.var(ddof=1) / len(y) * (1 - len(y) / mine.sum())
    assert found.value == pytest.approx(mean, rel=1e-12)
    from leeboard.stats.intervals import student_reach

    reach = student_reach(90.0) * math.sqrt(variance + (square - mean**2) / 900)
    assert found.interval[1] - mean == pytest.approx(reach, rel=1e-9)


def test_labels_that_never_come_leave_no_stratum_out() -> None:
    """A stratum with less than two labels is joined to its neighbour."""
    rng = np.random.default_rng(55)
    rows = window(rng, 900)
    losses, risk, strata = rows
    for missing in range(3):
        labelled = by_rates(rng, rows, (40, 40, 40))
        hidden = np.flatnonzero(labelled & (strata == missing))
        labelled[hidden[1:]] = False
        found = correct_sample(losses, labelled, risk, strata=strata)
        assert found.n == 81
        assert held(found, losses.mean())
        labelled[hidden] = False
        assert correct_sample(losses, labelled, risk, strata=strata).n == 80


def test_all_labels_leave_nothing_to_estimate() -> None:
    """With every label the mean is that of the rows, and estimates do not matter."""
    rng = np.random.default_rng(56)
    losses, risk, strata = window(rng, 300)
    every = np.ones(300, bool)
    for expected in (risk, np.zeros(300)):
        first = correct(losses, every, expected)
        assert first.value == pytest.approx(losses.mean(), rel=1e-12)
        width = first.interval[1] - first.interval[0]
        assert width == pytest.approx(
            2 * 1.968 * losses.std() / math.sqrt(300), rel=1e-3
        )
        second = correct_sample(losses, every, expected, strata=strata)
        assert second.value == pytest.approx(losses.mean(), rel=1e-12)
        assert second.interval == pytest.approx(first.interval, rel=1e-2)


def test_few_labels_are_refused_with_the_reason() -> None:
    """Below 50 labels there is no value but the mean of what is there."""
    losses, expected = np.ones(100), np.zeros(100)
    labelled = np.arange(100) < 49
    for found in (
        correct(losses, labelled, expected),
        correct_sample(losses, labelled, expected, strata=np.zeros(100)),
    ):
        assert (found.value, found.interval, found.uncorrected) == (None, None, 1.0)
        assert found.reason.code == "too_few_labels"
        assert found.reason.text.startswith("49 labels;")
    nothing = correct(losses, np.zeros(100, bool), expected)
    assert nothing.uncorrected is None


def test_missing_estimates_do_no_harm() -> None:
    """The mean estimate stands in for missing ones; with none, labels alone count."""
    rng = np.random.default_rng(57)
    losses, risk, _ = window(rng, 500)
    labelled = np.arange(500) < 100
    found = correct(losses, labelled, np.full(500, np.nan))
    assert found.value == pytest.approx(losses[:100].mean(), rel=1e-12)
    some = np.where(rng.random(500) < 0.5, risk, np.nan)
    assert correct(losses, labelled, some).value is not None


def test_root_of_squares_is_a_figure_of_its_own() -> None:
    """Value, interval and plain mean are rooted; a refusal stays one."""
    found = Corrected(4.0, (-1.0, 9.0), 60, 16.0, 60.0).root()
    assert (found.value, found.interval, found.uncorrected) == (2.0, (0.0, 3.0), 4.0)
    refused = correct(np.ones(3), np.ones(3, bool), np.ones(3))
    assert refused.root() is refused


def test_missing_losses_are_refused() -> None:
    """A missing loss of a label, an infinite estimate and two lengths are errors."""
    ones, every = np.ones(60), np.ones(60, bool)
    for losses, expected in (
        (ones, np.full(60, np.inf)),
        (np.full(60, np.nan), ones),
        (ones, np.ones(61)),
    ):
        with pytest.raises(LeeboardError, match="bad_losses"):
            correct(losses, every, expected)
