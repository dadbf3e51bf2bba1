"""Joined events by the names of the reference."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

import leeboard as lb
from leeboard.monitor.frame import frame_of
from leeboard.schema import Column, Kind, Role, Schema

MADE = pa.array([datetime(2026, 3, 1, 12, tzinfo=UTC)] * 3, pa.timestamp("us", "UTC"))
SCHEMA = Schema(
    (
        Column("temp", Kind.NUMERIC),
        Column("hr", Kind.NUMERIC),
        Column("city", Kind.CATEGORICAL),
        Column("yhat", Kind.NUMERIC, Role.PREDICTION),
        Column("y", Kind.NUMERIC, Role.LABEL),
    )
)
REFERENCE = lb.profile(
    pa.table(
        {
            "temp": [0.5, 1.5, 2.5, 3.5],
            "hr": [1, 2, 3, 4],
            "city": ["a", "b", "a", "b"],
            "yhat": [1.0, 2.0, 3.0, 4.0],
            "y": [1.0, 2.0, 3.0, 5.0],
        }
    ),
    schema=SCHEMA,
)


def _typed(**columns: Any) -> pa.Table:
    """Build joined events; ``features__temp_d`` names ``features.temp#d``."""
    return pa.table(
        {
            "id": pa.array(["1", "2", "3"]),
            "made_at": MADE,
            **{
                name[:-2].replace("__", ".") + "#" + name[-1]: pa.array(values)
                for name, values in columns.items()
            },
        }
    )


def test_columns_get_the_names_of_the_reference() -> None:
    """Features, prediction and label stand under the names of the schema."""
    joined = _typed(
        features__temp_d=[0.5, None, 2.0],
        features__city_s=["a", "b", None],
        prediction_d=[1.0, 2.0, 3.0],
        label_i=[1, None, 3],
    )
    frame = frame_of(joined, REFERENCE, ())
    assert set(frame.table.column_names) == {"temp", "city", "yhat", "y"}
    assert frame.table["yhat"].to_pylist() == [1.0, 2.0, 3.0]
    assert frame.extra["residual"].to_pylist() == [0.0, None, 0.0]
    assert frame.notes == ()


def test_whole_and_broken_numbers_are_one_column() -> None:
    """An integer today and a double tomorrow are both numbers."""
    joined = _typed(
        features__temp_d=[0.5, None, None], features__temp_i=[None, 7, None]
    )
    assert frame_of(joined, REFERENCE, ()).table["temp"].to_pylist() == [0.5, 7.0, None]


def test_whole_doubles_are_whole_where_the_reference_is() -> None:
    """3.0 is the hour 3, so that its cell is found."""
    joined = _typed(features__hr_d=[3.0, 4.0, None])
    column = frame_of(joined, REFERENCE, ()).table["hr"]
    assert column.type == pa.int64()
    broken = _typed(features__hr_d=[3.5, 4.0, None])
    assert frame_of(broken, REFERENCE, ()).table["hr"].type == pa.float64()


def test_values_of_another_type_are_missing_and_told() -> None:
    """A text among numbers is not cast, and the count says so."""
    joined = _typed(
        features__temp_d=[0.5, None, None], features__temp_s=[None, "hot", "7"]
    )
    frame = frame_of(joined, REFERENCE, ())
    assert frame.table["temp"].to_pylist() == [0.5, None, None]
    (note,) = frame.notes
    assert (note.code, note.where) == ("type_changed", "column 'temp'")
    assert note.text.startswith("2 values")


def test_a_column_that_is_all_of_another_type_is_left_to_the_engine() -> None:
    """It keeps its type, so that the column fails with its reason."""
    joined = _typed(features__temp_s=["a", "b", "c"])
    assert frame_of(joined, REFERENCE, ()).table["temp"].type == pa.string()


@pytest.mark.parametrize("name", ["score", "spam"])
def test_scores_latency_and_metadata_stand_beside(name: str) -> None:
    """What the reference does not have is extra; one score alone is the score."""
    joined = _typed(
        **{f"scores__{name}_d": [0.1, 0.2, 0.3]}, metadata__queue_i=[1, 2, 3]
    ).append_column("latency_s", pa.array([0.01, None, 0.02]))
    frame = frame_of(joined, REFERENCE, ("queue",))
    assert set(frame.extra) == {f"scores.{name}", "metadata.queue", "latency_s"}
    assert frame.score is not None
    assert frame_of(joined, REFERENCE, ()).extra.keys() == {
        f"scores.{name}",
        "latency_s",
    }
