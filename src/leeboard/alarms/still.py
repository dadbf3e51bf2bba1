"""Watches for columns that stand still: one value in all rows of a window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.alarms._alone import Alone
from leeboard.alarms.judged import Group, Subject
from leeboard.alarms.look import Look, Standard
from leeboard.alarms.watch import Reading
from leeboard.detectors._detector import Memory
from leeboard.detectors.constant import BY_NATURE, Alike, Constant
from leeboard.profiles.cells import CategoryCells, Cells, NumericCells
from leeboard.profiles.counts import Counts, NumericCounts
from leeboard.schema import Role
from leeboard.stats.intervals import clopper_pearson

__all__ = ["StillWatch", "still_columns", "still_watches"]

_ASPECT = "constant"

_HALF = 0.5
"""A column that mostly has one value anyway is not watched for having one."""


@dataclass(frozen=True, slots=True)
class StillWatch(Alone):
    """Watches one column for having one value in all rows.

    Parameters
    ----------
    subject : Subject
    detector : Constant
    cells : Cells
    """

    subject: Subject
    detector: Constant
    cells: Cells

    @property
    def group(self) -> Group:
        """A matter of quality."""
        return Group.QUALITY

    @property
    def labelled(self) -> bool:
        """It needs no label."""
        return False

    def read(self, look: Look) -> Reading | None:
        """Read a window; None if it has no value."""
        one = look.part.counts.get(self.subject.name)
        if one is None or one.rows == one.missing:
            return None
        n, alike = one.rows - one.missing, _alike(one, self.cells)
        most = 1.0 if alike else self.detector.share
        said = "all have one value" if alike else "differ"
        text = f"{n:,} rows of {self.subject.name} {said}"
        seen = Alike(n, alike)
        return Reading(seen, not alike, most, self.detector.share, n, text)


def still_watches(standard: Standard, delta: float) -> Iterator[StillWatch]:
    """Watch every column of the reference in which no value is the rule."""
    for column, cells, counts in standard.columns():
        if column.role is Role.LABEL or column.name in standard.extra:
            continue
        n = counts.rows - counts.missing
        if n == 0 or _alike(counts, cells):
            continue
        most = int(_single(cells, counts).max(initial=1))
        share = clopper_pearson(most, n, 1.0 - 2.0 * delta)[1]
        if share < _HALF:
            subject = Subject("", column.name, _ASPECT)
            yield StillWatch(subject, Constant(share), cells)


def still_columns(
    standard: Standard, memories: Mapping[Subject, Memory]
) -> frozenset[str]:
    """Columns of which nothing is thought if they have one value in all rows.

    Those that are not watched for it, and those that had one in more than a tenth of
    the windows so far.
    """
    moving = {
        subject.name
        for subject, (*_, windows, alike) in memories.items()
        if subject.aspect == _ASPECT and not subject.segment
        if alike <= max(1.0, windows * BY_NATURE)
    }
    names = {column.name for column, _, _ in standard.columns()}
    return frozenset(names - moving)


def _single(cells: Cells, counts: Counts) -> np.ndarray[Any, Any]:
    """Rows of the values that stand alone in a cell."""
    if isinstance(cells, NumericCells):
        alone: np.ndarray[Any, Any] = counts.cells[1 : cells.inner + 1][cells.atoms]
        return alone
    levels: np.ndarray[Any, Any] = counts.cells[: cells.inner]
    return levels


def _alike(one: Counts, cells: Cells) -> bool:
    """Tell whether all values that are there are one."""
    n = one.rows - one.missing
    if isinstance(one, NumericCounts):
        finite = one.finite == n and one.minimum is not None
        return finite and one.minimum == one.maximum
    inner = cells.inner if isinstance(cells, CategoryCells) else 0
    return bool(one.cells[:inner].max(initial=0) == n)
