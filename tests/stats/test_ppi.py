"""Means from few true values and many guesses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from leeboard.stats.ppi import best_tuning, cross_tuning, powered_mean
from tests.metrics._cases import frozen

CASES = frozen("powered")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_mean_equals_the_frozen_one(case: dict[str, Any]) -> None:
    """Value and error, tuned or with a given weight, equal those of another library."""
    truths, guesses, others = (
        np.array(case[name]) for name in ("truths", "guesses", "others")
    )
    for answer in case["answers"]:
        tuning = answer["tuning"]
        if tuning is None:
            tuning = best_tuning(truths, guesses, others)
        found = powered_mean(truths, guesses, others, tuning=tuning)
        assert found.value == pytest.approx(answer["value"], rel=1e-10)
        assert found.error == pytest.approx(answer["error"], rel=1e-10)


def test_guesses_that_do_not_vary_get_no_weight() -> None:
    """Constant guesses say nothing: the mean is that of the labels."""
    truths = np.arange(60.0)
    flat = np.full(60, 3.0)
    assert best_tuning(truths, flat, flat) == 0.0
    found = powered_mean(truths, flat, flat, tuning=0.0)
    assert found.value == truths.mean()


def test_cross_fitted_weight_does_not_see_its_own_row() -> None:
    """The weight of a row is the same whatever its own truth is."""
    rng = np.random.default_rng(2)
    guesses, others = rng.normal(size=60), rng.normal(size=100)
    truths = guesses + rng.normal(size=60)
    changed = truths.copy()
    changed[7] += 100
    before, after = (cross_tuning(each, guesses, others) for each in (truths, changed))
    assert before[7] == after[7]
    assert before[8] != after[8]


def draws(rng: np.random.Generator, labels: int, quality: float) -> tuple[Any, ...]:
    """Skewed losses, guesses that explain some of them with a bias, and the others'."""
    x = rng.gamma(2.0, 1.0, labels + 1000)
    truths = quality * x + rng.gamma(1.0, 1.0, labels + 1000)
    guesses = 0.7 * x + 0.5
    return truths[:labels], guesses[:labels], guesses[labels:], 2 * quality + 1


@pytest.mark.parametrize("quality", [0.0, 1.0, 2.0])
def test_interval_covers_the_truth_with_fifty_labels(quality: float) -> None:
    """With biased guesses and 50 labels about 95 % of 600 intervals hold the mean.

    Skewed losses of 50 rows cost one point; the band is four standard deviations.
    """
    rng = np.random.default_rng(31)
    held, narrower = 0, []
    for _ in range(600):
        truths, guesses, others, mean = draws(rng, 50, quality)
        tuning = cross_tuning(truths, guesses, others)
        found = powered_mean(truths, guesses, others, tuning=tuning)
        held += found.interval[0] <= mean <= found.interval[1]
        plain = powered_mean(truths, guesses, others, tuning=0.0)
        narrower.append(found.error / plain.error)
    share, band = held / 600, 4 * math.sqrt(0.05 * 0.95 / 600)
    assert 0.94 - band <= share <= 0.95 + band
    assert np.mean(narrower) < (1.01 if quality == 0 else 0.85)


@pytest.mark.parametrize("quality", [0.0, 0.2, 2.0])
def test_many_labels_are_never_worse_for_guesses(quality: float) -> None:
    """In the limit the interval is at most as wide as that of the labels alone."""
    rng = np.random.default_rng(5)
    for _ in range(20):
        truths, guesses, others, _ = draws(rng, 5000, quality)
        tuning = cross_tuning(truths, guesses, others)
        found = powered_mean(truths, guesses, others, tuning=tuning)
        plain = powered_mean(truths, guesses, others, tuning=0.0)
        assert found.error <= plain.error * 1.001
