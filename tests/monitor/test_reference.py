"""What a labelled reference says of the model."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from leeboard.check import profile
from leeboard.monitor.frame import frame_of
from leeboard.monitor.reference import reference_of
from leeboard.schema import Column, Kind, Role, Schema

CLASSES = ("cat", "dog", "eel")


def _rows(prefix: str, n: int = 600) -> tuple[pa.Table, Schema]:
    draw = np.random.default_rng(0)
    scores = draw.dirichlet([1.0, 1.0, 1.0], n)
    names = np.array(CLASSES)
    labels = (draw.random((n, 1)) > scores.cumsum(axis=1)[:, :-1]).sum(axis=1)
    table = pa.table(
        {
            "prediction": names[scores.argmax(axis=1)],
            "label": names[labels],
            **{f"{prefix}{name}": scores[:, i] for i, name in enumerate(CLASSES)},
        }
    )
    columns = [
        Column("prediction", Kind.CATEGORICAL, Role.PREDICTION),
        Column("label", Kind.CATEGORICAL, Role.LABEL),
        *(Column(f"{prefix}{one}", Kind.NUMERIC, Role.SCORE) for one in CLASSES),
    ]
    return table, Schema(tuple(columns))


@pytest.mark.parametrize("prefix", ["", "score.", "scores."])
def test_scores_of_several_classes_are_read_by_class(prefix: str) -> None:
    """With or without a prefix they are the classes' own, and performance estimated."""
    table, schema = _rows(prefix)
    counted = profile(table, schema=schema)
    found = reference_of(table, counted)
    assert found is not None
    assert found.adopted.outcomes is not None
    assert found.adopted.outcomes.classes == CLASSES
    assert found.estimator is not None
    assert "not estimated" not in found.sentence
    joined = pa.table({"scores.cat#d": [0.25], "scores.dog#d": [0.5]})
    frame = frame_of(joined, counted, ())
    assert frame.table[f"{prefix}dog"].to_pylist() == [0.5]


def test_why_nothing_is_estimated_is_said() -> None:
    """Classes without a score, and rows that are too few, are told apart."""
    table, schema = _rows("score.")
    bare = table.select(["prediction", "label"])
    found = reference_of(bare, profile(bare, schema=Schema(schema.columns[:2])))
    assert found is not None
    assert "without a score" in found.sentence
    few = table.slice(0, 150)
    found = reference_of(few, profile(few, schema=schema))
    assert found is not None
    assert "150 labelled rows" in found.sentence


def test_a_score_of_the_other_class_is_doubted() -> None:
    """A score that ranks worse than chance is said to be rather the other class's."""
    draw = np.random.default_rng(11)
    churn = draw.random(1000)
    names = np.array(["stay", "churn"])
    table = {
        "prediction": names[(churn > 0.5).astype(int)],
        "label": names[(draw.random(1000) < churn).astype(int)],
    }
    for score, doubted in ((churn, True), (1 - churn, False)):
        rows = pa.table({**table, "score": score})
        found = reference_of(rows, profile(rows))
        assert found is not None
        assert ("rather that of 'churn'" in found.doubt) is doubted
