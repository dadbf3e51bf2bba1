"""D1 for losses: exact means of its e-values, its bound, and what it gains."""

from __future__ import annotations

import json
from itertools import product
from math import exp, factorial

import numpy as np
import pytest

from leeboard.detectors._detector import Rows
from leeboard.detectors.bounded_mean import BoundedMean
from leeboard.detectors.weighed_mean import WeighedMean
from leeboard.errors import AlarmError

VALUES = np.array([0.0, 0.3, 1.0])
REFERENCE = np.array([500, 300, 200])


def _windows(n: int) -> list[tuple[int, ...]]:
    every = product(range(n + 1), repeat=3)
    return [one for one in every if sum(one) == n]


def _chance(law: np.ndarray, counts: tuple[int, ...]) -> float:
    ways = factorial(sum(counts)) / np.prod([float(factorial(k)) for k in counts])
    return float(ways * np.prod(law ** np.array(counts)))


def test_the_mean_of_an_e_value_is_at_most_one() -> None:
    """For every law of three values whose mean is in the null, over all windows."""
    detector = WeighedMean(VALUES, REFERENCE, tolerance=0.02)
    start, u = detector.start(), detector.limit
    e = {w: exp(detector.step(start, np.array(w)).log_e) for w in _windows(6)}
    for top in np.linspace(0.0, u, 9):  # P(1.0)
        middle = min((u - top) / 0.3, 1.0 - top)  # the mean is at its edge, or below
        law = np.array([1.0 - top - middle, middle, top])
        assert sum(_chance(law, w) * e[w] for w in e) <= 1.0 + 1e-12


def test_the_mean_of_m_after_two_windows_is_at_most_two() -> None:
    """Evidence of both starts is added, and no more."""
    detector = WeighedMean(VALUES, REFERENCE, tolerance=0.0)
    law = np.array([1.0 - detector.limit, 0.0, detector.limit])
    total = 0.0
    for j, k in product(range(6), repeat=2):
        first = detector.step(detector.start(), np.array([5 - j, 0, j]))
        second = detector.step(first.memory, np.array([5 - k, 0, k]))
        chance = _chance(law, (5 - j, 0, j)) * _chance(law, (5 - k, 0, k))
        total += chance * exp(second.log_m)
    assert total <= 2.0 + 1e-12


def test_zeros_and_ones_are_the_likelihood_ratio() -> None:
    """A bet b on rows that are 0 or 1 is the ratio to the odds that it stands for."""
    detector = WeighedMean(np.array([0.0, 1.0]), np.array([900, 100]), tolerance=0.02)
    u = detector.limit
    seen = np.array([80, 20])
    bets = np.geomspace(0.03, 0.9, 8) / u
    q = u + bets * u * (1.0 - u)
    ratios = (q / u) ** 20 * ((1.0 - q) / (1.0 - u)) ** 80
    told = exp(detector.step(detector.start(), seen).log_e)
    assert told == pytest.approx(float(ratios.mean()))


@pytest.mark.parametrize("n", [50, 400, 5000])
def test_the_bound_fails_for_few_references(n: int) -> None:
    """Of 4,000 references no more than delta lie below, within a binomial band."""
    rng = np.random.default_rng(n)
    law, delta = np.array([0.6, 0.25, 0.15]), 0.05
    mean = float(law @ VALUES)
    below = 0
    for counts in rng.multinomial(n, law, 4000):
        detector = WeighedMean(VALUES, counts, tolerance=0.0, delta=delta)
        below += detector.limit < mean
    assert below <= 4000 * delta + 3 * np.sqrt(4000 * delta)


def test_values_that_vary_little_are_told_sooner() -> None:
    """Against the form for zeros and ones, which takes a loss for a share."""
    values = np.linspace(0.0, 1.0, 21)
    draw = np.random.default_rng(3)
    usual = np.bincount(draw.binomial(20, 0.25, 1300), minlength=21)
    worse = np.bincount(draw.binomial(20, 0.36, 100), minlength=21)
    mine = WeighedMean(values, usual, tolerance=0.025)
    total, n = float(usual @ values), float(usual.sum())
    other = BoundedMean(Rows(n, total), tolerance=0.025)
    assert mine.limit < other.limits[1]
    seen = float(worse @ values)
    theirs = other.step(other.start(), Rows(100.0, seen)).log_e
    assert mine.step(mine.start(), worse).log_e > 2.0 * max(theirs, 0.5)


def test_a_replay_from_a_written_memory_is_the_same_run() -> None:
    """Memories that went through JSON give the same numbers; no rows change nothing."""
    rng = np.random.default_rng(5)
    detector = WeighedMean(VALUES, REFERENCE, tolerance=0.0)
    one = other = detector.start()
    for counts in rng.multinomial(100, [0.4, 0.3, 0.3], 40):
        there = detector.step(one, counts)
        here = detector.step(tuple(json.loads(json.dumps(other))), counts)
        assert here == there
        one, other = there.memory, here.memory
    empty = detector.step(one, np.zeros(3))
    assert (empty.memory, empty.log_e) == (one, 0.0)
    assert detector.restart(one) == detector.start()
    many = detector.step(one, np.array([0, 0, 10**9]))
    assert np.isfinite([many.log_e, many.log_m, *many.memory]).all()


def test_a_reference_of_the_worst_is_never_left() -> None:
    """Where all rows have the largest value, nothing lies beyond."""
    detector = WeighedMean(VALUES, np.array([0, 0, 40]), tolerance=0.0)
    assert detector.limit == 1.0
    assert detector.step(detector.start(), np.array([0, 0, 50])).log_e <= 0.0


@pytest.mark.parametrize(
    ("values", "reference"),
    [([0.0, 1.5], [1, 1]), ([0.0, 1.0], [0, 0]), ([0.0, 1.0], [1, 1, 1])],
)
def test_what_makes_no_sense_is_refused(
    values: list[float], reference: list[int]
) -> None:
    """Values beyond [0, 1], no rows, and counts of other cells."""
    with pytest.raises(AlarmError, match="bad_detector"):
        WeighedMean(np.array(values), np.array(reference), tolerance=0.0)
