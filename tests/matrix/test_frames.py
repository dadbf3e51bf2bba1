"""Bad frames, one test for each row A of the list of bad inputs.

Each ends in a result, a result with a warning, or one error that names the place, what
was found, what was expected and the way out. One bad column never stops the others.
"""

from __future__ import annotations

import bisect
import copy
import datetime as dt
import decimal
import math
import re
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import leeboard as lb
from leeboard.cli._guard import guarded
from leeboard.profiles.counts import NumericCounts
from leeboard.schema import Column, Kind, Role, Schema
from tests.matrix._frames import (
    GOOD,
    ROWS,
    answers,
    cells_of,
    checked,
    frame,
    goes_on,
    levels,
    lists,
    notes,
    objects,
    refused,
    rng,
    said,
    skipped,
)

NAN = np.full(ROWS, np.nan)
NONE = objects([None] * ROWS)
NOISE = rng(1).normal(size=ROWS)
LETTERS = rng(2).choice(list("abc"), ROWS)
TOP = 2**63 - 1


def declared(kind: Kind, role: Role = Role.FEATURE) -> Schema:
    """A schema of the column under test and the good one."""
    return Schema((Column("x", kind, role), Column(GOOD, Kind.NUMERIC)))


def test_a01_no_current_rows_decide_nothing() -> None:
    """A1: every column is unsure for want of data, and nothing failed."""
    report = checked(frame(LETTERS), frame(LETTERS).iloc[:0])
    assert said(report) == said(report, GOOD) == ("unsure", "insufficient_data")
    assert "no rows" in report["x"].verdict.reason.text
    assert report.passed


def test_a02_a_reference_without_rows_is_refused() -> None:
    """A2: there is nothing to compare with, and the error says which side is empty."""
    error = refused("reference_empty", frame(LETTERS).iloc[:0], frame(LETTERS))
    assert "reference" in error.where


def test_a03_one_current_row_shows_counts_and_no_verdict() -> None:
    """A3: one row is counted; the reason says how many a comparison takes."""
    report = checked(frame(LETTERS), frame(LETTERS).iloc[:1])
    assert said(report) == ("unsure", "insufficient_data")
    assert report["x"].verdict.n_current == 1
    assert "1 row " in report["x"].verdict.reason.text
    assert "20" in report["x"].verdict.reason.text


@pytest.mark.parametrize("empty", [pd.DataFrame(index=range(5)), pa.table({}), {}])
def test_a04_no_columns_are_refused(empty: Any) -> None:
    """A4: a frame without columns is an error on either side."""
    assert "reference" in refused("no_columns", empty, frame()).where
    assert "current" in refused("no_columns", frame(), empty).where


@pytest.mark.parametrize("gone", [NAN, NONE], ids=["NaN", "None"])
@pytest.mark.parametrize("rows", [5, ROWS])
def test_a05_numbers_that_are_all_gone_moved(gone: Any, rows: int) -> None:
    """A5: all missing is a move with its own reason, even in five rows."""
    report = checked(frame(NOISE), frame(gone).iloc[:rows])
    assert said(report) == ("moved", "all_missing")
    missing = report["x"].measurements["missing"]
    assert (missing.reference, missing.current) == (0.0, 1.0)
    assert not report.passed


def test_a05_few_missing_rows_of_a_gappy_column_are_no_alarm() -> None:
    """A5: three missing rows of a column that is half missing decide nothing."""
    half = np.where(np.arange(ROWS) % 2, NOISE, np.nan)
    report = checked(frame(half), frame(NAN).iloc[:3])
    assert said(report) == ("unsure", "insufficient_data")


@pytest.mark.parametrize("gone", [NAN, NONE], ids=["NaN", "None"])
def test_a06_a_reference_that_is_all_missing_is_left_out_by_name(gone: Any) -> None:
    """A6: the column is named in a warning and among those not compared."""
    report = checked(frame(gone), frame(NOISE))
    assert skipped(report) == {"x": "reference_all_missing"}
    assert "column 'x'" in notes(report)["reference_all_missing"]
    goes_on(report)


@pytest.mark.parametrize("rows", [5, ROWS])
def test_a07_categories_that_are_all_gone_moved(rows: int) -> None:
    """A7: as with numbers."""
    report = checked(frame(LETTERS), frame(NONE).iloc[:rows])
    assert said(report) == ("moved", "all_missing")


def test_a08_infinities_now_have_cells_of_their_own() -> None:
    """A8: both are counted and told, and stay out of the mean."""
    wild = NOISE.copy()
    wild[:10], wild[10:15] = np.inf, -np.inf
    report = checked(frame(NOISE), frame(wild))
    told = notes(report)["infinite"]
    assert "10 of +inf" in told
    assert "5 of -inf" in told
    assert "current" in told
    counts = report.findings.current.parts[None].counts["x"]
    assert counts.cells[-3:].tolist() == [5, 10, 0]
    mean = report["x"].measurements["mean"].current
    assert mean == pytest.approx(NOISE[15:].mean(), rel=1e-12)
    flooded = checked(frame(NOISE), frame(np.where(np.arange(ROWS) % 2, np.inf, NOISE)))
    assert said(flooded) == ("moved", "beyond_negligible")


def test_a09_infinities_in_the_reference_leave_edges_finite() -> None:
    """A9: edges come from finite values; a reference of infinities alone is named."""
    wild = NOISE.copy()
    wild[:10] = np.inf
    report = checked(frame(wild), frame(NOISE))
    assert np.isfinite(cells_of(report.findings.reference).edges).all()
    assert "reference" in notes(report)["infinite"]
    alone = checked(frame(np.full(ROWS, np.inf)), frame(NOISE))
    assert skipped(alone) == {"x": "reference_all_infinite"}
    assert "finite" in notes(alone)["reference_all_infinite"]


@pytest.mark.parametrize("value", [3.0, "k", True])
def test_a10_a_constant_that_stays_has_held(value: Any) -> None:
    """A10: one and the same value on both sides is size 0."""
    report = checked(frame([value] * ROWS), frame([value] * ROWS))
    assert said(report) == ("held", "constant")
    assert report["x"].verdict.value == 0.0


@pytest.mark.parametrize("rows", [12, ROWS])
@pytest.mark.parametrize(("before", "now"), [(3.0, 4.0), ("k", "j")])
def test_a11_a_constant_that_changes_moved_by_the_exact_rule(
    before: Any, now: Any, rows: int
) -> None:
    """A11: rows outside the only value are told as such."""
    report = checked(frame([before] * ROWS), frame([now] * ROWS).iloc[:rows])
    assert said(report) == ("moved", "left_constant")
    assert f"{rows} of {rows} rows" in report["x"].verdict.reason.text


def test_a12_a_column_that_became_constant_moved() -> None:
    """A12: constant in the current data only is drift as usual."""
    assert said(checked(frame(NOISE), frame(np.zeros(ROWS))))[0] == "moved"
    assert said(checked(frame(LETTERS), frame(["a"] * ROWS)))[0] == "moved"


def test_a13_a_missing_column_fails_and_the_others_go_on() -> None:
    """A13: the reason names the column and what there is instead."""
    report = checked(frame(NOISE), frame(NOISE, name="z"))
    assert said(report) == ("failed", "missing_column")
    assert "it has 'z'" in report["x"].verdict.reason.text
    goes_on(report)
    assert not report.passed


@pytest.mark.parametrize("new", ["trip_fare", "Fare", " fare"])
def test_a13_a_renamed_column_is_guessed(new: str) -> None:
    """A13: a new column of the same kind and a like name is told beside the gap."""
    report = checked(frame(NOISE, name="fare"), frame(NOISE, name=new))
    assert repr(new) in report["fare"].verdict.reason.text
    assert "rename it back" in report["fare"].verdict.reason.text
    other = checked(frame(NOISE, name="fare"), frame(LETTERS, name=new))
    assert "rename it back" not in other["fare"].verdict.reason.text


def test_a14_an_extra_column_is_ignored_with_a_warning() -> None:
    """A14: named one by one, and in one line where there are many."""
    now = frame(NOISE).assign(new=1.0)
    report = checked(frame(NOISE), now)
    assert "'new'" in notes(report)["unexpected_column"]
    assert report.passed
    wide = pd.DataFrame({f"n{i}": np.zeros(ROWS) for i in range(30)})
    many = checked(frame(NOISE), pd.concat([frame(NOISE), wide], axis=1))
    assert len([n for n in many.findings.notes if n.code == "unexpected_column"]) == 1
    assert "30 columns" in notes(many)["unexpected_column"]


def test_a15_numbers_that_became_text_fail_with_their_castable_share() -> None:
    """A15: nothing is cast silently; the text says how much could be."""
    texts = objects([f"{v:.3f}" for v in NOISE])
    texts[: ROWS // 4] = "n/a"
    report = checked(frame(NOISE), frame(texts))
    assert said(report) == ("failed", "type_changed")
    assert "75% of the texts are numbers" in report["x"].verdict.reason.text
    texts[: ROWS // 4] = "0.5"
    texts[0] = "n/a"
    few = checked(frame(NOISE), frame(texts))
    assert "all but 1 of the texts are" in few["x"].verdict.reason.text
    goes_on(report)
    back = checked(frame(LETTERS), frame(np.arange(ROWS) % 7))
    assert said(back) == ("failed", "type_changed")


def test_a16_one_and_the_text_one_are_two_categories() -> None:
    """A16: keys carry their type, with a warning."""
    mixed = objects([1, "1"] * (ROWS // 2))
    report = checked(frame(mixed), frame(mixed))
    assert said(report) == ("held", "below_large")
    assert "300 int, 300 str" in notes(report)["mixed_types"]
    assert set(levels(frame(mixed))) == {"1", "1 (int)"}
    assert said(checked(frame(["1"] * ROWS), frame(mixed)))[0] == "moved"


@pytest.mark.parametrize("odd", [[1, 2], {"a": 1}, {1}], ids=["list", "dict", "set"])
def test_a17_a_container_in_a_cell_is_named_with_its_row(odd: Any) -> None:
    """A17: the column fails where it is current, and is left out where reference."""
    values = lists([*([1.0] * 7), odd, *([2.0] * (ROWS - 8))])
    now = checked(frame(NOISE), frame(values))
    assert said(now) == ("failed", "unsupported_type")
    assert "row 7" in now["x"].verdict.reason.text
    assert type(odd).__name__ in now["x"].verdict.reason.text
    goes_on(now)
    before = checked(frame(values), frame(NOISE))
    assert skipped(before) == {"x": "unsupported_type"}
    assert "row 7" in notes(before)["unsupported_type"]
    goes_on(before)


def _vectors() -> list[Any]:
    rows = [[float(i), 1.0, 2.0] for i in range(ROWS)]
    arrays = frame(lists([np.array(row) for row in rows]))
    lists_ = pl.DataFrame({"x": rows, GOOD: NOISE})
    fixed = lists_.with_columns(pl.col("x").cast(pl.Array(pl.Float64, 3)))
    return [arrays, lists_, fixed, fixed.to_arrow()]


@pytest.mark.parametrize("of", range(4), ids=["numpy", "list", "array", "arrow"])
def test_a18_vectors_are_left_out_if_declared_and_unsupported_if_not(of: int) -> None:
    """A18: a declared vector is skipped as one; otherwise as a container in a cell."""
    vectors = _vectors()[of]
    report = checked(vectors, vectors, schema=declared(Kind.VECTOR))
    assert skipped(report) == {"x": "vector"}
    assert "unsupported_type" not in notes(report)
    goes_on(report)
    assert skipped(checked(vectors, vectors)) == {"x": "unsupported_type"}
    now = checked(frame(NOISE), vectors)
    assert said(now) == ("failed", "unsupported_type")


def test_a19_ragged_vectors_are_left_out_too() -> None:
    """A19: a vector of another length crashes nothing, and the reason is told."""
    ragged = [np.ones(3 + (i == 5)) for i in range(ROWS)]
    report = checked(frame(lists(ragged)), frame(lists(ragged)))
    assert skipped(report) == {"x": "unsupported_type"}
    known = checked(
        frame(lists(ragged)), frame(lists(ragged)), schema=declared(Kind.VECTOR)
    )
    assert skipped(known) == {"x": "vector"}
    goes_on(known)


def test_a20_nullable_integers_equal_floats_with_nan() -> None:
    """A20: Int64 with NA gives the same numbers as float with NaN."""
    plain = frame(rng(3).integers(0, 40, ROWS).astype(float))
    plain.loc[::7, "x"] = np.nan
    now = frame(rng(4).integers(3, 44, ROWS).astype(float), seed=1)
    expected = answers(checked(plain, now))
    nullable = plain.astype({"x": "Int64"}), now.astype({"x": "Int64"})
    assert nullable[0]["x"].isna().any()
    assert answers(checked(*nullable)) == expected
    assert answers(checked(plain, nullable[1])) == expected


def test_a21_nullable_booleans_are_two_categories_and_missing() -> None:
    """A21: boolean with NA, object and Arrow agree."""
    values = pd.array(rng(5).choice([True, False], ROWS), "boolean")
    values[::5] = pd.NA
    plain = frame(values)
    now = frame(pd.array(rng(6).choice([True, False], ROWS, p=[0.8, 0.2]), "boolean"))
    report = checked(plain, now)
    assert report["x"].verdict.kind == "boolean"
    assert lb.profile(plain).parts[None].counts["x"].missing == ROWS // 5
    for kind in (object, "bool[pyarrow]"):
        other = plain.astype({"x": kind})
        assert answers(checked(other, now)) == answers(report)


@pytest.mark.parametrize("kind", ["string[pyarrow]", "string[python]", "str", object])
def test_a22_every_kind_of_text_column_is_the_same(kind: Any) -> None:
    """A22: how pandas keeps text makes no difference."""
    before, now = frame(LETTERS), frame(rng(7).choice(list("abcd"), ROWS))
    expected = answers(checked(before, now))
    for side in (before, now):
        side.loc[::9, "x"] = None
    expected = answers(checked(before.astype(object), now.astype(object)))
    stored = before.astype({"x": kind}), now.astype({"x": kind})
    found = checked(stored[0], stored[1])
    assert [a for a in answers(found) if a[0] == "x"] == [
        a for a in expected if a[0] == "x"
    ]


def test_a23_only_observed_categories_count() -> None:
    """A23: unused categories and another order of them change nothing."""
    values = rng(8).choice(list("abc"), ROWS)
    expected = answers(checked(frame(LETTERS), frame(values)))
    wide = pd.CategoricalDtype(["zzz", "c", "b", "a", "q"])
    narrow = pd.CategoricalDtype(list("cab"))
    for one, two in ((wide, narrow), (narrow, wide)):
        before = frame(LETTERS).astype({"x": one})
        now = frame(values).astype({"x": two})
        assert answers(checked(before, now)) == expected
    assert "zzz" not in levels(frame(LETTERS).astype({"x": wide}))


def test_a24_an_order_of_categories_changes_no_number() -> None:
    """A24: ordered categories are compared as categories."""
    ordered = pd.CategoricalDtype(list("abc"), ordered=True)
    values = rng(8).choice(list("abc"), ROWS)
    expected = answers(checked(frame(LETTERS), frame(values)))
    before = frame(LETTERS).astype({"x": ordered})
    assert answers(checked(before, frame(values))) == expected


def test_a25_decimals_are_read_as_floats_with_one_warning_if_they_lose() -> None:
    """A25: short decimals equal floats; long ones say so, once."""
    floats = NOISE.round(3)
    short = frame(objects([decimal.Decimal(str(v)) for v in floats]))
    assert answers(checked(short, short)) == answers(
        checked(frame(floats), frame(floats))
    )
    assert "decimal_precision" not in notes(checked(short, short))
    long = [decimal.Decimal("1234567890123456789.123") + i for i in range(ROWS)]
    for kind in (
        frame(objects(long)),
        pa.table({"x": pa.array(long, pa.decimal128(38, 3))}),
    ):
        report = checked(kind, kind)
        codes = [n.code for n in report.findings.notes]
        assert codes.count("decimal_precision") == 2  # once for each side
        assert said(report)[0] == "held"


def _rows(values: Any) -> Any:
    return pd.DataFrame({"x": values, GOOD: 0.0})


def counted(before: Any, now: Any, read: Callable[[Any], Any]) -> None:
    """Current counts equal those of Python's exact comparisons of single values."""
    reference = lb.profile(frame(before))
    cells = cells_of(reference)
    edges = [2**63 if edge == TOP else edge for edge in cells.edges.tolist()]
    for values in (before, now):
        table = [0] * cells.size
        for value in values:
            table[bisect.bisect_right(edges, read(value))] += 1
        profile = lb.profile(_rows(values), reference=reference)
        counts = profile.parts[None].counts["x"]
        assert isinstance(counts, NumericCounts)
        assert counts.cells.tolist() == table
        total = sum((Fraction(read(value)) for value in values), Fraction(0))
        largest = max(abs(Fraction(read(value))) for value in values)
        assert counts.mean() is not None
        off = abs(Fraction(counts.mean()) - total / len(values))
        # sums are scaled against overflow, which costs the digits of denormals
        assert off <= Fraction(1, 10**12) * largest + Fraction(1, 10**300)


def test_a26_integers_at_the_ends_of_64_bits_are_counted_exactly() -> None:
    """A26: no overflow, no rounding to floats, and unchanged data holds."""
    ends = [TOP - i for i in range(ROWS // 2)] + [
        -TOP - 1 + i for i in range(ROWS // 2)
    ]
    values = rng(9).permutation(np.array(ends))
    counted(values, values[: ROWS // 3], int)
    report = checked(frame(values), frame(values))
    assert said(report) == ("held", "below_large")
    assert len(cells_of(lb.profile(frame(values))).edges) > 60
    assert said(checked(frame(values), frame(-values - 1)))[0] == "held"
    assert said(checked(frame(values), frame(np.full(ROWS, TOP))))[0] == "moved"
    top = frame(np.full(ROWS, TOP))
    assert said(checked(top, top)) == ("held", "constant")


@pytest.mark.parametrize("kind", ["object", "uint64", "polars"])
def test_a27_integers_past_64_bits_become_floats_with_a_warning(kind: str) -> None:
    """A27: each side says so, and counts are those of the floats."""
    steps = rng(10).integers(0, 2**40, ROWS).tolist()
    values = [2**63 + (i << 20) for i in steps]
    column = objects(values) if kind == "object" else np.array(values, np.uint64)
    data = frame(column)
    if kind == "polars":
        data = pl.DataFrame({"x": np.array(values, np.uint64), GOOD: NOISE})
    report = checked(data, data)
    assert said(report) == ("held", "below_large")
    assert "stored as text" in notes(report)["big_integers"]
    if kind != "polars":
        counted(column, column[:100], float)
    beyond = pd.Series([10**400 + i for i in range(ROWS)], dtype=object)
    huge = checked(frame(beyond), frame(NOISE))
    assert skipped(huge) == {"x": "reference_all_infinite"}


def test_a28_complex_numbers_are_unsupported() -> None:
    """A28: one column fails, or is left out; the others go on."""
    now = checked(frame(NOISE), frame(NOISE * 1j))
    assert said(now) == ("failed", "unsupported_type")
    assert "complex" in now["x"].verdict.reason.text
    goes_on(now)
    assert skipped(checked(frame(NOISE * 1j), frame(NOISE))) == {
        "x": "unsupported_type"
    }


def test_a29_half_floats_are_widened() -> None:
    """A29: float16 equals the same values as float64, in pandas and Arrow."""
    half = NOISE.astype(np.float16)
    wide = half.astype(np.float64)
    expected = answers(checked(frame(wide), frame(wide[::-1].copy())))
    assert answers(checked(frame(half), frame(half[::-1].copy()))) == expected
    table = pa.table({"x": pa.array(half), GOOD: frame()[GOOD].to_numpy()})
    assert answers(checked(table, frame(wide[::-1].copy()))) == expected
    long = frame(half.astype(np.longdouble))
    assert answers(checked(long, frame(wide[::-1].copy()))) == expected


def test_a30_the_largest_floats_overflow_nothing() -> None:
    """A30: counts are exact; mean and spread stay finite."""
    values = rng(11).uniform(-1.7, 1.7, ROWS) * 1e308
    counted(values, -values, float)
    report = checked(frame(values), frame(values), exact=True)
    assert said(report) == ("held", "below_large")
    mean = report["x"].measurements["mean"]
    assert math.isfinite(mean.current)
    assert math.isfinite(cells_of(lb.profile(frame(values))).spread)
    ties = rng(11).choice([1e308, -1e308, 1.7e308], ROWS)
    counted(ties, ties, float)


def test_a31_the_smallest_floats_and_both_zeros() -> None:
    """A31: denormals are counted exactly, and -0.0 is 0.0."""
    tiny = rng(12).choice([5e-324, 1e-310, -5e-324, -0.0, 0.0], ROWS)
    counted(tiny, tiny[:50], float)
    least = rng(12).choice([5e-324, 0.0], ROWS)
    for value in (0.0, 5e-323, 3.0):
        checked(frame(least), frame(np.full(ROWS, value)))
    zeros = np.where(np.arange(ROWS) % 2, 0.0, -0.0)
    for one, two in ((zeros, np.zeros(ROWS)), (np.full(ROWS, -0.0), zeros)):
        assert said(checked(frame(one), frame(two))) == ("held", "constant")


def test_a32_bytes_are_categories_up_to_a_kibibyte() -> None:
    """A32: short bytes are read by their digits; a long cell ends the column."""
    short = objects([b"ab", b"cd"] * (ROWS // 2))
    report = checked(frame(short), frame(short))
    assert said(report) == ("held", "below_large")
    assert "hexadecimal" in notes(report)["bytes_as_text"]
    long = short.copy()
    long[9] = b"x" * 1025
    now = checked(frame(short), frame(long))
    assert said(now) == ("failed", "unsupported_type")
    assert "row 9" in now["x"].verdict.reason.text
    sql = "select case when i = 9 then repeat('a', 2000)::blob else 'ab'::blob end x, "
    sql += f"i::double {GOOD} from range({ROWS}) t(i)"
    streamed = checked(frame(short), duckdb.sql(sql))
    assert said(streamed) == ("failed", "unsupported_type")
    goes_on(streamed)


def test_a33_durations_are_seconds() -> None:
    """A33: timedelta gives the same answer as its seconds."""
    seconds = rng(13).integers(1, 1000, ROWS)
    spans = frame(pd.to_timedelta(seconds, unit="s"))
    report = checked(spans, spans)
    assert said(report)[0] == "held"
    mean = report["x"].measurements["mean"].current
    assert mean == pytest.approx(seconds.mean(), rel=1e-12)
    assert answers(checked(spans, frame(seconds * 1.0))) == answers(report)


def test_a34_not_a_time_counts_as_missing() -> None:
    """A34: NaT is counted; a feature that is all NaT moved."""
    times = pd.Series(pd.date_range("2024-01-01", periods=ROWS, freq="h"))
    times[::5] = pd.NaT
    schema = declared(Kind.DATETIME)
    report = checked(frame(times), frame(times), schema=schema)
    assert said(report) == ("held", "below_large")
    assert report["x"].measurements["missing"].current == pytest.approx(0.2)
    gone = frame(pd.Series([pd.NaT] * ROWS))
    assert said(checked(frame(times), gone, schema=schema)) == ("moved", "all_missing")


def test_a35_dates_out_of_nanoseconds_are_kept_with_a_warning() -> None:
    """A35: years 1 and 9999 overflow nothing, and are told."""
    ends = [dt.datetime(9999, 12, 31), dt.datetime(1, 1, 1)]  # noqa: DTZ001 - naive on purpose
    schema = declared(Kind.DATETIME)
    seconds = np.array(["9999-12-31", "0001-01-01"] * (ROWS // 2), "M8[s]")
    for column in (objects(ends * (ROWS // 2)), seconds):
        report = checked(frame(column), frame(column), schema=schema)
        assert said(report) == ("held", "below_large")
        told = notes(report)["far_dates"]
        assert "0001-01-01" in told
        assert "9999-12-31" in told


def _hours() -> pd.Series:
    return pd.Series(pd.date_range("2024-01-01", periods=ROWS, freq="h"))


def test_a36_a_time_column_with_and_without_zone_is_refused() -> None:
    """A36: for the time column an error, for a feature a warning."""
    naive, aware = frame(_hours()), frame(_hours().dt.tz_localize("UTC"))
    for before, now in ((naive, aware), (aware, naive)):
        error = refused("timezone_mismatch", before, now)
        assert "column 'x'" in error.where
        report = checked(before, now, schema=declared(Kind.DATETIME))
        assert said(report)[0] == "held"
        assert "column 'x'" in notes(report)["timezone_mismatch"]
    gone = checked(aware, frame(pd.Series([pd.NaT] * ROWS)))
    goes_on(gone)
    tokyo = frame(_hours().dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo"))
    assert "timezone_mismatch" not in notes(checked(aware, tokyo))
    schema = Schema(
        (
            Column("e", Kind.CATEGORICAL, Role.ENTITY),
            Column("x", Kind.DATETIME, Role.TIME),
            Column(GOOD, Kind.NUMERIC),
        )
    )
    refused(
        "timezone_mismatch", naive.assign(e="a"), aware.assign(e="a"), schema=schema
    )


def test_a37_mixed_offsets_are_read_as_utc() -> None:
    """A37: one moment in two offsets is one value, with a warning."""
    zones = [dt.timezone(dt.timedelta(hours=h)) for h in (0, 2)]
    start = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    moments = [start + dt.timedelta(hours=i) for i in range(ROWS)]
    mixed = [m.astimezone(zones[i % 2]) for i, m in enumerate(moments)]
    schema = declared(Kind.DATETIME)
    report = checked(frame(objects(mixed)), frame(objects(moments)), schema=schema)
    assert report["x"].verdict.value == 0.0
    assert "UTC" in notes(report)["mixed_offsets"]


def test_a38_dates_as_text_are_never_guessed() -> None:
    """A38: declared as dates they fail and ask for the format; else they are text."""
    texts = [f"{i % 12 + 1:02d}/{i % 11 + 1:02d}/2024" for i in range(ROWS)]
    before, now = frame(texts), frame(texts)
    report = checked(before, now, schema=declared(Kind.DATETIME))
    assert said(report) == ("failed", "not_of_kind")
    assert "format" in report["x"].verdict.reason.text
    goes_on(report)
    assert checked(before, now)["x"].verdict.kind == "categorical"
    typo = checked(before, now, schema=declared(Kind.NUMERIC))
    assert said(typo) == ("failed", "not_of_kind")
    absent = checked(frame(), frame(), schema=declared(Kind.NUMERIC))
    assert said(absent) == ("failed", "missing_column")


def test_a39_names_that_occur_twice_are_refused() -> None:
    """A39: the error lists the names and their places, on either side."""
    twice = pd.concat([frame(NOISE), frame(NOISE)], axis=1)
    error = refused("duplicate_columns", twice, frame(NOISE))
    assert "'x' (columns 1, 3)" in error.found
    assert "current" in refused("duplicate_columns", frame(NOISE), twice).where
    arrays = [pa.array([1.0]), pa.array([2.0])]
    refused("duplicate_columns", pa.table(arrays, names=["a", "a"]), frame())


def test_a40_names_that_look_alike_are_kept_apart() -> None:
    """A40: case, spaces and Unicode forms make different columns, with a warning."""
    names = ["Age", "age", "age ", "caf\u00e9", "cafe\u0301"]
    data = pd.DataFrame({n: rng(i).normal(size=ROWS) for i, n in enumerate(names)})
    report = checked(data, data)
    assert [c.name for c in report] == names
    alike = [n.text for n in report.findings.notes if n.code == "similar_names"]
    assert any("'Age', 'age', 'age '" in text for text in alike)
    assert any("caf" in text for text in alike)


def test_a41_names_that_are_no_text_become_text() -> None:
    """A41: a number, a tuple, None and NaN get a name; several levels are refused."""
    data = frame(LETTERS).assign(z=NOISE, w=NOISE)
    for raw, name in ((0, "0"), (("a", 1), "a, 1"), (None, "None"), (2.5, "2.5")):
        odd = data.copy()
        odd.columns = pd.Index([raw, "y", "z", "w"], dtype=object, tupleize_cols=False)
        report = checked(odd, odd)
        assert name in [c.name for c in report]
        assert repr(name) in notes(report)["name_not_text"]
    odd.columns = pd.Index([math.nan, "y", "z", "w"], dtype=object)
    assert "NaN" in [c.name for c in checked(odd, odd)]
    levels = frame(LETTERS)
    levels.columns = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])
    assert "join" in refused("multiindex_columns", levels, levels).fix


@pytest.mark.parametrize("name", ["", " ", "a\0b", "a\x07b"])
def test_a42_names_of_nothing_or_control_characters_are_refused(name: str) -> None:
    """A42: the error says which column by its place."""
    data = pd.DataFrame({GOOD: NOISE, name: NOISE})
    assert "column 2" in refused("bad_column_name", data, data).where


NAMES = ['a"b', "a;b", "a--b", "a\nb", "q" * 300, "a'b", "%s", "{x}", "a,b", "a.b"]


def test_a43_names_of_any_printable_kind_work_everywhere() -> None:
    """A43: quotes, semicolons, newlines and 300 characters survive every form."""
    data = pd.DataFrame({n: rng(i).normal(size=ROWS) for i, n in enumerate(NAMES)})
    report = checked(data, data, exact=True)
    assert [c.name for c in report] == NAMES
    streamed = duckdb.from_arrow(pa.Table.from_pandas(data))
    assert answers(checked(streamed, streamed)) == answers(report)


EVIL = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
]


def test_a44_names_and_values_are_inert_in_html() -> None:
    """A44: nothing of the data becomes markup."""
    data = pd.DataFrame({EVIL[0]: NOISE, EVIL[1]: rng(1).choice(EVIL, ROWS)})
    now = data.assign(**{EVIL[1]: EVIL[2]})
    for report in (checked(data, now), checked(data, now[[EVIL[0]]])):
        page = report.to_html()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<script>alert" not in report._repr_html_()


def test_a45_names_of_javascript_objects_are_names() -> None:
    """A45: __proto__ and constructor are columns and levels like others."""
    levels = rng(1).choice(["__proto__", "toString"], ROWS)
    data = pd.DataFrame({"__proto__": NOISE, "constructor": levels})
    report = checked(data, data)
    assert [c.name for c in report] == ["__proto__", "constructor"]
    assert report.passed


def test_a46_the_index_is_not_read() -> None:
    """A46: doubled, falling and layered indexes change nothing."""
    plain, now = frame(LETTERS), frame(LETTERS, seed=1)
    expected = answers(checked(plain, now))
    layered = pd.MultiIndex.from_product([range(ROWS // 10), range(10)])
    for index in ([0] * ROWS, range(ROWS, 0, -1), layered):
        odd = now.copy()
        odd.index = index
        assert answers(checked(plain, odd)) == expected


def test_a47_a_hundred_thousand_levels_are_quick() -> None:
    """A47: within 30 s, with a warning; levels that are all new are no calm."""
    many = 100_000
    twice = rng(1).permutation(many) // 2
    before = pd.DataFrame({"id": np.arange(many), "z": twice}).astype(str)
    now = ("n" + before).assign(**{GOOD: 1.0})
    start = time.perf_counter()
    report = lb.check(before.assign(**{GOOD: 1.0}), now)
    assert time.perf_counter() - start < 30
    assert "looks like an identifier" in notes(report)["looks_like_id"]
    assert skipped(report)["id"] == "not_compared"
    assert said(report, "z") == ("moved", "unseen_levels")
    same = lb.check(before.assign(**{GOOD: 1.0}), before.assign(**{GOOD: 1.0}))
    assert said(same, "z") == ("unsure", "rare_levels")


def test_a48_a_new_category_has_its_own_share() -> None:
    """A48: new levels are counted, and the size stays finite."""
    report = checked(frame(LETTERS), frame(rng(3).choice(list("abcd"), ROWS)))
    assert said(report) == ("moved", "beyond_negligible")
    assert math.isfinite(report["x"].measurements["psi"].value)
    assert report["x"].measurements["unseen"].value == pytest.approx(0.25, abs=0.05)


def test_a49_a_vanished_category_likewise() -> None:
    """A49: a level that is gone gives a finite size too."""
    report = checked(frame(rng(3).choice(list("abcd"), ROWS)), frame(LETTERS))
    assert said(report) == ("moved", "beyond_negligible")
    assert math.isfinite(report["x"].measurements["psi"].value)
    assert report["x"].measurements["unseen"].value == 0.0


def test_a56_two_thousand_columns_of_ten_rows() -> None:
    """A56: within 20 s, report included."""
    names = [f"c{i}" for i in range(2000)]
    wide = pd.DataFrame(rng(1).normal(size=(10, 2000)), columns=names)
    start = time.perf_counter()
    report = lb.check(wide, wide)
    assert len(report.to_json()) < 20e6
    assert report.to_html()
    assert time.perf_counter() - start < 20
    assert len(report.unsure) == 2000


def test_a57_texts_that_look_like_nothing_are_kept() -> None:
    """A57: spaces, empty texts and spellings of null are levels, and are told."""
    texts = [" ", "", "NaN", "None", "null", "a ", "a", None, "NA", "a"]
    column = objects(texts * (ROWS // 10))
    report = checked(frame(column), frame(column))
    assert said(report)[0] == "held"
    profile = lb.profile(frame(column))
    assert set(levels(frame(column))) == {text for text in texts if text is not None}
    assert profile.parts[None].counts["x"].missing == ROWS // 10
    assert "60 'null'" in notes(report)["null_like_text"]


KINDS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "sparse": lambda f: f.assign(x=pd.arrays.SparseArray(f["x"])),
    "arrow-backed": lambda f: f.convert_dtypes(dtype_backend="pyarrow"),
    "polars": pl.from_pandas,
    "polars lazy": lambda f: pl.from_pandas(f).lazy(),
    "pyarrow": pa.Table.from_pandas,
    "record batch": pa.RecordBatch.from_pandas,
    "duckdb": lambda f: duckdb.from_arrow(pa.Table.from_pandas(f)),
    "dict": lambda f: {name: f[name].to_numpy() for name in f},
    "arrow stream": lambda f: SimpleNamespace(
        __arrow_c_stream__=pl.from_pandas(f).__arrow_c_stream__
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a58_every_supported_frame_gives_the_same_answer(kind: str) -> None:
    """A58: what holds the rows makes no difference."""
    before, now = frame(NOISE), frame(NOISE + 0.5, seed=1)
    expected = answers(checked(before, now))
    assert answers(checked(KINDS[kind](before), KINDS[kind](now))) == expected


def test_a58_other_frames_are_refused_with_the_list_of_supported_ones() -> None:
    """A58: an unknown frame, and a class in place of a frame, name what can be read."""
    stranger = type("Frame", (), {"__module__": "pyspark.sql"})()
    for odd in (stranger, pd.DataFrame, np.zeros((3, 2))):
        error = refused("not_a_table", frame(), odd)
        for library in ("pandas", "polars", "pyarrow", "DuckDB"):
            assert library in error.expected


def test_a59_no_frame_is_changed() -> None:
    """A59: pandas, polars, Arrow and dicts are as they were before the check."""
    strange = frame(NOISE).assign(
        c=pd.Categorical(LETTERS, categories=list("zcba")),
        n=pd.array(rng(1).integers(0, 9, ROWS), "Int64"),
        i=np.where(np.arange(ROWS) % 9, NOISE, np.inf),
        o=objects([None, 1, "1"] * (ROWS // 3)),
        t=_hours(),
        z=-0.0,
    )
    strange.loc[::4, "n"] = pd.NA
    strange.index = range(ROWS, 0, -1)
    kept = strange.copy(deep=True)
    checked(strange, strange, exact=True, segment="c")
    pd.testing.assert_frame_equal(strange, kept, check_categorical=True)
    assert np.signbit(strange["z"]).all()
    tidy = strange.drop(columns="o")
    table = pa.Table.from_pandas(tidy)
    other = pl.DataFrame(table)
    table_kept, other_kept = copy.deepcopy(table), other.clone()
    for data in (table, other):
        checked(data, data, exact=True)
    assert table.equals(table_kept)
    assert other.equals(other_kept)
    arrays = {"x": NOISE.copy(), "z": np.full(ROWS, -0.0)}
    for array in arrays.values():
        array.flags.writeable = False
    checked(arrays, arrays, exact=True)
    assert np.array_equal(arrays["x"], NOISE)


@pytest.mark.parametrize(
    ("row", "value"), [(7, -1.0), (9, math.nan), (11, math.inf), (None, "1.0")]
)
def test_a60_weights_that_are_none_are_refused(row: int | None, value: Any) -> None:
    """A60: a declared weight names the column and its first bad row, on both sides."""
    weights: Any = np.ones(ROWS)
    if row is None:
        weights = [value] * ROWS
    else:
        weights[row] = value
    schema = declared(Kind.NUMERIC, Role.WEIGHT)
    good = frame(np.ones(ROWS))
    for sides in ((frame(weights), good), (good, frame(weights))):
        error = refused("bad_weights", *sides, schema=schema)
        assert "column 'x'" in error.where
        if row is not None:
            assert error.where.endswith(f"row {row}")
    gone = frame(pd.array([1.0, None] * (ROWS // 2), "Float64"))
    assert refused("bad_weights", gone, good, schema=schema).where.endswith("row 1")


def test_a60_weights_that_are_all_zero_are_refused() -> None:
    """A60: nothing weighs anything; weights of another sum are fine."""
    schema = declared(Kind.NUMERIC, Role.WEIGHT)
    zero, good = frame(np.zeros(ROWS)), frame(np.arange(ROWS) / 7)
    assert "0 in every row" in refused("bad_weights", zero, good, schema=schema).found
    assert skipped(checked(good, good, schema=schema)) == {"x": "not_compared"}


ODD = [
    [1, 2, 3],
    [[1, 2]],
    [{"a": 1}],
    [],
    (1, 2),
    5,
    None,
    b"abc",
    pd.Series([1.0]),
    pl.Series("a", [1]),
    pa.array([1]),
    pa.chunked_array([[1]]),
]


@pytest.mark.parametrize("odd", ODD, ids=lambda o: type(o).__name__)
def test_a62_what_is_no_frame_is_refused_with_an_example(odd: Any) -> None:
    """A62: lists, series and single values are errors that show what to give."""
    for sides, where in (((odd, frame()), "reference"), ((frame(), odd), "current")):
        error = refused("not_a_table", *sides)
        assert where in error.where
        assert "{" in error.fix or "to_frame" in error.fix


@pytest.mark.parametrize(
    "odd", [{"a": 1, "b": 2}, {"a": "text"}, {"a": np.ones((2, 2))}]
)
def test_a62_a_dict_of_single_values_is_refused_by_column(odd: Any) -> None:
    """A62: the error names the column and shows lists."""
    error = refused("not_a_column", frame(), odd)
    assert "'a'" in error.where
    assert '{"age": [31, 45]}' in error.fix
    refused("lengths_differ", frame(), {"a": [1, 2], "b": [1]})


def test_nothing_to_compare_is_refused() -> None:
    """A check of no column at all must not pass for a calm one."""
    error = refused("nothing_compared", frame(NONE)[["x"]], frame(NOISE))
    assert "every reference value is missing" in error.found
    refused("nothing_compared", frame(), frame(), ignore=[GOOD])


CODES: dict[str, tuple[Any, Any, int]] = {
    "A1": (frame(LETTERS), frame(LETTERS).iloc[:0], 0),
    "A2": (frame(LETTERS).iloc[:0], frame(LETTERS), 2),
    "A5": (frame(NOISE), frame(NAN), 1),
    "A10": (frame(["k"] * ROWS), frame(["k"] * ROWS), 0),
    "A13": (frame(NOISE), frame(), 1),
    "A14": (frame(), frame(NOISE), 0),
    "A15": (frame(NOISE), frame(LETTERS), 1),
    "A39": (frame(NOISE), pd.concat([frame(NOISE), frame(NOISE)], axis=1), 2),
}


@pytest.mark.parametrize("row", CODES)
def test_exit_codes_on_the_command_line(
    row: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows that decide a pipeline end in 0, 1 or 2; errors say one line on stderr."""
    before, now, code = CODES[row]
    paths = [str(tmp_path / "train.csv"), str(tmp_path / "now.csv")]
    for path, side in zip(paths, (before, now), strict=True):
        side.to_csv(path, index=False)
    assert guarded(["check", *paths]) == code
    if code == 2:
        told = capsys.readouterr().err.strip().splitlines()
        assert len(told) == 1
        assert told[0].startswith("error: ")


def test_every_row_of_the_list_has_its_test() -> None:
    """The tables name all rows, and every test that they name is there."""
    folder = Path(__file__).parent
    table = (folder / "README.md").read_text(encoding="utf-8")
    rows = {f"A{i}" for i in [*range(1, 61), 62]}
    assert set(re.findall(r"^\| (A\d+) \|", table, re.MULTILINE)) == rows
    files = (Path(__file__), folder / "test_outcomes.py")
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    here = set(re.findall(r"\ndef (test_a\d\d\w+)", source))
    assert set(re.findall(r"`(test_a\d\d\w+)`", table)) == here
