"""A profile: everything remembered of a set of rows, small enough to keep for ever.

It knows nothing of files and frames; ``profiles.document`` writes it as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leeboard.errors import Note, Problem, ProfileError
from leeboard.profiles.blocks import BlockSums
from leeboard.profiles.cells import Cells
from leeboard.profiles.counts import Counts
from leeboard.profiles.document import fingerprint, from_text, to_text
from leeboard.schema import Schema

__all__ = ["Part", "Profile"]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Counts of the rows of one segment, or of all rows.

    Parameters
    ----------
    rows : int
    counts : mapping of column name to Counts
    blocks : mapping of column name to BlockSums
        Empty where the schema has neither a time nor an entity column.
    """

    rows: int
    counts: Mapping[str, Counts]
    blocks: Mapping[str, BlockSums] = field(default_factory=dict)

    def __add__(self, other: Part) -> Part:
        counts = {
            name: one + other.counts[name]  # type: ignore[operator]  # same kind by fingerprint
            for name, one in self.counts.items()
            if name in other.counts
        }
        blocks = {
            name: one + other.blocks[name]
            for name, one in self.blocks.items()
            if name in other.blocks
        }
        return Part(self.rows + other.rows, counts, blocks)


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A set of rows, counted.

    Parameters
    ----------
    schema : Schema
        By which the rows were read.
    cells : mapping of column name to Cells
        Fixed by the reference.
    parts : mapping of segment (None: all rows) to Part
    segment : str or None
        Column whose levels are the segments.
    fixed : bool
        True if these are the very rows that fixed the cells.
    problems : mapping of column name to Problem
        Columns that could not be counted, and why.
    notes : tuple of Note
    """

    schema: Schema
    cells: Mapping[str, Cells]
    parts: Mapping[str | None, Part]
    segment: str | None = None
    fixed: bool = False
    problems: Mapping[str, Problem] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    @property
    def rows(self) -> int:
        """All rows."""
        return self.parts[None].rows

    @property
    def fingerprint(self) -> str:
        """Name of the cells: profiles with the same one may be added and compared."""
        return fingerprint(self)

    def __add__(self, other: Profile) -> Profile:
        if self.fingerprint != other.fingerprint:
            raise ProfileError(
                code="other_cells",
                where="profile",
                found=f"cells {other.fingerprint[:12]}",
                expected=f"cells {self.fingerprint[:12]}",
                fix="Profile both with the same reference=….",
            )
        parts = dict(other.parts)
        for key, part in self.parts.items():
            parts[key] = part + other.parts[key] if key in other.parts else part
        notes = tuple(dict.fromkeys((*self.notes, *other.notes)))
        return Profile(
            schema=self.schema,
            cells=self.cells,
            parts=parts,
            segment=self.segment,
            problems={**other.problems, **self.problems},
            notes=notes,
        )

    def zero(self) -> Profile:
        """Return the profile of no rows, with the same cells."""
        counts = {
            name: type(one).zero(self.cells[name])  # type: ignore[arg-type]  # one kind each
            for name, one in self.parts[None].counts.items()
        }
        parts: dict[str | None, Part] = {None: Part(0, counts)}
        return Profile(self.schema, self.cells, parts, self.segment)

    def save(self, path: str) -> None:
        """Write the profile to one file: JSON text with format version and hash."""
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(to_text(self))

    @staticmethod
    def load(path: str) -> Profile:
        """Read a saved profile.

        Raises
        ------
        ProfileError
            If the file is damaged, no profile, or of a newer format.
        """
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return from_text(file.read(), str(path))
