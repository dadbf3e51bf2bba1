"""What a suite may ask of a check, with the reference's rows and without them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import leeboard as lb
from leeboard.check import measure_pair
from leeboard.engines.rows import open_rows
from leeboard.engines.subjects import CheckSubjects
from leeboard.sources import open_source
from leeboard.verdicts.effects import pair_up

RNG = np.random.default_rng(0)
BEFORE = pd.DataFrame({"x": RNG.normal(size=500), "c": RNG.choice(list("ab"), 500)})
NOW = pd.DataFrame({"x": RNG.normal(0.2, 1, 400), "c": RNG.choice(list("ab"), 400)})


def subjects(now: pd.DataFrame, *, rows: bool) -> CheckSubjects:
    """Subjects of a check, as the check makes them."""
    report = lb.check(BEFORE, now)
    reference = lb.profile(BEFORE)
    current = lb.profile(now, reference=reference)
    known = open_source(BEFORE, name="reference") if rows else None
    opened = open_rows(known, open_source(now, name="current"), reference.schema)
    results = [report[name] for name in ("x", "c")]
    return CheckSubjects(reference, current, results, opened)


@pytest.mark.parametrize("rows", [True, False], ids=["rows", "profile"])
def test_options_and_slow_metrics_of_counts_need_no_rows(*, rows: bool) -> None:
    """A metric of counts answers with options, and unasked ones too, on a profile."""
    asked = subjects(NOW, rows=rows)
    plain = asked.measure("psi", "x", {"merge": False, "smoothing": 1.0})
    assert plain == lb.measure(
        "psi", BEFORE, NOW, column="x", merge=False, smoothing=1.0
    )
    assert asked.measure("fisher", "c", {}) == lb.measure(
        "fisher", BEFORE, NOW, column="c"
    )
    assert asked.measure("mean", "x", {}).fact("z") == pytest.approx(0.2, abs=0.2)


def test_metrics_of_rows_on_a_profile_need_rows() -> None:
    """Where only counts are known, a metric of rows says that it needs rows."""
    asked = subjects(NOW, rows=False)
    for metric, column in (("cvm", "x"), ("duplicates", None)):
        reason = asked.measure(metric, column, {}).reason
        assert reason is not None
        assert reason.code == "needs_rows"
    assert subjects(NOW, rows=True).measure("cvm", "x", {}).value is not None


@pytest.mark.parametrize("rows", [True, False], ids=["rows", "profile"])
def test_a_column_that_failed_has_its_reason_in_every_metric(*, rows: bool) -> None:
    """A missing or changed column answers each metric with why it failed."""
    for now, code in (
        (NOW.drop(columns="x"), "missing_column"),
        (NOW.assign(x="text"), "type_changed"),
    ):
        asked = subjects(now, rows=rows)
        for metric in ("psi", "ks", "cvm", "fisher"):
            result = asked.measure(metric, "x", {})
            assert result.value is None
            assert result.reason is not None
            assert result.reason.code == code


@pytest.mark.parametrize("rows", [True, False], ids=["rows", "profile"])
def test_types_are_compared_without_rows(*, rows: bool) -> None:
    """A change of type is told by the metric of types, on profiles as well."""
    assert subjects(NOW, rows=rows).measure("type_change", "x", {}).value == 0.0
    changed = subjects(NOW.assign(x="text"), rows=rows)
    assert changed.measure("type_change", "x", {}).value == 1.0
    gone = subjects(NOW.drop(columns="x"), rows=rows).measure("type_change", "x", {})
    assert gone.value is None


def test_routine_metrics_are_measured_unasked_and_slow_ones_are_not() -> None:
    """A check measures what is cheap on counts, and no drawn tables."""
    profile = lb.profile(BEFORE)
    parts = profile.parts[None], profile.parts[None]
    pair = pair_up("x", profile.cells["x"], *parts, fixed=True)
    found = measure_pair(pair, profile.schema["x"])
    assert {"psi", "ks", "wasserstein", "mean", "missing"} <= set(found)
    assert "fisher" not in found
    assert "unseen" not in found
