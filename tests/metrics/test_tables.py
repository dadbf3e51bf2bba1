"""Metrics of whole tables: duplicated rows and correlations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from leeboard.errors import MetricError
from leeboard.metrics import metrics
from leeboard.metrics._metric import Measurement, Rows
from leeboard.schema import Kind
from tests.metrics._cases import code_of, frozen, p_of, rows, texts, value_of


def measured(metric: str, reference: Any, current: Any, **options: Any) -> Measurement:
    """Measure two tables."""
    on_table = metrics()[metric].on_table
    assert on_table is not None
    result = on_table(reference, current, **options)
    assert isinstance(result, Measurement)
    return result


def test_duplicates_are_rows_equal_in_every_column() -> None:
    """A row that repeats an earlier one counts; missing equals missing."""
    table = {
        "a": rows([1, 1, 1, None, None, -0.0, 0.0]),
        "b": texts(["x", "x", "y", None, None, "z", "z"]),
    }
    result = measured("duplicates", {"a": table["a"]}, table)
    assert result.fact("rows") == 4  # only column a is in both
    result = measured("duplicates", table, table)
    assert result.fact("rows") == 3
    assert result.value == 3 / 7


@pytest.mark.parametrize("width", [1, 3])
def test_duplicates_equal_counting_distinct_rows(width: int) -> None:
    """The share equals one minus distinct rows over rows, with text and numbers."""
    rng = np.random.default_rng(width)
    columns = [rng.integers(0, 12, 300) for _ in range(width)]
    names = [np.array([f"v{i}" for i in column], object) for column in columns]
    table = {f"n{i}": Rows(c, 0, Kind.NUMERIC) for i, c in enumerate(columns)}
    table |= {f"t{i}": Rows(c, 0, Kind.CATEGORICAL) for i, c in enumerate(names)}
    distinct = len(set(zip(*columns, strict=True)))
    assert measured("duplicates", table, table).value == (300 - distinct) / 300


@pytest.mark.parametrize(
    "case",
    [c for c in frozen("moments") if c["kind"] == "correlation"],
    ids=lambda c: c["name"],
)
@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_correlations_equal_the_frozen_ones(method: str, case: dict[str, Any]) -> None:
    """Coefficients equal those of another library, or are undefined for a reason."""
    table = {"x": rows(case["x"]), "y": rows(case["y"])}
    result = measured("correlation", table, table, method=method)
    if case[method] is None or result.value is None:
        assert code_of(result) == "insufficient_data"
        assert case[method] is None or len(case["x"]) < 4
        return
    assert result.reference == pytest.approx(case[method], rel=1e-12, abs=1e-12)
    assert result.value == 0.0
    assert result.p_value == 1.0


def test_the_correlation_that_changed_most_is_named() -> None:
    """The pair that changed most is named, and its p-value allows for all pairs."""
    rng = np.random.default_rng(0)
    x, y, z = rng.normal(size=(3, 500))
    before = {"x": rows(x), "y": rows(x + y), "z": rows(z), "t": texts(["a"] * 500)}
    now = {"x": rows(x), "y": rows(y), "z": rows(z), "t": texts(["a"] * 500)}
    result = measured("correlation", before, now)
    assert result.subject == "x × y"
    assert value_of(result) > 0.5
    one = measured("correlation", before, now, pair=("x", "y"))
    assert p_of(result) == pytest.approx(min(3 * p_of(one), 1.0))
    with pytest.raises(MetricError) as caught:
        measured("correlation", before, now, pair=("x", "t"))
    assert "'t'" in str(caught.value)


def test_correlations_use_complete_rows() -> None:
    """A row missing in one column is left out of pairs with that column, in place."""
    x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    y = [2.0, None, 6.0, 8.0, 10.0, None]
    table = {"x": rows(x), "y": rows(y)}
    result = measured("correlation", table, table, method="pearson")
    assert result.reference == 1.0
    assert result.n_current == 4


def test_tables_without_anything_in_common_have_no_value() -> None:
    """No common column, or no rows, is no value with a reason."""
    some, none = {"a": rows([1.0, 2.0])}, {"b": rows([1.0])}
    for metric in ("duplicates", "correlation"):
        assert code_of(measured(metric, some, none)) == "insufficient_data"
        assert code_of(measured(metric, some, {"a": rows([])})) == "insufficient_data"
