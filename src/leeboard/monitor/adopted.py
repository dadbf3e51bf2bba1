"""Cells for what the reference does not have: latency, residuals, metadata.

The first window with enough values fixes the cells of such a column; later windows are
counted in them and compared with it. What was adopted is kept in the state.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa

from leeboard.alarms.look import RESIDUAL
from leeboard.engines.profiling import profile_current, profile_reference
from leeboard.performance import OutcomeCells, Outcomes, cells_of
from leeboard.profiles.counts import Counts
from leeboard.profiles.document import contents, to_text
from leeboard.profiles.profile import Profile
from leeboard.schema import Column, Kind, Schema
from leeboard.sources import Source, open_source

__all__ = ["ENOUGH", "KEY", "Adopted"]

ENOUGH = 200
"""Values that a window must have of a column to fix its cells."""

KEY = "adopted"


@dataclass(frozen=True, slots=True, eq=False)
class Adopted:
    """Cells that the reference's profile does not have.

    Parameters
    ----------
    profiles : mapping of column name to Profile
        Of one column each.
    outcomes : OutcomeCells or None
        Of labelled rows.
    """

    profiles: Mapping[str, Profile] = field(default_factory=dict)
    outcomes: OutcomeCells | None = None

    def with_columns(self, columns: Mapping[str, pa.ChunkedArray]) -> Adopted:
        """Adopt those columns that have enough values and no cells yet."""
        known = dict(self.profiles)
        for name, values in columns.items():
            if name not in known and len(values) - values.null_count >= ENOUGH:
                kept = values.drop_null() if name == RESIDUAL else values
                profile = profile_reference(_source(name, kept), _schema(kept, name))
                if name in profile.cells:
                    known[name] = profile
        new = len(known) > len(self.profiles)
        return replace(self, profiles=known) if new else self

    def with_outcomes(self, outcomes: Outcomes | None) -> Adopted:
        """Adopt cells for outcomes if there are enough and none yet."""
        if self.outcomes is not None or outcomes is None or outcomes.rows < ENOUGH:
            return self
        return replace(self, outcomes=cells_of(outcomes))

    def count(self, columns: Mapping[str, pa.ChunkedArray]) -> dict[str, Counts]:
        """Count the columns that have cells."""
        counts = {}
        for name, every in columns.items():
            values = every
            if name in self.profiles:
                if name == RESIDUAL:  # a row without a label is not a missing value
                    values = values.drop_null()
                now = profile_current(_source(name, values), self.profiles[name])
                if name in now.parts[None].counts:
                    counts[name] = now.parts[None].counts[name]
        return counts

    def to_text(self) -> str:
        """Return what ``from_text`` reads."""
        cells = self.outcomes
        return json.dumps(
            {
                "columns": {name: to_text(p) for name, p in self.profiles.items()},
                "outcomes": None if cells is None else cells.to_text(),
            }
        )

    @classmethod
    def from_text(cls, text: str | None, where: str = "state") -> Adopted:
        """Read what was kept; nothing where nothing was.

        Raises
        ------
        LeeboardError
            If it is damaged or newer.
        """
        if not text:
            return cls()
        kept = json.loads(text)
        place = f"adopted columns in {where}"
        profiles = {
            name: Profile(**contents(one, f"{place}: {name}"))
            for name, one in kept["columns"].items()
        }
        cells = kept["outcomes"]
        return cls(profiles, None if cells is None else OutcomeCells.from_text(cells))

    def __or__(self, other: Adopted) -> Adopted:
        """Those of both; where both have a column, the first's."""
        return Adopted(
            {**other.profiles, **self.profiles}, self.outcomes or other.outcomes
        )


def _source(name: str, values: pa.ChunkedArray) -> Source:
    return open_source(pa.table({name: values}), name="window")


def _schema(values: pa.ChunkedArray, name: str) -> Schema:
    types = pa.types
    numeric = types.is_integer(values.type) or types.is_floating(values.type)
    kind = Kind.NUMERIC if numeric else Kind.CATEGORICAL
    if types.is_boolean(values.type):
        kind = Kind.BOOLEAN
    return Schema((Column(name, kind),))
