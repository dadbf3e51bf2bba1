"""A profile: everything remembered of a set of rows, small enough to keep for ever.

It knows nothing of files and frames; ``profiles.document`` writes it as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leeboard.errors import Note, Problem, ProfileError
from leeboard.profiles.cells import Cells
from leeboard.profiles.document import contents, fingerprint, to_text
from leeboard.profiles.part import Form, Part
from leeboard.schema import Schema

__all__ = ["Profile"]


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
    types : mapping of column name to Form
        As what each column was read.
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
    types: Mapping[str, Form] = field(default_factory=dict)
    segment: str | None = None
    fixed: bool = False
    problems: Mapping[str, Problem] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    _named: list[str] = field(default_factory=list, init=False, repr=False)

    @property
    def rows(self) -> int:
        """All rows."""
        return self.parts[None].rows

    @property
    def fingerprint(self) -> str:
        """Name of the cells: profiles with the same one may be added and compared."""
        if not self._named:  # cells never change, and writing them takes a while
            self._named.append(fingerprint(self))
        return self._named[0]

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
            types={**other.types, **self.types},
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
        return Profile(self.schema, self.cells, parts, self.types, self.segment)

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
            If there is no such file, or it is damaged, or of a newer format.
        """
        try:
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                text = file.read()
        except OSError as error:
            raise ProfileError(
                code="unreadable_profile",
                where=str(path),
                found=error.strerror or "a file that cannot be read",
                expected="a saved profile",
                fix="Check the path, and that you may read it.",
            ) from error
        return Profile(**contents(text, str(path)))
