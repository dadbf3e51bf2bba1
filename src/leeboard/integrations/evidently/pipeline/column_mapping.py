"""What each column is for, in the older form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["ColumnMapping"]


@dataclass(slots=True)
class ColumnMapping:
    """Names of columns by what they are for; those that are not in the data are left.

    Parameters
    ----------
    target, prediction, datetime, id : str or None
    numerical_features, categorical_features : sequence of str, optional
        Columns to be read as numbers, and as categories.
    datetime_features, text_features : sequence of str, optional
    task : str, optional
        ``regression`` or ``classification``; kept, and not needed for a comparison.
    """

    target: str | None = "target"
    prediction: str | None = "prediction"
    datetime: str | None = "datetime"
    id: str | None = None
    numerical_features: Sequence[str] | None = None
    categorical_features: Sequence[str] | None = None
    datetime_features: Sequence[str] | None = None
    text_features: Sequence[str] | None = None
    task: str | None = None
