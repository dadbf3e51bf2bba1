"""Outcomes to try metrics on."""

from __future__ import annotations

from typing import Any

import numpy as np

from leeboard.performance import Outcomes
from leeboard.schema import Task

__all__ = ["binary", "multiclass", "regression"]

_Array = np.ndarray[Any, Any]


def binary(
    labels: Any, predictions: Any = None, scores: Any = None, classes: Any = ("0", "1")
) -> Outcomes:
    """Outcomes of two classes from codes and the positive one's scores."""
    return Outcomes(
        Task.BINARY,
        np.asarray(labels, np.int64),
        None if predictions is None else np.asarray(predictions, np.int64),
        None if scores is None else np.asarray(scores, np.float64),
        tuple(classes),
    )


def multiclass(
    labels: Any, predictions: Any = None, scores: Any = None, k: int = 3
) -> Outcomes:
    """Outcomes of several classes, named a, b, c …, from codes."""
    return Outcomes(
        Task.MULTICLASS,
        np.asarray(labels, np.int64),
        None if predictions is None else np.asarray(predictions, np.int64),
        None if scores is None else np.asarray(scores, np.float64),
        tuple("abcdefghijklmnop"[:k]),
    )


def regression(labels: Any, predictions: Any) -> Outcomes:
    """Outcomes of numbers."""
    return Outcomes(
        Task.REGRESSION,
        np.asarray(labels, np.float64),
        np.asarray(predictions, np.float64),
    )
