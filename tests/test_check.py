"""A check that knows labels tells performance beside drift."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import leeboard as lb
from leeboard.errors import LeeboardError
from leeboard.schema import Column, Kind, Role, Schema
from leeboard.verdicts.performance import Change
from tests.cli._command import inside


def _frame(seed: int, rows: int, noise: float) -> Any:
    random = np.random.default_rng(seed)
    x = random.normal(size=rows)
    demand = 3 * x + random.normal(0, noise, rows)
    return pd.DataFrame({"x": x, "demand": demand, "guess": 3 * x})


BEFORE, SAME, WORSE = _frame(1, 600, 1.0), _frame(2, 500, 1.0), _frame(3, 500, 2.0)


def test_a_model_that_got_worse_is_told_beside_drift() -> None:
    """Both sides' errors stand with intervals, and the difference leaves out 0."""
    report = lb.check(BEFORE, WORSE, label="demand", prediction="guess")
    rmse = report.performance["rmse"]
    assert rmse.change is Change.WORSE
    expected = np.sqrt(((WORSE.demand - WORSE.guess) ** 2).mean())
    assert rmse.current.value == pytest.approx(expected, rel=1e-12)
    low, high = rmse.interval
    assert 0.0 < low < rmse.difference < high
    assert report["x"].verdict.value is not None
    assert "Performance is surely worse" in repr(report)
    assert "figures are worse." in repr(report).splitlines()[0]
    assert "rmse" in report.to_html()
    (told,) = [
        f
        for f in json.loads(report.to_json())["performance"]["figures"]
        if f["metric"] == "rmse"
    ]
    assert told["change"] == "worse"
    assert told["current"]["value"] == rmse.current.value
    assert told["reference"]["n"] == 600


def test_errors_by_decile_are_those_of_the_reference() -> None:
    """Current rows stand in the reference's deciles, not in tenths of their own."""
    shifted = WORSE.assign(guess=WORSE.guess + 100)
    report = lb.check(BEFORE, shifted, label="demand", prediction="guess")
    facts = dict(report.performance["error_by_decile"].current.facts)
    assert facts["rows_10"] == 500
    assert "rows_1" not in facts


def test_an_unchanged_model_is_called_neither() -> None:
    """Two samples of the same model: few figures are called worse or better."""
    called = 0
    for seed in range(20):
        current = _frame(100 + seed, 500, 1.0)
        report = lb.check(BEFORE, current, label="demand", prediction="guess")
        called += report.performance["mae"].change is not Change.UNSURE
    assert called <= 4  # of 20 at 5 %, one in 400 times more


def test_performance_changes_no_verdict_and_no_exit_code() -> None:
    """Columns and exit code are as without labels, and so is all that is written."""
    plain = lb.check(BEFORE, WORSE)
    report = lb.check(BEFORE, WORSE, label="demand", prediction="guess")
    assert plain.performance is None
    assert plain.exit_code() == report.exit_code()
    told = report.to_dict()
    del told["performance"]
    assert told == plain.to_dict()


def test_only_figures_that_can_be_are_told() -> None:
    """With a score alone no figure of predictions is listed, and the reverse."""
    random = np.random.default_rng(8)
    score = random.random(200)
    frame = {"y": (random.random(200) < score).astype(int), "p": score}
    told = {
        f.metric
        for f in lb.check(frame, frame, label="y", score="p").performance.figures
    }
    assert "roc_auc" in told
    assert "accuracy" not in told
    empty = {"y": [None] * 3, "p": [0.1, 0.2, 0.3]}
    report = lb.check(frame, empty, label="y", score="p")
    assert report.performance["roc_auc"].current.reason.code == "no_labels"
    assert "could not be compared" in repr(report)


def test_roles_of_a_given_schema_name_the_columns() -> None:
    """A schema that a person gave has the roles; inferred ones are only guesses."""
    schema = Schema(
        (
            Column("x", Kind.NUMERIC),
            Column("demand", Kind.NUMERIC, Role.LABEL),
            Column("guess", Kind.NUMERIC, Role.PREDICTION),
        )
    )
    report = lb.check(BEFORE, SAME, schema=schema)
    assert report.performance.label == "demand"
    named = {"demand": "y", "guess": "yhat"}
    assert (
        lb.check(BEFORE.rename(columns=named), SAME.rename(columns=named)).performance
        is None
    )


def test_a_saved_profile_has_no_rows_to_compare_with(tmp_path: Path) -> None:
    """Current figures stand, the reference's say that they need rows."""
    path = str(tmp_path / "p.json")
    lb.profile(BEFORE).save(path)
    report = lb.check(path, WORSE, label="demand", prediction="guess")
    mae = report.performance["mae"]
    assert mae.current.value is not None
    assert mae.reference.reason.code == "needs_rows"
    assert mae.difference is None
    assert "needs rows" in report.to_html()


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ({"label": "demand"}, "incomplete_outcomes"),
        ({"prediction": "guess"}, "incomplete_outcomes"),
        ({"label": "demand", "prediction": "gues"}, "missing_column"),
    ],
)
def test_half_named_outcomes_are_refused(named: dict[str, Any], code: str) -> None:
    """A label without a prediction, the reverse, or a column that is not there."""
    with pytest.raises(LeeboardError) as caught:
        lb.check(BEFORE, SAME, **named)
    assert caught.value.code == code


def test_the_command_line_takes_the_same_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--label, --prediction and --score, also one score for each of several classes."""
    random = np.random.default_rng(4)
    paths = []
    for name in ("before", "now"):
        scores = random.dirichlet([1, 1, 1], 200)
        labels = np.array(list("abc"))[random.integers(0, 3, 200)]
        frame = pd.DataFrame(scores, columns=["pa", "pb", "pc"]).assign(truth=labels)
        frame.to_parquet(tmp_path / f"{name}.parquet")
        paths.append(str(tmp_path / f"{name}.parquet"))
    several = [f"--score={name}=p{name}" for name in "abc"]
    ended = inside(capsys, "check", *paths, "--label=truth", *several)
    assert "roc_auc" in ended.out
    one = ("--label=truth", "--score=pa", "--positive=a")
    ended = inside(capsys, "check", *paths, *one)
    assert ended.code == 2
    assert "one_score" in ended.err
    ended = inside(capsys, "check", *paths, "--label=truth", "--score=pa", "--score=b")
    assert ended.code == 2
    assert "CLASS=COLUMN" in ended.err
