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
