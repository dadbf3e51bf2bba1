"""Verdicts in the shapes of dictionaries that Evidently's scripts read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from leeboard.report import Report
from leeboard.verdicts.report import ColumnResult, ConditionResult
from leeboard.verdicts.verdict import State

__all__ = ["METHOD", "column_drift", "overall_rows", "share_of_moved", "tests_of"]

METHOD = "Leeboard verdict (size in nats)"

_NAMES = {
    "share_moved": ("Share of Drifted Columns", "data_drift"),
    "size": ("Drift per Column", "data_drift"),
    "moved": ("Drift per Column", "data_drift"),
    "missing": ("The Share of Missing Values in a Column", "data_quality"),
    "out_of_range": ("The Share of Values Out of Range", "data_quality"),
    "unseen": ("The Share of New Values in a Column", "data_quality"),
    "quantile": ("Median Value", "data_quality"),
    "constant": ("Constant Column", "data_quality"),
}


def overall_rows(
    report: Report, names: Sequence[str] | None
) -> dict[str, ColumnResult]:
    """Results over all rows, of the named columns or of all."""
    return {
        result.name: result
        for result in report
        if result.segment is None and (names is None or result.name in names)
    }


def share_of_moved(
    results: Iterable[ColumnResult], drift_share: float
) -> dict[str, Any]:
    """Count the moved columns, as ``DatasetDriftMetric`` does."""
    states = [result.state for result in results]
    moved = states.count(State.MOVED)
    share = moved / len(states) if states else 0.0
    return {
        "drift_share": drift_share,
        "number_of_columns": len(states),
        "number_of_drifted_columns": moved,
        "number_of_failed_columns": states.count(State.FAILED),
        "share_of_drifted_columns": share,
        "dataset_drift": bool(states) and share >= drift_share,
    }


def column_drift(result: ColumnResult) -> dict[str, Any]:
    """One column, as ``ColumnDriftMetric`` does; the verdict stands beside."""
    verdict = result.verdict
    failed = verdict.state is State.FAILED
    return {
        "column_name": result.name,
        "column_type": "num" if verdict.kind == "numeric" else "cat",
        "stattest_name": METHOD,
        "stattest_threshold": verdict.lines.negligible,
        "drift_score": verdict.value,
        "drift_detected": None if failed else verdict.state is State.MOVED,
        "verdict": verdict.state.value,
        "reason": verdict.reason.text,
    }


def tests_of(conditions: Iterable[ConditionResult]) -> list[dict[str, Any]]:
    """One test for each condition and column; not computable is an error."""
    return [_test(result) for result in conditions]


def _test(result: ConditionResult) -> dict[str, Any]:
    name, group = _NAMES.get(result.measurement.metric, (result.condition, "data"))
    status = {True: "SUCCESS", False: "FAIL", None: "ERROR"}[result.passed]
    subject = "" if result.subject == "table" else f"Column '{result.subject}': "
    return {
        "name": name,
        "description": f"{subject}{result.reason.text}.",
        "status": status,
        "group": group,
        "parameters": {
            "condition": f"fails if {result.condition}",
            "column_name": None if result.subject == "table" else result.subject,
            "value": result.measurement.value,
        },
    }
