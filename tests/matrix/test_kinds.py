"""Every kind of column against every other: an answer or a named error."""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import itertools
import uuid
from typing import Any

import numpy as np
import pandas as pd
import pytest

import leeboard as lb
from leeboard.errors import LeeboardError
from leeboard.schema import Column, Kind, Role, Schema
from tests.matrix._frames import GOOD, checked, lists, objects, refused, rng

N = 120
_AT_END = dt.datetime(9999, 12, 31, 23, 59)  # noqa: DTZ001 - naive on purpose

COLUMNS: dict[str, Any] = {
    "float": rng(1).normal(size=N),
    "nan": np.full(N, np.nan),
    "inf": np.full(N, np.inf),
    "some inf": np.where(np.arange(N) % 3, rng(1).normal(size=N), -np.inf),
    "int": rng(2).integers(0, 9, N),
    "constant": np.full(N, 3),
    "largest int": np.array([2**63 - 1 - i for i in range(N)]),
    "uint64": np.arange(2**63, 2**63 + N, dtype=np.uint64),
    "uint8": rng(3).integers(0, 9, N).astype(np.uint8),
    "half": rng(4).normal(size=N).astype(np.float16),
    "huge": rng(5).choice([1e308, -1e308, 1.7e308], N),
    "tiny": rng(6).choice([5e-324, 0.0, -0.0], N),
    "row number": np.arange(N),
    "bool": rng(7).random(N) < 0.5,
    "bool or none": objects([True, None, False] * (N // 3)),
    "text": objects(rng(8).choice(list("abc"), N).tolist()),
    "identifier": objects([f"i{i}" for i in range(N)]),
    "long text": objects(["x" * 200 + str(i) for i in range(N)]),
    "none": objects([None] * N),
    "mixed": objects([1, "1", 2.5, None] * (N // 4)),
    "category": pd.Categorical(rng(9).choice(list("ab"), N)),
    "category of int": pd.Categorical(rng(9).choice([1, 2], N)),
    "category of none": pd.Categorical([None] * N, categories=["a"]),
    "time": pd.date_range("2024", periods=N, freq="h"),
    "time with zone": pd.date_range("2024", periods=N, freq="h", tz="UTC"),
    "no time": pd.Series([pd.NaT] * N),
    "far time": objects([_AT_END, dt.datetime(1, 1, 1)] * (N // 2)),  # noqa: DTZ001
    "span": pd.to_timedelta(rng(10).integers(1, 99, N), unit="s"),
    "date": objects([dt.date(2024, 1, 1 + i % 28) for i in range(N)]),
    "decimal": objects([decimal.Decimal(i) / 7 for i in range(N)]),
    "bytes": objects([b"a", b"b"] * (N // 2)),
    "uuid": objects([uuid.UUID(int=i) for i in range(N)]),
    "list": lists([[1]] * N),
    "complex": np.ones(N) * 1j,
    "period": pd.period_range("2024", periods=N, freq="D"),
    "interval": pd.cut(rng(11).normal(size=N), 5),
    "Int64": pd.array([1, None, 3] * (N // 3), "Int64"),
    "sparse": pd.arrays.SparseArray([0] * (N - 5) + [1] * 5),
}


def _frame(kind: str) -> Any:
    return pd.DataFrame({"x": COLUMNS[kind], GOOD: np.linspace(0, 1, N)})


@pytest.mark.parametrize("kind", COLUMNS)
def test_every_kind_against_itself_is_no_alarm(kind: str) -> None:
    """Unchanged columns of every kind: the check passes, in all its forms."""
    report = checked(_frame(kind), _frame(kind), exact=True)
    assert report.passed
    assert report[GOOD].state != "failed"


@pytest.mark.parametrize("kind", COLUMNS)
def test_every_kind_against_plain_ones(kind: str) -> None:
    """Floats, text and nothing on the other side, many rows and few: no crash."""
    for other, rows in itertools.product(("float", "text", "none"), (N, 7)):
        for before, now in ((kind, other), (other, kind)):
            report = checked(_frame(before), _frame(now).iloc[:rows])
            assert report[GOOD].state != "failed"


@pytest.mark.parametrize("kind", COLUMNS)
def test_every_kind_may_be_declared_as_any(kind: str) -> None:
    """A schema may be wrong about everything: an answer, or an error with its parts."""
    data = _frame(kind)
    pairs = [(k, Role.FEATURE) for k in Kind]
    pairs += [
        (k, r) for k in (Kind.NUMERIC, Kind.CATEGORICAL, Kind.DATETIME) for r in Role
    ]
    for as_what, role in pairs:
        columns = Column("x", as_what, role), Column(GOOD, Kind.NUMERIC)
        schema = Schema(columns)
        if role is Role.WEIGHT:
            with contextlib.suppress(LeeboardError):
                lb.check(data, data, schema=schema)
        else:
            assert lb.check(data, data, schema=schema)[GOOD].state != "failed"


@pytest.mark.long
@pytest.mark.parametrize("kind", COLUMNS)
def test_every_kind_against_every_other(kind: str) -> None:
    """All pairs, many rows and few: no crash; only times of two sorts are refused."""
    for other, rows in itertools.product(COLUMNS, (N, 7)):
        before, now = _frame(kind), _frame(other).iloc[:rows]
        if {kind, other} & {"time with zone"} and {kind, other} & {"time", "far time"}:
            refused("timezone_mismatch", before, now)
            continue
        report = lb.check(before, now)
        assert report.to_json()
        assert report.to_html()
        assert report[GOOD].state != "failed"
