"""A report of the newer form: a run returns a snapshot; current data come first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

from leeboard.integrations.evidently._comparison import Comparison, compare
from leeboard.integrations.evidently._dataset import Dataset, mapping_of
from leeboard.integrations.evidently._preset import DataDrift
from leeboard.integrations.evidently._shapes import (
    METHOD,
    column_drift,
    overall_rows,
    share_of_moved,
)
from leeboard.report import Report as LeeboardReport
from leeboard.verdicts.verdict import State

__all__ = ["Report", "Snapshot"]


class Report:
    """Verdicts by Evidently's newer names.

    Parameters
    ----------
    metrics : sequence
        ``DataDriftPreset()``.
    include_tests : bool
        Add one test for each column, and one on the share of moved ones.

    Examples
    --------
    >>> from leeboard.integrations.evidently.presets import DataDriftPreset
    >>> rows = {"age": [float(i % 50) for i in range(500)]}
    >>> snapshot = Report([DataDriftPreset()]).run(rows, rows)
    >>> snapshot.dict()["metrics"][0]["value"]
    {'count': 0.0, 'share': 0.0}
    """

    def __init__(
        self, metrics: Sequence[DataDrift], *, include_tests: bool = False
    ) -> None:
        self._metrics, self._include_tests = tuple(metrics), include_tests

    def run(self, current_data: Any, reference_data: Any = None) -> Snapshot:
        """Compare; the current data come first, as in Evidently.

        Parameters
        ----------
        current_data, reference_data : Dataset, frame, or anything a check reads
        """
        current, definition = _opened(current_data)
        reference, other = _opened(reference_data)
        mapping = mapping_of(definition or other)
        found = compare(reference, current, mapping=mapping, presets=self._metrics)
        return Snapshot(found, self._metrics, self._include_tests)


def _opened(data: Any) -> tuple[Any, Any]:
    if isinstance(data, Dataset):
        return data.data, data.data_definition
    return data, None


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The result of one run."""

    _found: Comparison
    _metrics: tuple[DataDrift, ...]
    _include_tests: bool

    def __repr__(self) -> str:
        return repr(self.leeboard)

    @property
    def leeboard(self) -> LeeboardReport:
        """Leeboard's own report, with every figure."""
        return self._found.report

    def dict(self) -> dict[str, Any]:
        """Return ``{"metrics": [{"id", "metric_name", "config", "value"}], "tests"}``.

        A column's value is the size of its change; its verdict stands beside.
        """
        metrics, tests = [], []
        for preset in self._metrics:
            results = overall_rows(self._found.report, preset.columns)
            overall = share_of_moved(results.values(), preset.drift_share)
            config: dict[str, Any] = {"drift_share": preset.drift_share}
            metrics.append(
                _metric(
                    "DriftedColumnsCount",
                    config,
                    {
                        "count": float(overall["number_of_drifted_columns"]),
                        "share": overall["share_of_drifted_columns"],
                    },
                )
            )
            share = overall["share_of_drifted_columns"]
            text = f"actual value {share:.3g}, limit {preset.drift_share:g}"
            status = "FAIL" if overall["dataset_drift"] else "SUCCESS"
            tests.append(_test("Share of Drifted Columns", text, status))
            for name, result in results.items():
                drift = column_drift(result)
                config = {
                    "column": name,
                    "method": METHOD,
                    "threshold": drift["stattest_threshold"],
                }
                metric = _metric("ValueDrift", config, drift["drift_score"])
                metrics.append({**metric, "verdict": drift["verdict"]})
                state = result.state
                status = {State.MOVED: "FAIL", State.FAILED: "ERROR"}.get(
                    state, "SUCCESS"
                )
                title = f"Value Drift for column {name}"
                tests.append(_test(title, f"{state}: {drift['reason']}", status))
        return {"metrics": metrics, "tests": tests if self._include_tests else []}

    def json(self) -> str:
        """Return ``dict`` as JSON text."""
        return json.dumps(self.dict(), ensure_ascii=False)

    def save_html(self, filename: str | PathLike[str]) -> None:
        """Write Leeboard's report page."""
        self._found.report.to_html(filename)

    def save_json(self, filename: str | PathLike[str]) -> None:
        """Write ``dict`` as JSON."""
        with open(filename, "w", encoding="utf-8", newline="\n") as file:
            file.write(self.json() + "\n")

    def get_html_str(self) -> str:
        """Return Leeboard's report page."""
        return self._found.report.to_html()

    def _repr_html_(self) -> str:
        return self._found.report._repr_html_()


def _metric(kind: str, config: dict[str, Any], value: Any) -> dict[str, Any]:
    options = ",".join(f"{key}={value}" for key, value in config.items())
    name = f"{kind}({options})"
    # the same name gets the same id in every run
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16)
    return {
        "id": digest.hexdigest(),
        "metric_name": name,
        "config": {"type": f"leeboard:{kind}", **config},
        "value": value,
    }


def _test(name: str, description: str, status: str) -> dict[str, Any]:
    return {"name": name, "description": description, "status": status}
