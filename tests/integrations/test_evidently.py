"""Scripts written for Evidently run after changing their import lines."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from leeboard.errors import ConfigError, InputError
from leeboard.integrations.evidently import (
    BinaryClassification,
    ColumnMapping,
    DataDefinition,
    Dataset,
    Regression,
    Report,
)
from leeboard.integrations.evidently import report as older
from leeboard.integrations.evidently.metric_preset import TargetDriftPreset
from leeboard.integrations.evidently.presets import DataDriftPreset
from leeboard.integrations.evidently.test_preset import (
    DataDriftTestPreset,
    DataQualityTestPreset,
)
from leeboard.integrations.evidently.test_suite import TestSuite


def _frame(seed: int, shift: float = 0.0, rows: int = 1500) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": draw.normal(40 + shift, 10, rows),
            "city": draw.choice(["Graz", "Lyon", "Porto"], rows),
            "code": draw.integers(1, 5, rows),
            "target": draw.normal(0, 1, rows) + 0.05 * shift,
        }
    )


REFERENCE, SAME, MOVED = _frame(1), _frame(2), _frame(3, shift=8.0)

REPORT_SCRIPT = """
from evidently.report import Report
from evidently.metric_preset import DataDriftPreset, TargetDriftPreset
import pandas as pd
reference_data = pd.read_csv("train.csv")
current_data = pd.read_csv("production_last_week.csv")
report = Report(metrics=[
    DataDriftPreset(),
    TargetDriftPreset()
])
report.run(
    reference_data=reference_data,
    current_data=current_data,
    column_mapping=None
)
report.save_html("drift_report.html")
"""

TEST_SCRIPT = """
from evidently.test_suite import TestSuite
from evidently.test_preset import DataDriftTestPreset, DataQualityTestPreset
tests = TestSuite(tests=[
    DataDriftTestPreset(),
    DataQualityTestPreset(),
])
tests.run(reference_data=ref_df, current_data=curr_df)
result = tests.as_dict()
if result['summary']['failed_tests'] > 0:
    answer = "failed"
else:
    answer = "passed"
"""

NEW_SCRIPT = """
from evidently import Report, Dataset, DataDefinition
from evidently.presets import DataDriftPreset
report = Report([DataDriftPreset()])
my_eval = report.run(current, reference)
my_eval.save_html("new.html")
answer = my_eval.dict()
"""


def _run(script: str, **names: Any) -> dict[str, Any]:
    """Run a script with nothing changed but its import lines."""
    lines = [
        line.replace("from evidently", "from leeboard.integrations.evidently")
        if line.startswith("from evidently")
        else line
        for line in script.splitlines()
    ]
    exec("\n".join(lines), names)  # one of the scripts above
    assert "evidently" not in sys.modules
    return names


def test_the_report_script_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The older report is written as a page that names what moved."""
    monkeypatch.chdir(tmp_path)
    REFERENCE.to_csv("train.csv", index=False)
    MOVED.to_csv("production_last_week.csv", index=False)
    names = _run(REPORT_SCRIPT)
    assert "age" in Path("drift_report.html").read_text(encoding="utf-8")
    metrics = names["report"].as_dict()["metrics"]
    assert [metric["metric"] for metric in metrics] == [
        "DatasetDriftMetric",
        "DataDriftTable",
        "ColumnDriftMetric",
    ]
    assert metrics[0]["result"]["number_of_columns"] == 4
    drift = metrics[1]["result"]["drift_by_columns"]
    assert {name: one["drift_detected"] for name, one in drift.items()} == {
        "age": True,
        "city": False,
        "code": False,
        "target": True,
    }
    assert metrics[2]["result"]["column_name"] == "target"


@pytest.mark.parametrize(("current", "answer"), [(SAME, "passed"), (MOVED, "failed")])
def test_the_test_script_runs(current: pd.DataFrame, answer: str) -> None:
    """The older test suite passes on unchanged data and fails on changed data."""
    names = _run(TEST_SCRIPT, ref_df=REFERENCE, curr_df=current)
    assert names["answer"] == answer
    summary = names["result"]["summary"]
    assert summary["all_passed"] is (answer == "passed")
    assert summary["total_tests"] == len(names["result"]["tests"])
    assert sum(summary["by_status"].values()) == summary["total_tests"]
    assert summary["success_tests"] + summary["failed_tests"] == summary["total_tests"]


def test_the_newer_script_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Current data come first; the dictionary has the newer shape."""
    monkeypatch.chdir(tmp_path)
    names = _run(NEW_SCRIPT, reference=REFERENCE, current=MOVED)
    assert Path("new.html").stat().st_size > 1000
    metrics = names["answer"]["metrics"]
    assert metrics[0]["value"] == {"count": 2.0, "share": 0.5}
    values = {m["config"]["column"]: m["verdict"] for m in metrics[1:]}
    assert values == {
        "age": "moved",
        "city": "held",
        "code": "held",
        "target": "moved",
    }
    assert {"id", "metric_name", "config", "value"} <= set(metrics[1])
    assert json.loads(names["my_eval"].json()) == names["answer"]


def test_current_and_reference_are_not_mixed_up() -> None:
    """What is missing from the current data alone is a failure, in both forms."""
    less = MOVED.drop(columns="city")
    snapshot = Report([DataDriftPreset()]).run(less, REFERENCE)
    verdicts = {
        m["config"]["column"]: m["verdict"] for m in snapshot.dict()["metrics"][1:]
    }
    assert verdicts["city"] == "failed"
    tests = TestSuite(tests=[DataDriftTestPreset()])
    tests.run(reference_data=REFERENCE, current_data=less)
    found = [t for t in tests.as_dict()["tests"] if t["status"] == "ERROR"]
    assert [t["parameters"]["column_name"] for t in found] == ["city"]
    assert tests.as_dict()["summary"]["failed_tests"] == 4
    assert not tests


def test_tests_of_the_newer_form() -> None:
    """With include_tests, each column has a test."""
    run = Report([DataDriftPreset()], include_tests=True).run(MOVED, REFERENCE)
    tests = run.dict()["tests"]
    assert [t["status"] for t in tests] == [
        "FAIL",
        "FAIL",
        "SUCCESS",
        "SUCCESS",
        "FAIL",
    ]


def test_a_mapping_says_what_columns_are() -> None:
    """Target, prediction and kinds named in a mapping are those of the verdicts."""
    mapping = ColumnMapping(target="age", categorical_features=["code"])
    report = older.Report(metrics=[DataDriftPreset(), TargetDriftPreset()])
    report.run(reference_data=REFERENCE, current_data=MOVED, column_mapping=mapping)
    metrics = report.as_dict()["metrics"]
    assert metrics[1]["result"]["drift_by_columns"]["code"]["column_type"] == "cat"
    assert [m["result"]["column_name"] for m in metrics[2:]] == ["age"]


def test_a_definition_says_what_columns_are() -> None:
    """So does a definition of the newer form, for any kind of frame."""
    for model in (
        DataDefinition(
            categorical_columns=["code"],
            regression=[Regression(target="target", prediction="age")],
        ),
        DataDefinition(
            categorical_columns=["code"],
            classification=[BinaryClassification(prediction_labels="age")],
        ),
    ):
        current = Dataset.from_pandas(pl.from_pandas(MOVED), model)
        reference = Dataset.from_pandas(REFERENCE, model)
        run = Report([DataDriftPreset()]).run(current, reference)
        results = {one.name: one.verdict for one in run.leeboard}
        assert results["code"].kind == "categorical"
        assert (results["age"].role, results["target"].role) == ("prediction", "label")


def test_no_target_is_said() -> None:
    """Asked for target drift where there is no target, the answer says so."""
    report = older.Report(metrics=[TargetDriftPreset()])
    less = REFERENCE.drop(columns="target")
    report.run(reference_data=less, current_data=less, column_mapping=None)
    (metric,) = report.as_dict()["metrics"]
    assert metric["result"]["drift_detected"] is None
    assert "neither a target" in metric["result"]["reason"]


def test_only_the_columns_asked_for() -> None:
    """A preset of some columns compares these alone."""
    run = Report([DataDriftPreset(columns=["city"])]).run(MOVED, REFERENCE)
    assert run.dict()["metrics"][0]["value"] == {"count": 0.0, "share": 0.0}
    assert len(run.dict()["metrics"]) == 2


def test_options_that_change_the_answer_are_refused() -> None:
    """A test or threshold of Evidently's is refused by name, not ignored."""
    for make in (DataDriftPreset, DataDriftTestPreset, DataQualityTestPreset):
        with pytest.raises(ConfigError, match=r"stattest='psi'.*suite="):
            make(stattest="psi")


def test_what_was_not_run_says_so() -> None:
    """Reading before running, and running without a reference, are clear errors."""
    with pytest.raises(InputError, match="first"):
        older.Report(metrics=[DataDriftPreset()]).as_dict()
    with pytest.raises(InputError, match="first"):
        TestSuite(tests=[DataDriftTestPreset()]).as_dict()
    with pytest.raises(InputError, match="rows to compare with"):
        Report([DataDriftPreset()]).run(REFERENCE)


def test_saving_as_json(tmp_path: Path) -> None:
    """What is saved as JSON is the dictionary."""
    tests = TestSuite(tests=[DataQualityTestPreset(columns=["age", "city"])])
    tests.run(reference_data=REFERENCE, current_data=SAME)
    path = tmp_path / "tests.json"
    tests.save_json(path)
    assert json.loads(path.read_text(encoding="utf-8")) == tests.as_dict()
    columns = {t["parameters"]["column_name"] for t in tests.as_dict()["tests"]}
    assert columns == {"age", "city"}


def test_a_snapshot_shows_itself_as_the_report() -> None:
    """In a console the newer run's result reads as Leeboard's own table."""
    snapshot = Report([DataDriftPreset()]).run(REFERENCE, REFERENCE)
    assert repr(snapshot) == repr(snapshot.leeboard)
