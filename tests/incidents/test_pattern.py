"""The curve that made a series is the one that is named, or none is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from leeboard.check import profile
from leeboard.incidents.growth import mixture_share, mixtures
from leeboard.incidents.pattern import pattern_of
from leeboard.incidents.regimes import nearest_regime

T = 30
CURVES: dict[str, Callable[[Any], Any]] = {
    "sudden": lambda t: 1.0 * (t >= 18),
    "gradual": lambda t: np.clip((t - 8) / 16, 0, 1),
    "recurring": lambda t: 1.0 * (((t >= 6) & (t < 12)) | (t >= 22)),
    "transient": lambda t: 1.0 * ((t >= 10) & (t < 18)),
}


def found(curve: Callable[[Any], Any], noise: float, draws: int) -> Counter[str]:
    """How often each pattern is named."""
    t = np.arange(T)
    names = []
    for k in range(draws):
        rng = np.random.default_rng(k)
        names.append(pattern_of(list(curve(t) + rng.normal(0, noise, T))).name)
    return Counter(names)


@pytest.mark.parametrize("name", CURVES)
def test_a_plain_curve_is_named(name: str) -> None:
    """Where the noise is a tenth of the change nine of ten series are named."""
    names = found(CURVES[name], 0.1, 10)
    assert names[name] >= 9, names


def test_noise_has_no_pattern() -> None:
    """Of series without a change at most one in twenty is given a pattern."""
    names = found(lambda t: 0.0 * t, 0.1, 40)
    assert names["constant"] + names["unclear"] >= 38, names


def test_a_faint_curve_is_unclear() -> None:
    """A change as large as the noise is rarely named as another than it is."""
    names = found(CURVES["gradual"], 0.7, 20)
    assert names["recurring"] + names["transient"] <= 1, names


def test_a_step_starts_where_it_was_made() -> None:
    """The first window of the change is told, also in a series longer than is used."""
    found = pattern_of([0.0, 0.01] * 45 + [1.0, 1.01] * 5)
    assert (found.name, found.start) == ("sudden", 90)


def test_a_share_of_a_mixture_is_found() -> None:
    """The share of greatest likelihood is that of the mixture, at its ends too."""
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.2, 0.7])
    for share in (0.0, 0.25, 1.0):
        counts = 1000.0 * ((1.0 - share) * p + share * q)
        assert mixture_share(p, q, counts) == pytest.approx(share, abs=1e-6)


def test_growing_shares_and_moving_means_are_told_apart() -> None:
    """Two kinds of rows in growing shares are mixtures; a mean on its way is none."""
    rng = np.random.default_rng(1)
    edges = np.linspace(-4, 10, 30)

    def counts(values: Any) -> Any:
        return np.histogram(values, edges)[0]

    before, after = counts(rng.normal(0, 1, 9000)), counts(rng.normal(5, 1, 2000))
    shares = (0.25, 0.5, 0.75)
    mixed = [
        counts(
            np.where(
                rng.random(2000) < a, rng.normal(5, 1, 2000), rng.normal(0, 1, 2000)
            )
        )
        for a in shares
    ]
    moved = [counts(rng.normal(5 * a, 1, 2000)) for a in shares]
    assert mixtures(before, after, mixed) > 0.001
    assert mixtures(before, after, moved) < 1e-6


def test_an_earlier_time_like_this_one_is_found() -> None:
    """The nearest earlier time is named; where the reference is as near, none is."""
    rng = np.random.default_rng(2)
    reference = profile({"x": rng.normal(0, 1, 4000)})

    def part(mean: float) -> Any:
        return profile({"x": rng.normal(mean, 1, 800)}, reference=reference).parts[None]

    regimes = [part(3.0), part(1.5)]

    def nearest(mean: float) -> int | None:
        return nearest_regime(
            reference.cells,
            part(mean),
            reference.parts[None],
            regimes=regimes,
            columns=["x"],
        )

    assert nearest(1.5) == 1
    assert nearest(0.0) is None
    assert nearest(-1.5) is None
