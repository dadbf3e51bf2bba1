"""One check for all presets: the data read by the mapping, columns and suite chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from leeboard.check import check, profile
from leeboard.errors import InputError
from leeboard.integrations.evidently._preset import (
    DataDrift,
    DataDriftTests,
    DataQualityTests,
    TargetDrift,
)
from leeboard.integrations.evidently.pipeline.column_mapping import ColumnMapping
from leeboard.profiles.profile import Profile
from leeboard.report import Report
from leeboard.schema import Kind, Role, Schema
from leeboard.suggest import suggested_conditions
from leeboard.verdicts.suite import Condition

__all__ = ["Comparison", "compare"]

_Preset = DataDrift | TargetDrift | DataDriftTests | DataQualityTests


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A report, and which columns are the target and the prediction.

    Parameters
    ----------
    report : Report
    targets : tuple of str
        Of target and prediction, those that the data has.
    """

    report: Report
    targets: tuple[str, ...]


def compare(
    reference: Any,
    current: Any,
    *,
    mapping: ColumnMapping | None,
    presets: Sequence[_Preset],
) -> Comparison:
    """Compare what the presets ask for, in one check.

    Raises
    ------
    LeeboardError
        If there is no reference, or the data cannot be read.
    """
    if reference is None:
        raise InputError(
            code="no_reference",
            where="reference data",
            found="None",
            expected="rows to compare with",
            fix="Give the training data, or rows of a good time.",
        )
    mapping = mapping or ColumnMapping()
    known = profile(reference)
    schema = _mapped(known.schema, mapping)
    if schema != known.schema:
        known = profile(reference, schema=schema)
    named = (mapping.target, mapping.prediction)
    targets = tuple(name for name in named if name is not None and name in known.cells)
    suite = tuple(_conditions(known, current, presets))
    columns = _columns(presets, targets)
    return Comparison(check(known, current, columns=columns, suite=suite), targets)


def _columns(presets: Sequence[_Preset], targets: tuple[str, ...]) -> list[str] | None:
    """Columns that some preset asks for; None: all, also where none is there."""
    asked: list[str] = []
    for preset in presets:
        own = targets if isinstance(preset, TargetDrift) else preset.columns
        if own is None:
            return None
        asked += own
    return list(dict.fromkeys(asked)) or None


def _conditions(
    known: Profile, current: Any, presets: Sequence[_Preset]
) -> Iterator[Condition]:
    for preset in presets:
        if isinstance(preset, DataDriftTests):
            yield Condition(f"share_moved >= {preset.drift_share!r}")
            yield Condition("moved", columns=preset.columns)
        elif isinstance(preset, DataQualityTests):
            rows = profile(current, reference=known).rows
            for condition in suggested_conditions(known, max(rows, 1)):
                chosen = condition.columns or ()
                if preset.columns is not None:
                    chosen = [name for name in chosen if name in preset.columns]
                if chosen:
                    yield replace(condition, columns=chosen)


def _mapped(schema: Schema, mapping: ColumnMapping) -> Schema:
    """Schema with the kinds and roles that a mapping names."""
    roles = {
        mapping.target: Role.LABEL,
        mapping.prediction: Role.PREDICTION,
        mapping.datetime: Role.TIME,
        mapping.id: Role.ID,
    }
    kinds = {
        **dict.fromkeys(mapping.numerical_features or (), Kind.NUMERIC),
        **dict.fromkeys(mapping.categorical_features or (), Kind.CATEGORICAL),
        **dict.fromkeys(mapping.datetime_features or (), Kind.DATETIME),
        **dict.fromkeys(mapping.text_features or (), Kind.TEXT),
    }
    columns = []
    for found in schema.columns:
        column = found
        if column.name in roles:
            column = replace(column, role=roles[column.name], why="")
        if column.name in kinds:
            # a feature by its mapping is one, whatever it looked like
            unclear = column.role in {Role.ID, Role.IGNORE}
            role = Role.FEATURE if unclear and column.name not in roles else column.role
            column = replace(column, kind=kinds[column.name], role=role, why="")
        columns.append(column)
    return replace(schema, columns=tuple(columns))
