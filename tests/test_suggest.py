"""Suggested suites, and the false-alarm rate they state."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import leeboard as lb
from leeboard.config import load_suite
from leeboard.errors import ConfigError
from leeboard.suggest import suggest


def _columns(draw: np.random.Generator, n: int) -> dict[str, Any]:
    """Twenty columns of all kinds, heavy tails, atoms and rare levels among them."""
    zipf = 1.0 / np.arange(1, 501)
    words = np.array([f"w{i}" for i in range(500)])
    gone = draw.random((3, n)) < np.array([[0.01], [0.3], [0.001]])
    return {
        "normal": draw.normal(size=n),
        "cauchy": draw.standard_cauchy(n),
        "lognormal": draw.lognormal(0, 2, n),
        "pareto": draw.pareto(1.1, n),
        "uniform": draw.random(n),
        "zeros": np.where(draw.random(n) < 0.6, 0.0, draw.exponential(size=n)),
        "rounded": np.round(draw.normal(size=n), 1),
        "poisson": draw.poisson(2, n),
        "dice": draw.integers(1, 7, n),
        "two peaks": draw.normal(size=n) + 20 * (draw.random(n) < 0.5),
        "gaps": pa.array(draw.normal(size=n), mask=gone[0]),
        "many gaps": pa.array(draw.exponential(size=n), mask=gone[1]),
        "words": draw.choice(words, n, p=zipf / zipf.sum()),
        "hundred": draw.choice(words[:100], n),
        "city": draw.choice(["Graz", "Lyon", "Porto"], n, p=[0.5, 0.3, 0.2]),
        "rare": draw.choice(["yes", "no"], n, p=[0.002, 0.998]),
        "some text": pa.array(draw.choice(words[:30], n), mask=gone[2]),
        "flag": draw.random(n) < 0.1,
        "often": draw.random(n) < 0.9995,
        "constant": np.full(n, 3.0),
    }


def _table(seed: list[int], n: int) -> pa.Table:
    return pa.table(_columns(np.random.default_rng(seed), n))


def _alarms(
    runs: int, n: int, m: int, tmp_path: Path, *, saved: bool, **options: Any
) -> int:
    alarms = 0
    path = tmp_path / "suite.toml"
    for run in range(runs):
        reference = lb.profile(_table([n, run, 0], n))
        path.write_text(suggest(reference, **options), encoding="utf-8")
        before = reference if saved else _table([n, run, 0], n)
        report = lb.check(before, _table([n, run, 1], m), suite=path)
        alarms += any(c.passed is not True for c in report.findings.conditions)
    return alarms


@pytest.mark.parametrize("saved", [False, True])
def test_few_alarms_where_nothing_changed(tmp_path: Path, *, saved: bool) -> None:
    """In 20 checks of fresh rows, at most three raise an alarm at a rate of 5 %."""
    assert _alarms(20, 1000, 1000, tmp_path, saved=saved) <= 3


@pytest.mark.long
@pytest.mark.parametrize(
    ("n", "m", "options"),
    [
        (1000, 1000, {}),
        (3000, 400, {"rows": 400}),
        (400, 3000, {}),
        (1000, 1000, {"false_alarms": 0.4}),
    ],
)
def test_the_stated_rate_holds(
    tmp_path: Path, n: int, m: int, options: dict[str, Any]
) -> None:
    """Over many pairs of samples, alarms stay within the stated rate."""
    runs, rate = 200, options.get("false_alarms", 0.05)
    alarms = _alarms(runs, n, m, tmp_path, saved=True, **options)
    assert alarms <= rate * runs + 2.6 * np.sqrt(rate * (1 - rate) * runs)


def test_a_suggested_suite_sees_faults(tmp_path: Path) -> None:
    """Gaps, a stuck value, a unit changed, and a new level each fail a condition."""
    reference = _table([1, 2, 3], 2000)
    path = tmp_path / "suite.toml"
    path.write_text(suggest(reference), encoding="utf-8")
    columns = _columns(np.random.default_rng([1, 2, 4]), 1000)
    columns["normal"] = pa.array(columns["normal"], mask=np.arange(1000) % 20 == 0)
    columns["uniform"] = np.full(1000, 0.5)
    columns["lognormal"] = columns["lognormal"] * 2.54
    columns["city"] = np.where(np.arange(1000) % 40 == 0, "Oslo", columns["city"])
    report = lb.check(reference, pa.table(columns), suite=path)
    failed = {
        (c.condition.partition(" ")[0].partition("(")[0], c.subject)
        for c in report.findings.conditions
        if c.passed is not True
    }
    assert {
        ("missing", "normal"),
        ("constant", "uniform"),
        ("quantile", "lognormal"),
        ("unseen", "city"),
        ("moved", "uniform"),
    } <= failed
    others = {subject for _, subject in failed}
    assert others <= {"normal", "uniform", "lognormal", "city", "table"}


def test_the_text_says_where_numbers_come_from() -> None:
    """The promise, the rows it is made for, and each column's source are comments."""
    text = suggest(_table([5, 5], 2000), rows=500, false_alarms=0.01)
    assert "some condition fails in at most\n# 1% of checks of 500 or more rows" in text
    assert '"gaps",  # ' in text
    assert "of 2,000 reference rows are missing" in text
    assert 'fail = "rows < 500"\nseverity = "warning"' in text


def test_every_condition_is_one_that_can_be_read(tmp_path: Path) -> None:
    """Hostile column names and numbers of any size come through the file."""
    draw = np.random.default_rng(0)
    names = ["a\nb", 'x"]', "# c", "\u202e", "é", "[[condition]]"]
    table = pa.table(
        {
            name: draw.normal(size=300) * 10.0 ** (60 * i - 100)
            for i, name in enumerate(names)
        }
    )
    path = tmp_path / "suite.toml"
    path.write_text(suggest(table), encoding="utf-8")
    suite = load_suite(path)
    assert suite.notes == ()
    assert {name for c in suite.conditions for name in c.columns or ()} == set(names)
    report = lb.check(table, table, suite=path)
    assert all(c.passed for c in report.findings.conditions if c.subject != "table")


def test_fewer_rows_than_promised_is_a_warning(tmp_path: Path) -> None:
    """A check of fewer rows than the suite is made for says so, and goes on."""
    reference = _table([7, 7], 2000)
    path = tmp_path / "suite.toml"
    path.write_text(suggest(reference), encoding="utf-8")
    report = lb.check(reference, _table([7, 8], 500), suite=path)
    (rows,) = [c for c in report.findings.conditions if c.condition.startswith("rows")]
    assert (rows.passed, rows.severity) == (False, "warning")


def test_from_a_saved_profile_the_suite_is_the_same(tmp_path: Path) -> None:
    """Rows, their profile, and the profile's file suggest the same."""
    table = _table([9, 9], 1500)
    profile = lb.profile(table)
    path = tmp_path / "reference.json"
    profile.save(str(path))
    assert suggest(table) == suggest(profile) == suggest(path)


@pytest.mark.parametrize(
    "odd", [{"rows": 0}, {"false_alarms": 0.0}, {"false_alarms": 5}]
)
def test_numbers_out_of_range_are_refused(odd: dict[str, Any]) -> None:
    """No rows, or a rate that is none, is an error that says what is allowed."""
    with pytest.raises(ConfigError, match="a rate between 0 and 1"):
        suggest(_table([1], 100), **odd)


def test_few_rows_get_no_limits_they_cannot_bear() -> None:
    """Of a reference of ten rows little can be promised, and little is."""
    text = suggest(pa.table({"a": [float(i) for i in range(10)]}))
    assert "quantile" not in text
    assert "out_of_range" not in text


def test_limits_are_values_of_the_data() -> None:
    """The median's limits on rounded values are such values, with no odd last digit."""
    ages = np.random.default_rng(1).normal(40, 10, 5000).round()
    text = suggest({"age": ages})
    found = re.findall(r"quantile\(0\.5\) [<>] ([-0-9.]+)", text)
    assert len(found) == 2
    assert all(float(limit).is_integer() for limit in found)
