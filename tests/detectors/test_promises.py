"""Promises kept where they are hardest to keep: at the edge of what is unchanged."""

from __future__ import annotations

from collections.abc import Callable
from math import log, sqrt
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import binom

from leeboard.detectors._ball import divergence, edges
from leeboard.detectors._detector import Rows, Score
from leeboard.detectors.bounded_mean import BoundedMean
from leeboard.detectors.conformal import Conformal
from leeboard.detectors.tolerant import Tolerant, errors_of
from leeboard.detectors.weighed_mean import WeighedMean

pytestmark = pytest.mark.long
EVERY = 20  # windows between false alarms that are promised


def alarms(detector: Any, windows: int, draw: Callable[[float], Any]) -> int:
    """Count alarms of one run; what is drawn may depend on the evidence so far."""
    memory, found, evidence = detector.start(), 0, 0.0
    for _ in range(windows):
        told = detector.step(memory, draw(evidence))
        memory, evidence = told.memory, told.log_m
        if evidence >= log(EVERY):
            memory, found, evidence = detector.restart(memory), found + 1, 0.0
    return found


def kept(found: int, windows: int) -> bool:
    """Tell whether so many alarms are within the upper 99 % band of the promise."""
    return bool(found <= binom.ppf(0.99, windows, 1.0 / EVERY))


@pytest.mark.parametrize("how", ["always", "while it is down", "half at twice"])
def test_bounded_mean_at_its_edge(how: str) -> None:
    """Means at the edge, an adversary that goes there when it pays, rows that differ.

    *half at twice* has rows of mean 0 and of twice the edge in turn, in random order:
    their mean given the past is the edge.
    """
    rng = np.random.default_rng(3)
    reference = Rows(1000.0, 100.0)
    detector = BoundedMean(reference, tolerance=0.01)
    edge = detector.limits[1] or 0.0

    def draw(evidence: float) -> Rows:
        p = edge if how != "while it is down" or evidence < log(EVERY / 2) else 0.0
        chance = np.full(40, p)
        if how == "half at twice":
            chance = 2.0 * edge * (rng.random(40) < 0.5)
        rows = (rng.random(40) < chance).astype(float)
        return Rows(40.0, float(rows.sum()))

    found = sum(alarms(detector, 200, draw) for _ in range(25))
    assert kept(found, 25 * 200)


@pytest.mark.parametrize("how", ["always", "while it is down", "half at twice"])
def test_weighed_mean_at_its_edge(how: str) -> None:
    """The same for values of three cells, of which the mean lies at the edge."""
    rng = np.random.default_rng(7)
    values = np.array([0.0, 0.4, 1.0])
    detector = WeighedMean(values, np.array([700, 200, 100]), tolerance=0.01)
    edge = detector.limit

    def law(mean: float) -> Any:
        top = mean / 2.0
        middle = (mean - top) / 0.4
        return np.array([1.0 - top - middle, middle, top])

    def draw(evidence: float) -> Any:
        if how == "half at twice":
            n = rng.binomial(40, 0.5)
            none = np.array([40 - n, 0, 0])
            return none + rng.multinomial(n, law(2.0 * edge))
        down = how == "always" or evidence < log(EVERY / 2)
        return rng.multinomial(40, law(edge if down else 0.0))

    found = sum(alarms(detector, 200, draw) for _ in range(25))
    assert kept(found, 25 * 200)


@pytest.mark.parametrize("how", ["mean", "one cell", "there and back", "random"])
def test_tolerant_at_the_edge_of_its_ball(how: str) -> None:
    """Windows lie where the heaviest bets pay most, and wander round the edge."""
    rng = np.random.default_rng(4)
    detector = Tolerant(np.full(10, 500), tolerance=0.02, ordered=True)
    centre = np.full(10, 0.1)
    score = ndtri(np.arange(0.05, 1.0, 0.1))
    far = {
        "mean": [centre * np.exp(score)],
        "one cell": [centre * np.array([4.0, *[1.0] * 9])],
        "there and back": [centre * np.exp(score), centre * np.exp(-score)],
        "random": list(rng.dirichlet(np.full(10, 2.0), 20)),
    }[how]
    outside = np.array([one / one.sum() for one in far])
    points = edges(centre, outside, detector.radius)
    assert [divergence(centre, p) for p in points] == pytest.approx(
        [detector.radius] * len(points)
    )

    def draw(_evidence: float) -> Any:
        return rng.multinomial(200, points[rng.integers(len(points))])

    found = sum(alarms(detector, 150, draw) for _ in range(8))
    assert kept(found, 8 * 150)


@pytest.mark.parametrize("how", ["heavy tails", "ties", "strata that differ"])
def test_conformal_where_windows_only_are_exchangeable(how: str) -> None:
    """Whatever the law of scores; strata of their own law; few different values."""
    rng = np.random.default_rng(5)
    found = 0
    for _ in range(60):
        count = 0

        def draw(_evidence: float) -> Score:
            nonlocal count
            count += 1
            stratum = count % 7 if how == "strata that differ" else 0
            value = {
                "heavy tails": rng.standard_cauchy(),
                "ties": float(rng.integers(3)),
                "strata that differ": 100.0 * stratum + rng.normal(),
            }[how]
            return Score(float(value), float(rng.random()), stratum)

        found += alarms(Conformal(minimum=20), 220, draw)
    assert kept(found, 60 * 220)


@pytest.mark.parametrize("share", [0.001, 0.02, 0.1, 0.5])
def test_references_that_mislead_about_a_share_are_one_in_a_hundred(
    share: float,
) -> None:
    """Of 4,000 references, those whose null leaves out the true share."""
    rng = np.random.default_rng(6)
    draws, times = np.unique(rng.binomial(2000, share, 4000), return_counts=True)
    broken = 0
    for k, n in zip(draws.tolist(), times.tolist(), strict=True):
        limit = BoundedMean(Rows(2000.0, k), tolerance=0.0).limits[1]
        broken += n * (limit is not None and limit < share)
    assert broken <= binom.ppf(0.99, 4000, 0.01)


@pytest.mark.parametrize("n", [300, 10_000])
@pytest.mark.parametrize("tolerance", [0.0, 0.02])
def test_references_that_mislead_about_shares_are_one_in_a_hundred(
    n: int, tolerance: float
) -> None:
    """Of 600 references, those whose ball leaves out what it should hold.

    That is the true shares, and those at the tolerance from them on the far side.
    """
    rng = np.random.default_rng(7)
    true = np.array([0.25, 0.2, 0.15, 0.1, 0.1, 0.08, 0.07, 0.05])
    drawn = rng.multinomial(n, true, 600)
    errors = errors_of(list(drawn), 0.01)
    broken = 0
    for counts, error in zip(drawn, errors, strict=True):
        detector = Tolerant(counts, tolerance=tolerance, error=error)
        centre = (counts + 0.5) / (n + 4.0)
        point = true
        if tolerance:
            point = _beyond(true, centre, tolerance / 2.0)
        broken += divergence(centre, point) > detector.radius
    assert broken <= binom.ppf(0.99, 600, 0.01)


def _beyond(true: Any, centre: Any, radius: float) -> Any:
    """Shares at a divergence from the true ones, on the side away from a centre."""
    away = true - centre
    step = sqrt(radius / max(divergence(centre, true), 1e-12))
    low, high = 0.0, 4.0 * step
    for _ in range(30):
        middle = (low + high) / 2.0
        point = true + middle * away
        inside = point.min() > 0 and divergence(true, point) < radius
        low, high = (middle, high) if inside else (low, middle)
    return true + low * away
