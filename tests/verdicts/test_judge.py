"""Four answers, and what is said with them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import leeboard as lb
from leeboard.schema import Column, Kind, Role, Schema
from leeboard.verdicts.judge import Case, judge
from leeboard.verdicts.verdict import Lines, State, Verdict
from tests.verdicts import _promise as promise


def _judge(*shifts: float, n: int = 2000, m: int = 2000) -> list[Verdict]:
    rng = np.random.default_rng(8)
    cases = [
        Case(promise.COLUMN, None, promise.shifted(s, n, m)(rng), promise.LINES)
        for s in shifts
    ]
    return judge(cases)


def test_a_large_shift_is_moved_and_told_in_standard_deviations() -> None:
    """The size of a shift by half a standard deviation is told as about a half."""
    moved, held = _judge(0.5, 0.0)
    assert (moved.state, held.state) == (State.MOVED, State.HELD)
    assert moved.shift == pytest.approx(0.5, abs=0.1)
    low, high = moved.interval
    assert promise.LINES.negligible < low < moved.value < high


def test_selected_columns_show_wider_intervals() -> None:
    """With one of four selected the interval of that one is at 1 - 0.05 / 4."""
    alone = _judge(0.5)[0]
    among = _judge(0.5, 0.0, 0.0, 0.0)[0]
    assert among.value == alone.value
    assert among.interval[0] < alone.interval[0]
    assert among.interval[1] > alone.interval[1]


def test_unsure_names_the_rows_that_would_settle_it() -> None:
    """Between the lines with few rows: the number asked for does settle it."""
    unsure = next(v for v in _judge(*[0.22] * 20, n=400, m=400) if v.rows_needed)
    assert unsure.state is State.UNSURE
    assert unsure.reason.code == "too_few_rows"
    assert f"{unsure.rows_needed:,}" in unsure.reason.text
    rows = unsure.rows_needed
    again = _judge(*[float(np.sqrt(unsure.value))] * 40, n=rows, m=rows)
    settled = sum(v.state is not State.UNSURE for v in again)
    assert settled >= 20


def test_lines_may_differ_by_column() -> None:
    """What is negligible for one column may be large for another."""
    rng = np.random.default_rng(2)
    before = pd.DataFrame(rng.normal(size=(4000, 2)), columns=["a", "b"])
    now = pd.DataFrame(rng.normal(0.3, 1, size=(4000, 2)), columns=["a", "b"])
    columns = (
        Column("a", Kind.NUMERIC),
        Column("b", Kind.NUMERIC, negligible=0.5, large=1.0),
    )
    report = lb.check(before, now, schema=Schema(columns))
    assert report.moved == ("a",)
    assert report["b"].verdict.lines == Lines(0.5, 1.0)


def test_a_constant_that_takes_another_value_has_moved_by_the_exact_rule() -> None:
    """Ten rows outside the one value of a thousand are no chance, three of five are."""
    before = pd.DataFrame({"x": [7.0] * 1000})
    assert lb.check(before, pd.DataFrame({"x": [8.0] * 10}))["x"].state is State.MOVED
    few = pd.DataFrame({"x": [7.0] * 2000, "y": range(2000)})
    now = pd.DataFrame({"x": [7.0] * 2000 + [8.0], "y": range(2001)})
    assert lb.check(few, now)["x"].state is not State.MOVED


def test_a_dozen_rows_outside_the_range_have_moved() -> None:
    """Too few rows for cells, yet all above the reference: the exact rule decides."""
    rng = np.random.default_rng(3)
    before = pd.DataFrame({"x": rng.normal(size=500), "y": rng.normal(size=500)})
    now = pd.DataFrame({"x": np.full(12, 9.0), "y": rng.normal(size=12)})
    report = lb.check(before, now)
    assert report["x"].state is State.MOVED
    assert report["x"].verdict.reason.code == "left_range"
    assert report["y"].state is State.UNSURE
    assert report["y"].verdict.reason.code == "insufficient_data"


def test_small_samples_rarely_leave_the_range_by_chance() -> None:
    """Checks of twenty unchanged columns with fifteen rows: at most 5 % see a move."""
    any_moved, _ = promise.checks(promise.unchanged("normal", 60, 15), 300, 20, 6)
    assert any_moved <= 30


def test_rows_of_one_day_do_not_count_as_independent() -> None:
    """Days that differ in level: no false alarm with a time column, many without."""
    rng = np.random.default_rng(6)

    def frame(start: str, days: int) -> pd.DataFrame:
        hours = pd.date_range(start, periods=days * 200, freq="432s")
        values = {}
        noise = rng.normal(size=(days * 200, 8))
        for i in range(8):
            own = np.repeat(rng.normal(size=days), 200)
            values[f"x{i}"] = own + 0.5 * noise[:, i]
        return pd.DataFrame({"at": hours, **values})

    before, now = frame("2024-01-01", 120), frame("2024-06-01", 40)
    aware = lb.check(before, now)
    blind = lb.check(before.drop(columns="at"), now.drop(columns="at"))
    assert aware.moved == ()
    assert len(blind.moved) >= 4
    assert aware["x1"].verdict.p_kind == "approximate"
    assert blind["x1"].verdict.p_kind == "exact"


def test_entities_are_blocks_too() -> None:
    """Customers who come again and again count once, not once per row."""
    rng = np.random.default_rng(9)

    def frame(customers: int) -> pd.DataFrame:
        own = rng.normal(size=customers)
        who = np.repeat(np.arange(customers), 50)
        return pd.DataFrame({"customer_id": rng.permutation(10**6)[who], "x": own[who]})

    report = lb.check(frame(60), frame(60))
    assert report.findings.reference.schema["customer_id"].role is Role.ENTITY
    assert report["x"].state is not State.MOVED
    assert report["x"].verdict.p_kind == "approximate"
