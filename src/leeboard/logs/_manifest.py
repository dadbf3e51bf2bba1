"""What a log consists of: numbered manifests, of which each number exists once.

Place: over a store of pieces, under the log. Manifest ``n`` says what changed since
``n - 1``; every 64th repeats the whole. Whoever creates number ``n`` has committed;
everyone else reads it and tries the next number.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from leeboard.errors import LogError

__all__ = [
    "EMPTY",
    "EVERY",
    "FOLDER",
    "Change",
    "Contents",
    "Segment",
    "applied",
    "name_of",
    "number_of",
    "packed",
    "unpacked",
]

FOLDER = "manifests"
EVERY = 64
"""Manifests between two that repeat the whole."""

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Segment:
    """One Parquet file of a log.

    Parameters
    ----------
    name : str
        Of the piece.
    kind : str
        ``predictions``, ``feedback`` or ``quarantined``.
    model : str
    sequence : int
        Number of the manifest by which its latest events came.
    rows, size : int
        Events, and bytes of the file.
    sha256 : str
        Of the file.
    first, last : int
        Microseconds since 1970 of the earliest and the latest event.
    low, high : str
        Smallest and greatest id.
    reasons : mapping of str to int
        Of quarantined events: how many for each reason.
    """

    name: str
    kind: str
    model: str
    sequence: int
    rows: int
    size: int
    sha256: str
    first: int
    last: int
    low: str
    high: str
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contents:
    """All of a log after one manifest.

    Parameters
    ----------
    number : int
        Of the manifest; 0 before the first.
    segments : mapping of name to Segment
    dropped : mapping of name to float
        Segments that others replaced, and when, in seconds since 1970.
    marks : mapping of source to offset
    accounts : mapping of logger to its last account
    """

    number: int
    segments: Mapping[str, Segment]
    dropped: Mapping[str, float]
    marks: Mapping[str, int]
    accounts: Mapping[str, Mapping[str, object]]


EMPTY = Contents(0, {}, {}, {}, {})


@dataclass(frozen=True, slots=True)
class Change:
    """What one commit changes.

    Parameters
    ----------
    add : tuple of Segment
        Their ``sequence`` is set by the commit where it is 0.
    drop : mapping of name to float
        Segments that are replaced, and when.
    gone : tuple of names
        Dropped segments whose files have been removed.
    marks : mapping of source to offset
        A negative one forgets the source.
    accounts : mapping
    """

    add: tuple[Segment, ...] = ()
    drop: Mapping[str, float] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    marks: Mapping[str, int] = field(default_factory=dict)
    accounts: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


def applied(contents: Contents, change: Change) -> Contents:
    """Return what the log consists of after a change."""
    number = contents.number + 1
    segments = {n: s for n, s in contents.segments.items() if n not in change.drop}
    for segment in change.add:
        placed = segment if segment.sequence else replace(segment, sequence=number)
        segments[segment.name] = placed
    dropped = {**contents.dropped, **change.drop}
    marks = {**contents.marks, **change.marks}
    return Contents(
        number=number,
        segments=segments,
        dropped={n: at for n, at in dropped.items() if n not in change.gone},
        marks={source: offset for source, offset in marks.items() if offset >= 0},
        accounts={**contents.accounts, **change.accounts},
    )


def name_of(number: int) -> str:
    """Name of a manifest; names sort as their numbers do."""
    return f"{FOLDER}/{number:016d}.json"


def number_of(name: str) -> int | None:
    """Return the number of a manifest; None for a name that is none."""
    digits = name.removeprefix(f"{FOLDER}/").removesuffix(".json")
    named = len(digits) == 16 and digits.isascii() and digits.isdigit()
    return int(digits) if named and name == name_of(int(digits)) else None


def packed(contents: Contents, change: Change) -> bytes:
    """Bytes of the manifest that makes a change to the contents before it."""
    number = contents.number + 1
    if number % EVERY == 0:
        whole = applied(contents, change)
        body = asdict(whole) | {
            "segments": [asdict(s) for s in whole.segments.values()]
        }
    else:
        body = asdict(change) | {"number": number}
    text = json.dumps(
        {"format": _FORMAT, "whole": number % EVERY == 0, **body},
        ensure_ascii=True,
        separators=(",", ":"),
    ).encode()
    return text + b"\n" + hashlib.sha256(text).hexdigest().encode() + b"\n"


def unpacked(data: bytes, name: str) -> Contents | Change:
    """Read a manifest.

    Raises
    ------
    LogError
        Its checksum does not fit (``damaged_manifest``), or a newer Leeboard wrote it.
    """
    text, _, check = data.partition(b"\n")
    if check.strip() != hashlib.sha256(text).hexdigest().encode():
        raise LogError(
            code="damaged_manifest",
            where=name,
            found="other bytes than were written",
            expected="a manifest that fits its checksum",
            fix="Put the file back from a backup, or call repair() of the log.",
        )
    body = json.loads(text)
    if body.pop("format") != _FORMAT:
        raise LogError(
            code="newer_log",
            where=name,
            found="a format that this version does not know",
            expected=f"format {_FORMAT}",
            fix="Update Leeboard.",
        )
    if not body.pop("whole"):
        del body["number"]
        add = tuple(Segment(**one) for one in body.pop("add"))
        return Change(add=add, gone=tuple(body.pop("gone")), **body)
    segments = {one["name"]: Segment(**one) for one in body.pop("segments")}
    return Contents(segments=segments, **body)
