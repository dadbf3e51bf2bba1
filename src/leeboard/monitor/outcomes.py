"""Labelled rows of a window as outcomes, and all its rows as ones without labels.

Place: between the names of the reference and the mathematics of performance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leeboard.errors import Note
from leeboard.monitor.frame import Frame, as_text
from leeboard.performance import Outcomes
from leeboard.schema import Task

__all__ = ["Labelled", "features_of", "labelled_of", "task_of"]

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """What a window says of the model's performance.

    Parameters
    ----------
    outcomes : Outcomes or None
        Rows with label and prediction; None if there are none, or they cannot be read.
    places : array, shape (labelled,)
        Row of the window that each outcome is.
    predictions, scores : array or None
        Of all rows, as in outcomes; predictions of −1 are of no known class.
    notes : tuple of Note
    """

    outcomes: Outcomes | None
    places: _Array
    predictions: _Array | None
    scores: _Array | None
    notes: tuple[Note, ...] = ()

    def of_rows(self, rows: pa.Array | None) -> Outcomes | None:
        """Outcomes of some rows of the window; None: of all."""
        if self.outcomes is None or rows is None:
            return self.outcomes
        chosen = np.isin(self.places, np.asarray(rows))
        one = self.outcomes
        return Outcomes(
            one.task,
            one.labels[chosen],
            None if one.predictions is None else one.predictions[chosen],
            None if one.scores is None else one.scores[chosen],
            one.classes,
        )


def task_of(frame: Frame, declared: Task) -> Task:
    """Task of a model: the schema's, or what label and prediction look like."""
    if declared is not Task.NONE:
        return declared
    known = [v for v in (frame.label, frame.prediction) if v is not None]
    if not known:
        return Task.NONE
    if all(pa.types.is_floating(v.type) for v in known):
        return Task.REGRESSION
    levels = pc.count_distinct(known[0]).as_py()
    if all(_is_number(v) for v in known):
        return Task.REGRESSION if levels > 2 else Task.BINARY
    return Task.BINARY if levels <= 2 else Task.MULTICLASS


def labelled_of(frame: Frame, task: Task, classes: tuple[str, ...]) -> Labelled:
    """Read label, prediction and score of a window.

    Parameters
    ----------
    frame : Frame
    task : Task
    classes : tuple of str
        Of the reference; classes that it never had are added before the last.
    """
    nothing = Labelled(None, np.empty(0, np.intp), None, None)
    if frame.prediction is None or task is Task.NONE:
        return nothing
    if task is Task.REGRESSION:
        return _regression(frame, nothing)
    return _classification(frame, task, classes)


def _is_number(values: pa.ChunkedArray) -> bool:
    types = pa.types
    return bool(types.is_integer(values.type) or types.is_floating(values.type))


def _regression(frame: Frame, nothing: Labelled) -> Labelled:
    prediction = frame.prediction
    if prediction is None or not _is_number(prediction):
        return _with(nothing, "prediction", "texts where numbers are expected")
    predictions = _floats(prediction)
    if frame.label is None:
        return Labelled(None, np.empty(0, np.intp), predictions, None)
    if not _is_number(frame.label):
        return _with(nothing, "label", "texts where numbers are expected")
    labels = _floats(frame.label)
    places = np.flatnonzero(np.isfinite(labels) & np.isfinite(predictions))
    outcomes = Outcomes(Task.REGRESSION, labels[places], predictions[places])
    return Labelled(outcomes if len(places) else None, places, predictions, None)


def _classification(frame: Frame, task: Task, classes: tuple[str, ...]) -> Labelled:
    named = [
        None if values is None else as_text(values)
        for values in (frame.label, frame.prediction)
    ]
    joint = _joint(task, classes, named)
    codes = [_codes(texts, joint) for texts in named]
    scores = _scores(frame, task, joint)
    labels, predictions = codes
    if predictions is None or labels is None:
        return Labelled(None, np.empty(0, np.intp), predictions, scores)
    good = (labels >= 0) & (predictions >= 0)
    if scores is not None:
        good &= np.isfinite(scores) if scores.ndim == 1 else np.isfinite(scores).all(1)
    places = np.flatnonzero(good)
    kept = None if scores is None else scores[places]
    outcomes = Outcomes(task, labels[places], predictions[places], kept, joint)
    return Labelled(outcomes if len(places) else None, places, predictions, scores)


def _floats(values: pa.ChunkedArray) -> _Array:
    whole = values.cast(pa.float64(), safe=False)
    found: _Array = pc.fill_null(whole, np.nan).to_numpy()
    return found


def _joint(
    task: Task, classes: tuple[str, ...], named: list[pa.ChunkedArray | None]
) -> tuple[str, ...]:
    found = {
        level
        for texts in named
        if texts is not None
        for level in texts.unique().to_pylist()
        if level is not None
    }
    fresh = sorted(found - set(classes))
    if not classes:
        return tuple(fresh)
    if task is Task.BINARY:  # the positive class stays last
        return (*classes[:-1], *fresh, classes[-1])
    return tuple(sorted({*classes, *fresh}))


def _codes(texts: pa.ChunkedArray | None, classes: tuple[str, ...]) -> _Array | None:
    if texts is None:
        return None
    found = pc.index_in(texts, pa.array(classes, pa.string()))
    codes: _Array = pc.fill_null(found, -1).to_numpy().astype(np.int64)
    return codes


def _scores(frame: Frame, task: Task, classes: tuple[str, ...]) -> _Array | None:
    """Scores in the order of the classes, if every class has one."""
    if task is Task.BINARY and frame.score is not None:
        return _probabilities(_floats(frame.score))
    columns = [frame.extra.get(f"scores.{name}") for name in classes]
    if not columns or any(column is None for column in columns):
        return None
    table = np.column_stack([_floats(column) for column in columns])
    if task is Task.BINARY:
        return _probabilities(table[:, -1])
    return _probabilities(table)


def _probabilities(scores: _Array) -> _Array | None:
    """Scores that are probabilities; None if one lies outside 0 to 1."""
    known = scores[np.isfinite(scores)]
    if len(known) and (known.min() < 0.0 or known.max() > 1.0):
        return None
    return scores


def _with(nothing: Labelled, where: str, text: str) -> Labelled:
    note = Note("type_changed", where, text)
    return Labelled(None, nothing.places, None, None, (note,))


def features_of(frame: Frame, names: Mapping[str, str]) -> dict[str, _Array]:
    """Feature columns as arrays for an estimator: float64, or texts with None.

    Parameters
    ----------
    frame : Frame
    names : mapping of column name to ``number`` or ``text``
    """
    found = {}
    for name, form in names.items():
        if name not in frame.table.column_names:
            continue
        values = frame.table[name]
        if form == "number":
            found[name] = _floats(values)
        else:
            found[name] = np.array(as_text(values).to_pylist(), object)
    return found
