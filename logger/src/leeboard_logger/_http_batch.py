"""Records as a collector reads them, and what it answered to each.

Pure: payloads of frames in, a JSON body out; a JSON answer in, one outcome a record
out. An answer that does not fit what was sent is no answer at all.
"""

from __future__ import annotations

import json
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
    kind = payload[:1].decode("latin-1")
    if kind not in PATHS:
        return None
    try:
        record = json.loads(payload[1:])
        for name in _TIMES:
            if record.get(name) is not None:
                record[name] = _iso(record[name])
        text = json.dumps(
            record, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
        return Item(kind, str(record["id"]), text.encode())
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None


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
