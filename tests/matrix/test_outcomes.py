"""Bad labels, predictions and scores, one test for each row of the list."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from leeboard.schema import Column, Kind, Role, Schema
from tests.matrix._frames import checked, goes_on, notes, refused, rng

ROWS = 300


def _frame(seed: int = 0, **columns: Any) -> Any:
    """Return labels 0 and 1 with predictions and scores, and what is given instead."""
    random = rng(seed)
    score = random.random(ROWS)
    truth = (random.random(ROWS) < score).astype(int)
    plain = {
        "y": random.normal(size=ROWS),
        "truth": truth,
        "said": (score > 0.5).astype(int),
        "p": score,
    }
    return pd.DataFrame({**plain, **columns})


_NAMED = {"label": "truth", "prediction": "said", "score": "p"}


def test_a50_one_class_leaves_comparing_figures_undefined() -> None:
    """Accuracy is given; AUC, recall and the like are None, with the reason."""
    report = checked(_frame(), _frame(1, truth=np.zeros(ROWS, int)), **_NAMED)
    current = {f.metric: f.current for f in report.performance.figures}
    assert current["accuracy"].value is not None
    for name in ("roc_auc", "average_precision", "recall", "mcc", "kappa"):
        assert current[name].value is None
        assert current[name].reason.code == "single_class"
    goes_on(report)


def test_a50_labels_without_variance_leave_r2_undefined() -> None:
    """MAE is given; R² is None, with the reason."""
    numbers = {"label": "truth", "prediction": "p"}
    before = _frame(truth=rng(5).normal(size=ROWS))
    report = checked(before, _frame(1, truth=np.full(ROWS, 0.1)), **numbers)
    assert report.performance["mae"].current.value is not None
    r2 = report.performance["r2"].current
    assert (r2.value, r2.reason.code) == (None, "zero_variance")


def test_a51_a_class_unseen_in_the_reference_has_a_row() -> None:
    """The result stands, with a warning and a row of the confusion matrix."""
    before = _frame(truth=["no", "yes"] * 150, said=["no", "no", "yes"] * 100)
    now = _frame(1, truth=["no", "other", "yes"] * 100, said=["no", "yes", "yes"] * 100)
    report = checked(before, now, label="truth", prediction="said")
    assert "'other'" in notes(report)["unseen_class"]
    facts = dict(report.performance["confusion_matrix"].current.facts)
    assert facts["other → yes"] == 100


def test_a52_probabilities_outside_0_and_1_are_refused() -> None:
    """The error counts them and names the first row; nothing is clipped."""
    score = rng(3).random(ROWS)
    score[[17, 40]] = [1.5, -0.1]
    error = refused("not_probability", _frame(), _frame(1, p=score), **_NAMED)
    assert "row 17" in error.where
    assert "2 of 300" in error.found


def test_a53_probabilities_that_do_not_add_up_are_told_or_refused() -> None:
    """A few rows are a warning with their share, more than 5 % an error."""

    def several(wrong: int) -> Any:
        third = np.full(ROWS, 1 / 3)
        off = third.copy()
        off[:wrong] = 0.4
        labels = list("abc") * 100
        return pd.DataFrame({"truth": labels, "a": third, "b": third, "c": off})

    named: dict[str, Any] = {"label": "truth", "score": {"a": "a", "b": "b", "c": "c"}}
    report = checked(several(0), several(15), **named)
    assert "15 of 300" in notes(report)["not_summing"]
    refused("not_summing", several(0), several(16), **named)


@pytest.mark.parametrize(
    "labels", [["0", "1"] * 150, [True, False] * 150, [0, 1] * 150]
)
def test_a54_labels_declared_as_probabilities_are_refused(labels: Any) -> None:
    """The error says to name the column as the prediction."""
    error = refused(
        "score_of_labels",
        _frame(),
        _frame(1, said=labels),
        label="truth",
        score="said",
    )
    assert "as the prediction" in error.fix


def test_a55_labels_and_predictions_of_two_types_are_refused() -> None:
    """Text and number, or truth value and number, unless each label is declared."""
    frames = _frame(truth=[True, False] * 150), _frame(1, truth=[False, True] * 150)
    named = {"label": "truth", "prediction": "said"}
    refused("label_types", *frames, **named)
    texts = [_frame(seed, truth=["0", "1"] * 150) for seed in (0, 1)]
    refused("label_types", *texts, **named)
    report = checked(*frames, classes={"1": "true", "0": "false"}, **named)
    assert report.performance["accuracy"].current.value is not None
    assert "mapped_classes" in notes(report)


def test_roles_alone_never_stop_a_check() -> None:
    """Where a schema's roles ask for performance that cannot be, a note says why."""
    schema = Schema(
        (
            Column("y", Kind.NUMERIC),
            Column("truth", Kind.NUMERIC, Role.LABEL),
            Column("p", Kind.NUMERIC, Role.SCORE),
        )
    )
    report = checked(_frame(), _frame(1, p=np.full(ROWS, 7.0)), schema=schema)
    assert report.performance is None
    assert "probabilities" in notes(report)["no_performance"]
    goes_on(report)
