"""What joining labels costs, beside a bare DuckDB query with the same deduplication.

    python bench/join.py                    # 10,000,000 predictions and labels: minutes
    python bench/join.py --rows 1000000 --runs 1

Predictions lie in 10 files by time, their labels shuffled over 10 others, ids are text
of 36 characters. *Once*: each id comes once. *Repeated*: one prediction in 50 was sent
again, one label in 10 was corrected. *A day*: one day of thirty is asked for. The
answer of each run is streamed and summed, and must be that of the bare query. Prints
one table and writes ``bench/results/join.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from measure import ROOT, Cost, best, save

FILES = 10
MEMORY = 2048
START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 30
COLUMNS = ["made_at", "prediction#d", "label#d"]
TIME = pa.timestamp("us", tz="UTC")
GOAL = 1.5

BARE = """
WITH once AS (
    FROM read_parquet($predictions) {span}
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY made_at, received_at) = 1
), told AS (
    FROM read_parquet($feedback)
    QUALIFY row_number() OVER
        (PARTITION BY id ORDER BY observed_at DESC, "label#d" DESC, received_at) = 1
)
SELECT made_at, "prediction#d", "label#d" FROM once LEFT JOIN told USING (id)
"""


def texts(raw: np.ndarray[Any, Any]) -> pa.Array:
    """Ids as text, from 16 random bytes each."""
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    text = np.full((len(raw), 36), ord("-"), np.uint8)
    hexed = np.stack([digits[raw >> 4], digits[raw & 15]], axis=2).reshape(-1, 32)
    text[:, [i for i in range(36) if i not in (8, 13, 18, 23)]] = hexed
    ends = pa.py_buffer((np.arange(len(raw) + 1, dtype=np.int32) * 36).tobytes())
    return pa.Array.from_buffers(
        pa.string(), len(raw), [None, ends, pa.py_buffer(text.tobytes())]
    )


def make(folder: Path, rows: int, *, repeated: bool) -> None:
    """Write predictions by time and feedback shuffled."""
    random = np.random.default_rng(5)
    raw = random.integers(0, 256, (rows, 16), dtype=np.uint8)
    first = int(START.timestamp() * 1e6)
    made = first + np.sort(random.integers(0, DAYS * 86_400_000_000, rows))
    said, told = np.arange(rows), random.permutation(rows)
    if repeated:
        said = np.sort(np.concatenate([said, said[::50]]))
        told = np.concatenate([told, random.choice(rows, rows // 10, replace=False)])
    delay = random.integers(0, 14 * 86_400_000_000, len(told))
    value = random.random((2, rows))
    sides = {
        "predictions": (said, made[said], made[said] + 10**6 * np.arange(len(said))),
        "feedback": (told, made[told] + delay, made[told] + 2 * delay),
    }
    for kind, (which, moment, received) in sides.items():
        name = "made_at" if kind == "predictions" else "observed_at"
        label = "prediction#d" if kind == "predictions" else "label#d"
        noise = 0 if kind == "predictions" else random.random(len(which))
        number = value[int(kind == "feedback")][which] + noise
        for i, part in enumerate(np.array_split(np.arange(len(which)), FILES)):
            columns = {
                "id": texts(raw[which[part]]),
                "model": pa.array(["demand"] * len(part)),
                name: pa.array(moment[part], TIME),
                "received_at": pa.array(received[part], TIME),
                label: pa.array(number[part]),
            }
            if kind == "predictions":
                plain = ("version", "latency_s", "rate")
                kinds = (pa.string(), pa.float64(), pa.float64())
                for extra, type_ in zip(plain, kinds, strict=True):
                    columns[extra] = pa.nulls(len(part), type_)
            pq.write_table(
                pa.table(columns),
                folder / f"{kind}-{i}.parquet",
                compression="zstd",
                use_dictionary=["model"],
                write_page_checksum=True,
            )


def paths(folder: Path, kind: str) -> list[str]:
    """Files of one kind."""
    return sorted(str(path) for path in folder.glob(f"{kind}-*.parquet"))


def ours(folder: Path, *, day: bool) -> Iterable[pa.RecordBatch]:
    """Read by Leeboard."""
    from leeboard.logs._files import Files, SegmentFile
    from leeboard.logs._join import joined
    from leeboard.logs._query import Limits
    from leeboard.windows import Window

    def segments(kind: str, name: str) -> tuple[SegmentFile, ...]:
        found = []
        for path in paths(folder, kind):
            meta = pq.read_metadata(path)
            at = meta.schema.to_arrow_schema().get_field_index(name)
            groups = [meta.row_group(i).column(at) for i in range(meta.num_row_groups)]
            first = min(group.statistics.min for group in groups)
            last = max(group.statistics.max for group in groups)
            found.append(SegmentFile(path, 1, first, last, meta.num_rows))
        return tuple(found)

    files = Files(
        segments("predictions", "made_at"), segments("feedback", "observed_at")
    )
    span = Window(*day_of()) if day else None
    yield from joined(files, span, columns=COLUMNS, limits=Limits(MEMORY))


def day_of() -> tuple[datetime, datetime]:
    """Start and end of the day that is asked for."""
    start = START + timedelta(days=DAYS // 2)
    return start, start + timedelta(days=1)


def bare(folder: Path, *, day: bool) -> Iterable[pa.RecordBatch]:
    """Read by DuckDB alone; for a day, ids are looked for in the day only."""
    import duckdb

    with tempfile.TemporaryDirectory() as scratch:
        con = duckdb.connect(
            config={
                "memory_limit": f"{MEMORY}MiB",
                "threads": 2,
                "temp_directory": scratch,
                "preserve_insertion_order": False,
            }
        )
        start, end = (moment.isoformat() for moment in day_of())
        span = f"WHERE made_at >= '{start}' AND made_at < '{end}'" if day else ""
        sql = BARE.format(span=span)
        for kind in ("predictions", "feedback"):
            sql = sql.replace(f"${kind}", str(paths(folder, kind)))
        yield from pa.RecordBatchReader.from_stream(con.sql(sql))


def child(which: str, folder: Path, *, day: bool) -> None:
    """Stream one answer and print its sums and cost."""
    start = time.perf_counter(), time.process_time()
    rows, labels, error = 0, 0, 0.0
    for batch in (ours if which == "ours" else bare)(folder, day=day):
        rows += batch.num_rows
        labels += batch.num_rows - batch["label#d"].null_count
        error += (
            pc.sum(pc.subtract(batch["prediction#d"], batch["label#d"])).as_py() or 0
        )
    answer = {
        "wall": time.perf_counter() - start[0],
        "cpu": time.process_time() - start[1],
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10,
        "answer": [rows, labels, float(f"{error:.6g}")],
    }
    print(json.dumps(answer))


def median(which: str, folder: Path, runs: int, *, day: bool) -> dict[str, Any]:
    """Return the run with the median CPU time; imports are not counted."""
    words = [sys.executable, __file__, "--child", which, "--work", folder]
    cost: Cost = best([*words, "--day"] if day else words, runs)
    found: dict[str, Any] = json.loads(cost.output)
    return found


def measure(folder: Path, rows: int, runs: int) -> dict[str, Any]:
    """Measure each part, ours and bare."""
    found: dict[str, Any] = {}
    for part in ("once", "repeated", "a day"):
        place = folder / ("repeated" if part == "repeated" else "once")
        if not place.exists():
            place.mkdir()
            make(place, rows, repeated=part == "repeated")
        pair = {
            w: median(w, place, runs, day=part == "a day") for w in ("bare", "ours")
        }
        if pair["bare"]["answer"] != pair["ours"]["answer"]:
            raise SystemExit(f"{part}: the answers differ: {pair}")
        found[part] = pair
    return found


def show(found: dict[str, Any]) -> None:
    """Print the table."""
    print(f"{'part':10} {'':5} {'wall s':>8} {'cpu s':>8} {'peak MiB':>9} {'ratio':>6}")
    for part, pair in found.items():
        for which, cost in pair.items():
            ratio = cost["wall"] / pair["bare"]["wall"]
            numbers = f"{cost['wall']:8.2f} {cost['cpu']:8.2f} {cost['peak'] >> 20:9}"
            print(f"{part:10} {which:5} {numbers} {ratio:6.2f}")
    print(f"goal: at most {GOAL} times the bare query, in {MEMORY} MiB")


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--work", type=Path, help="where data is kept between runs")
    parser.add_argument("--child", choices=("ours", "bare"), help=argparse.SUPPRESS)
    parser.add_argument("--day", action="store_true", help=argparse.SUPPRESS)
    a = parser.parse_args()
    if a.child:
        child(a.child, a.work, day=a.day)
        return
    os.environ["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT / 'logger' / 'src'}"
    with tempfile.TemporaryDirectory() as scratch:
        folder = a.work or Path(scratch)
        folder.mkdir(exist_ok=True)
        found = measure(folder, a.rows, a.runs)
    document = {
        "command": f"python bench/join.py --rows {a.rows} --runs {a.runs}",
        "rows": a.rows,
        "memory_mib": MEMORY,
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "versions": {name: version(name) for name in ("duckdb", "pyarrow")},
        "found": found,
    }
    save("join", document)
    show(found)


if __name__ == "__main__":
    main()
