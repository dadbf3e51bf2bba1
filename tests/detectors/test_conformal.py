"""D3: its p-values are uniform, and strata do not meet."""

from __future__ import annotations

import json
from math import exp
from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest

from leeboard.detectors._detector import Score
from leeboard.detectors.conformal import Conformal, _Pools


class _Told(Conformal):
    """Keeps the p-values it gives."""

    def __init__(self, keep: int = 2000) -> None:
        super().__init__(minimum=20, keep=keep)
        self.told: list[float] = []

    def _p_value(self, pools: _Pools, score: Score) -> float:
        self.told.append(super()._p_value(pools, score))
        return self.told[-1]


def _p_values(detector: _Told, scores: list[Score]) -> Any:
    memory = detector.start()
    for score in scores:
        memory = detector.step(memory, score).memory
    return np.array(detector.told)


@pytest.mark.parametrize("keep", [2000, 40])
@pytest.mark.parametrize("concentration", [None, 500, 100])
def test_p_values_are_uniform_and_independent(
    keep: int, concentration: int | None
) -> None:
    """By Kolmogorov–Smirnov and lag-1 correlation, however much windows vary."""
    rng = np.random.default_rng(7)
    flat = np.full(10, 0.1)
    scores = []
    for _ in range(1500):
        p = flat if concentration is None else rng.dirichlet(concentration * flat)
        x = rng.multinomial(500, p)
        scores.append(Score(float(((x - 50) ** 2).sum()), float(rng.random())))
    p_values = _p_values(_Told(keep), scores)
    assert kstest(p_values, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(p_values[:-1], p_values[1:])[0, 1]) < 4 / np.sqrt(1500)


def test_equal_scores_are_ranked_by_the_window() -> None:
    """With all scores alike the p-value is the window's own draw."""
    scores = [Score(1.0, u) for u in np.linspace(0, 0.99, 50)]
    p_values = _p_values(_Told(), scores)
    assert p_values == pytest.approx(1.0 - np.linspace(0, 0.99, 50))


def test_strata_do_not_meet_and_the_minimum_is_kept() -> None:
    """A high score of a stratum of its own is no evidence before its minimum."""
    detector = Conformal([Score(float(i), 0.5) for i in range(60)])
    other = detector.step(detector.start(), Score(1e9, 0.5, stratum=3))
    assert (other.log_e, detector.start()[:6]) == (0.0, other.memory[:6])
    same = detector.step(other.memory, Score(1e9, 0.5))
    alone = detector.step(detector.start(), Score(1e9, 0.5))
    assert same.log_m == alone.log_m > 0


def test_a_replay_is_the_same_run_and_a_restart_keeps_the_pool() -> None:
    """Memories that went through JSON give the same; evidence alone is dropped."""
    rng = np.random.default_rng(8)
    detector = Conformal([Score(x, 0.5, i % 2) for i, x in enumerate(rng.random(60))])
    memory = detector.start()
    for i in range(60):
        score = Score(float(rng.random()), float(rng.random()), i % 2)
        there = detector.step(memory, score)
        assert detector.step(tuple(json.loads(json.dumps(memory))), score) == there
        memory = there.memory
    assert detector.restart(memory) == (0.0,) * 6 + memory[6:]
    nothing = detector.step(memory, Score(float("nan"), 0.5))
    assert (nothing.memory, nothing.log_e) == (memory, 0.0)
    assert exp(nothing.log_m) == pytest.approx(exp(there.log_m))
    endless = detector.step(memory, Score(float("inf"), 0.0))
    assert np.isfinite(endless.memory).all()
