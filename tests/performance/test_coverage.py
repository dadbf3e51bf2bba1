"""Intervals hold the truth as often as they say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from leeboard.performance import Outcomes, figures
from tests.performance._rows import binary, multiclass, regression

_WIDE = {"calibration_error", "error_by_decile", "median_error", "residuals"}
"""Intervals that hold the truth more often than 95 %, by what they are made of."""


def _two(rng: np.random.Generator, n: int) -> Outcomes:
    scores = rng.beta(2, 4, n)
    return binary(rng.random(n) < scores * 1.2 - 0.05, scores > 0.35, scores)


def _several(rng: np.random.Generator, n: int) -> Outcomes:
    scores = rng.dirichlet([1, 2, 0.6], n)
    labels = (rng.random(n)[:, None] > scores.cumsum(axis=1)[:, :2]).sum(axis=1)
    return multiclass(labels, scores.argmax(axis=1), scores)


def _numbers(rng: np.random.Generator, n: int) -> Outcomes:
    labels = rng.gamma(3, 2, n) + 1
    return regression(labels, labels * 0.95 + 0.4 + rng.normal(0, 1, n))


def _covered(of: Callable[[np.random.Generator, int], Outcomes], samples: int) -> None:
    rng = np.random.default_rng(7)
    truth = {f.metric: f.value for f in figures(of(rng, 100_000))}
    held: Counter[str] = Counter()
    for _ in range(samples):
        for figure in figures(of(rng, 400)):
            low, high = figure.interval
            held[figure.metric] += low <= truth[figure.metric] <= high
    band = 4 * np.sqrt(0.95 * 0.05 / samples)
    for name in truth:
        share = held[name] / samples
        assert share >= 0.95 - band, name
        assert share <= 0.95 + band or name in _WIDE, name


@pytest.mark.parametrize("of", [_two, _several, _numbers])
def test_intervals_hold_the_truth(
    of: Callable[[np.random.Generator, int], Outcomes],
) -> None:
    """Of 100 samples of 400 rows, about 95 % of the intervals hold the truth."""
    _covered(of, 100)


@pytest.mark.long
@pytest.mark.parametrize("of", [_two, _several, _numbers])
def test_intervals_hold_the_truth_closely(
    of: Callable[[np.random.Generator, int], Outcomes],
) -> None:
    """Of 800 samples, the share of intervals that hold it is nearer to 95 %."""
    _covered(of, 800)
