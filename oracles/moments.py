"""Freezes numpy's and scipy's answers for summaries of one or two columns.

Quantiles by three named rules, means and spreads where naive sums lose digits, and
correlations with ties.
"""

from __future__ import annotations

import warnings
from fractions import Fraction
from typing import Any

import numpy as np
from _freeze import freeze
from scipy import stats

RULES = ("linear", "inverted_cdf", "median_unbiased")
LEVELS = (0.0, 0.01, 0.25, 0.5, 0.9, 0.99, 1.0)


def columns() -> dict[str, list[float]]:
    """Columns that are easy to sum wrongly."""
    r = np.random.default_rng(3)
    return {
        "one": [2.5],
        "two": [1.0, 4.0],
        "constant": [7.0] * 9,
        "ties": [1.0, 1.0, 1.0, 2.0, 2.0, 9.0],
        "normal": np.round(r.normal(0, 1, 101), 4).tolist(),
        "large_offset": (1e9 + np.round(r.normal(0, 1, 100), 3)).tolist(),
        "cancelling": [1e16, 1.0, -1e16, 1.0],
        "huge": [1e308, 1e308, -1e308, 5e307],
        "tiny": [5e-324, 1e-310, 2e-308],
    }


def summaries() -> list[dict[str, Any]]:
    """Mean and variance in exact arithmetic, quantiles by numpy."""
    cases = []
    for name, values in columns().items():
        exact = [Fraction(v) for v in values]
        mean = sum(exact, Fraction(0)) / len(exact)
        variance = None
        if len(exact) > 1:
            squares = sum(((v - mean) ** 2 for v in exact), Fraction(0))
            spread = squares / (len(exact) - 1)
            variance = float(spread) if spread < Fraction(1.7e308) else "inf"
        quantiles = {
            rule: [float(np.quantile(values, q, method=rule)) for q in LEVELS]
            for rule in RULES
        }
        cases.append(
            {
                "kind": "summary",
                "name": name,
                "values": values,
                "mean": float(mean),
                "variance": variance,
                "min": min(values),
                "max": max(values),
                "quantile_levels": LEVELS,
                "quantiles": quantiles,
            }
        )
    return cases


def correlations() -> list[dict[str, Any]]:
    """Pearson, Spearman and Kendall's tau-b of two columns."""
    r = np.random.default_rng(5)
    x = np.round(r.normal(0, 1, 60), 3)
    pairs = {
        "linear": (x, 2 * x + 1),
        "opposite": (x, -x),
        "noisy": (x, np.round(x + r.normal(0, 1, 60), 3)),
        "ties": (np.round(x), np.round(x + r.normal(0, 1, 60))),
        "independent": (x, np.round(r.normal(0, 1, 60), 3)),
        "monotone": (x, np.exp(x)),
        "large_offset": (1e8 + x, 1e8 - 0.5 * x + np.round(r.normal(0, 0.1, 60), 3)),
        "constant": (x, np.full(60, 3.0)),
    }
    return [
        {
            "kind": "correlation",
            "name": name,
            "x": a,
            "y": b,
            "pearson": float(stats.pearsonr(a, b).statistic),
            "spearman": float(stats.spearmanr(a, b).statistic),
            "kendall": float(stats.kendalltau(a, b).statistic),
        }
        for name, (a, b) in pairs.items()
    ]


def main() -> None:
    """Freeze the cases."""
    warnings.simplefilter("ignore")
    freeze(
        "moments",
        script=__file__,
        packages=("numpy", "scipy"),
        cases=summaries() + correlations(),
    )


if __name__ == "__main__":
    main()
