"""Whole columns become rows of values, each in its place."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from leeboard.engines.rows import column_kind, open_rows, rows_of
from leeboard.errors import MetricError
from leeboard.schema import Column, Kind, Schema
from leeboard.sources import Source, open_source


def source(**columns: object) -> Source:
    """Arrays as a source."""
    return open_source(pa.table(dict(columns)), name="current")


def test_missing_rows_keep_their_place() -> None:
    """NULL and NaN are left out of the values, and marked where they stood."""
    data = pa.chunked_array([[1.0, None, float("nan")], [None, 5.0], []], pa.float64())
    rows = rows_of(data, Kind.NUMERIC)
    assert rows.values.tolist() == [1.0, 5.0]
    assert (rows.missing, rows.rows) == (3, 5)
    assert rows.present.tolist() == [True, False, False, False, True]
    later = pa.chunked_array([[None, 2.0, 3.0, float("nan"), 5.0]])
    assert rows_of(later, Kind.NUMERIC).present.tolist() == [
        False,
        True,
        True,
        False,
        True,
    ]


def test_levels_are_text_whatever_the_encoding() -> None:
    """Plain and dictionary text, booleans and NULL give the same levels in place."""
    plain = pa.chunked_array([["a", None], ["b", "a"]])
    coded = pa.chunked_array([c.dictionary_encode() for c in plain.chunks])
    for data in (plain, coded):
        rows = rows_of(data, Kind.CATEGORICAL)
        assert rows.values.tolist() == ["a", "b", "a"]
        assert rows.present.tolist() == [True, False, True, True]
    truth = rows_of(pa.chunked_array([[True, None, False]]), Kind.BOOLEAN)
    assert truth.values.tolist() == ["true", "false"]


def test_infinities_are_counted_and_kept() -> None:
    """Infinities stay among the values, with their number beside them."""
    rows = rows_of(pa.chunked_array([[1.0, float("inf"), float("-inf")]]), Kind.NUMERIC)
    assert rows.infinite == 2
    assert len(rows.values) == 3


def test_large_whole_numbers_keep_their_digits() -> None:
    """Whole numbers next to each other near 2**62 stay apart."""
    rows = rows_of(pa.chunked_array([[2**62, 2**62 + 1]]), Kind.NUMERIC)
    assert len(np.unique(rows.values)) == 2


def test_kind_of_an_all_missing_side_is_that_of_the_other() -> None:
    """A column of NULL alone has the kind of the column it is compared with."""
    assert column_kind(pa.null(), pa.float64()) is Kind.NUMERIC
    assert column_kind(pa.string(), pa.null()) is Kind.CATEGORICAL


def test_a_schema_decides_as_what_rows_are_read() -> None:
    """Whole numbers that a schema calls categories are levels to the metrics."""
    pair = source(a=[1, 2, 2, 3]), source(a=[1, 1, 4, 4])
    schema = Schema((Column("a", Kind.CATEGORICAL),))
    rows = open_rows(*pair, schema)
    assert rows.measure("cardinality", "a").value == 2.0
    with pytest.raises(MetricError):
        rows.measure("ks", "a")
    assert open_rows(*pair).measure("ks", "a").value == 0.5


def test_columns_of_different_metrics_are_not_mixed_up() -> None:
    """Asking for columns in turn gives each its own answer, again and again."""
    before, now = source(a=[1.0, 2.0], b=[1.0, 2.0]), source(a=[1.0, 2.0], b=[8.0, 9.0])
    rows = open_rows(before, now)
    for _ in range(2):
        assert rows.measure("ks", "a").value == 0.0
        assert rows.measure("ks", "b").value == 1.0
        assert rows.measure("wasserstein", "b").value == 7.0


def test_without_reference_rows_there_is_no_value() -> None:
    """Where only a profile of the reference is known, row metrics need rows."""
    result = open_rows(None, source(a=[1.0])).measure("ks", "a")
    assert result.value is None
    assert result.reason is not None
    assert result.reason.code == "needs_rows"
