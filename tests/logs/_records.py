"""Records as loggers write them, and tables in a form that can be compared."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from leeboard.logs import Log
from leeboard_logger.frames import END, frame

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - EPOCH) // timedelta(microseconds=1)


def payload(kind: str, **record: Any) -> bytes:
    """One payload."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return kind.encode() + text.encode()


def prediction(id: str, at: datetime = NOW, **more: Any) -> bytes:  # noqa: A002 - as the record says
    """Return the payload of one prediction."""
    record = {"id": id, "model": "demand", "version": "1", "made_at": micros(at)}
    return payload("p", **{**record, "prediction": 1.5, "features": {}, **more})


def feedback(id: str, label: Any, at: datetime = NOW, model: str = "demand") -> bytes:  # noqa: A002 - as the record says
    """Return the payload of one label."""
    return payload("f", id=id, model=model, label=label, observed_at=micros(at))


def rows(table: pa.Table) -> Counter[str]:
    """Return the rows of a table as a multiset of what they hold."""
    return Counter(
        repr(
            sorted(
                (name, repr(value)) for name, value in row.items() if value is not None
            )
        )
        for row in table.to_pylist()
    )


def spooled(
    spool: Path, name: str, payloads: Iterable[bytes], *, end: bool = True
) -> Path:
    """Write a spool file as a logger does; an old one, so that nobody waits for it."""
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = spool / f"{name}.frames"
    frames = [frame(one) for one in payloads] + ([frame(END)] if end else [])
    with path.open("ab") as file:
        file.write(b"".join(frames))
    os.utime(path, (1, 1))
    return path


def held(log: Log, model: str = "demand") -> Counter[str]:
    """Count the ids of predictions that a log gives."""
    table = log.events("predictions", model).read_all()
    return Counter(table.column("id").to_pylist())
