"""Payloads of frames as a batch: most of them many at once, the odd ones one by one.

Place: between frames and a log. What cannot be stored is quarantined with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from leeboard.logs._exact import Refused, read_exactly
from leeboard.logs._log import Batch
from leeboard.logs._plain import Declined, Plain
from leeboard.logs._tables import (
    ARROW,
    FEEDBACK_PLAIN,
    PREDICTIONS_PLAIN,
    QUARANTINED,
    together,
)

__all__ = ["decode", "quarantine"]

_AT_ONCE = 8_192
"""Payloads read together: an odd one slows down no more than these."""


def decode(
    payloads: Sequence[bytes], received_at: datetime, *, model: str = ""
) -> Batch:
    """Return what frames say, as columns.

    Parameters
    ----------
    payloads : sequence of bytes
        One byte of kind and a JSON text each; see ``leeboard_logger.frames``.
    received_at : datetime
        Aware.
    model : str
        Whose payloads they are, where one cannot be read.
    """
    by_kind: dict[bytes, list[bytes]] = {}
    for payload in payloads:
        by_kind.setdefault(payload[:1], []).append(payload)
    refused: list[tuple[Refused, bytes]] = []
    predictions = _table(by_kind.pop(b"p", []), b"p", received_at, refused)
    feedback = _table(by_kind.pop(b"f", []), b"f", received_at, refused)
    accounts = _accounts(by_kind.pop(b"a", []), refused)
    by_kind.pop(b"e", None)
    rows = _set_aside(by_kind.pop(b"q", []), received_at, refused)
    for rest in by_kind.values():
        refused += [(Refused("unknown_kind", "no kind of frame"), one) for one in rest]
    rows += [
        (why.reason, why.detail, why.model or model, received_at, payload)
        for why, payload in refused
    ]
    return Batch(
        predictions=predictions,
        feedback=feedback,
        quarantined=quarantine(rows),
        accounts=accounts,
    )


def quarantine(rows: Sequence[tuple[str, str, str, datetime, bytes]]) -> pa.Table:
    """Return rows of reason, detail, model, received_at and payload as a table."""
    columns = list(zip(*rows, strict=True)) or [()] * len(QUARANTINED)
    arrays = [
        pa.array(list(values), one.type)
        for values, one in zip(columns, QUARANTINED, strict=True)
    ]
    return pa.table(arrays, schema=QUARANTINED)


def _table(
    payloads: Sequence[bytes],
    kind: bytes,
    received_at: datetime,
    refused: list[tuple[Refused, bytes]],
) -> pa.Table:
    plain = PREDICTIONS_PLAIN if kind == b"p" else FEEDBACK_PLAIN
    reader = Plain(kind)
    tables = []
    odd: list[bytes] = []
    for start in range(0, len(payloads), _AT_ONCE):
        chunk = payloads[start : start + _AT_ONCE]
        try:
            table, sound = reader.read(chunk)
        except Declined:
            odd += chunk
            continue
        if not sound.all():
            odd += [
                one for one, is_sound in zip(chunk, sound, strict=True) if not is_sound
            ]
            table = table.filter(pa.array(sound))
        tables.append(table)
    tables += _one_by_one(odd, refused)
    at = pa.scalar(received_at, plain.field("received_at").type)
    stamped = [
        one.append_column("received_at", pa.repeat(at, one.num_rows)) for one in tables
    ]
    return together(stamped, plain)


def _one_by_one(
    payloads: Sequence[bytes], refused: list[tuple[Refused, bytes]]
) -> list[pa.Table]:
    rows = []
    for payload in payloads:
        try:
            rows.append(read_exactly(payload))
        except Refused as why:
            refused.append((why, payload))
    if not rows:
        return []
    columns: dict[str, list[Any]] = {}
    for place, row in enumerate(rows):
        for name, value in row.items():
            columns.setdefault(name, [None] * len(rows))[place] = value
    return [pa.table({name: _array(name, values) for name, values in columns.items()})]


def _array(name: str, values: list[Any]) -> pa.Array:
    _, mark, letter = name.rpartition("#")
    if mark:
        return pa.array(values, ARROW[letter])
    if name in {"made_at", "observed_at"}:
        return pa.array(values, pa.int64())
    return pa.array(
        values, pa.float64() if name in {"latency_s", "rate"} else pa.string()
    )


def _set_aside(
    payloads: Sequence[bytes],
    received_at: datetime,
    refused: list[tuple[Refused, bytes]],
) -> list[tuple[str, str, str, datetime, bytes]]:
    """Return what a collector has set aside, with the payload as it came."""
    rows = []
    for payload in payloads:
        head, _, own = payload.partition(b"\n")
        try:
            said = json.loads(head[1:])
            reason, detail, model = (said[k] for k in ("reason", "detail", "model"))
        except (ValueError, KeyError, TypeError, RecursionError):
            refused.append((Refused("unknown_kind", "no kind of frame"), payload))
        else:
            rows.append((str(reason), str(detail), str(model), received_at, own))
    return rows


def _accounts(
    payloads: Sequence[bytes], refused: list[tuple[Refused, bytes]]
) -> Mapping[str, Mapping[str, object]]:
    """Return the last account of each logger."""
    accounts: dict[str, Mapping[str, object]] = {}
    for payload in payloads:
        try:
            record = json.loads(payload[1:])
            accounts[str(record.pop("logger"))] = record
        except (ValueError, KeyError, AttributeError, TypeError):
            refused.append((Refused("bad_account", "no account"), payload))
    return accounts
