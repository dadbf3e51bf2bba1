"""Records as a collector reads them, and what it answered to each.

Pure: payloads of frames in, a JSON body out; a JSON answer in, one outcome a record
out. An answer that does not fit what was sent is no answer at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

__all__ = ["PATHS", "STORED", "Item", "body_of", "item_of", "outcomes_of"]

PATHS = {"p": "/v1/predictions", "f": "/v1/feedback"}
STORED = ""
"""The outcome of a record that the collector has, now or since before; every other
outcome is the reason of a drop."""

_LISTS = {"p": "predictions", "f": "feedback"}
_TIMES = ("made_at", "observed_at")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# How this package writes records; what is written otherwise is read as any JSON. A text
# cannot look like this from inside: its quotes have a backslash before them.
_WRITTEN = {
    b"p": re.compile(
        rb'p\{"id":"([^"\\]+)","model":"[^"\\]*","version":"[^"\\]*",'
        rb'"made_at":(\d{1,17})[,}]'
    ),
    b"f": re.compile(
        rb'f\{"id":"([^"\\]+)",.*,"observed_at":(\d{1,17})\}\Z', re.DOTALL
    ),
}
_OUTCOMES = {
    "accepted": STORED,
    "duplicate": STORED,
    "conflict": "conflict",
    "quarantined": "quarantined",
    "rejected": "rejected",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a body: its kind, its id and its JSON text."""

    kind: str
    id: str
    text: bytes


def item_of(payload: bytes) -> Item | None:
    """Read a frame's payload; None where it is neither prediction nor feedback.

    Times become ISO 8601 in UTC: what a person reads and other languages write.
    """
    kind = payload[:1]
    if kind not in _WRITTEN:
        return None
    try:
        return _spliced(payload) or _read(payload)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None


def _spliced(payload: bytes) -> Item | None:
    """Put the time of a record that we wrote into its text, without reading the rest.

    Reading and writing all of it takes ten times as long, and the interpreter with it.
    """
    found = _WRITTEN[payload[:1]].match(payload)
    if found is None:
        return None
    start, stop = found.span(2)
    moment = f'"{_iso(int(found[2]))}"'.encode()
    text = payload[1:start] + moment + payload[stop:]
    return Item(payload[:1].decode(), found[1].decode(), text)


def _read(payload: bytes) -> Item:
    record = json.loads(payload[1:])
    for name in _TIMES:
        if record.get(name) is not None:
            record[name] = _iso(record[name])
    text = json.dumps(
        record, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    return Item(payload[:1].decode(), str(record["id"]), text.encode())


def _iso(micros: int) -> str:
    moment = _EPOCH + timedelta(microseconds=micros)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def body_of(items: Sequence[Item]) -> bytes:
    """Write records of one kind as one body."""
    head = f'{{"{_LISTS[items[0].kind]}":['.encode()
    return head + b",".join(item.text for item in items) + b"]}"


def outcomes_of(body: bytes, items: Sequence[Item]) -> list[str] | None:
    """Outcome of each record sent; None where the answer does not fit them.

    A result stands at its record's place and names its id: an answer with one result
    too few or too many, with an id from elsewhere or with an unknown status says
    nothing about any record.
    """
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(results, list) or len(results) != len(items):
        return None
    outcomes = []
    for item, result in zip(items, results, strict=True):
        if not isinstance(result, dict) or result.get("id") != item.id:
            return None
        status = result.get("status")
        if not isinstance(status, str) or status not in _OUTCOMES:
            return None
        outcomes.append(_OUTCOMES[status])
    return outcomes
