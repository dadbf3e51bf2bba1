"""Commits what loggers have spooled: frames become events of a log, once each.

Place: between a spool and a log. A crash at any moment loses nothing and repeats
nothing: the offsets that are done are part of the commit that stores the events.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import pyarrow as pa

from leeboard.logs._decode import decode, quarantine
from leeboard.logs._disk import Disk
from leeboard.logs._failures import as_log_errors
from leeboard.logs._log import Batch, Log
from leeboard.logs._spool import Read, Spool, SpoolFile

__all__ = ["Shipped", "batch_of", "ship"]

_BATCH = 32 << 20
"""Bytes of frames in one commit."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """What one run of the committer did.

    Parameters
    ----------
    predictions, feedback : int
        Events that were committed, with repetitions.
    quarantined : mapping of str to int
        Events that were set aside, by reason.
    batches, removed : int
        Commits, and spool files that are done with.
    refused : mapping of str to str
        Files of the spool that were not opened, and why.
    busy : bool
        Another process is committing this spool; nothing was done.
    """

    predictions: int = 0
    feedback: int = 0
    quarantined: Mapping[str, int] = field(default_factory=dict)
    batches: int = 0
    removed: int = 0
    refused: Mapping[str, str] = field(default_factory=dict)
    busy: bool = False


def ship(
    log: Log,
    spool: str,
    now: datetime,
    *,
    most: int = _BATCH,
    disk: Disk | None = None,
) -> Shipped:
    """Commit all whole frames of a spool, remove files that are done with, and tidy.

    Parameters
    ----------
    log : Log
    spool : str
        Folder of spool files, of this machine; need not exist.
    now : datetime
        Aware: when the events were received.
    most : int
        Bytes of frames in one commit, about.
    disk : Disk, optional

    Raises
    ------
    LogError
        The spool is not safe, or the log cannot be written. What was committed stays.
    """
    folder = Spool(spool, disk)
    with as_log_errors("spool_unwritable", spool), folder.lease() as held:
        return _shipped(log, folder, now, most) if held else Shipped(busy=True)


def _shipped(log: Log, spool: Spool, now: datetime, most: int) -> Shipped:
    done = Shipped()
    files = spool.files(named=True)
    if not files:
        return replace(done, refused=spool.refused)
    marks = dict(log.marks())
    there = {file.source for file in files}
    own = f"{spool.name()}/"
    gone = {one: -1 for one in marks if one.startswith(own) and one not in there}
    for reads in _reads(spool, files, marks, most):
        batch = batch_of(reads, now)
        if any(read.payloads or read.gaps for read in reads):
            log.write(replace(batch, marks={**gone, **batch.marks}))
            gone = {}
            done = _counted(done, batch)
        removed = sum(spool.remove(read) for read in reads if read.finished)
        done = replace(done, removed=done.removed + removed)
    log.tidy()
    return replace(done, refused=spool.refused)


def _reads(
    spool: Spool, files: Sequence[SpoolFile], marks: Mapping[str, int], most: int
) -> Iterator[list[Read]]:
    """Yield what is new in the files, in portions of about ``most`` bytes."""
    reads: list[Read] = []
    size = 0
    for file in files:
        start = marks.get(file.source, 0)
        while True:
            try:
                read = spool.read(file, start, most)
            except FileNotFoundError:  # removed by hand
                break
            reads.append(read)
            size += read.stop - start
            if size >= most:
                yield reads
                reads, size = [], 0
            if read.finished or read.stop == start:
                break
            start = read.stop
    if reads:
        yield reads


def batch_of(reads: Sequence[Read], now: datetime) -> Batch:
    """Return what was read of a spool as one batch."""
    models = {read.source: _model(read.payloads) for read in reads}
    names = set(models.values())
    batch = decode(
        [payload for read in reads for payload in read.payloads],
        now,
        model=names.pop() if len(names) == 1 else "",
    )
    damaged = quarantine(
        [
            (
                "damaged_frame",
                f"{len(data)} bytes at {at} of {read.source}",
                models[read.source],
                now,
                data,
            )
            for read in reads
            for at, data in read.gaps
        ]
    )
    return replace(
        batch,
        quarantined=pa.concat_tables([batch.quarantined, damaged]),
        marks={read.source: read.stop for read in reads},
    )


def _model(payloads: Sequence[bytes]) -> str:
    """Name the model whose logger wrote a file, from its first sound record."""
    for payload in payloads[:20]:
        try:
            model = json.loads(payload[1:]).get("model")
        except (ValueError, AttributeError, RecursionError):
            continue
        if isinstance(model, str) and model:
            return model
    return ""


def _counted(done: Shipped, batch: Batch) -> Shipped:
    reasons = Counter(batch.quarantined.column("reason").to_pylist())
    return replace(
        done,
        predictions=done.predictions + batch.predictions.num_rows,
        feedback=done.feedback + batch.feedback.num_rows,
        quarantined=Counter(done.quarantined) + reasons,
        batches=done.batches + 1,
    )
