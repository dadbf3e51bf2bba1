"""The size of a change and its interval, against frozen answers and closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from leeboard.stats.size import Size, psi, shares
from tests.metrics._cases import frozen, hand

INFERENCE = frozen("inference")
TAILS = [case for case in INFERENCE if case["kind"] == "tail"]
INVERSIONS = [case for case in INFERENCE if case["kind"] == "inversion"]
COUNTS = frozen("counts")


def size_of(case: dict[str, Any]) -> Size:
    """Size whose PSI over its scale is the statistic of a case."""
    return Size(case["x"] / 1000, case["dof"] + 1, 1 / 1000)


@pytest.mark.parametrize("case", TAILS, ids=lambda c: f"{c['x']}-{c['noncentrality']}")
def test_chances_are_those_of_the_non_central_law(case: dict[str, Any]) -> None:
    """PSI over its scale has the frozen tails, far ones down to rounding."""
    size = size_of(case)
    at = case["noncentrality"] / 1000
    assert size.at_most(at) == pytest.approx(case["lower"], rel=1e-9)
    assert size.beyond(at) == pytest.approx(case["upper"], rel=1e-7, abs=2.0**-50)
    assert size.beyond(at) > 0


@pytest.mark.parametrize("case", INVERSIONS, ids=lambda c: str(c["x"]))
def test_interval_inverts_the_law(case: dict[str, Any]) -> None:
    """The ends are the frozen non-centralities, times the scale."""
    low, high = size_of(case).interval(case["level"])
    assert low * 1000 == pytest.approx(case["lower"], rel=1e-8, abs=1e-8)
    assert high * 1000 == pytest.approx(case["upper"], rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("case", COUNTS, ids=lambda case: case["name"])
def test_psi_floor_and_debiased_size(case: dict[str, Any]) -> None:
    """With half a row added to each cell they equal the frozen figures."""
    reference, current = (np.array(case[k], float) for k in ("reference", "current"))
    p, q = shares(reference), shares(current)
    assert p.sum() == pytest.approx(1.0, abs=1e-14)
    assert psi(p, q) == pytest.approx(case["half_added"]["psi"], rel=1e-12, abs=1e-15)
    size = Size.of(p, q, float(reference.sum()), float(current.sum()))
    assert size.noise_floor == pytest.approx(case["psi_noise_floor"], rel=1e-12)
    assert size.debiased == pytest.approx(case["psi_debiased"], rel=1e-9, abs=1e-14)


def test_psi_by_hand() -> None:
    """Two cells worked on paper, with a half added."""
    (case,) = [c for c in hand("psi") if c["name"] == "psi_half_added"]
    sides = [np.array(case[f"{k}_counts"], float) for k in ("reference", "current")]
    p, q = (shares(side) for side in sides)
    assert psi(p, q) == pytest.approx(case["expected"], rel=1e-12)
    assert psi(q, p) == pytest.approx(case["expected"], rel=1e-12)


def test_size_of_a_normal_shift_is_its_square() -> None:
    """Moved by 0.3 standard deviations, many fine cells give nearly 0.09."""
    from scipy.special import ndtr, ndtri

    edges = ndtri(np.arange(1, 2000) / 2000)
    p = np.full(2000, 1 / 2000)
    q = np.diff(np.concatenate([[0.0], ndtr(edges - 0.3), [1.0]]))
    (case,) = hand("psi_closed_form")
    assert psi(p, q) == pytest.approx(case["expected"], rel=2e-3)
    assert psi(p, q) < case["expected"]


def test_interval_holds_the_true_size() -> None:
    """In simulated tables the 90 % interval misses about one time in ten."""
    r = np.random.default_rng(8)
    p = np.full(10, 0.1)
    q = p * np.linspace(1.4, 0.6, 10)
    true = float(psi(p, q))
    missed = 0
    for _ in range(600):
        c, x = r.multinomial(10_000, p), r.multinomial(2000, q)
        low, high = Size.of(shares(c), shares(x), 10_000, 2000).interval(0.9)
        missed += not low <= true <= high
    assert missed / 600 == pytest.approx(0.1, abs=4 * (0.1 * 0.9 / 600) ** 0.5)
