"""Data with what its columns are, in the newer form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leeboard.integrations.evidently.pipeline.column_mapping import ColumnMapping

__all__ = [
    "BinaryClassification",
    "DataDefinition",
    "Dataset",
    "MulticlassClassification",
    "Regression",
    "mapping_of",
]


@dataclass(frozen=True, slots=True)
class Regression:
    """Columns of a regression."""

    name: str = "default"
    target: str = "target"
    prediction: str = "prediction"


@dataclass(frozen=True, slots=True)
class BinaryClassification:
    """Columns of a classification into two classes."""

    name: str = "default"
    target: str = "target"
    prediction_labels: str | None = None
    prediction_probas: str | None = "prediction"


@dataclass(frozen=True, slots=True)
class MulticlassClassification:
    """Columns of a classification into several classes."""

    name: str = "default"
    target: str = "target"
    prediction_labels: str | None = "prediction"
    prediction_probas: Sequence[str] | None = None


_Model = Regression | BinaryClassification | MulticlassClassification


@dataclass(frozen=True, slots=True)
class DataDefinition:
    """What the columns are; those not named are found out from the reference."""

    id_column: str | None = None
    timestamp: str | None = None
    numerical_columns: Sequence[str] | None = None
    categorical_columns: Sequence[str] | None = None
    text_columns: Sequence[str] | None = None
    datetime_columns: Sequence[str] | None = None
    classification: Sequence[_Model] | None = None
    regression: Sequence[Regression] | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A frame, or anything that ``leeboard.check`` reads, with its definition."""

    data: Any
    data_definition: DataDefinition | None = None

    @classmethod
    def from_pandas(
        cls, data: Any, data_definition: DataDefinition | None = None
    ) -> Dataset:
        """Put a frame and its definition together; the frame may be any other too."""
        return cls(data, data_definition)


def mapping_of(definition: DataDefinition | None) -> ColumnMapping:
    """Say a definition in the older form."""
    if definition is None:
        return ColumnMapping(datetime=None)
    models = (*(definition.classification or ()), *(definition.regression or ()))
    target, prediction = "target", "prediction"
    if models:
        model = models[0]
        target = model.target
        if isinstance(model, Regression):
            prediction = model.prediction
        else:
            probability = model.prediction_probas
            named = model.prediction_labels or probability
            prediction = named if isinstance(named, str) else prediction
    return ColumnMapping(
        target=target,
        prediction=prediction,
        datetime=definition.timestamp,
        id=definition.id_column,
        numerical_features=definition.numerical_columns,
        categorical_features=definition.categorical_columns,
        datetime_features=definition.datetime_columns,
        text_features=definition.text_columns,
    )
