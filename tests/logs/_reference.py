"""A log as lists of rows, and the join written as plainly as it can be.

Rows are mappings of stored columns to values; what a row lacks is missing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from leeboard.logs._files import Files, SegmentFile
from leeboard.logs._tables import FEEDBACK_PLAIN, PREDICTIONS_PLAIN, arranged
from leeboard.windows import Window

Row = Mapping[str, Any]
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """Return a time some minutes after the beginning of 2026."""
    return EPOCH + timedelta(minutes=minutes)


def prediction(key: str, made: float, received: float, **more: Any) -> dict[str, Any]:
    """Return a prediction made and received at some minutes."""
    plain = {"id": key, "model": "m", "version": "1", "rate": 1.0}
    times = {"made_at": at(made), "received_at": at(received)}
    return {**plain, **times, "prediction#d": 1.0, **more}


def feedback(key: str, seen: float, received: float, **label: Any) -> dict[str, Any]:
    """Return feedback seen and received at some minutes, its label by type."""
    times = {"observed_at": at(seen), "received_at": at(received)}
    labels = {f"label#{kind}": value for kind, value in label.items()}
    return {"id": key, "model": "m", **times, **labels}


def table(rows: Sequence[Row], plain: pa.Schema) -> pa.Table:
    """Return rows as a table with the columns that one of them has."""
    names = {name for row in rows for name in row} | set(plain.names)
    columns = {name: [row.get(name) for row in rows] for name in names}
    return arranged(pa.table(columns), plain)


def written(
    folder: Path, parts: Sequence[Sequence[Row]], kind: str
) -> tuple[SegmentFile, ...]:
    """Write each part as a file, in order of sequence."""
    plain, time = (
        (PREDICTIONS_PLAIN, "made_at")
        if kind == "predictions"
        else (FEEDBACK_PLAIN, "observed_at")
    )
    files = []
    for number, rows in enumerate(parts, start=1):
        if not rows:
            continue
        path = folder / f"{kind}-{number}.parquet"
        pq.write_table(table(rows, plain), path)
        times = [row[time] for row in rows]
        ids = [row["id"] for row in rows]
        files.append(
            SegmentFile(
                path=str(path),
                sequence=number,
                first=min(times),
                last=max(times),
                rows=len(rows),
                ids=(min(ids), max(ids)),
            )
        )
    return tuple(files)


def log(
    folder: Path,
    predictions: Sequence[Sequence[Row]],
    feedback: Sequence[Sequence[Row]],
) -> Files:
    """Return the files of predictions and feedback given in parts."""
    return Files(
        predictions=written(folder, predictions, "predictions"),
        feedback=written(folder, feedback, "feedback"),
    )


def once(predictions: Iterable[Row]) -> dict[str, Row]:
    """Return the prediction that counts of each id."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in predictions:
        found[row["id"]].append(row)
    columns = sorted({c for rows in found.values() for row in rows for c in row})
    contents = [c for c in columns if c not in ("id", "made_at", "received_at")]
    return {
        key: min(
            rows,
            key=lambda r: (
                r["made_at"],
                [_rank(r.get(c)) for c in contents],
                r["received_at"],
            ),
        )
        for key, rows in found.items()
    }


def conflicts(predictions: Iterable[Row]) -> int:
    """Count the ids that came with several contents."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in predictions:
        contents = sorted((c, repr(v)) for c, v in row.items() if c != "received_at")
        found[row["id"]].add(repr(contents))
    return sum(len(contents) > 1 for contents in found.values())


def labels(feedback: Iterable[Row]) -> dict[str, Row]:
    """Return the feedback that counts of each id, where it has a label."""
    found: dict[str, Row] = {}
    for row in feedback:
        best = found.get(row["id"])
        if best is None or _strength(row) > _strength(best):
            found[row["id"]] = row
    return {key: row for key, row in found.items() if _values(row)}


def joined(
    predictions: Iterable[Row],
    feedback: Iterable[Row],
    span: Window | None = None,
    received_before: datetime | None = None,
) -> list[dict[str, Any]]:
    """Return predictions of a span with their labels, in order of id."""
    seen = [
        [
            r
            for r in rows
            if received_before is None or r["received_at"] < received_before
        ]
        for rows in (predictions, feedback)
    ]
    told = labels(seen[1])
    answer = []
    for key, row in sorted(once(seen[0]).items()):
        if span is not None and not span.start <= row["made_at"] < span.end:
            continue
        both = dict(row)
        if key in told:
            label = told[key]
            both |= {name: label[name] for name in _values(label)}
            both["observed_at"] = label["observed_at"]
            both["label_received_at"] = label["received_at"]
        answer.append(both)
    return answer


def plain_rows(reader: pa.RecordBatchReader) -> list[dict[str, Any]]:
    """Return what a reader gives as rows without missing values, in order of id."""
    rows = [
        {name: value for name, value in row.items() if value is not None}
        for row in reader.read_all().to_pylist()
    ]
    return sorted(rows, key=lambda row: str(row["id"]))


def _values(row: Row) -> list[str]:
    return [c for c in row if c.startswith("label#") and row[c] is not None]


def _rank(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, 0)
    if isinstance(value, float) and math.isnan(value):
        return (2, 0)
    return (1, value)


def _strength(row: Row) -> tuple[Any, ...]:
    text, truth = row.get("label#s"), row.get("label#b")
    whole = row.get("label#i")
    number = row.get("label#d", None if whole is None else float(whole))
    return (
        row["observed_at"],
        not _values(row),
        *(_rank(value) for value in (text, number, whole, truth)),
        -row["received_at"].timestamp(),
    )
