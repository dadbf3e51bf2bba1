"""What is seen of one window, and what it is judged against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from leeboard.performance import Tally
from leeboard.profiles.cells import Cells
from leeboard.profiles.counts import Counts
from leeboard.profiles.part import Part
from leeboard.profiles.profile import Profile
from leeboard.schema import Column
from leeboard.windows import Window

__all__ = ["RESIDUAL", "Look", "Standard"]

RESIDUAL = "residual"
"""Column of label minus prediction, both numbers; missing without a label."""


@dataclass(frozen=True, slots=True, eq=False)
class Standard:
    """What windows of a model are judged against.

    Parameters
    ----------
    reference : Profile
    extra : mapping of column to Profile
        Columns that got their cells from what is computed of rows: residual, latency,
        metadata.
    figures : mapping of metric to value
        Performance on the reference.
    rows : int
        Labelled rows of the reference.
    replaced : mapping of column to Counts
        What stands in the place of the reference's counts, since people accepted it.
    """

    reference: Profile
    extra: Mapping[str, Profile] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    rows: int = 0
    replaced: Mapping[str, Counts] = field(default_factory=dict)

    def columns(self) -> list[tuple[Column, Cells, Counts]]:
        """Every counted column with its cells and the reference's counts."""
        found = []
        for profile in (self.reference, *self.extra.values()):
            counts = profile.parts[None].counts
            found += [
                (profile.schema[name], cells, self.replaced.get(name, counts[name]))
                for name, cells in profile.cells.items()
                if name in counts
            ]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One window as it was counted.

    Parameters
    ----------
    window : Window
    part : Part
        Counts of all rows.
    tally : Tally or None
        Counts of its labelled rows.
    stratum : int
        Windows are compared with those of the same stratum.
    segments : mapping of segment to Look
        Rows of the segments that are watched.
    """

    window: Window
    part: Part
    tally: Tally | None = None
    stratum: int = 0
    segments: Mapping[str, Look] = field(default_factory=dict)

    def counts(self, column: str) -> np.ndarray[Any, Any] | None:
        """Rows of a column by cell, or None if it was not counted."""
        one = self.part.counts.get(column)
        return None if one is None or one.rows == 0 else one.cells
