"""Selection among many columns equals statsmodels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from leeboard.stats.selection import benjamini_hochberg, coverage

ORACLE = Path(__file__).parents[1] / "fixtures" / "oracles" / "inference.json"
CASES = json.loads(ORACLE.read_text())["cases"]
FAMILIES = [case for case in CASES if case["kind"] == "family"]


@pytest.mark.parametrize("case", FAMILIES, ids=lambda case: case.get("name", ""))
def test_selection_equals_statsmodels(case: dict[str, Any]) -> None:
    """The same hypotheses are rejected at 5 %."""
    chosen = benjamini_hochberg(case["p_values"], 0.05)
    assert chosen == case["benjamini_hochberg"]["rejected"]


def test_nothing_is_selected_from_nothing() -> None:
    """No columns, no selection."""
    assert benjamini_hochberg([], 0.05) == []


def test_intervals_widen_with_selection() -> None:
    """One of twenty selected: 1 - 0.05 / 20; all selected: 0.95."""
    assert coverage(1, 20) == pytest.approx(0.9975)
    assert coverage(20, 20) == pytest.approx(0.95)
    assert coverage(0, 20) == pytest.approx(0.95)
