"""Takes events out of a log: the segments that hold them are written anew without.

Place: over the chain of manifests, called by the log. Segments that stay keep their
place in the log, so that no read takes what is left of them for new.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from leeboard.errors import LogError
from leeboard.logs._chain import Chain
from leeboard.logs._log import Batch, Taken
from leeboard.logs._manifest import (
    EVERY,
    FOLDER,
    Change,
    Contents,
    Segment,
    number_of,
)
from leeboard.logs._objects import Objects
from leeboard.logs._segments import KINDS, one_segment, segments_of
from leeboard.logs._verified import Verified
from leeboard.logs._wanted import Wanted, marks_of

__all__ = ["holds", "ids_with", "rid", "search", "seen", "take_out"]

_TRIES = 20
_UNFINISHED_S = 3600.0
"""Seconds within which a commit may be about to name a file."""

_SLACK = timedelta(days=1)
"""Events that are too old by less wait, so that no segment is rewritten every hour."""


def take_out(
    objects: Objects,
    chain: Chain,
    verified: Verified,
    wanted: Wanted,
    now: float,
    batch: Batch | None = None,
) -> Taken:
    """Take events out, and store a batch in the same commit.

    Segments that were replaced stay as files until ``forget`` removes them.

    Raises
    ------
    LogError
        Others rewrite the log all the time (``log_busy``).
    """
    for _ in range(_TRIES):
        contents = chain.contents()
        try:
            taken, add, drop = _rewritten(objects, contents, verified, wanted)
        except FileNotFoundError:  # merged meanwhile
            continue
        if not drop and batch is None:
            return taken
        for kind, table in zip(KINDS, _tables(batch), strict=True):
            for segment, data in segments_of(table, kind):
                objects.put(segment.name, data)
                add.append(segment)
        change = Change(add=tuple(add), drop=dict.fromkeys(drop, now))
        if _committed(chain, change):
            return taken
        for segment in add:
            objects.remove(segment.name)
    raise _log_busy()


def seen(chain: Chain, verified: Verified, wanted: Wanted) -> Taken:
    """Tell what would be taken out; nothing is."""
    for _ in range(_TRIES):
        try:
            taken, _ = _found(chain.contents(), verified, wanted)
        except FileNotFoundError:  # merged meanwhile
            continue
        return taken
    raise _log_busy()


def ids_with(
    chain: Chain, verified: Verified, wanted: Wanted
) -> frozenset[tuple[str, str]]:
    """Return model and id of the predictions that have the value that is wanted."""
    found: set[tuple[str, str]] = set()
    for segment in chain.contents().segments.values():
        if segment.kind == "predictions" and (path := _path(verified, segment)):
            table = _read(path)
            marks = marks_of(wanted, segment.kind, segment.model, table)
            ids = table.column("id").filter(pa.array(marks)).to_pylist()
            found.update((segment.model, name) for name in ids)
    return frozenset(found)


def rid(
    objects: Objects, chain: Chain, verified: Verified, wanted: Wanted, now: float
) -> Mapping[str, str]:
    """Remove every file that a log does not need and that may hold what is wanted.

    Segments that others replaced go at once, manifests that a whole one repeats too
    (they name the least and the greatest id of each segment), and files that no
    manifest names if they hold it.

    Returns
    -------
    mapping of name to str
        Files that nobody can look into, or that a commit may be about to name.
    """
    while chain.contents().number % EVERY:
        chain.commit(lambda _: Change())
    contents = chain.contents()
    for name in contents.dropped:
        objects.remove(name)
    last = contents.number // EVERY * EVERY
    for piece in objects.pieces(FOLDER):
        number = number_of(piece.name)
        if number is not None and number < last:
            objects.remove(piece.name)
    kept = contents.segments.values()
    unsure = [one.name for one in kept if not _path(verified, one)]
    for piece in (*objects.pieces("models"), *objects.pieces("tmp")):
        if piece.name in contents.segments:
            continue
        if now - piece.modified > _UNFINISHED_S:
            objects.remove(piece.name)
        elif holds(objects.local(piece.name, piece.size), wanted):
            unsure.append(piece.name)
    objects.forget_others(contents.segments, now)
    return dict.fromkeys(unsure, "a damaged or unfinished file")


def search(
    objects: Objects, wanted: Wanted, needles: Sequence[bytes]
) -> Mapping[str, str]:
    """Look into every piece, Parquet decoded and all of them byte by byte.

    Returns
    -------
    mapping of str to str
        Each piece by its address, and what stands in it; empty for nothing.
    """
    found = {}
    for folder in (FOLDER, "models", "tmp"):
        for piece in objects.pieces(folder):
            with suppress(FileNotFoundError):  # gone meanwhile
                data = objects.get(piece.name)
                found[objects.address(piece.name)] = _standing(
                    piece.name, data, wanted, needles
                )
    return found


def _standing(name: str, data: bytes, wanted: Wanted, needles: Sequence[bytes]) -> str:
    kind = name.rpartition("/")[2].partition("-")[0]
    if name.endswith(".parquet") and _any(pa.BufferReader(data), kind, wanted):
        return "columns of a segment"
    return "bytes of a file" if any(one in data for one in needles) else ""


def holds(path: str, wanted: Wanted) -> bool:
    """Tell whether a file of events has any that are wanted, or cannot be read."""
    return _any(path, os.path.basename(path).partition("-")[0], wanted)


def _any(source: str | pa.NativeFile, kind: str, wanted: Wanted) -> bool:
    try:
        table = _read(source)
        models = pc.unique(table.column("model")).to_pylist()
    except (pa.ArrowException, KeyError):
        return True
    return any(marks_of(wanted, kind, model or "", table).any() for model in models)


def _log_busy() -> LogError:
    return LogError(
        code="log_busy",
        where="the log",
        found=f"another commit at each of {_TRIES} tries",
        expected="a moment without one",
        fix="Try again; nothing was taken out.",
    )


def _tables(batch: Batch | None) -> Sequence[pa.Table]:
    none = pa.table({})
    if batch is None:
        return (none, none, none)
    return (batch.predictions, batch.feedback, batch.quarantined)


def _committed(chain: Chain, change: Change) -> bool:
    done: list[bool] = []

    def make(contents: Contents) -> Change | None:
        done[:] = [all(name in contents.segments for name in change.drop)]
        return change if done[0] else None

    chain.commit(make)
    return done[0]


def _rewritten(
    objects: Objects, contents: Contents, verified: Verified, wanted: Wanted
) -> tuple[Taken, list[Segment], list[str]]:
    """Write what stays of the segments that lose something."""
    taken, touched = _found(contents, verified, wanted)
    add = []
    for segment, path in touched:
        table = _read(path)
        marks = marks_of(wanted, segment.kind, segment.model, table)
        rest = table.filter(pa.array(~marks))
        if rest.num_rows:
            new, data = one_segment(rest, segment.kind, segment.model)
            objects.put(new.name, data)
            add.append(replace(new, sequence=segment.sequence))
    return taken, add, [segment.name for segment, _ in touched]


def _found(
    contents: Contents, verified: Verified, wanted: Wanted
) -> tuple[Taken, list[tuple[Segment, str]]]:
    """Look for events; return what there is, and the segments that hold some."""
    counts = dict.fromkeys(KINDS, 0)
    minutes: set[int] = set()
    touched, unreadable = [], []
    for segment in contents.segments.values():
        if _concerned(segment, wanted):
            path = verified.path(segment)
            if path is None:
                unreadable.append(segment.name)
            elif _may_hold(segment, path, wanted):
                table = _read(path)
                marks = marks_of(wanted, segment.kind, segment.model, table)
                if not marks.any():
                    continue
                touched.append((segment, path))
                counts[segment.kind] += int(marks.sum())
                if segment.kind == "predictions":
                    minutes.update(_minutes(table.filter(pa.array(marks))))
    whole = frozenset(minutes)
    taken = Taken(**counts, minutes=whole, unreadable=tuple(unreadable))
    return taken, touched


def _concerned(segment: Segment, wanted: Wanted) -> bool:
    if wanted.upto is not None and segment.sequence > wanted.upto:
        return False
    return wanted.concerns(segment.model)


def _read(path: str | pa.NativeFile) -> pa.Table:
    import pyarrow.parquet as pq

    return pq.read_table(path, partitioning=None)


def _path(verified: Verified, segment: Segment) -> str | None:
    try:
        return verified.path(segment)
    except FileNotFoundError:  # taking out looks again
        return None


def _minutes(predictions: pa.Table) -> Iterator[int]:
    made_at = predictions.column("made_at").cast(pa.int64())
    yield from pc.unique(pc.divide(made_at, 60_000_000)).to_pylist()


def _may_hold(segment: Segment, path: str, wanted: Wanted) -> bool:
    """Tell by what is known of a segment whether it need be read at all."""
    if wanted.before is not None:
        first, last = _received(path)
        return last < wanted.before or first < wanted.before - _SLACK
    if wanted.column or segment.kind == "quarantined":
        return True
    ids = wanted.ids_of(segment.model)
    return any(segment.low <= name <= segment.high for name in ids)


def _received(path: str) -> tuple[datetime, datetime]:
    """When the events of a file were received first and last, from its footer."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    place = file.schema_arrow.get_field_index("received_at")
    groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
    known = [group.column(place).statistics for group in groups]
    if all(one is not None and one.has_min_max for one in known):
        times = [edge for one in known for edge in (one.min, one.max)]
    else:
        column = file.read(["received_at"]).column(0)
        times = list(pc.min_max(column).as_py().values())
    return min(map(_aware, times)), max(map(_aware, times))


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
