"""Made-up models whose true chances are known."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["binary", "classes", "realised_binary", "regression"]

Array = np.ndarray[Any, Any]


def _logistic(z: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-z)))


def binary(
    n: int, draw: np.random.Generator, *, shift: float = 0.0, slope: float = 1.0
) -> tuple[Array, Array, Array]:
    """Scores that are too sure of themselves, predictions, labels.

    ``shift`` moves the inputs (covariate shift); ``slope`` other than 1 changes how
    labels depend on them (concept shift).
    """
    z = draw.normal(shift - 0.3, 1.2, n)
    labels = (draw.random(n) < _logistic(slope * z)).astype(np.int64)
    scores = _logistic(2.0 * z)
    return scores, (scores > 0.5).astype(np.int64), labels


def realised_binary(said: Array, scores: Array, labels: Array) -> dict[str, float]:
    """Figures from labels, by scikit-learn where it has them."""
    from sklearn import metrics

    rare = {"zero_division": np.nan}
    return {
        "accuracy": metrics.accuracy_score(labels, said),
        "balanced_accuracy": metrics.balanced_accuracy_score(labels, said),
        "precision": metrics.precision_score(labels, said, **rare),
        "recall": metrics.recall_score(labels, said, **rare),
        "specificity": metrics.recall_score(1 - labels, 1 - said, **rare),
        "f1": metrics.f1_score(labels, said, **rare),
        "true_positives": float((said * labels).sum()),
        "false_positives": float((said * (1 - labels)).sum()),
        "true_negatives": float(((1 - said) * (1 - labels)).sum()),
        "false_negatives": float(((1 - said) * labels).sum()),
        "roc_auc": metrics.roc_auc_score(labels, scores),
        "average_precision": metrics.average_precision_score(labels, scores),
        "log_loss": metrics.log_loss(labels, scores),
        "brier": float(((scores - labels) ** 2).mean()),
    }


def classes(n: int, draw: np.random.Generator) -> tuple[Array, Array, Array]:
    """Scores of three classes that are their chances, predictions, labels."""
    scores = draw.dirichlet([1.0, 0.7, 0.5], n)
    labels = (draw.random((n, 1)) > scores.cumsum(axis=1)[:, :-1]).sum(axis=1)
    return scores, scores.argmax(axis=1), labels


def regression(
    n: int, draw: np.random.Generator, *, wide: float = 0.0, noise: float = 1.0
) -> tuple[Array, Array, dict[str, Array]]:
    """Predictions, labels, features; the error grows with one feature and a level.

    ``wide`` moves the feature (covariate shift), ``noise`` scales the error (concept
    shift).
    """
    width = draw.beta(1.0 + wide, 1.0, n)
    city = np.array(["Graz", "Lyon"], dtype=object)[draw.integers(0, 2, n)]
    said = draw.normal(size=n)
    scale = noise * (0.5 + width) * np.where(city == "Lyon", 2.0, 1.0)
    return said, said + scale * draw.normal(size=n), {"width": width, "city": city}
