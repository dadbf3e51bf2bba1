"""Freezes what scipy answers for two rows of counts over the same cells.

Two forms of every divergence: on the plain shares (zeros as they are: an infinite or
undefined answer is part of the truth) and with half a row added to each cell of both
sides, the smoothing Leeboard uses.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
from _freeze import freeze
from scipy import stats
from scipy.spatial.distance import jensenshannon

TABLES: dict[str, tuple[str, list[int], list[int]]] = {
    "equal": ("the very same counts", [10, 20, 30, 40], [10, 20, 30, 40]),
    "proportional": ("same shares, other total", [10, 20, 30], [1, 2, 3]),
    "small_change": (
        "ten cells, a small change",
        [100, 104, 98, 97, 101, 100, 99, 103, 98, 100],
        [80, 92, 95, 104, 99, 103, 108, 104, 110, 105],
    ),
    "large_change": ("mass turned round", [70, 20, 10], [10, 20, 70]),
    "two_cells": ("a 2 by 2 table", [8, 2], [1, 5]),
    "two_cells_large": ("a 2 by 2 table with many rows", [900, 100], [850, 150]),
    "rare_yes": ("a rare event", [4998, 2], [991, 9]),
    "empty_in_current": ("a cell that vanished", [30, 30, 40], [50, 50, 0]),
    "empty_in_reference": ("a cell that is new", [50, 50, 0], [30, 30, 40]),
    "disjoint": ("no cell in common", [25, 75, 0, 0], [0, 0, 60, 40]),
    "single_cell": ("one cell holds all", [100], [40]),
    "unused_cell": ("a cell empty on both sides", [40, 0, 60], [45, 0, 55]),
    "unequal_totals": ("100,000 rows against 100", [30000, 50000, 20000], [25, 50, 25]),
    "one_current_row": ("a single current row", [3, 4, 5], [0, 1, 0]),
    "zipf": (
        "forty levels, long tail",
        [1000 // k for k in range(1, 41)],
        [900 // (41 - k) + 1 for k in range(1, 41)],
    ),
    "huge": ("counts near 2**40", [2**40, 2**39, 2**38], [2**38, 2**39, 2**40]),
}


def undefined(value: float) -> Any:
    """Say that a number is not defined instead of freezing NaN."""
    return {"undefined": "not a number"} if math.isnan(value) else value


def divergences(p: Any, q: Any) -> dict[str, Any]:
    """Divergences of shares p (reference) and q (current), nats unless named."""
    kl_pq, kl_qp = float(stats.entropy(p, q)), float(stats.entropy(q, p))
    distance = float(jensenshannon(p, q))
    bits = float(jensenshannon(p, q, base=2))
    return {
        "kl_reference_from_current": kl_pq,
        "kl_current_from_reference": kl_qp,
        "kl_reference_from_current_bits": float(stats.entropy(p, q, base=2)),
        "psi": kl_pq + kl_qp,
        "js_distance_nats": distance,
        "js_divergence_nats": distance**2,
        "js_distance_bits": bits,
        "js_divergence_bits": bits**2,
        "hellinger": float(np.linalg.norm(np.sqrt(p) - np.sqrt(q)) / math.sqrt(2)),
        "total_variation": float(np.abs(p - q).sum() / 2),
        "l_infinity": float(np.abs(p - q).max()),
    }


def tests(reference: list[int], current: list[int]) -> dict[str, Any]:
    """Tests of one distribution for both rows; cells empty on both sides go first."""
    kept = [(a, b) for a, b in zip(reference, current, strict=True) if a + b > 0]
    table = np.array(kept, dtype=float).T
    chi2 = stats.chi2_contingency(table, correction=False)
    g = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
    out: dict[str, Any] = {
        "expected": chi2.expected_freq,
        "chi2": {
            "statistic": float(chi2.statistic),
            "dof": int(chi2.dof),
            "p_value": float(chi2.pvalue),
        },
        "g_test": {
            "statistic": float(g.statistic),
            "dof": int(g.dof),
            "p_value": float(g.pvalue),
        },
    }
    if table.shape[1] == 2:
        yates = stats.chi2_contingency(table, correction=True)
        whole = np.array(kept).T
        out["chi2_yates"] = {
            "statistic": float(yates.statistic),
            "p_value": float(yates.pvalue),
        }
        out["fisher"] = {
            "odds_ratio": float(stats.fisher_exact(whole).statistic),
            "p_two_sided": float(stats.fisher_exact(whole).pvalue),
            "p_less": float(stats.fisher_exact(whole, alternative="less").pvalue),
            "p_greater": float(stats.fisher_exact(whole, alternative="greater").pvalue),
        }
    return out


def check(name: str, found: dict[str, Any]) -> None:
    """Hold the answers against identities that any right answer obeys."""
    h, tv, jsd = (
        found[k] for k in ("hellinger", "total_variation", "js_divergence_nats")
    )
    slack = 1e-12
    truths = {
        "H^2 <= TV": h * h <= tv + slack,
        "TV <= sqrt(2) H": tv <= math.sqrt(2) * h + slack,
        "JSD <= ln 2": jsd <= math.log(2) + slack,
        "JSD in bits": math.isclose(
            found["js_divergence_bits"], jsd / math.log(2), rel_tol=1e-9, abs_tol=slack
        ),
        "L-infinity <= TV": found["l_infinity"] <= tv + slack,
    }
    wrong = [text for text, holds in truths.items() if not holds]
    if wrong:
        raise SystemExit(f"{name}: {wrong}")


def main() -> None:
    """Freeze the cases."""
    warnings.simplefilter("ignore")
    cases = []
    for name, (why, reference, current) in TABLES.items():
        a, b = np.array(reference, float), np.array(current, float)
        plain = divergences(a / a.sum(), b / b.sum())
        half = divergences(
            (a + 0.5) / (a.sum() + 0.5 * len(a)), (b + 0.5) / (b.sum() + 0.5 * len(b))
        )
        for found in (plain, half):
            check(name, found)
        floor = (len(a) - 1) * (1 / a.sum() + 1 / b.sum())
        cases.append(
            {
                "name": name,
                "why": why,
                "reference": reference,
                "current": current,
                "plain_shares": {k: undefined(v) for k, v in plain.items()},
                "half_added": {k: undefined(v) for k, v in half.items()},
                "psi_noise_floor": floor,
                "psi_debiased": max(0.0, half["psi"] - floor),
                "tests": tests(reference, current),
            }
        )
    freeze("counts", script=__file__, packages=("numpy", "scipy"), cases=cases)


if __name__ == "__main__":
    main()
