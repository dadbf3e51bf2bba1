"""Makes a log readable again whose manifests are damaged: from its segments.

Place: over a store of pieces and the chain of manifests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from leeboard.errors import LogError
from leeboard.logs._chain import Chain
from leeboard.logs._manifest import (
    EMPTY,
    EVERY,
    FOLDER,
    Change,
    Contents,
    Segment,
    applied,
    name_of,
    number_of,
    packed,
    unpacked,
)
from leeboard.logs._objects import Objects
from leeboard.logs._segments import found

__all__ = ["Repaired", "repair"]


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair found.

    Parameters
    ----------
    manifests : int
        Those that were damaged or missing.
    adopted : int
        Segments that no readable manifest names and that are part of the log again.
    unreadable : tuple of str
        Files that no manifest names and that are no sound segments.
    """

    manifests: int = 0
    adopted: int = 0
    unreadable: tuple[str, ...] = ()


def repair(objects: Objects, chain: Chain) -> Repaired:
    """Write a whole manifest from those that can be read and from the segments.

    Every sound segment becomes part of the log. One that a crash left behind, or whose
    place another took, holds events that the log has or would have had: ids make them
    one. Offsets of the spool may fall back; what is committed again is seen once.
    """
    try:
        chain.contents()
    except LogError as error:
        if error.code not in {"damaged_manifest", "missing_manifest"}:
            raise
    else:
        return Repaired()
    listed = [number_of(piece.name) for piece in objects.pieces(FOLDER)]
    numbers = [number for number in listed if number is not None]
    known, wrong = _readable(objects, numbers)
    after = (numbers[-1] // EVERY + 1) * EVERY
    adopted, unreadable = [], []
    for name, segment in _unnamed(objects, known):
        if segment is None:
            unreadable.append(name)
        else:
            adopted.append(segment)
    before = replace(known, number=after - 1)
    objects.create(name_of(after), packed(before, Change(add=tuple(adopted))))
    chain.contents()
    return Repaired(wrong, len(adopted), tuple(unreadable))


def _readable(objects: Objects, numbers: list[int]) -> tuple[Contents, int]:
    """Return what readable manifests say together, and how many say nothing."""
    known, wrong = EMPTY, 0
    last = numbers[0] // EVERY * EVERY
    for number in numbers:
        wrong += max(0, number - last - 1)
        last = number
        try:
            read = unpacked(objects.get(name_of(number)), name_of(number))
        except LogError as error:
            if error.code != "damaged_manifest":
                raise
            wrong += 1
            continue
        if isinstance(read, Contents):
            known = read
        else:
            known = applied(replace(known, number=number - 1), read)
    return known, wrong


def _unnamed(objects: Objects, known: Contents) -> Iterator[tuple[str, Segment | None]]:
    """Yield files that no readable manifest names; None for one that is damaged."""
    for piece in objects.pieces("models"):
        if piece.name not in known.segments and piece.name not in known.dropped:
            yield piece.name, found(objects.get(piece.name), piece.name)
