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

from leeboard.engines.classes import classed
from leeboard.engines.named import OutcomeColumns
from leeboard.engines.outcomes import outcomes_of
from leeboard.engines.values import kind_of
from leeboard.errors import Note
from leeboard.events import LABEL, PREDICTION
from leeboard.monitor.frame import Frame, as_text
from leeboard.performance import OutcomeCells, Outcomes
from leeboard.schema import Kind, Task

__all__ = ["Labelled", "features_of", "labelled_of"]

_Array = np.ndarray[Any, Any]
_SCORE = "score"


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
        Of all rows, in the classes of the reference; predictions of −1 are of none.
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


def labelled_of(
    frame: Frame, declared: Task, known: OutcomeCells | None = None
) -> Labelled:
    """Read label, prediction and score of rows.

    Parameters
    ----------
    frame : Frame
    declared : Task
        NONE: the reference's, or what labels and predictions look like.
    known : OutcomeCells, optional
        Of the reference, whose task and classes hold here too.

    Raises
    ------
    FrameError
        If they do not fit each other; see ``engines.outcomes``.
    """
    if frame.prediction is None:
        return Labelled(None, np.empty(0, np.intp), None, None)
    task = declared if known is None else known.task
    data, columns = _columns(frame, task, known.classes if known else ())
    places = _complete(data)
    before = None if known is None else _as_outcomes(known)
    outcomes: Outcomes | None = None
    notes: tuple[Note, ...] = ()
    if frame.label is not None and len(places):
        whole = {name: values.take(pa.array(places)) for name, values in data.items()}
        outcomes, notes = outcomes_of(whole, columns, "the window", before)
        task = outcomes.task
    if known is not None:  # an estimator knows the reference's classes by their place
        classes = known.classes
    else:
        classes = outcomes.classes if outcomes else ()
    return Labelled(
        outcomes,
        places if outcomes is not None else np.empty(0, np.intp),
        _predictions(frame.prediction, task, classes),
        _scores(data, columns, task, classes),
        notes,
    )


def _columns(
    frame: Frame, task: Task, classes: tuple[str, ...]
) -> tuple[dict[str, pa.ChunkedArray], OutcomeColumns]:
    """Columns of a window's outcomes by fixed names, and which is which."""
    data = {PREDICTION: frame.prediction}
    if frame.label is not None:
        data[LABEL] = frame.label
    scores = {name: f"scores.{name}" for name in frame.scores}
    score = None
    if task is Task.REGRESSION:
        scores = {}
    elif len(scores) < 2 and frame.score is not None:
        score, scores = _SCORE, {}
        data[_SCORE] = _of_last(frame.score, tuple(frame.scores), classes)
    data.update({place: frame.scores[name] for name, place in scores.items()})
    columns = OutcomeColumns(LABEL, PREDICTION, score, scores, task)
    return data, columns


def _of_last(
    score: pa.ChunkedArray, names: tuple[str, ...], classes: tuple[str, ...]
) -> pa.ChunkedArray:
    """A lone score as the probability of the last of two classes."""
    if len(classes) == 2 and names == classes[:1]:
        return pc.subtract(1.0, score)  # logged under the name of the other class
    return score


def _complete(data: Mapping[str, pa.ChunkedArray]) -> _Array:
    """Rows that have a value in every column."""
    marks = [pc.is_valid(values) for values in data.values()]
    marks += [
        pc.fill_null(pc.is_finite(values), False)
        for values in data.values()
        if pa.types.is_floating(values.type)
    ]
    return np.flatnonzero(np.all([mark.to_numpy() for mark in marks], axis=0))


def _as_outcomes(known: OutcomeCells) -> Outcomes:
    nothing = np.empty(0)
    return Outcomes(known.task, nothing, nothing, None, known.classes)


def _predictions(
    values: pa.ChunkedArray, task: Task, classes: tuple[str, ...]
) -> _Array | None:
    """Predictions of all rows: numbers with NaN, or codes with −1, where unknown."""
    kind = kind_of(values.type)
    if task is Task.REGRESSION:
        return _floats(values) if kind in (Kind.NUMERIC, Kind.BOOLEAN) else None
    if not classes or kind is None:
        return None
    found = classed(values, kind)
    place = {name: i for i, name in enumerate(classes)}
    table = np.array([place.get(name, -1) for name in found.names] or [-1], np.int64)
    return np.where(found.present, table[found.codes], -1)


def _scores(
    data: Mapping[str, pa.ChunkedArray],
    columns: OutcomeColumns,
    task: Task,
    classes: tuple[str, ...],
) -> _Array | None:
    """Scores of all rows, in the order of the classes."""
    if columns.score is not None:
        return _floats(data[columns.score])
    if not columns.scores or not classes:
        return None
    if task is Task.BINARY:
        name = columns.scores.get(classes[-1])
        return None if name is None else _floats(data[name])
    if not set(classes) <= set(columns.scores):
        return None
    return np.column_stack([_floats(data[columns.scores[one]]) for one in classes])


def _floats(values: pa.ChunkedArray) -> _Array:
    whole = values.cast(pa.float64(), safe=False)
    found: _Array = pc.fill_null(whole, np.nan).to_numpy()
    return found


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
