"""Sizes of changes from the kept figures: PSI less its noise.

Place: between the store and whoever shows sizes. Raw PSI grows as rows become few; less
its noise floor it may be held against the lines of verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["SIZE", "without_noise"]

SIZE = "psi"
"""The metric whose figure of the reference is its noise floor: 0 but for chance."""


def without_noise(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of measurements with each PSI less its noise floor, at least 0.

    Their figure of the reference is None, as it would be 0; those of other metrics are
    as they came. A PSI that an older version measured has no floor beside it: then it
    has no size, and its ``reason`` is ``noise_not_kept``.
    """
    return [_debiased(row) if row["metric"] == SIZE else dict(row) for row in rows]


def _debiased(row: Mapping[str, Any]) -> dict[str, Any]:
    value, floor = row["value"], row["reference"]
    if value is None:
        return {**row, "reference": None}
    if floor is None:
        return {**row, "value": None, "reason": "noise_not_kept"}
    return {**row, "value": max(0.0, value - floor), "reference": None}
