"""On rows, every figure is scikit-learn's to 1e-10."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as peer

from leeboard.performance import (
    Figure,
    Outcomes,
    cells_of,
    figures,
    performance_metrics,
    tally_of,
)
from leeboard.schema import Task
from tests.performance._rows import binary, multiclass, regression

Peer = Callable[[Outcomes], float]


def _one(rows: Outcomes, name: str, **options: Any) -> Figure:
    (figure,) = figures(rows, [name], {name: options})
    return figure


def _binary(seed: int) -> Outcomes:
    """Two classes; few or many distinct scores, rare or common positives."""
    rng = np.random.default_rng(seed)
    n = int(rng.choice([2, 3, 7, 50, 400]))
    a, b = rng.uniform(0.2, 3, 2)
    scores = rng.beta(a, b, n).round(int(rng.choice([1, 2, 12])))
    labels = rng.random(n) < rng.choice([0.05, 0.3, 0.9]) * (0.3 + scores)
    labels[:2] = [True, False]
    return binary(labels, scores >= rng.choice([0.0, 0.3, 0.7]), scores)


def _multiclass(seed: int) -> Outcomes:
    """Up to six classes, each with a label; predictions may leave classes out."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(3, 7))
    n = int(rng.choice([k, 30, 500]))
    scores = rng.dirichlet(rng.uniform(0.1, 2, k), n)
    labels = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    predictions = scores.argmax(axis=1) if seed % 3 else rng.integers(0, k - 1, n)
    return multiclass(labels, predictions, scores, k)


def _regression(seed: int) -> Outcomes:
    """Labels of several sizes, far from 0 or around it; some predicted exactly."""
    rng = np.random.default_rng(seed)
    n = int(rng.choice([2, 3, 50, 400]))
    labels = rng.choice([0.0, 1e6]) + rng.choice([1e-3, 1.0, 1e5]) * rng.normal(0, 1, n)
    predictions = labels + rng.standard_t(3, n) * rng.choice([1e-3, 1.0])
    exact = rng.random(n) < 0.2
    predictions[exact] = labels[exact]
    return regression(labels, predictions)


def _average(of: Any, average: str) -> Peer:
    return lambda r: of(r.labels, r.predictions, average=average, zero_division=0)


_CLASSES: dict[str, tuple[str, dict[str, Any], Peer]] = {
    "accuracy": (
        "accuracy",
        {},
        lambda r: peer.accuracy_score(r.labels, r.predictions),
    ),
    "balanced": (
        "balanced_accuracy",
        {},
        lambda r: peer.balanced_accuracy_score(r.labels, r.predictions),
    ),
    "mcc": ("mcc", {}, lambda r: peer.matthews_corrcoef(r.labels, r.predictions)),
    "kappa": ("kappa", {}, lambda r: peer.cohen_kappa_score(r.labels, r.predictions)),
    "wrong": (
        "confusion_matrix",
        {},
        lambda r: peer.zero_one_loss(r.labels, r.predictions),
    ),
}
for _name, _of in (
    ("precision", peer.precision_score),
    ("recall", peer.recall_score),
    ("f1", peer.f1_score),
):
    for _how in ("macro", "micro", "weighted"):
        _CLASSES[f"{_name} {_how}"] = (_name, {"average": _how}, _average(_of, _how))

_BINARY: dict[str, tuple[str, dict[str, Any], Peer]] = {
    **_CLASSES,
    "precision": ("precision", {}, _average(peer.precision_score, "binary")),
    "recall": ("recall", {}, _average(peer.recall_score, "binary")),
    "f1": ("f1", {"average": "binary"}, _average(peer.f1_score, "binary")),
    "auc": ("roc_auc", {}, lambda r: peer.roc_auc_score(r.labels, r.scores)),
    "ap": (
        "average_precision",
        {},
        lambda r: peer.average_precision_score(r.labels, r.scores),
    ),
    "log loss": ("log_loss", {}, lambda r: peer.log_loss(r.labels, r.scores)),
    "brier": ("brier", {}, lambda r: peer.brier_score_loss(r.labels, r.scores)),
}
_MULTICLASS: dict[str, tuple[str, dict[str, Any], Peer]] = {
    **_CLASSES,
    "auc": (
        "roc_auc",
        {},
        lambda r: peer.roc_auc_score(r.labels, r.scores, multi_class="ovr"),
    ),
    "ap": (
        "average_precision",
        {},
        lambda r: peer.average_precision_score(r.labels, r.scores),
    ),
    "log loss": ("log_loss", {}, lambda r: peer.log_loss(r.labels, r.scores)),
    "brier": ("brier", {}, lambda r: ((r.scores - _hot(r)) ** 2).sum(axis=1).mean()),
}
_REGRESSION: dict[str, Peer] = {
    "mae": lambda r: peer.mean_absolute_error(r.labels, r.predictions),
    "rmse": lambda r: peer.root_mean_squared_error(r.labels, r.predictions),
    "r2": lambda r: peer.r2_score(r.labels, r.predictions),
    "mape": lambda r: peer.mean_absolute_percentage_error(r.labels, r.predictions),
    "median_error": lambda r: peer.median_absolute_error(r.labels, r.predictions),
    "mean_residual": lambda r: float(np.mean(r.labels - r.predictions)),
    "residuals": lambda r: float(np.median(r.labels - r.predictions)),
    "smape": lambda r: float(
        np.mean(
            2
            * np.abs(r.predictions - r.labels)
            / (np.abs(r.predictions) + np.abs(r.labels))
        )
    ),
}


def _hot(rows: Outcomes) -> Any:
    return np.eye(len(rows.classes))[rows.labels]


def _check(rows: Outcomes, name: str, options: dict[str, Any], of: Peer) -> bool:
    """Compare one figure; False where it is undefined."""
    figure = _one(rows, name, **options)
    if figure.value is None:
        assert figure.reason.text
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = of(rows)
    assert figure.exact
    assert figure.value == pytest.approx(expected, rel=1e-10, abs=1e-12), name
    if figure.interval is not None:
        low, high = figure.interval
        assert low <= figure.value + 1e-12
        assert figure.value <= high + 1e-12
    return True


@pytest.mark.parametrize("case", _BINARY)
def test_two_classes(case: str) -> None:
    """Figures of two classes: ties, few rows, rare positives, constant predictions."""
    defined = sum(_check(_binary(seed), *_BINARY[case]) for seed in range(60))
    assert defined >= 45


@pytest.mark.parametrize("case", _MULTICLASS)
def test_several_classes(case: str) -> None:
    """Figures of several classes, some of which are never predicted."""
    defined = sum(_check(_multiclass(seed), *_MULTICLASS[case]) for seed in range(40))
    assert defined == 40


@pytest.mark.parametrize("name", _REGRESSION)
def test_numbers(name: str) -> None:
    """Figures of numbers, on labels of very different sizes."""
    for seed in range(60):
        assert _check(_regression(seed), name, {}, _REGRESSION[name])


def test_counts_give_what_rows_give() -> None:
    """A figure that counts promise to be exact is that of the rows."""
    for seed in range(30):
        for rows in (_binary(seed), _multiclass(seed), _regression(seed)):
            counted = figures(tally_of(rows, cells_of(rows)))
            for figure, exact in zip(counted, figures(rows), strict=True):
                assert figure.metric == exact.metric
                assert (figure.value is None) == (exact.value is None)
                if figure.value is not None and figure.exact:
                    near = pytest.approx(exact.value, rel=1e-9, abs=1e-12)
                    assert figure.value == near


def test_the_confusion_matrix_is_in_the_facts() -> None:
    """Each label and prediction is counted, by name."""
    figure = _one(multiclass([0, 1, 2, 2], [0, 2, 2, 1]), "confusion_matrix")
    counts = dict(figure.facts)
    assert counts["a → a"] == 1
    assert counts["b → c"] == 1
    assert counts["c → b"] == 1
    assert counts["a → b"] == 0
    assert sum(counts.values()) == 4


def test_calibration_error_is_that_of_its_definition() -> None:
    """ECE sums |share − score| over ten bins, weighed by rows; facts tell each."""
    for seed in range(20):
        rows = _binary(seed)
        at = np.minimum((rows.scores * 10 + 1e-9).astype(int), 9)
        expected = math.fsum(
            abs(float((rows.labels[at == i] - rows.scores[at == i]).sum()))
            for i in range(10)
        )
        figure = _one(rows, "calibration_error")
        assert figure.value == pytest.approx(expected / rows.rows, rel=1e-10)
        table = dict(figure.facts)
        assert sum(v for k, v in table.items() if k.startswith("rows")) == rows.rows


def test_errors_by_decile_are_those_of_the_rows() -> None:
    """Each tenth of the predictions has its rows, mean error and bias."""
    rng = np.random.default_rng(3)
    predictions = rng.permutation(1000).astype(float)
    rows = regression(predictions + rng.normal(0, 1, 1000), predictions)
    facts = dict(_one(rows, "error_by_decile").facts)
    errors = rows.predictions - rows.labels
    for i in range(10):
        within = (predictions >= 100 * i) & (predictions < 100 * i + 100)
        assert facts[f"rows_{i + 1}"] == 100
        mae = pytest.approx(np.abs(errors[within]).mean(), rel=1e-10)
        assert facts[f"mae_{i + 1}"] == mae
        assert facts[f"bias_{i + 1}"] == pytest.approx(errors[within].mean())


def test_costs_are_summed_by_label_and_prediction() -> None:
    """The mean cost of a row comes from a table of costs, in either form."""
    rows = binary([1, 1, 0, 0, 0], [1, 0, 1, 0, 0])
    flat = _one(rows, "cost", costs={("1", "0"): 25.0, ("0", "1"): 1})
    nested = _one(rows, "cost", costs={"1": {"0": 25.0}, "0": {"1": 1}})
    assert flat.value == nested.value == 26 / 5
    assert dict(flat.facts)["total"] == 26.0
    assert _one(rows, "cost").reason.code == "no_costs"


def test_every_metric_declares_itself() -> None:
    """Question, unit, direction and source are told, and counts or rows suffice."""
    known = performance_metrics()
    assert len(known) == 23
    for name, metric in known.items():
        assert metric.name == name
        assert metric.answers.endswith("?")
        assert metric.unit
        assert metric.source
        assert metric.better in ("higher", "lower", "zero")
        assert metric.on_tally is not None
        assert metric.tasks <= {Task.BINARY, Task.MULTICLASS, Task.REGRESSION}
