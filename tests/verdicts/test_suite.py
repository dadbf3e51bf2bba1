"""Suites: conditions judged on what a check found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import leeboard as lb
from leeboard.engines.subjects import CheckSubjects
from leeboard.errors import ConfigError
from leeboard.report import Report
from leeboard.verdicts.report import ConditionResult


def _table(n: int, shift: float, seed: int) -> pa.Table:
    draw = np.random.default_rng(seed)
    empty = draw.random(n) < 0.1
    return pa.table(
        {
            "age": draw.normal(40 + shift, 10, n),
            "fare": pa.array(draw.exponential(5, n), mask=empty),
            "city": draw.choice(["Graz", "Lyon", "Porto"], n),
        }
    )


REFERENCE = _table(4000, 0.0, 1)
CURRENT = _table(2000, 5.0, 2)


def _check(*suite: str | lb.Condition, **changes: Any) -> Report:
    return lb.check(
        changes.pop("reference", REFERENCE),
        changes.pop("current", CURRENT),
        suite=suite,
        **changes,
    )


def _results(*suite: str | lb.Condition, **changes: Any) -> Sequence[ConditionResult]:
    return _check(*suite, **changes).findings.conditions


def test_a_rule_goes_to_every_column_its_metric_is_for() -> None:
    """Without names, a rule is asked of all compared columns of the metric's kinds."""
    results = _results("psi > 0.2", "ks p < 0.05")
    assert [(r.condition, r.subject, r.passed) for r in results] == [
        ("psi > 0.2", "age", False),
        ("psi > 0.2", "fare", True),
        ("psi > 0.2", "city", True),
        ("ks p < 0.05", "age", False),
        ("ks p < 0.05", "fare", True),
    ]


def test_columns_are_chosen_by_name_role_and_pattern() -> None:
    """Each way of naming narrows the choice."""
    schema = lb.Schema(
        (
            lb.Column("age", lb.Kind.NUMERIC, lb.Role.LABEL),
            lb.Column("fare", lb.Kind.NUMERIC),
            lb.Column("city", lb.Kind.CATEGORICAL),
        )
    )
    results = _results(
        lb.Condition("missing > 50%", columns=["fare", "age"]),
        lb.Condition("missing > 50%", role="label"),
        lb.Condition("missing > 50%", pattern="[ac]*y"),
        lb.Condition("missing > 50%", pattern="*a*", role=lb.Role.FEATURE),
        schema=schema,
    )
    assert [r.subject for r in results] == ["fare", "age", "age", "city", "fare"]


def test_a_warning_leaves_the_answer_alone() -> None:
    """A failed condition of severity warning is reported and decides nothing."""
    held = {"current": _table(2000, 0.0, 3)}
    warned = _check(lb.Condition("rows > 1", severity="warning"), **held)
    assert [r.passed for r in warned.findings.conditions] == [False]
    assert warned.passed
    assert not _check("rows > 1", **held).passed


def test_what_cannot_be_computed_has_not_passed() -> None:
    """A condition without an answer says why, and fails the check."""
    held = {"current": _table(2000, 0.0, 3)}
    report = _check(lb.Condition("ks > 0.5", columns=["city"]), **held)
    (result,) = report.findings.conditions
    assert result.passed is None
    assert result.reason.code == "unsupported_kind"
    assert not report.passed
    report = _check(lb.Condition("ks > 0.5", pattern="nothing*"), **held)
    assert [r.reason.code for r in report.findings.conditions] == ["no_columns"]
    assert not report.passed


def test_a_column_that_is_gone_fails_its_conditions() -> None:
    """A missing column passes no condition, and its reason is the column's."""
    results = _results("missing > 5%", current=CURRENT.drop_columns(["age"]))
    assert [(r.subject, r.passed, r.reason.code) for r in results[:1]] == [
        ("age", None, "missing_column")
    ]


def test_a_column_left_out_is_not_silently_passed() -> None:
    """A condition on an ignored column says that the column was not compared."""
    results = _results(lb.Condition("psi > 1", columns=["age"]), ignore=["age"])
    assert [(r.passed, r.reason.code) for r in results] == [(None, "not_compared")]


def test_an_unknown_column_is_refused_with_close_names() -> None:
    """A name that the reference does not have is an error, not a pass."""
    with pytest.raises(ConfigError, match="Did you mean 'age'"):
        _check(lb.Condition("psi > 1", columns=["aage"]))


def test_states_size_and_shares_are_conditions() -> None:
    """A verdict's state, its size, and the share of moved columns may be asked for."""
    results = _results("moved", "size > 0.05", "share_moved > 30%", "held", "rows < 10")
    found = {(r.condition, r.subject): r.passed for r in results}
    assert found["moved", "age"] is False
    assert found["moved", "city"] is True
    assert found["size > 0.05", "age"] is False
    assert found["share_moved > 30%", "table"] is False
    assert found["held", "city"] is False
    assert found["rows < 10", "table"] is True


def test_the_old_rules_may_be_used() -> None:
    """Fixed lines on PSI, p-values and z of the mean are conditions like others."""
    results = _results("psi > 0.2", "ks p < 0.05", "mean |z| > 3", "mean z > 0.4")
    failed = {(r.condition, r.subject) for r in results if not r.passed}
    assert failed == {
        ("psi > 0.2", "age"),
        ("ks p < 0.05", "age"),
        ("mean z > 0.4", "age"),
    }


def test_rows_are_asked_where_counts_cannot_tell() -> None:
    """A number inside the bounds of a count is decided by the rows."""
    bounds = lb.check(REFERENCE, CURRENT)["age"].measurements["ks"]
    exact = lb.check(REFERENCE, CURRENT, exact=True)["age"].measurements["ks"]
    assert bounds.interval is not None
    assert exact.value is not None
    inside = (exact.value + bounds.interval[1]) / 2
    assert inside > exact.value
    (result,) = _results(lb.Condition(f"ks > {inside!r}", columns=["age"]))
    assert result.passed is True
    assert result.measurement.exact


def test_against_a_saved_profile_the_undecided_is_no_pass() -> None:
    """Without rows, a number inside the bounds has no answer, and says why."""
    profile = lb.profile(REFERENCE)
    bounds = lb.check(profile, CURRENT)["age"].measurements["ks"]
    assert bounds.interval is not None
    inside = sum(bounds.interval) / 2
    asked = [f"ks > {inside!r}", "ks > 0.5", "cardinality > 1e6"]
    suite = [lb.Condition(rule, columns=["age"]) for rule in asked]
    results = _results(*suite, reference=profile)
    assert [r.passed for r in results] == [None, True, None]
    assert [r.reason.code for r in results][::2] == ["needs_rows", "needs_rows"]


def test_options_reach_the_metric() -> None:
    """An option in brackets changes what is measured, with rows and with a profile."""
    for reference in (REFERENCE, lb.profile(REFERENCE)):
        results = _results("js(base=2) > 0.2", "js(base=4) > 0.2", reference=reference)
        values = [r.measurement.value for r in results if r.subject == "age"]
        assert values[0] == pytest.approx(values[1] * np.sqrt(2))


def test_two_conditions_of_one_name_are_refused() -> None:
    """A name stands for one condition."""
    twins = [lb.Condition("psi > 1", name="one"), lb.Condition("psi > 2", name="one")]
    with pytest.raises(ConfigError, match="conditions 1 and 2"):
        _check(*twins)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"severity": "warn"}, "Did you mean 'warning'"),
        ({"role": "features"}, "Did you mean 'feature'"),
        ({"columns": "age"}, "a list of names"),
        ({"pattern": "^user_.*$"}, "regular expression"),
        ({"pattern": ""}, "0 characters"),
        ({"pattern": "a" * 301}, "301 characters"),
    ],
)
def test_a_condition_is_checked_when_it_is_made(
    given: dict[str, Any], told: str
) -> None:
    """A mistake is told before any data is read."""
    with pytest.raises(ConfigError, match=told):
        lb.Condition("psi > 1", **given)


def test_a_rule_about_the_table_takes_no_columns() -> None:
    """Naming columns for a figure of the whole table is a mistake, and said so."""
    with pytest.raises(ConfigError, match="whole table"):
        lb.Condition("share_moved > 0.5", columns=["age"])
    with pytest.raises(ConfigError, match="whole table"):
        lb.Condition("duplicates > 0.5", pattern="*")


def test_the_figure_that_was_judged_is_the_one_shown() -> None:
    """A rule about a p-value shows the p-value, in every form of the report."""
    now = {"x": np.arange(300.0) + 400.0}
    report = lb.check({"x": np.arange(300.0)}, now, suite=["ks p < 0.05"])
    (result,) = report.conditions
    assert result.judged == result.measurement.p_value
    assert result.measurement.value == 1.0
    assert "(is 1)" not in repr(report)
    assert report.to_dict()["conditions"][0]["value"] == result.measurement.p_value


def test_columns_are_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many conditions and columns, the list of columns is made once."""
    calls = 0
    listed = CheckSubjects.columns

    def counted(self: CheckSubjects) -> Sequence[lb.Column]:
        nonlocal calls
        calls += 1
        return listed(self)

    monkeypatch.setattr(CheckSubjects, "columns", counted)
    results = _results("psi > 1", "missing > 50%", lb.Condition("moved", pattern="*a*"))
    assert len(results) == 8
    assert calls == 1
