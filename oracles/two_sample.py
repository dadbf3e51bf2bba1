"""Freezes what scipy answers for two samples of numbers.

Every statistic that has a short exact definition is also worked out here in rational
arithmetic, straight from that definition, and must agree: so a fixture does not stand
on one library alone.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from _freeze import freeze
from scipy import stats

NAN = float("nan")
Sample = np.ndarray[Any, np.dtype[np.float64]]


def data_sets() -> dict[str, tuple[str, Sample, Sample]]:
    """Name, what is special about it, reference and current."""
    r = np.random.default_rng(20240607)

    def normal(n: int, shift: float = 0.0, scale: float = 1.0) -> Sample:
        return np.round(r.normal(shift, scale, n), 4)

    def inflated(n: int, zeros: float) -> Sample:
        return np.where(r.random(n) < zeros, 0.0, np.round(r.exponential(1, n), 4))

    one = np.array([1.0])
    same = normal(30)
    sets: dict[str, tuple[str, Any, Any]] = {
        "normal_same": ("no change, equal sizes", normal(50), normal(50)),
        "normal_shift": ("mean moved by half a sigma", normal(60), normal(60, 0.5)),
        "normal_scale": ("spread doubled", normal(60), normal(60, 0.0, 2.0)),
        "unequal_sizes": ("40 against 7", normal(40), normal(7, 0.8)),
        "larger_current": ("9 against 120", normal(9), normal(120, -0.4)),
        "one_against_one": ("one row each, different", one, np.array([2.0])),
        "one_against_one_equal": ("one row each, equal", one, one.copy()),
        "one_against_many": ("a single reference row", np.array([0.3]), normal(25)),
        "many_against_one": ("a single current row", normal(25), np.array([5.0])),
        "identical": ("the very same rows", same, same.copy()),
        "constant_equal": ("both constant, same value", np.full(20, 3.0), one * 3),
        "constant_moved": ("both constant, other value", np.full(20, 3.0), one * 4),
        "constant_reference": ("constant reference", np.full(30, 1.5), normal(30, 1.5)),
        "constant_current": ("constant current", normal(30), np.full(12, 0.0)),
        "disjoint": ("ranges do not meet", normal(15), normal(18, 100.0)),
        "ties_integers": (
            "small integers",
            r.integers(0, 5, 80) * 1.0,
            r.integers(1, 6, 70) * 1.0,
        ),
        "ties_rounded": (
            "one decimal",
            np.round(r.normal(0, 1, 90), 1),
            np.round(r.normal(0.3, 1, 110), 1),
        ),
        "binary": (
            "zeros and ones",
            (r.random(100) < 0.2) * 1.0,
            (r.random(60) < 0.35) * 1.0,
        ),
        "poisson": ("counts", r.poisson(4, 100) * 1.0, r.poisson(4.6, 90) * 1.0),
        "zero_inflated_same": ("60 % zeros", inflated(100, 0.6), inflated(100, 0.6)),
        "zero_inflated_moved": (
            "zeros from 60 % to 30 %",
            inflated(100, 0.6),
            inflated(80, 0.3),
        ),
        "heavy_tail": (
            "Cauchy tails",
            np.round(r.standard_cauchy(80), 3),
            np.round(r.standard_cauchy(80) + 0.5, 3),
        ),
        "one_wild_value": (
            "one value of 1e6 in the reference",
            np.append(normal(59), 1e6),
            normal(60, 0.5),
        ),
        "tiny_values": ("near 1e-300", normal(20) * 1e-300, normal(20, 1.0) * 1e-300),
        "large_offset": (
            "differences small beside the values",
            1e9 + normal(40),
            1e9 + normal(40, 0.5),
        ),
        "signed_zeros": (
            "-0.0 equals 0.0",
            np.array([-0.0, -0.0, 0.0, 1.0]),
            np.array([0.0, 0.0, 0.0, 1.0, 1.0]),
        ),
        "with_missing": (
            "missing values (null) are left out",
            np.array([1.0, NAN, 2.0, 3.0, NAN, 4.5]),
            np.array([NAN, 2.5, 3.5, 3.5, 6.0]),
        ),
        "lognormal_wide": (
            "six orders of magnitude",
            np.round(r.lognormal(0, 2.5, 150), 5),
            np.round(r.lognormal(0.2, 2.5, 150), 5),
        ),
        "two_hundred_ties": (
            "many rows on few values",
            r.integers(0, 12, 300) * 1.0,
            r.integers(0, 13, 260) * 1.0,
        ),
    }
    return sets


def tried(call: Callable[[], Any]) -> Any:
    """Return what the library answers, or why it does not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return call()
    except (ValueError, IndexError) as error:
        return {"undefined": str(error).split("\n", maxsplit=1)[0]}


def pair(result: Any) -> dict[str, float]:
    """Statistic and p-value of a scipy result."""
    return {"statistic": float(result.statistic), "p_value": float(result.pvalue)}


def exact_steps(x: Sample, y: Sample) -> dict[str, Fraction]:
    """KS, Wasserstein-1, squared energy distance and U by definition, in rationals."""
    left, right = [Fraction(v) for v in x], [Fraction(v) for v in y]
    points = sorted(set(left) | set(right))
    ks = wasserstein = squares = Fraction(0)
    for k, point in enumerate(points):
        below_left = sum(v <= point for v in left)
        below_right = sum(v <= point for v in right)
        gap = Fraction(below_left, len(left)) - Fraction(below_right, len(right))
        ks = max(ks, abs(gap))
        if k + 1 < len(points):
            width = points[k + 1] - point
            wasserstein += abs(gap) * width
            squares += gap * gap * width
    wins = sum((a > b) + Fraction(a == b, 2) for a in left for b in right)
    return {
        "ks": ks,
        "wasserstein": wasserstein,
        "energy_squared": 2 * squares,
        "mann_whitney": wins,
    }


def answers(x: Sample, y: Sample) -> dict[str, Any]:
    """What scipy says about the two samples, at named options."""
    few = len(x) * len(y) <= 10_000
    return {
        "ks": {
            "statistic": float(stats.ks_2samp(x, y).statistic),
            "p_asymptotic": tried(
                lambda: float(stats.ks_2samp(x, y, method="asymp").pvalue)
            ),
            "p_exact": tried(lambda: float(stats.ks_2samp(x, y, method="exact").pvalue))
            if few
            else None,
        },
        "cvm": {
            "asymptotic": tried(
                lambda: pair(stats.cramervonmises_2samp(x, y, method="asymptotic"))
            ),
            "exact": tried(
                lambda: pair(stats.cramervonmises_2samp(x, y, method="exact"))
            )
            if len(x) + len(y) <= 40
            else None,
        },
        "anderson_darling": {
            "midrank": tried(lambda: pair(stats.anderson_ksamp([x, y]))),
            "right": tried(lambda: pair(stats.anderson_ksamp([x, y], midrank=False))),
        },
        "mann_whitney": {
            "continuity": tried(
                lambda: pair(stats.mannwhitneyu(x, y, method="asymptotic"))
            ),
            "no_continuity": tried(
                lambda: pair(
                    stats.mannwhitneyu(x, y, method="asymptotic", use_continuity=False)
                )
            ),
            "exact": tried(lambda: pair(stats.mannwhitneyu(x, y, method="exact")))
            if len(set(x) | set(y)) == len(x) + len(y)
            else None,
        },
        "wasserstein": float(stats.wasserstein_distance(x, y)),
        "energy": float(stats.energy_distance(x, y)),
        "ttest": {
            "welch": tried(lambda: pair(stats.ttest_ind(x, y, equal_var=False))),
            "equal_variance": tried(lambda: pair(stats.ttest_ind(x, y))),
        },
    }


def check(name: str, found: dict[str, Any], x: Sample, y: Sample) -> dict[str, float]:
    """Compare the library's answers with the definitions; return the exact ones."""
    exact = exact_steps(x, y)
    ours = {
        "ks": float(exact["ks"]),
        "wasserstein": float(exact["wasserstein"]),
        "energy": math.sqrt(exact["energy_squared"]),
        "mann_whitney": float(exact["mann_whitney"]),
    }
    theirs = {
        "ks": found["ks"]["statistic"],
        "wasserstein": found["wasserstein"],
        "energy": found["energy"],
        "mann_whitney": found["mann_whitney"]["continuity"]["statistic"],
    }
    for metric, value in ours.items():
        if not math.isclose(value, theirs[metric], rel_tol=1e-9, abs_tol=1e-300):
            raise SystemExit(f"{name} {metric}: {theirs[metric]} is not {value}")
    return ours


def main() -> None:
    """Freeze the cases."""
    cases = []
    for name, (why, reference, current) in data_sets().items():
        x, y = reference[~np.isnan(reference)], current[~np.isnan(current)]
        found = answers(x, y)
        cases.append(
            {
                "name": name,
                "why": why,
                "reference": reference,
                "current": current,
                "scipy": found,
                "by_definition": check(name, found, x, y),
            }
        )
    freeze("two_sample", script=__file__, packages=("numpy", "scipy"), cases=cases)


if __name__ == "__main__":
    main()
