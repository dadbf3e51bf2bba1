"""Columns of labels, predictions and scores into outcomes, or why they do not fit.

Place: beside profiling; metrics see only what comes out of it. A row counts if it has a
label and whatever else was named; what is left out is told in notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.engines.classes import Classed, classed, in_order, recoded
from leeboard.engines.named import OutcomeColumns
from leeboard.engines.probabilities import probabilities
from leeboard.engines.rows import rows_of
from leeboard.engines.values import FORMS, kind_of
from leeboard.errors import FrameError, Note
from leeboard.performance import Outcomes
from leeboard.schema import Kind, Task
from leeboard.sources import Source

__all__ = ["outcomes_of", "read_outcomes"]

_Array = np.ndarray[Any, Any]
_MOST_CLASSES = 200
_USABLE = (Kind.NUMERIC, Kind.CATEGORICAL, Kind.BOOLEAN)


def read_outcomes(
    source: Source, columns: OutcomeColumns, known: Outcomes | None = None
) -> tuple[Outcomes, tuple[Note, ...]]:
    """Read the outcomes of a source.

    Parameters
    ----------
    source : Source
    columns : OutcomeColumns
    known : Outcomes, optional
        Of the reference, whose task and classes hold here too.

    Raises
    ------
    FrameError
        If a column is not there, or what it holds is no label, prediction or
        probability; see ``outcomes_of``.
    """
    data = {}
    for name in columns.names:
        if name not in source.schema.names:
            have = ", ".join(map(repr, source.schema.names[:12]))
            raise FrameError(
                code="missing_column",
                where=f"column {name!r}",
                found=f"no such column in {source.name}; it has {have}",
                expected="the column named for labels, predictions or scores",
                fix="Name the column that holds them.",
            )
        data[name] = source.column(name)
        problem = source.problems.get(name)
        if problem is not None:
            raise FrameError(
                code=problem.code,
                where=f"{source.name}, {problem.where}",
                found=problem.found,
                expected=problem.expected,
                fix=problem.fix,
            )
    return outcomes_of(data, columns, source.name, known)


def outcomes_of(
    data: Mapping[str, pa.ChunkedArray],
    columns: OutcomeColumns,
    where: str,
    known: Outcomes | None = None,
) -> tuple[Outcomes, tuple[Note, ...]]:
    """Outcomes from whole columns of equal length.

    Parameters
    ----------
    data : mapping of column to ChunkedArray
    columns : OutcomeColumns
    where : str
        Name of the rows, for messages.
    known : Outcomes, optional
        Of the reference.

    Returns
    -------
    Outcomes
    tuple of Note
        What was left out or strange.

    Raises
    ------
    FrameError
        ``label_kind``: dates or other objects. ``label_types``: label and prediction
        are of different types. ``not_probability``: a score outside [0, 1], with count
        and first row. ``not_summing``: more than 5 % of the rows have probabilities of
        several classes that do not add up to 1. ``score_of_labels``: a score that
        holds labels. ``too_many_classes``: more than 200.

    Notes
    -----
    Without a declared task, it is classification if there is a score, if labels are
    texts or truth values, or if all labels and predictions are 0 or 1; with two classes
    binary, with more multiclass. All else is regression.
    """
    kinds = {name: _kind(data[name], name, where) for name in _values(columns)}
    if known is not None:
        columns = replace(columns, task=known.task)
    task = columns.task
    if task is Task.NONE:
        task = _task(data, columns, kinds)
    if task is Task.REGRESSION:
        return _regression(data, columns, kinds, where)
    return _classes(data, replace(columns, task=task), kinds, where, known)


def _values(columns: OutcomeColumns) -> list[str]:
    given = (columns.label, columns.prediction)
    return [name for name in given if name is not None]


def _kind(data: pa.ChunkedArray, name: str, where: str) -> Kind | None:
    kind = kind_of(data.type)
    if kind is None or kind in _USABLE:
        return kind
    raise FrameError(
        code="label_kind",
        where=f"{where}, column {name!r}",
        found=FORMS.get(kind, f"values of type {data.type}"),
        expected="numbers, texts or truth values",
        fix="Name the column that holds what was predicted.",
    )


def _task(
    data: Mapping[str, pa.ChunkedArray],
    columns: OutcomeColumns,
    kinds: Mapping[str, Kind | None],
) -> Task:
    """Task by what the columns hold; NONE for classes whose number is not yet known."""
    scored = columns.score is not None or bool(columns.scores)
    if scored or kinds[columns.label] in (Kind.CATEGORICAL, Kind.BOOLEAN):
        return Task.NONE
    found = [
        rows_of(data[name], Kind.NUMERIC).values
        for name, kind in kinds.items()
        if kind is Kind.NUMERIC
    ]
    return Task.NONE if all(map(_of_two, found)) else Task.REGRESSION


def _of_two(values: _Array) -> bool:
    """Tell whether all values are 0 or 1."""
    return bool(((values == 0.0) | (values == 1.0)).all())


# ── numbers ──────────────────────────────────────────────────────────────────────────


def _regression(
    data: Mapping[str, pa.ChunkedArray],
    columns: OutcomeColumns,
    kinds: Mapping[str, Kind | None],
    where: str,
) -> tuple[Outcomes, tuple[Note, ...]]:
    for name, kind in kinds.items():
        if kind not in (Kind.NUMERIC, Kind.BOOLEAN, None):
            raise FrameError(
                code="label_types",
                where=f"{where}, column {name!r}",
                found=FORMS[kind],
                expected="numbers, as for a regression",
                fix="Convert the column to numbers, or declare another task.",
            )
    filled = {name: _numbers(data[name]) for name in kinds}
    marks = {name: present for name, (_, present) in filled.items()}
    chosen, notes = _chosen(marks, columns, where)
    labels = filled[columns.label][0][chosen]
    predictions = None
    if columns.prediction is not None:
        predictions = filled[columns.prediction][0][chosen]
    outcomes = Outcomes(Task.REGRESSION, labels, predictions)
    return outcomes, (*notes, *_suspicions(outcomes, columns, where))


def _numbers(data: pa.ChunkedArray) -> tuple[_Array, _Array]:
    """Values of all rows as float64, 0 where missing, and which are there."""
    rows = rows_of(data, Kind.NUMERIC)
    present = np.ones(len(data), bool) if rows.present is None else rows.present
    values = np.zeros(len(data))
    values[present] = rows.values
    return values, present


def _suspicions(
    outcomes: Outcomes, columns: OutcomeColumns, where: str
) -> tuple[Note, ...]:
    """Say that predictions look like probabilities of labels 0 and 1."""
    predictions = outcomes.predictions
    if predictions is None or not outcomes.rows:
        return ()
    if not _of_two(outcomes.labels):
        return ()
    if predictions.min() < 0.0 or predictions.max() > 1.0:
        return ()
    text = (
        f"labels are 0 or 1 and {columns.prediction!r} lies between them: read as a"
        " regression; if it holds probabilities, name it as the score"
    )
    return (Note("prediction_like_score", where, text),)


def _chosen(
    marks: Mapping[str, _Array], columns: OutcomeColumns, where: str
) -> tuple[_Array, list[Note]]:
    """Rows that have all they need, and notes on those that do not."""
    labelled = marks[columns.label]
    chosen, notes = labelled.copy(), []
    for present in marks.values():
        chosen &= present
    without = len(labelled) - int(labelled.sum())
    if without:
        text = f"{_share(without, len(labelled))} without a label left out"
        notes.append(Note("without_label", where, text))
    dropped = int(labelled.sum()) - int(chosen.sum())
    if dropped:
        text = f"{_share(dropped, len(labelled))} with a label, but without a"
        text += " prediction or score, left out"
        notes.append(Note("without_prediction", where, text))
    return chosen, notes


def _share(rows: int, every: int) -> str:
    return f"{rows:,} of {every:,} rows"


# ── classes ──────────────────────────────────────────────────────────────────────────


def _classes(
    data: Mapping[str, pa.ChunkedArray],
    columns: OutcomeColumns,
    kinds: Mapping[str, Kind | None],
    where: str,
    known: Outcomes | None,
) -> tuple[Outcomes, tuple[Note, ...]]:
    _refuse_types(columns, kinds, where)
    found = {
        name: classed(data[name], kind or Kind.CATEGORICAL)
        for name, kind in kinds.items()
    }
    mapped: tuple[Note, ...] = ()
    if columns.prediction is not None and columns.same:
        named = found[columns.prediction]
        found[columns.prediction] = _renamed(named, columns, where)
        said = ", ".join(f"{a!r} is {b!r}" for a, b in columns.same.items())
        text = f"values of {columns.prediction!r} were read as declared: {said}"
        mapped = (Note("mapped_classes", where, text),)
    classes = _every_class(columns, found, known, where)
    task = columns.task
    if task is Task.NONE:
        task = Task.MULTICLASS if len(classes) > 2 else Task.BINARY
    if task is Task.BINARY:
        classes = _positive_last(columns, classes, known, where)
    else:
        classes = tuple(sorted(classes))
    scores, there, notes = probabilities(data, columns, classes, task, where)
    marks = {name: one.present for name, one in found.items()}
    if there is not None:
        marks["\0score"] = there
    chosen, dropped = _chosen(marks, columns, where)
    outcomes = Outcomes(
        task,
        recoded(found[columns.label], classes, chosen),
        _codes(found, columns.prediction, classes, chosen),
        None if scores is None else scores[chosen],
        classes,
    )
    return outcomes, (*mapped, *dropped, *notes, *_news(classes, known, where))


def _codes(
    found: Mapping[str, Classed],
    name: str | None,
    classes: tuple[str, ...],
    chosen: _Array,
) -> _Array | None:
    return None if name is None else recoded(found[name], classes, chosen)


def _refuse_types(
    columns: OutcomeColumns, kinds: Mapping[str, Kind | None], where: str
) -> None:
    label = kinds[columns.label]
    if columns.prediction is None:
        return
    other = kinds[columns.prediction]
    if columns.same or None in (label, other) or label is other:
        return
    raise FrameError(
        code="label_types",
        where=f"{where}, columns {columns.label!r} and {columns.prediction!r}",
        found=f"{_form(label)} as labels and {_form(other)} as predictions",
        expected="both of one type",
        fix="Convert one of them, or say which value is which label, as in"
        ' classes={"1": "true", "0": "false"}; nothing is guessed.',
    )


def _form(kind: Kind | None) -> str:
    return FORMS[kind] if kind is not None else "nothing"


def _renamed(found: Classed, columns: OutcomeColumns, where: str) -> Classed:
    """Predictions under the names of labels; two may not become one."""
    called = tuple(columns.same.get(name, name) for name in found.names)
    twice = len(set(called)) < len(called)
    if twice or len(set(columns.same.values())) < len(columns.same):
        raise FrameError(
            code="label_types",
            where=f"{where}, column {columns.prediction!r}",
            found="two of its values declared to be the same label",
            expected="another label for each value",
            fix="Name each label once.",
        )
    return replace(found, names=called)


def _every_class(
    columns: OutcomeColumns,
    found: Mapping[str, Classed],
    known: Outcomes | None,
    where: str,
) -> tuple[str, ...]:
    names = {name for one in found.values() for name in one.names}
    names |= set(columns.scores) | set(known.classes if known else ())
    if columns.score is not None and columns.positive is not None:
        names.add(columns.positive)
    if len(names) > _MOST_CLASSES:
        raise FrameError(
            code="too_many_classes",
            where=f"{where}, column {columns.label!r}",
            found=f"{len(names):,} different labels and predictions",
            expected=f"at most {_MOST_CLASSES} classes",
            fix='Declare task = "regression" if they are numbers, or group them.',
        )
    return in_order(names)


def _positive_last(
    columns: OutcomeColumns,
    classes: tuple[str, ...],
    known: Outcomes | None,
    where: str,
) -> tuple[str, ...]:
    """Classes of a binary task with the positive one last."""
    if known is not None:
        positive = known.classes[-1]
    elif len(classes) > 2:
        raise FrameError(
            code="too_many_classes",
            where=f"{where}, column {columns.label!r}",
            found=f"classes {', '.join(map(repr, classes[:5]))}",
            expected="two, as for one score and a binary task",
            fix="Give the score of each class, or declare the task.",
        )
    else:
        positive = _chosen_positive(columns, classes, where)
    rest = [name for name in classes if name != positive]
    return (*rest, positive)


def _chosen_positive(
    columns: OutcomeColumns, classes: tuple[str, ...], where: str
) -> str:
    if columns.positive is not None:
        if columns.positive in classes or len(classes) < 2:
            return columns.positive
        raise FrameError(
            code="unknown_class",
            where=f"{where}, column {columns.label!r}",
            found=f"classes {' and '.join(map(repr, classes))}",
            expected=f"{columns.positive!r}, named as positive",
            fix="Name one of the classes.",
        )
    return _alone(classes[0]) if len(classes) == 1 else (classes or ("1",))[-1]


def _alone(name: str) -> str:
    """Positive class where one class alone was seen: its opposite, if it has one."""
    return {"0": "1", "false": "true"}.get(name, name)


def _news(
    classes: tuple[str, ...], known: Outcomes | None, where: str
) -> tuple[Note, ...]:
    new = [name for name in classes if known is not None and name not in known.classes]
    if not new:
        return ()
    text = "classes the reference never had: " + ", ".join(map(repr, new[:5]))
    return (Note("unseen_class", where, text),)
