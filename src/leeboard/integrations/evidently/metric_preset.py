"""Presets of a report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leeboard.integrations.evidently._preset import (
    DataDrift,
    TargetDrift,
    refuse_other,
)

__all__ = ["DataDriftPreset", "TargetDriftPreset"]


def DataDriftPreset(  # noqa: N802  # Evidently's name of a class
    columns: Sequence[str] | None = None, *, drift_share: float = 0.5, **options: Any
) -> DataDrift:
    """Ask for the verdict of every compared column.

    Parameters
    ----------
    columns : sequence of str, optional
        None: all of them.
    drift_share : float
        Share of moved columns from which the data set counts as drifted.
    **options
        Refused: they choose tests and thresholds, which Leeboard's verdicts replace.
    """
    refuse_other("DataDriftPreset", options, ("columns", "drift_share"))
    return DataDrift(None if columns is None else tuple(columns), drift_share)


def TargetDriftPreset(**options: Any) -> TargetDrift:  # noqa: N802  # as above
    """Ask for the verdicts of the target and the prediction."""
    refuse_other("TargetDriftPreset", options, ())
    return TargetDrift()
