"""Outcomes of a window in the classes of its reference."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from leeboard.monitor.frame import Frame
from leeboard.monitor.outcomes import labelled_of
from leeboard.performance import OutcomeCells, Outcomes, cells_of
from leeboard.schema import Task


def _cells(task: Task, classes: tuple[str, ...]) -> OutcomeCells:
    codes = np.arange(400) % len(classes)
    return cells_of(Outcomes(task, codes, codes, None, classes))


def _frame(labels: list[str | None], predictions: list[str | None]) -> Frame:
    label, prediction = pa.chunked_array([labels]), pa.chunked_array([predictions])
    return Frame(pa.table({}), {}, label, prediction, None, {}, ())


@pytest.mark.parametrize(
    ("task", "classes"),
    [(Task.BINARY, ("b", "c")), (Task.MULTICLASS, ("b", "c", "d"))],
)
def test_a_class_that_is_new_moves_no_other(
    task: Task, classes: tuple[str, ...]
) -> None:
    """Codes of all rows are places in the reference's classes; of a new one, −1."""
    frame = _frame(["a", "b", None, "c"], ["b", "a", "c", "b"])
    found = labelled_of(frame, Task.NONE, _cells(task, classes))
    assert found.predictions is not None
    assert found.predictions.tolist() == [0, -1, 1, 0]
    assert found.outcomes is not None
    assert "a" in found.outcomes.classes
    assert [note.code for note in found.notes] == ["unseen_class"]


@pytest.mark.parametrize(("name", "expected"), [("no", 0.75), ("yes", 0.25)])
def test_a_lone_score_is_of_the_class_it_is_named_after(
    name: str, expected: float
) -> None:
    """Logged for the first of two classes, it is one minus that of the last."""
    score = pa.chunked_array([[0.25]])
    said = pa.chunked_array([["no"]])
    frame = Frame(pa.table({}), {}, said, said, score, {name: score}, ())
    found = labelled_of(frame, Task.NONE, _cells(Task.BINARY, ("no", "yes")))
    assert found.scores is not None
    assert found.scores.tolist() == [expected]
    assert found.outcomes is not None
    assert found.outcomes.scores is not None
    assert found.outcomes.scores.tolist() == [expected]
