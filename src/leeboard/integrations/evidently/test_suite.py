"""A test suite of the older form."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from os import PathLike
from typing import Any, ClassVar

from leeboard.errors import InputError
from leeboard.integrations.evidently._comparison import Comparison, compare
from leeboard.integrations.evidently._preset import DataDriftTests, DataQualityTests
from leeboard.integrations.evidently._shapes import tests_of
from leeboard.integrations.evidently.pipeline.column_mapping import ColumnMapping

__all__ = ["TestSuite"]


class TestSuite:
    """Conditions by Evidently's names.

    A test that cannot be computed has status ``ERROR`` and counts as failed.

    Parameters
    ----------
    tests : sequence
        ``DataDriftTestPreset()``, ``DataQualityTestPreset()``.

    Examples
    --------
    >>> from leeboard.integrations.evidently.test_preset import DataDriftTestPreset
    >>> tests = TestSuite(tests=[DataDriftTestPreset()])
    >>> rows = {"age": [float(i % 50) for i in range(500)]}
    >>> tests.run(reference_data=rows, current_data=rows)
    >>> tests.as_dict()["summary"]["failed_tests"]
    0
    """

    __test__: ClassVar[bool] = False  # for pytest: not a class of tests

    def __init__(self, tests: Sequence[DataDriftTests | DataQualityTests]) -> None:
        self._tests = tuple(tests)
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
            reference_data, current_data, mapping=column_mapping, presets=self._tests
        )

    def as_dict(self) -> dict[str, Any]:
        """Return ``{"tests": […], "summary": {…}}``.

        The summary has ``all_passed``, ``total_tests``, ``success_tests``,
        ``failed_tests`` (not computable ones among them) and ``by_status``.
        """
        tests = tests_of(self._run().report.findings.conditions)
        by_status = Counter(test["status"] for test in tests)
        passed = by_status["SUCCESS"]
        return {
            "tests": tests,
            "summary": {
                "all_passed": passed == len(tests),
                "total_tests": len(tests),
                "success_tests": passed,
                "failed_tests": len(tests) - passed,
                "by_status": dict(sorted(by_status.items())),
            },
        }

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

    def show(self) -> Any:
        """Return what a notebook shows."""
        return self._run().report

    def _repr_html_(self) -> str:
        return self._run().report._repr_html_()

    def __bool__(self) -> bool:
        return bool(self.as_dict()["summary"]["all_passed"])

    def _run(self) -> Comparison:
        if self._found is None:
            raise InputError(
                code="not_run",
                where="test suite",
                found="no result yet",
                expected="a run",
                fix="Call run(reference_data=…, current_data=…) first.",
            )
        return self._found
