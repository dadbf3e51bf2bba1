"""Presets of a test suite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leeboard.integrations.evidently._preset import (
    DataDriftTests,
    DataQualityTests,
    refuse_other,
)

__all__ = ["DataDriftTestPreset", "DataQualityTestPreset"]


def DataDriftTestPreset(  # noqa: N802  # Evidently's name of a class
    columns: Sequence[str] | None = None, *, drift_share: float = 0.3, **options: Any
) -> DataDriftTests:
    """Test that no column moved, and that fewer than a share of them did.

    Parameters
    ----------
    columns : sequence of str, optional
        None: all compared columns.
    drift_share : float
    **options
        Refused: they choose tests and thresholds, which Leeboard's verdicts replace.
    """
    refuse_other("DataDriftTestPreset", options, ("columns", "drift_share"))
    return DataDriftTests(None if columns is None else tuple(columns), drift_share)


def DataQualityTestPreset(  # noqa: N802  # as above
    columns: Sequence[str] | None = None, **options: Any
) -> DataQualityTests:
    """Test the limits that the reference suggests, as ``leeboard suggest`` writes them.

    Missing values, values out of range, unseen levels, constant columns, medians. If
    nothing changed, one of them fails in at most 5 % of runs.
    """
    refuse_other("DataQualityTestPreset", options, ("columns",))
    return DataQualityTests(None if columns is None else tuple(columns))
