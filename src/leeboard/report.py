"""What a check returns: its findings, and the forms in which people read them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from os import PathLike
from typing import Any

from leeboard.errors import Note
from leeboard.verdicts.performance import Performance
from leeboard.verdicts.report import ColumnResult, ConditionResult, Findings
from leeboard.verdicts.verdict import State

__all__ = ["FAIL_ON", "Report"]

FAIL_ON = frozenset({State.MOVED, State.FAILED})
"""States of columns that make a check fail, unless told otherwise."""


class Report:
    """The answer of a check.

    Shows as a table on a terminal and as HTML in a notebook. ``report["temp"]`` is the
    result of one column, over all rows.

    Parameters
    ----------
    findings : Findings
    """

    def __init__(self, findings: Findings) -> None:
        self.findings = findings

    def __getitem__(self, name: str) -> ColumnResult:
        for column in self.findings.columns:
            if column.name == name and column.segment is None:
                return column
        raise KeyError(name)

    def __iter__(self) -> Iterator[ColumnResult]:
        return iter(self.findings.columns)

    def __len__(self) -> int:
        return len(self.findings.columns)

    @property
    def moved(self) -> tuple[str, ...]:
        """Names of the columns that moved, in any segment."""
        return self.findings.names(State.MOVED)

    @property
    def held(self) -> tuple[str, ...]:
        """Names of the columns that held everywhere."""
        return self.findings.names(State.HELD)

    @property
    def unsure(self) -> tuple[str, ...]:
        """Names of the columns that are unsure."""
        return self.findings.names(State.UNSURE)

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of the columns that could not be computed."""
        return self.findings.names(State.FAILED)

    @property
    def conditions(self) -> tuple[ConditionResult, ...]:
        """Results of the suite's conditions."""
        return self.findings.conditions

    @property
    def notes(self) -> tuple[Note, ...]:
        """Warnings about the data."""
        return self.findings.notes

    @property
    def performance(self) -> Performance | None:
        """Performance on both sides; None where no label was named."""
        return self.findings.performance

    @property
    def passed(self) -> bool:
        """True exactly if the command line would exit with 0."""
        return self.exit_code() == 0

    def exit_code(self, fail_on: Collection[State] = FAIL_ON) -> int:
        """0 if all is well; 1 if a condition failed or a column is in such a state.

        A condition of severity ``error`` that failed, or that could not be computed,
        counts; one of severity ``warning`` does not.
        """
        columns = any(state in fail_on for state in self.findings.worst().values())
        conditions = any(
            one.severity == "error" and one.passed is not True
            for one in self.findings.conditions
        )
        return int(columns or conditions)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, in format 1."""
        from leeboard.pages.document import to_dict

        return to_dict(self.findings)

    def to_json(self, path: str | PathLike[str] | None = None) -> str:
        """Return ``to_dict`` as JSON text, and write it if a path is given.

        The same inputs give the same bytes.
        """
        from leeboard.pages.document import to_json

        return _written(to_json(self.findings), path)

    def to_html(self, path: str | PathLike[str] | None = None) -> str:
        """Return one self-contained HTML page, and write it if a path is given."""
        from leeboard.pages.report import render_html, report_page

        return _written(render_html(report_page(self.findings)), path)

    def to_markdown(self, path: str | PathLike[str] | None = None) -> str:
        """Return a summary in Markdown, and write it if a path is given."""
        from leeboard.pages.markdown import render_markdown

        return _written(render_markdown(self.findings), path)

    def to_junit(self, path: str | PathLike[str] | None = None) -> str:
        """Return JUnit XML, one test case a column and condition; write it if asked."""
        from leeboard.pages.junit import render_junit

        return _written(render_junit(self.findings), path)

    def to_frame(self) -> Any:
        """Return one row per verdict: a pandas frame where pandas is, else pyarrow.

        Returns
        -------
        pandas.DataFrame or pyarrow.Table
        """
        import importlib.util

        import pyarrow as pa

        nested = {"measurements", "notes"}
        rows = [
            {k: v for k, v in row.items() if k not in nested}
            | {"reason": row["reason"]["code"]}
            for row in self.to_dict()["verdicts"]
        ]
        table = pa.Table.from_pylist(rows)
        return table.to_pandas() if importlib.util.find_spec("pandas") else table

    def __repr__(self) -> str:
        from leeboard.pages.text import plain_text

        return plain_text(self.findings)

    def _repr_html_(self) -> str:
        from leeboard.pages.notebook import render_fragment

        return render_fragment(self.findings)


def _written(text: str, path: str | PathLike[str] | None) -> str:
    if path is not None:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    return text
