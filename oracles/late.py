"""Freezes statsmodels' answers on how long labels take.

Survival curves with Greenwood's errors, quantiles' log-log intervals, and log-rank
tests, plain and by stratum; censored samples with and without ties.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from _freeze import freeze
from statsmodels.duration.survfunc import SurvfuncRight, survdiff


def samples() -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Name, durations and ends of each sample."""
    r = np.random.default_rng(7)
    found = [
        ("one", np.array([3.0]), np.array([True])),
        (
            "freireich_1963",  # weeks in remission on 6-MP, the textbook's example
            np.array(
                [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32,
                 34, 35],
                float,
            ),
            np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0])
            == 1,
        ),
    ]  # fmt: skip
    for name, n, decimals in (("continuous", 60, 6), ("tied", 80, 0), ("late", 50, 1)):
        delay, age = r.weibull(0.9, n) * 5, r.random(n) * 12
        waited = np.round(np.minimum(delay, age), decimals)
        found.append((name, waited, delay <= age))
    return found


def curves() -> list[dict[str, Any]]:
    """Survival of each sample."""
    cases = []
    for name, durations, ended in samples():
        curve = SurvfuncRight(durations, ended.astype(int))
        case: dict[str, Any] = {
            "kind": "curve",
            "name": name,
            "durations": durations,
            "ended": ended,
            "times": curve.surv_times,
            "at_risk": curve.n_risk,
            "events": curve.n_events,
            "share": curve.surv_prob,
            "standard_error": curve.surv_prob_se,
        }
        if name != "one":
            case["median_interval"] = curve.quantile_ci(0.5, method="cloglog")
        cases.append(case)
    return cases


def tests() -> list[dict[str, Any]]:
    """Log-rank tests of two samples."""
    r = np.random.default_rng(8)
    cases = []
    for name, stretch, decimals in (
        ("alike", 1.0, 6),
        ("slower", 1.6, 6),
        ("tied", 1.4, 0),
    ):
        n = 90
        group = np.arange(n) % 2
        stratum = np.arange(n) // 2 % 3
        delay = r.weibull(1.1, n) * np.where(group == 1, stretch, 1.0) * (2 + stratum)
        age = r.random(n) * 10
        waited = np.round(np.minimum(delay, age), decimals)
        ended = delay <= age
        plain = survdiff(waited, ended.astype(int), group)
        within = survdiff(waited, ended.astype(int), group, strata=stratum)
        cases.append(
            {
                "kind": "test",
                "name": name,
                "durations": waited,
                "ended": ended,
                "group": group,
                "stratum": stratum,
                "chi_square": float(plain[0]),
                "p_value": float(plain[1]),
                "chi_square_within": float(within[0]),
                "p_value_within": float(within[1]),
            }
        )
    return cases


def main() -> None:
    """Freeze the cases."""
    freeze(
        "late",
        script=__file__,
        packages=("numpy", "scipy", "statsmodels"),
        cases=curves() + tests(),
    )


if __name__ == "__main__":
    main()
