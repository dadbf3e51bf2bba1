"""The law of a size: against frozen tails, and inverted to intervals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leeboard.stats.size import Size, psi, shares

ORACLE = Path(__file__).parents[1] / "fixtures" / "oracles" / "inference.json"
CASES = json.loads(ORACLE.read_text())["cases"]
TAILS = [case for case in CASES if case["kind"] == "tail"]
INVERSIONS = [case for case in CASES if case["kind"] == "inversion"]


@pytest.mark.parametrize("case", TAILS, ids=lambda c: f"{c['x']}-{c['dof']}")
def test_the_law_is_the_non_central_chi_square(case: dict[str, Any]) -> None:
    """With scale 1 and no stretch the probabilities are the frozen ones."""
    size = Size(case["x"], case["dof"] + 1, 1.0)
    expected = float(case["lower"]) if "lower" in case else 1 - float(case["upper"])
    assert size.at_most(case["noncentrality"]) == pytest.approx(expected, abs=2e-7)


@pytest.mark.parametrize("case", INVERSIONS, ids=lambda c: f"{c['x']}-{c['dof']}")
def test_intervals_invert_the_law(case: dict[str, Any]) -> None:
    """Both ends are the non-centralities at which the tails hold the rest."""
    size = Size(case["x"], case["dof"] + 1, 1.0)
    low, high = size.interval(case["level"])
    assert low == pytest.approx(float(case["lower"]), rel=1e-6, abs=1e-6)
    assert high == pytest.approx(float(case["upper"]), rel=1e-6, abs=1e-6)


def test_psi_is_symmetric_and_zero_only_for_equal_shares() -> None:
    """Exchanging the samples changes nothing."""
    p, q = shares(np.array([10, 20, 30])), shares(np.array([12, 5, 9]))
    assert psi(p, q) == pytest.approx(psi(q, p), rel=1e-14)
    assert psi(p, p) == 0.0
    assert psi(p, q) > 0.0


def test_the_noise_floor_is_the_mean_of_the_raw_value_when_nothing_changed() -> None:
    """Simulated: K = 10, n = 100,000, m = 1,000 give (K - 1)(1/n + 1/m)."""
    rng = np.random.default_rng(3)
    flat = np.full(10, 0.1)
    before = rng.multinomial(100_000, flat, size=2000)
    now = rng.multinomial(1000, flat, size=2000)
    raw = psi(shares(before), shares(now))
    floor = Size(0.0, 10, 1 / 100_000 + 1 / 1000).noise_floor
    error = raw.std() / np.sqrt(2000)
    assert abs(raw.mean() - floor) < 4 * error + 0.01 * floor


def test_the_stretch_is_the_delta_method_variance() -> None:
    """Where a rare cell empties, the simulated spread is the stretched one."""
    rng = np.random.default_rng(4)
    p = np.array([0.3] * 3 + [0.1])
    q = np.array([0.3233] * 3 + [0.0301])
    q /= q.sum()
    n = m = 20_000
    values = [
        Size.of(shares(c), shares(x), n, m)
        for c, x in zip(
            rng.multinomial(n, p, 3000), rng.multinomial(m, q, 3000), strict=True
        )
    ]
    observed = np.array([one.observed for one in values])
    stretch = np.mean([one.stretch for one in values])
    scale = 1 / n + 1 / m
    expected = 2 * 3 * scale**2 + 4 * float(psi(p, q)) * scale * stretch
    assert stretch > 1.05
    assert observed.var() == pytest.approx(expected, rel=0.12)
