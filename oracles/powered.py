"""Freezes ppi-python's answers on means from few labels and many guesses."""

from __future__ import annotations

from typing import Any

import numpy as np
from _freeze import freeze
from ppi_py import ppi_mean_ci, ppi_mean_pointestimate
from scipy.stats import norm


def main() -> None:
    """Freeze the cases."""
    r = np.random.default_rng(23)
    cases: list[dict[str, Any]] = []
    for name, labels, others, slope, noise in (
        ("good_guesses", 60, 200, 1.0, 0.2),
        ("weak_guesses", 80, 120, 0.5, 1.0),
        ("useless_guesses", 50, 150, 0.0, 1.0),
        ("wrong_way", 50, 100, -1.0, 0.5),
        ("steep", 70, 90, 3.0, 0.1),
        ("few_others", 100, 10, 1.0, 0.5),
    ):
        guesses = np.round(r.gamma(2.0, 1.0, labels), 4)
        truths = np.round(slope * guesses + 1 + r.normal(0, noise, labels), 4)
        more = np.round(r.gamma(2.0, 1.0, others), 4)
        case: dict[str, Any] = {
            "name": name,
            "truths": truths,
            "guesses": guesses,
            "others": more,
            "answers": [],
        }
        for tuning in (None, 0.0, 0.5, 1.0):
            low, high = ppi_mean_ci(truths, guesses, more, alpha=0.05, lam=tuning)
            # its point estimate tunes at another centre; the interval's is its middle
            middle = (float(low[0]) + float(high[0])) / 2
            point = ppi_mean_pointestimate(truths, guesses, more, lam=tuning)
            if abs(float(np.ravel(point)[0]) - middle) > 1e-9:
                raise SystemExit(f"{name}, {tuning}: {point} is not {middle}")
            case["answers"].append(
                {
                    "tuning": tuning,
                    "value": middle,
                    "error": (float(high[0]) - middle) / norm.ppf(0.975),
                }
            )
        cases.append(case)
    freeze("powered", script=__file__, packages=("numpy", "ppi-python"), cases=cases)


if __name__ == "__main__":
    main()
