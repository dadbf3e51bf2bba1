"""Columns of scores, refused where they are no probabilities; nothing is clipped.

Place: beside ``outcomes``, which knows the classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.engines.named import OutcomeColumns
from leeboard.engines.rows import rows_of
from leeboard.engines.values import FORMS, kind_of
from leeboard.errors import FrameError, Note
from leeboard.schema import Kind, Task

__all__ = ["probabilities"]

_Array = np.ndarray[Any, Any]
_SUM_TOLERANCE = 1e-3
_MOST_BAD_SUMS = 0.05


def probabilities(
    data: Mapping[str, pa.ChunkedArray],
    columns: OutcomeColumns,
    classes: tuple[str, ...],
    task: Task,
    where: str,
) -> tuple[_Array | None, _Array | None, tuple[Note, ...]]:
    """Scores of all rows, which rows have them, and notes; None without scores.

    Raises
    ------
    FrameError
        If a score is no probability, or those of several classes do not add up to 1.
    """
    if task is Task.BINARY:
        name = columns.score or columns.scores.get(classes[-1])
        if name is None:
            return None, None, ()
        values, present = _score(data[name], name, where)
        return values, present, _pure(values[present], name, where)
    if columns.score is not None:
        raise FrameError(
            code="one_score",
            where=f"{where}, column {columns.score!r}",
            found=f"one score for {len(classes)} classes",
            expected="a score of each class",
            fix='Name them by class, as in score={"a": "p_a", "b": "p_b"}, or on the'
            " command line --score a=p_a --score b=p_b.",
        )
    if not columns.scores:
        return None, None, ()
    size = len(data[columns.label])
    table, present = np.zeros((size, len(classes))), np.ones(size, bool)
    for code, name in enumerate(classes):
        # a class that has no score was never thought possible
        if name in columns.scores:
            column = columns.scores[name]
            table[:, code], there = _score(data[column], column, where)
            present &= there
    return table, present, _sums(table, present, where)


def _score(data: pa.ChunkedArray, name: str, where: str) -> tuple[_Array, _Array]:
    kind = kind_of(data.type)
    whole = pa.types.is_integer(data.type)
    if kind not in (Kind.NUMERIC, None) or whole:
        found = FORMS.get(kind or Kind.UNSUPPORTED, f"values of type {data.type}")
        found = "whole numbers" if whole else found
        raise FrameError(
            code="score_of_labels",
            where=f"{where}, column {name!r}",
            found=f"{found}, which look like labels",
            expected="probabilities, from 0 to 1",
            fix=f"Name {name!r} as the prediction, and as the score the column that"
            " holds probabilities.",
        )
    rows = rows_of(data, Kind.NUMERIC)
    present = np.ones(len(data), bool) if rows.present is None else rows.present
    values = np.zeros(len(data))
    values[present] = rows.values
    outside = np.flatnonzero((values < 0.0) | (values > 1.0))
    if len(outside):
        first = int(outside[0])
        raise FrameError(
            code="not_probability",
            where=f"{where}, column {name!r}, row {first}",
            found=f"{values[first]:g}; {len(outside):,} of {len(values):,} rows lie"
            " outside",
            expected="probabilities, from 0 to 1",
            fix="Turn logits or percentages into probabilities; nothing is clipped.",
        )
    return values, present


def _pure(values: _Array, name: str, where: str) -> tuple[Note, ...]:
    if len(values) < 2 or not np.isin(values, (0.0, 1.0)).all():
        return ()
    text = f"{name!r} holds only 0 and 1: labels rather than probabilities?"
    return (Note("score_of_labels", where, text),)


def _sums(table: _Array, present: _Array, where: str) -> tuple[Note, ...]:
    sums = table[present].sum(axis=1)
    wrong = np.abs(sums - 1.0) > _SUM_TOLERANCE
    bad = int(wrong.sum())
    if not bad:
        return ()
    first = int(np.flatnonzero(present)[np.flatnonzero(wrong)[0]])
    said = f"{bad:,} of {len(sums):,} rows have probabilities that do not add up to 1"
    if bad > _MOST_BAD_SUMS * len(sums):
        raise FrameError(
            code="not_summing",
            where=f"{where}, row {first}",
            found=f"{said}; here {table[first].sum():g}",
            expected="a sum of 1 in each row",
            fix="Name the score of every class, and normalise them; nothing is scaled.",
        )
    return (Note("not_summing", where, f"{said}; the first is row {first}"),)
