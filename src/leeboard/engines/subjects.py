"""What the conditions of a suite are asked of: two profiles, verdicts, and rows.

Place: under the check, which makes it once all verdicts stand. Counts answer what they
can; rows are read when a metric needs them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from leeboard.engines.rows import RowsPair
from leeboard.metrics import metrics
from leeboard.metrics._call import check_kind, check_options, of_counts, of_types
from leeboard.metrics._metric import Measurement, Pair, undefined
from leeboard.profiles.part import Part
from leeboard.profiles.profile import Profile
from leeboard.schema import Column
from leeboard.verdicts.effects import pair_up
from leeboard.verdicts.report import ColumnResult
from leeboard.verdicts.suite import Subjects
from leeboard.verdicts.verdict import State, Verdict

__all__ = ["CheckSubjects", "pair_of"]


def pair_of(
    before: Profile, now: Profile, column: str, segment: str | None = None
) -> Pair:
    """Counts of a column on both sides; those of no rows where a segment is gone."""
    theirs = now.parts.get(segment)
    if theirs is None:
        # of this column alone: a table may have thousands
        none = type(before.parts[segment].counts[column]).zero
        theirs = Part(0, {column: none(before.cells[column])})  # type: ignore[arg-type]  # one kind each
    return pair_up(
        column,
        before.cells[column],
        before.parts[segment],
        theirs,
        fixed=before.fixed and segment is None,
    )


def _takes(measure: Callable[..., Measurement], options: Mapping[str, Any]) -> bool:
    """Tell whether a metric has its options on counts too, and not on rows alone."""
    from inspect import signature

    return not options or set(options) <= set(signature(measure).parameters)


class CheckSubjects(Subjects):
    """Two profiles, their verdicts, and the rows behind them."""

    def __init__(
        self, before: Profile, now: Profile, results: list[ColumnResult], rows: RowsPair
    ) -> None:
        self._before, self._now, self._rows = before, now, rows
        self._results = {r.name: r for r in results if r.segment is None}

    def columns(self) -> Sequence[Column]:
        """Columns that were compared."""
        every = self._before.schema.columns
        return [column for column in every if column.name in self._results]

    def names(self) -> Sequence[str]:
        """Every column of the reference."""
        return self._before.schema.names

    def verdict(self, column: str) -> Verdict:
        """Verdict of a compared column over all rows."""
        return self._results[column].verdict

    def measure(
        self, metric: str, column: str | None, options: dict[str, Any]
    ) -> Measurement:
        """One metric on one column, or on the table (None)."""
        declared = metrics()[metric]
        check_options(declared, options)
        if column is None:
            return self._rows.measure(metric, None, **options)
        forms = [p.types.get(column) for p in (self._before, self._now)]
        if forms[0] and forms[1]:
            measurement = of_types(declared, forms[0].kind, forms[1].kind)
            if measurement is not None:
                return replace(measurement, subject=column)
        if column in self._now.problems:
            return self._failed(metric, column)
        if declared.on_counts is not None:
            measured = self._results[column].measurements
            if metric in measured and not options:
                return measured[metric]
            from_counts = not self._rows.known or declared.on_rows is None
            if from_counts and _takes(declared.on_counts, options):
                pair = pair_of(self._before, self._now, column)
                check_kind(declared, self._before.schema[column].kind, column)
                return replace(of_counts(declared, pair, **options), subject=column)
        return self._rows.measure(metric, column, **options)

    def exactly(self, metric: str, column: str, options: dict[str, Any]) -> Measurement:
        """One metric on the rows of one column."""
        return self._rows.measure(metric, column, **options)

    def _failed(self, metric: str, column: str) -> Measurement:
        problem = self._now.problems[column]
        sizes = self._before.rows, self._now.rows
        gone = undefined(metric, *sizes, code=problem.code, text=str(problem))
        return replace(gone, subject=column)

    def share_moved(self) -> Measurement:
        """Share of the compared columns that moved."""
        states = [r.state for r in self._results.values()]
        value = sum(s is State.MOVED for s in states) / len(states) if states else None
        return Measurement(
            "share_moved", value, self._before.rows, self._now.rows, subject="table"
        )
