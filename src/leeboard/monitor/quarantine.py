"""Events that were set aside: what there is, why, and what becomes of it after a fix.

Place: beside a pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from leeboard.errors import ConfigError
from leeboard.logs import Batch, Log, Wanted, decode, digest_of

__all__ = [
    "Aside",
    "Replayed",
    "discard",
    "listed",
    "quarantined_rows",
    "replay",
]


@dataclass(frozen=True, slots=True)
class Aside:
    """Quarantined events of one model and reason.

    Parameters
    ----------
    model : str
        Empty where that could not be read.
    reason : str
    count : int
    first, last : datetime
        When they were received.
    """

    model: str
    reason: str
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of decoding quarantined events once more.

    Parameters
    ----------
    predictions, labels : int
        Events that are part of the log now.
    left : mapping of reason to count
        Those that are quarantined still.
    """

    predictions: int
    labels: int
    left: Mapping[str, int] = field(default_factory=dict)


def quarantined_rows(
    log: Log, model: str | None = None, reason: str | None = None
) -> pa.Table:
    """Return quarantined events: reason, detail, model, received_at and payload.

    Raises
    ------
    ConfigError
        There is no such reason among them (``unknown_reason``).
    """
    table = log.events("quarantined", model).read_all().sort_by("received_at")
    if reason is None:
        return table
    chosen = table.filter(pc.equal(table.column("reason"), reason))
    if not chosen.num_rows:
        there = sorted(set(table.column("reason").to_pylist()))
        raise ConfigError(
            code="unknown_reason",
            where="quarantine",
            found=f"no event with the reason {reason!r}",
            expected="one of " + ", ".join(there) if there else "an event",
            fix="See what there is: leeboard quarantine list.",
        )
    return chosen


def listed(log: Log, model: str | None = None) -> Sequence[Aside]:
    """Count quarantined events by model and reason."""
    table = quarantined_rows(log, model)
    grouped = table.group_by(["model", "reason"]).aggregate(
        [("payload", "count"), ("received_at", "min"), ("received_at", "max")]
    )
    found = [
        Aside(
            row["model"],
            row["reason"],
            row["payload_count"],
            row["received_at_min"],
            row["received_at_max"],
        )
        for row in grouped.to_pylist()
    ]
    return sorted(found, key=lambda one: (one.model, -one.count, one.reason))


def replay(log: Log, model: str | None = None, reason: str | None = None) -> Replayed:
    """Decode quarantined events once more; what is sound now enters the log, once.

    An event keeps the time at which it was received. It leaves the quarantine in the
    same commit by which it enters the log.
    """
    rows = quarantined_rows(log, model, reason)
    batches, sound = [], set()
    left: Counter[str] = Counter()
    for row in rows.to_pylist():
        payload = row["payload"]
        again = decode([payload], row["received_at"], model=row["model"])
        if again.predictions.num_rows or again.feedback.num_rows:
            batches.append(again)
            sound.add(digest_of(payload))
        else:
            left[row["reason"]] += 1
    if not batches:
        return Replayed(0, 0, left)
    batch = _together(batches)
    log.take_out(Wanted(payloads=frozenset(sound)), batch)
    log.tidy()
    return Replayed(batch.predictions.num_rows, batch.feedback.num_rows, left)


def discard(log: Log, model: str | None = None, reason: str | None = None) -> int:
    """Remove quarantined events for good; return how many there were."""
    rows = quarantined_rows(log, model, reason)
    payloads = frozenset(map(digest_of, rows.column("payload").to_pylist()))
    if payloads:
        log.take_out(Wanted(payloads=payloads))
        log.tidy()
    return int(rows.num_rows)


def _together(batches: Sequence[Batch]) -> Batch:
    tables = [
        pa.concat_tables(
            [getattr(one, part) for one in batches], promote_options="default"
        )
        for part in ("predictions", "feedback", "quarantined")
    ]
    return Batch(*tables)
