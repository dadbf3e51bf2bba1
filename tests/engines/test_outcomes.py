"""Columns become outcomes, or one error says which does not fit and where."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from leeboard.engines.named import OutcomeColumns
from leeboard.engines.outcomes import read_outcomes
from leeboard.errors import FrameError
from leeboard.performance import Outcomes
from leeboard.schema import Task
from leeboard.sources import open_source

_SEVERAL = {"a": "pa", "b": "pb", "c": "pc"}


def _read(
    frame: dict[str, Any], known: Outcomes | None = None, **named: Any
) -> tuple[Outcomes, list[str]]:
    """Outcomes of columns y, yhat and what else is named, and codes of the notes."""
    columns = OutcomeColumns("y", **named)
    outcomes, notes = read_outcomes(open_source(frame, name="t"), columns, known)
    return outcomes, [note.code for note in notes]


def _refused(frame: dict[str, Any], **named: Any) -> FrameError:
    with pytest.raises(FrameError) as caught:
        _read(frame, **named)
    return caught.value


@pytest.mark.parametrize(
    ("labels", "predictions", "task", "classes"),
    [
        ([1.5, 2.0, 7.0], [1.0, 2.5, 6.0], Task.REGRESSION, ()),
        ([1, 2, 7], [1, 3, 6], Task.REGRESSION, ()),
        ([0, 1, 1], [0.0, 1.0, 0.0], Task.BINARY, ("0", "1")),
        ([0, 0, 0], [0, 0, 0], Task.BINARY, ("0", "1")),
        ([True, False, True], [True, True, True], Task.BINARY, ("false", "true")),
        (["no", "yes", "no"], ["no", "no", "no"], Task.BINARY, ("no", "yes")),
        (["b", "c", "a"], ["b", "b", "b"], Task.MULTICLASS, ("a", "b", "c")),
    ],
)
def test_the_task_is_told_by_the_values(
    labels: Any, predictions: Any, task: Task, classes: tuple[str, ...]
) -> None:
    """Texts, truth values, and 0 and 1 are classes; other numbers are a regression."""
    rows, notes = _read({"y": labels, "yhat": predictions}, prediction="yhat")
    assert (rows.task, rows.classes, notes) == (task, classes, [])
    assert rows.rows == 3


def test_a_declared_task_and_positive_class_decide() -> None:
    """Whole numbers are classes where that is declared; the positive one is last."""
    frame = {"y": [3, 10, 3], "yhat": [3, 3, 10]}
    rows, _ = _read(frame, prediction="yhat", task=Task.BINARY)
    assert rows.classes == ("3", "10")
    rows, _ = _read(frame, prediction="yhat", task=Task.BINARY, positive="3")
    assert rows.classes == ("10", "3")
    assert rows.labels.tolist() == [1, 0, 1]
    assert rows.predictions.tolist() == [1, 1, 0]
    wrong = _refused(frame, prediction="yhat", task=Task.BINARY, positive="7")
    assert wrong.code == "unknown_class"


def test_rows_that_lack_something_are_left_out_aloud() -> None:
    """Missing labels, predictions and scores are counted in notes, NaN included."""
    frame = {
        "y": [1.0, None, float("nan"), 2.0, 4.0],
        "yhat": [1.0, 2.0, 3.0, None, 5.0],
    }
    rows, notes = _read(frame, prediction="yhat", task=Task.REGRESSION)
    assert rows.labels.tolist() == [1.0, 4.0]
    assert rows.predictions.tolist() == [1.0, 5.0]
    assert notes == ["without_label", "without_prediction"]
    rows, notes = _read(
        {"y": ["a", "b", None], "p": [0.2, None, 0.7]}, score="p", positive="b"
    )
    assert rows.labels.tolist() == [0]
    assert rows.scores.tolist() == [0.2]
    assert rows.predictions is None
    rows, _ = _read({"y": [None, None], "yhat": [1.0, 2.0]}, prediction="yhat")
    assert rows.rows == 0


def test_probabilities_are_never_clipped() -> None:
    """A score outside [0, 1] is an error with the count and the first row."""
    frame = {"y": [0, 1, 0, 1], "p": [0.5, 1.0000001, -0.1, float("inf")]}
    error = _refused(frame, score="p")
    assert error.code == "not_probability"
    assert "row 1" in error.where
    assert "3 of 4 rows" in error.found
    rows, _ = _read({"y": [0, 1], "p": [0.0, 1.0]}, score="p")
    assert rows.scores.tolist() == [0.0, 1.0]


def test_probabilities_of_several_classes_add_up() -> None:
    """A few rows off by more than 0.001 are a note, more than 5 % an error."""
    third = np.full(100, 1 / 3)
    frame = {"y": ["a", "b", "c", "a"] * 25, "pa": third, "pb": third, "pc": third}
    rows, notes = _read(frame, scores=_SEVERAL)
    assert rows.scores.shape == (100, 3)
    assert notes == []
    off = third.copy()
    off[7:12] += 0.01
    _, notes = _read({**frame, "pc": off}, scores=_SEVERAL)
    assert notes == ["not_summing"]
    off[7:13] += 0.01
    error = _refused({**frame, "pc": off}, scores=_SEVERAL)
    assert error.code == "not_summing"
    assert "row 7" in error.where
    assert _refused(frame, score="pa").code == "one_score"


def test_labels_declared_as_scores_are_refused_with_a_hint() -> None:
    """Texts, truth values and whole numbers are refused; 0.0 and 1.0 get a note."""
    for labels in (["0", "1"], [True, False], [0, 1]):
        error = _refused({"y": [0, 1], "yhat": labels}, score="yhat")
        assert error.code == "score_of_labels"
        assert "as the prediction" in error.fix
    _, notes = _read({"y": [0, 1], "yhat": [0.0, 1.0]}, score="yhat")
    assert notes == ["score_of_labels"]
    _, notes = _read({"y": [0, 1, 1], "yhat": [0.1, 0.7, 0.4]}, prediction="yhat")
    assert notes == ["prediction_like_score"]


def test_labels_and_predictions_of_two_types_are_not_guessed() -> None:
    """Text "1" is not 1, nor true 1, unless each value's label is declared."""
    for labels, predictions in (
        ([0, 1, 1], ["0", "1", "1"]),
        ([True, False, True], [1, 0, 1]),
    ):
        frame = {"y": labels, "yhat": predictions}
        error = _refused(frame, prediction="yhat")
        assert error.code == "label_types"
        assert "classes=" in error.fix
    frame = {"y": [True, False, True], "yhat": [1, 0, 0]}
    rows, notes = _read(frame, prediction="yhat", same={"1": "true", "0": "false"})
    assert rows.labels.tolist() == [1, 0, 1]
    assert rows.predictions.tolist() == [1, 0, 0]
    assert notes == ["mapped_classes"]
    for same in ({"1": "true", "0": "true"}, {"1": "0"}):
        error = _refused(frame, prediction="yhat", same=same)
        assert error.code == "label_types"


def test_a_class_the_reference_never_had_is_told() -> None:
    """It has its place before the positive class, and a note."""
    known, _ = _read({"y": ["no", "yes"], "yhat": ["no", "no"]}, prediction="yhat")
    frame = {"y": ["no", "zzz", "yes"], "yhat": ["no", "yes", "yes"]}
    rows, notes = _read(frame, known, prediction="yhat")
    assert rows.classes == ("no", "zzz", "yes")
    assert rows.labels.tolist() == [0, 1, 2]
    assert notes == ["unseen_class"]
    assert rows.task is Task.BINARY


def test_columns_that_cannot_be_outcomes_are_refused() -> None:
    """No such column, dates, texts for a regression, or a name in every row."""
    days = pa.array([0, 1], pa.timestamp("s"))
    assert _refused({"y": [0, 1]}, prediction="z").code == "missing_column"
    assert _refused({"y": days, "z": days}, prediction="z").code == "label_kind"
    texts = {"y": ["a", "b"], "z": ["a", "b"]}
    wrong = _refused(texts, prediction="z", task=Task.REGRESSION)
    assert wrong.code == "label_types"
    names = [f"n{i}" for i in range(300)]
    error = _refused({"y": names, "z": names}, prediction="z")
    assert error.code == "too_many_classes"
    three = {"y": ["a", "b", "c"], "z": ["a", "b", "c"]}
    assert _refused(three, prediction="z", task=Task.BINARY).code == "too_many_classes"
