"""A log in the form of files, out of whatever log there is, and back into it.

Place: over segments and manifests, under every log. Copies of all logs have this one
form, so that what was saved of one kind is brought back into another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa

from leeboard.logs._chain import Chain
from leeboard.logs._log import Batch
from leeboard.logs._manifest import (
    EMPTY,
    EVERY,
    Change,
    Contents,
    Segment,
    name_of,
    packed,
)
from leeboard.logs._objects import Folder
from leeboard.logs._segments import KINDS, PLAIN, segments_of

__all__ = ["Part", "Whole", "pieces_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Events of one kind that came up to one place in a log."""

    kind: str
    place: int
    table: pa.Table

    @property
    def batch(self) -> Batch:
        """The events alone."""
        tables = {kind: PLAIN[kind].empty_table() for kind in KINDS}
        return Batch(**{**tables, self.kind: self.table})


class Whole:
    """All of a log that lies in a folder.

    Parameters
    ----------
    folder : str
        Of its pieces.
    """

    def __init__(self, folder: str) -> None:
        self._objects = Folder(folder)
        self._contents: Contents = Chain(self._objects).contents()

    @property
    def number(self) -> int:
        """The last place in the log."""
        return self._contents.number

    @property
    def marks(self) -> Mapping[str, int]:
        """Up to where each source is in it."""
        return self._contents.marks

    @property
    def accounts(self) -> Mapping[str, Mapping[str, object]]:
        """The last account of each logger."""
        return self._contents.accounts

    def parts(self) -> Iterator[Part]:
        """Yield all events, in order of their places."""
        import pyarrow.parquet as pq

        for one in sorted(self._contents.segments.values(), key=_place):
            path = self._objects.local(one.name, one.size)
            table = pq.read_table(path, partitioning=None)
            yield Part(one.kind, one.sequence, table)


def _place(segment: Segment) -> tuple[int, str]:
    return segment.sequence, segment.name


def pieces_of(
    parts: Iterable[Part],
    number: int,
    marks: Mapping[str, int],
    accounts: Mapping[str, Mapping[str, object]],
) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of the pieces of a log in a folder that holds the same.

    Places stay as they are; the log goes on from the next manifest that may be whole.

    Parameters
    ----------
    parts : iterable of Part
    number : int
        The last place.
    marks, accounts : mapping
        As of a ``Batch``.
    """
    segments = []
    for part in parts:
        for segment, data in segments_of(part.table, part.kind):
            yield segment.name, data
            segments.append(replace(segment, sequence=part.place))
    last = -(-max(number, 1) // EVERY) * EVERY
    before = replace(EMPTY, number=last - 1)
    change = Change(add=tuple(segments), marks=marks, accounts=accounts)
    yield name_of(last), packed(before, change)
