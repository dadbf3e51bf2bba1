"""A report of the older form: run first, then read or saved."""

from __future__ import annotations

import json
from collections.abc import Sequence
from os import PathLike
from typing import Any

from leeboard.errors import InputError
from leeboard.integrations.evidently._comparison import Comparison, compare
from leeboard.integrations.evidently._preset import DataDrift, TargetDrift
from leeboard.integrations.evidently._shapes import (
    column_drift,
    overall_rows,
    share_of_moved,
)
from leeboard.integrations.evidently.pipeline.column_mapping import ColumnMapping

__all__ = ["Report"]


class Report:
    """Verdicts by Evidently's older names.

    Parameters
    ----------
    metrics : sequence
        ``DataDriftPreset()``, ``TargetDriftPreset()``.

    Examples
    --------
    >>> from leeboard.integrations.evidently.metric_preset import DataDriftPreset
    >>> report = Report(metrics=[DataDriftPreset()])
    >>> rows = {"age": [float(i % 50) for i in range(500)]}
    >>> report.run(reference_data=rows, current_data=rows)
    >>> report.as_dict()["metrics"][0]["result"]["number_of_drifted_columns"]
    0
    """

    def __init__(self, metrics: Sequence[DataDrift | TargetDrift]) -> None:
        self._metrics = tuple(metrics)
        self._found: Comparison | None = None

    def run(
        self,
        *,
        reference_data: Any,
        current_data: Any,
        column_mapping: ColumnMapping | None = None,
    ) -> None:
        """Compare current data with the reference."""
        self._found = compare(
            reference_data, current_data, mapping=column_mapping, presets=self._metrics
        )

    def as_dict(self) -> dict[str, Any]:
        """Return ``{"metrics": [{"metric", "result"}, …]}``."""
        found = self._run()
        metrics: list[dict[str, Any]] = []
        for preset in self._metrics:
            if isinstance(preset, TargetDrift):
                metrics += _target(found)
                continue
            results = overall_rows(found.report, preset.columns)
            overall = share_of_moved(results.values(), preset.drift_share)
            drift = {name: column_drift(one) for name, one in results.items()}
            table = {**overall, "drift_by_columns": drift}
            metrics.append({"metric": "DatasetDriftMetric", "result": overall})
            metrics.append({"metric": "DataDriftTable", "result": table})
        return {"metrics": metrics}

    def json(self) -> str:
        """Return ``as_dict`` as JSON text."""
        return json.dumps(self.as_dict(), ensure_ascii=False)

    def save_html(self, filename: str | PathLike[str]) -> None:
        """Write Leeboard's report page."""
        self._run().report.to_html(filename)

    def save_json(self, filename: str | PathLike[str]) -> None:
        """Write ``as_dict`` as JSON."""
        with open(filename, "w", encoding="utf-8", newline="\n") as file:
            file.write(self.json() + "\n")

    def get_html(self) -> str:
        """Return Leeboard's report page."""
        return self._run().report.to_html()

    def show(self) -> Any:
        """Return what a notebook shows."""
        return self._run().report

    def _repr_html_(self) -> str:
        return self._run().report._repr_html_()

    def _run(self) -> Comparison:
        if self._found is None:
            raise InputError(
                code="not_run",
                where="report",
                found="no result yet",
                expected="a run",
                fix="Call run(reference_data=…, current_data=…) first.",
            )
        return self._found


def _target(found: Comparison) -> list[dict[str, Any]]:
    results = overall_rows(found.report, found.targets)
    if results:
        return [
            {"metric": "ColumnDriftMetric", "result": column_drift(one)}
            for one in results.values()
        ]
    reason = "the data has neither a target nor a prediction; name them in the mapping"
    nothing = {"column_name": None, "drift_detected": None, "reason": reason}
    return [{"metric": "ColumnDriftMetric", "result": nothing}]
