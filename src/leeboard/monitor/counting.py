"""The events of one window, counted: by column, by segment, and the labelled rows.

Place: after the join, before any measuring. What it gives adds: hours into days, and
pieces of a window too large for memory into the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa

from leeboard.engines.profiling import profile_current
from leeboard.errors import Note, Problem
from leeboard.monitor.adopted import Adopted
from leeboard.monitor.frame import Frame, text_of
from leeboard.monitor.split import segments_of
from leeboard.profiles.counts import Counts
from leeboard.profiles.part import Part
from leeboard.profiles.profile import Profile
from leeboard.schema import Role
from leeboard.sources import open_source

__all__ = ["Counted", "count_frame", "rows_by_segment"]


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Counts of some rows of a window.

    Parameters
    ----------
    parts : mapping of segment (empty: all rows) to Part
    problems : mapping of column to Problem
        Columns that could not be counted.
    notes : tuple of Note
    """

    parts: Mapping[str, Part]
    problems: Mapping[str, Problem] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    def __add__(self, other: Counted) -> Counted:
        parts = dict(other.parts)
        for key, part in self.parts.items():
            parts[key] = part + other.parts[key] if key in other.parts else part
        return Counted(
            parts,
            {**other.problems, **self.problems},
            tuple(dict.fromkeys((*self.notes, *other.notes))),
        )


def rows_by_segment(
    joined: pa.Table, names: tuple[str, ...]
) -> dict[str, pa.Array | None]:
    """Row indices of each segment of a window; None for all rows, under no name."""
    found: dict[str, pa.Array | None] = {"": None}
    for name in names:
        texts = text_of(joined, "segments", name)
        if texts is None:
            texts = text_of(joined, "features", name)
        if texts is not None:
            found.update(segments_of(name, texts))
    return found


def count_frame(
    frame: Frame,
    rows: Mapping[str, pa.Array | None],
    reference: Profile,
    adopted: Adopted,
) -> Counted:
    """Count a window's rows in the cells of the reference and of adopted columns.

    Parameters
    ----------
    frame : Frame
        Its ``extra`` holds every column that may have been adopted.
    rows : mapping of segment to row indices
    """
    whole = replace(reference, segment=None)
    parts, problems = {}, {}
    notes: tuple[Note, ...] = frame.notes
    for segment, indices in rows.items():
        table = frame.table if indices is None else frame.table.take(indices)
        now = profile_current(open_source(table, name="window"), whole)
        part = _labelled(now.parts[None], whole)
        extra = adopted.count(
            frame.extra
            if indices is None
            else {name: values.take(indices) for name, values in frame.extra.items()}
        )
        parts[segment] = _with(part, extra)
        if indices is None:
            problems = dict(now.problems)
            notes = (*notes, *now.notes)
    return Counted(parts, problems, notes)


def _labelled(part: Part, reference: Profile) -> Part:
    """Counts without the rows whose label has not come: it is not missing."""
    label = reference.schema.first(Role.LABEL)
    if label is None or label.name not in part.counts:
        return part
    one = part.counts[label.name]
    cells = one.cells.copy()
    cells[-1] = 0
    return _with(part, {label.name: replace(one, cells=cells)})


def _with(part: Part, extra: Mapping[str, Counts]) -> Part:
    return replace(part, counts={**part.counts, **extra}) if extra else part
