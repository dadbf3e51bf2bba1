"""Events as immutable Parquet files with a checksum on each page and on the whole.

Place: between tables and a store of pieces.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from leeboard.logs._manifest import Segment
from leeboard.logs._tables import (
    FEEDBACK_PLAIN,
    PREDICTIONS_PLAIN,
    QUARANTINED,
    arranged,
)

__all__ = [
    "KINDS",
    "PLAIN",
    "folder_of",
    "found",
    "one_segment",
    "segments_of",
]

_TIMES = {
    "predictions": "made_at",
    "feedback": "observed_at",
    "quarantined": "received_at",
}
PLAIN = {
    "predictions": PREDICTIONS_PLAIN,
    "feedback": FEEDBACK_PLAIN,
    "quarantined": QUARANTINED,
}
KINDS = tuple(_TIMES)
_ROW_GROUP = 131_072
_DIGITS = 32  # of a file's hash, in its name


def folder_of(model: str) -> str:
    """Folder of a model's segments: its name is data and never part of a path."""
    return f"models/{hashlib.blake2b(model.encode(), digest_size=10).hexdigest()}"


def segments_of(table: pa.Table, kind: str) -> Iterator[tuple[Segment, bytes]]:
    """Yield events as one file a model, in order of time; not placed in a log yet."""
    if table.num_rows == 0:
        return
    table = arranged(table, PLAIN[kind])
    models = pc.unique(table.column("model")).to_pylist()
    for model in sorted(models):
        part = table
        if len(models) > 1:
            part = table.filter(pc.equal(table.column("model"), model))
        yield one_segment(part, kind, model)


def one_segment(table: pa.Table, kind: str, model: str) -> tuple[Segment, bytes]:
    """Return one model's events, in order of time, as a file and its description."""
    times = table.column(_TIMES[kind]).cast(pa.int64()).to_numpy()
    if (times[1:] < times[:-1]).any():
        table = table.sort_by(_TIMES[kind])
    used = [
        name
        for name in table.column_names
        if "#" not in name or table.column(name).null_count < table.num_rows
    ]
    data = _parquet(table.select(used))
    sha256 = hashlib.sha256(data).hexdigest()
    # the hash vouches for a file even where a manifest is lost; the token keeps apart
    # files of equal contents, of which one may be removed
    name = f"{kind}-{secrets.token_hex(8)}-{sha256[:_DIGITS]}.parquet"
    return _described(table, f"{folder_of(model)}/{name}", len(data), sha256), data


def found(data: bytes, name: str) -> Segment | None:
    """Describe a file that no manifest names; None where its name does not fit."""
    import pyarrow.parquet as pq

    kind, _, rest = name.rpartition("/")[2].partition("-")
    digits = rest.removesuffix(".parquet").rpartition("-")[2]
    sha256 = hashlib.sha256(data).hexdigest()
    if kind not in KINDS or digits != sha256[:_DIGITS]:
        return None
    table = pq.read_table(pa.BufferReader(data))
    return _described(table, name, len(data), sha256)


def _described(table: pa.Table, name: str, size: int, sha256: str) -> Segment:
    """Describe a file of one model's events; it has no place in a log yet."""
    kind = name.rpartition("/")[2].partition("-")[0]
    times = pc.min_max(table.column(_TIMES[kind]).cast(pa.int64())).as_py()
    ids = {"min": "", "max": ""}
    if "id" in table.column_names:
        ids = pc.min_max(table.column("id")).as_py()
    return Segment(
        name=name,
        kind=kind,
        model=table.column("model")[0].as_py(),
        sequence=0,
        rows=table.num_rows,
        size=size,
        sha256=sha256,
        first=times["min"],
        last=times["max"],
        low=ids["min"],
        high=ids["max"],
        reasons=_reasons(table) if kind == "quarantined" else {},
    )


def _parquet(table: pa.Table) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        compression="zstd",
        write_page_checksum=True,
        row_group_size=_ROW_GROUP,
        # values of numbers seldom repeat: a dictionary costs time and saves no space
        use_dictionary=[n for n in table.column_names if _repeats(n)],
    )
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _repeats(column: str) -> bool:
    return column in {"model", "version", "reason"} or column.endswith("#s")


def _reasons(table: pa.Table) -> dict[str, int]:
    counted = pc.value_counts(table.column("reason"))
    return {one["values"]: one["counts"] for one in counted.to_pylist()}
