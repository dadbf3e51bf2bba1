"""Merges small segments, and removes files that no read needs any more.

Place: over the chain of manifests, called by the log. No read changes by it: versions
and corrections stay, only repetitions of one and the same event go.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from leeboard.logs._chain import Chain
from leeboard.logs._manifest import Change, Contents, Segment
from leeboard.logs._objects import Objects
from leeboard.logs._segments import PLAIN, one_segment
from leeboard.logs._tables import each_once, together
from leeboard.logs._verified import Verified

__all__ = ["AT_ONCE", "GRACE_S", "ORPHAN_S", "compact", "forget", "sweep"]

AT_ONCE = 8
"""Segments of one day and about one size that are merged into one."""

GRACE_S = 3600.0
"""Seconds for which merged segments stay: a read may have begun with them."""

ORPHAN_S = 86_400.0
"""Seconds after which a file that no manifest names was left behind by a crash."""

_LARGE = 1 << 17
_HEAVY = 16 << 20
"""Rows and bytes from which on a segment stays as it is: a merge is held in memory."""

_DAY_US = 86_400_000_000


def compact(objects: Objects, chain: Chain, verified: Verified, now: float) -> int:
    """Merge what is small, oldest first; return how many segments were replaced.

    A merged segment takes the place in the log of its latest part, so that
    ``Log.changes`` may name minutes of its earlier parts again.
    """
    replaced = 0
    for parts in _groups(chain.contents()):
        with suppress(FileNotFoundError):  # merged by another process meanwhile
            paths = [verified.path(part) for part in parts]
            if None in paths:
                continue
            if _merge(objects, chain, parts, [p for p in paths if p], now):
                replaced += len(parts)
    return replaced


def sweep(objects: Objects, chain: Chain, now: float) -> None:
    """Remove files that no manifest names, and leftovers of writes that broke off."""
    named = chain.contents()
    for piece in objects.pieces("models"):
        kept = piece.name in named.segments or piece.name in named.dropped
        if not kept and now - piece.modified > ORPHAN_S:
            objects.remove(piece.name)
    objects.forget_others({*named.segments, *named.dropped}, now - GRACE_S)
    for piece in objects.pieces("tmp"):
        if now - piece.modified > ORPHAN_S:
            objects.remove(piece.name)


def forget(objects: Objects, chain: Chain, now: float) -> None:
    """Remove merged segments that no read may still need."""
    old = [n for n, at in chain.contents().dropped.items() if now - at > GRACE_S]
    if not old:
        return
    for name in old:
        objects.remove(name)
    chain.commit(lambda _: Change(gone=tuple(old)))


def _groups(contents: Contents) -> Iterator[list[Segment]]:
    """Yield segments of one model, kind, day and magnitude, where they are many."""
    groups: dict[tuple[str, str, int, int], list[Segment]] = {}
    for segment in contents.segments.values():
        if segment.rows < _LARGE and segment.size < _HEAVY:
            size = int(math.log(segment.rows, AT_ONCE))
            key = (segment.model, segment.kind, segment.first // _DAY_US, size)
            groups.setdefault(key, []).append(segment)
    for parts in groups.values():
        ordered = sorted(parts, key=lambda part: part.sequence)
        for start in range(0, len(ordered) - AT_ONCE + 1, AT_ONCE):
            yield ordered[start : start + AT_ONCE]


def _merge(
    objects: Objects,
    chain: Chain,
    parts: Sequence[Segment],
    paths: Sequence[str],
    now: float,
) -> bool:
    import pyarrow.parquet as pq

    kind, model = parts[0].kind, parts[0].model
    tables = [pq.read_table(path, partitioning=None) for path in paths]
    table = _without_repeats(together(tables, PLAIN[kind]), kind)
    merged, data = one_segment(table, kind, model)
    merged = replace(merged, sequence=max(part.sequence for part in parts))
    objects.put(merged.name, data)
    names = [part.name for part in parts]

    def change(contents: Contents) -> Change | None:
        if not all(name in contents.segments for name in names):
            return None
        return Change(add=(merged,), drop=dict.fromkeys(names, now))

    if merged.name in chain.commit(change).segments:
        return True
    objects.remove(merged.name)
    return False


def _without_repeats(table: pa.Table, kind: str) -> pa.Table:
    """Return each event once, as it was first received; all versions of an id stay."""
    if kind == "quarantined":
        return each_once([table])
    counted = pc.value_counts(table.column("id"))
    several = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    repeated = pc.is_in(table.column("id"), value_set=several)
    keys = [name for name in table.column_names if name != "received_at"]
    once = table.filter(repeated).group_by(keys).aggregate([("received_at", "min")])
    once = once.rename_columns([*keys, "received_at"]).select(table.column_names)
    return pa.concat_tables([table.filter(pc.invert(repeated)), once])
