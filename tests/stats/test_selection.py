"""Which of many columns to select, against frozen answers and paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from leeboard.stats.selection import benjamini_hochberg, coverage
from tests.metrics._cases import frozen, hand

FAMILIES = [case for case in frozen("inference") if case["kind"] == "family"]


@pytest.mark.parametrize("case", FAMILIES, ids=lambda case: case["name"])
def test_benjamini_hochberg_selects_what_another_library_does(
    case: dict[str, Any],
) -> None:
    """The selection at 5 % is that of statsmodels, ties and unsorted input included."""
    expected = case["benjamini_hochberg"]["rejected"]
    assert benjamini_hochberg(case["p_values"], 0.05) == expected


@pytest.mark.parametrize("case", hand("benjamini_hochberg"), ids=lambda c: c["name"])
def test_benjamini_hochberg_by_hand(case: dict[str, Any]) -> None:
    """The step-up procedure worked on paper."""
    assert benjamini_hochberg(case["p_values"], case["level"]) == case["expected"]


def test_benjamini_hochberg_does_not_depend_on_order() -> None:
    """A permutation of the columns permutes the selection."""
    r = np.random.default_rng(4)
    p = np.concatenate([r.random(20), r.random(10) * 0.01])
    shuffled = r.permutation(30)
    straight = np.array(benjamini_hochberg(p.tolist(), 0.1))
    assert 0 < straight.sum() < 30
    assert benjamini_hochberg(p[shuffled].tolist(), 0.1) == straight[shuffled].tolist()


def test_nothing_to_select() -> None:
    """No columns give no selection."""
    assert benjamini_hochberg([], 0.05) == []


def test_any_false_selection_is_rare_if_all_are_null() -> None:
    """With 20 uniform p-values some column is selected in 5 % of families."""
    r = np.random.default_rng(5)
    p = r.random((4000, 20))
    share = np.mean([any(benjamini_hochberg(row.tolist(), 0.05)) for row in p])
    assert 0.05 - 4 * 0.0035 < share < 0.05 + 4 * 0.0035


def test_coverage_after_selection() -> None:
    """Two of twenty selected: each interval misses in 0.5 % of cases."""
    assert coverage(2, 20) == pytest.approx(0.995)
    assert coverage(20, 20) == pytest.approx(0.95)
    assert coverage(0, 20) == coverage(0, 0) == 0.95
