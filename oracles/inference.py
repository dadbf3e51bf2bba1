"""Freezes statsmodels' and scipy's answers for what verdicts are built from.

Shares with intervals (Clopper-Pearson, Wilson), Benjamini-Hochberg and its relatives,
tails of the non-central chi-square, and its inversion to an interval.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from _freeze import freeze
from scipy import stats
from scipy.optimize import brentq
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint


def shares() -> list[dict[str, Any]]:
    """Two-sided intervals of k in n."""
    pairs = [(0, 1), (1, 1), (0, 10), (10, 10), (1, 10), (3, 7), (5, 100), (0, 1000)]
    pairs += [(50, 100), (999, 1000), (1, 100_000), (12_345, 1_000_000)]
    return [
        {
            "kind": "share",
            "k": k,
            "n": n,
            "level": level,
            "clopper_pearson": proportion_confint(k, n, 1 - level, method="beta"),
            "wilson": proportion_confint(k, n, 1 - level, method="wilson"),
        }
        for k, n in pairs
        for level in (0.9, 0.95, 0.99)
    ]


def families() -> list[dict[str, Any]]:
    """Adjusted p-values and rejections at 5 % of several families of p-values."""
    r = np.random.default_rng(11)
    sets: dict[str, list[float]] = {
        "one_small": [0.01],
        "one_large": [0.2],
        "exactly_at_the_line": [0.05],
        "all_one": [1.0] * 5,
        "all_zero": [0.0] * 4,
        "ties": [0.02, 0.02, 0.02, 0.5, 0.5],
        "step_up_needed": [0.045, 0.03, 0.02, 0.049],
        "unsorted": [0.6, 0.001, 0.04, 0.012, 0.9, 0.0008],
        "benjamini_hochberg_1995": [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
            0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
        ],
        "uniform_twenty": r.random(20).tolist(),
        "mixed_forty": np.concatenate([r.random(10) * 0.005, r.random(30)]).tolist(),
    }  # fmt: skip
    cases = []
    for name, values in sets.items():
        case: dict[str, Any] = {"kind": "family", "name": name, "p_values": values}
        for label, method in (
            ("benjamini_hochberg", "fdr_bh"),
            ("benjamini_yekutieli", "fdr_by"),
            ("holm", "holm"),
        ):
            rejected, adjusted, *_ = multipletests(values, alpha=0.05, method=method)
            case[label] = {"rejected": rejected.tolist(), "adjusted": adjusted}
        cases.append(case)
    return cases


def by_mixture(x: float, dof: int, nc: float) -> float:
    """Upper tail as a Poisson mixture of central tails, term by term."""
    middle = int(nc / 2)
    terms = np.arange(max(0, middle - 2000), middle + 2000)
    weights = stats.poisson.pmf(terms, nc / 2)
    return float((weights * stats.chi2.sf(x, dof + 2 * terms)).sum())


def upper_tail(x: float, dof: int, nc: float) -> float:
    """Upper tail by scipy, held against the mixture where it is not central."""
    if nc == 0:
        return float(stats.chi2.sf(x, dof))
    found, mixture = float(stats.ncx2.sf(x, dof, nc)), by_mixture(x, dof, nc)
    if abs(found - mixture) > 1e-7 * mixture:
        raise SystemExit(f"tail of {x}, {dof}, {nc}: {found} is not {mixture}")
    return mixture


def tails() -> list[dict[str, Any]]:
    """Upper tails of the (non-central) chi-square, far tails among them."""
    points = [(0.5, 1, 0.0), (3.84, 1, 0.0), (16.9, 9, 0.0), (200.0, 9, 0.0)]
    points += [(1500.0, 9, 0.0), (9.0, 9, 10.0), (25.0, 9, 10.0), (60.0, 9, 10.0)]
    points += [(300.0, 19, 100.0), (90.0, 19, 100.0), (1200.0, 9, 1000.0)]
    points += [(1000.0, 9, 1000.0), (5.0, 1, 0.01), (11_000.0, 19, 10_000.0)]
    return [
        {
            "kind": "tail",
            "x": x,
            "dof": dof,
            "noncentrality": nc,
            "upper": upper_tail(x, dof, nc),
            "lower": float(
                stats.ncx2.cdf(x, dof, nc) if nc else stats.chi2.cdf(x, dof)
            ),
        }
        for x, dof, nc in points
    ]


def limit(x: float, dof: int, share: float) -> float:
    """Non-centrality at which the chance of a statistic of at most x is ``share``."""

    def gap(nc: float) -> float:
        below = stats.ncx2.cdf(x, dof, nc) if nc > 0 else stats.chi2.cdf(x, dof)
        return float(below) - share

    if gap(0.0) <= 0:
        return 0.0
    high = 1.0
    while gap(high) > 0:
        high *= 2
    return float(brentq(gap, 0.0, high, xtol=1e-12, rtol=1e-14))


def inversions() -> list[dict[str, Any]]:
    """Two-sided 95 % interval of the non-centrality from one statistic."""
    points = [
        (2.0, 9),
        (9.0, 9),
        (20.0, 9),
        (50.0, 9),
        (400.0, 9),
        (5000.0, 19),
        (4.0, 1),
    ]
    return [
        {
            "kind": "inversion",
            "x": x,
            "dof": dof,
            "level": 0.95,
            "lower": limit(x, dof, 0.975),
            "upper": limit(x, dof, 0.025),
        }
        for x, dof in points
    ]


def main() -> None:
    """Freeze the cases."""
    freeze(
        "inference",
        script=__file__,
        packages=("numpy", "scipy", "statsmodels"),
        cases=shares() + families() + tails() + inversions(),
    )


if __name__ == "__main__":
    main()
