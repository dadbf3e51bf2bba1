"""What the committer costs: from frames of a spool to Parquet, in CPU time.

    python bench/commit.py [--records 200000] [--features 20] [--repeat 3]

Beside it, in the same run, the same work without any guarantee: Arrow reads the same
records as one file of JSON lines and writes them as Parquet.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.json as pj
import pyarrow.parquet as pq

from leeboard.logs import open_log, ship
from leeboard_logger.frames import END, frame

PER_FILE = 20_000  # records in 16 MiB, at which a logger begins another file


def records(count: int, features: int) -> list[bytes]:
    """Make records as a logger writes them, of doubles, integers and a text."""
    chance = random.Random(7)
    made = []
    for number in range(count):
        values = {f"feature_{n}": chance.gauss(0, 1) for n in range(features - 2)}
        values |= {"count": chance.randrange(100), "city": chance.choice("ABCD")}
        record = {
            "id": f"0192f0c1-0000-7000-8000-{number:012x}",
            "model": "demand",
            "version": "1.2.3",
            "made_at": 1_780_000_000_000_000 + number,
            "prediction": chance.gauss(0, 1),
            "features": values,
            "latency_s": chance.random(),
        }
        made.append(json.dumps(record, separators=(",", ":")).encode())
    return made


def committed(made: list[bytes], root: Path) -> float:
    """Commit the records; return seconds of CPU time."""
    spool = root / "spool"
    spool.mkdir(mode=0o700, parents=True)
    for start in range(0, len(made), PER_FILE):
        frames = [frame(b"p" + one) for one in made[start : start + PER_FILE]]
        (spool / f"{start:09d}.frames").write_bytes(b"".join([*frames, frame(END)]))
    log = open_log(str(root))
    before = time.process_time()
    shipped = ship(log, str(spool), datetime.now(UTC))
    seconds = time.process_time() - before
    if shipped.predictions != len(made) or list(spool.glob("*.frames")):
        raise SystemExit(f"not all was committed: {shipped}")
    return seconds


def bare(made: list[bytes], root: Path) -> float:
    """Read and write the records with Arrow alone; return seconds of CPU time."""
    text = b"\n".join(made)
    before = time.process_time()
    table = pj.read_json(
        pa.BufferReader(text),
        pj.ReadOptions(use_threads=False, block_size=1 << 24),
    ).flatten()
    pq.write_table(table, root / "bare.parquet", compression="zstd")
    return time.process_time() - before


def main() -> None:
    """Print records a second of one core, and the ratio to the bare work."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--features", type=int, default=20)
    parser.add_argument("--repeat", type=int, default=3)
    chosen = parser.parse_args()
    pa.set_cpu_count(1)
    made = records(chosen.records, chosen.features)
    ours, theirs = [], []
    for _ in range(chosen.repeat):
        with tempfile.TemporaryDirectory() as folder:
            ours.append(committed(made, Path(folder)))
            theirs.append(bare(made, Path(folder)))
    seconds, least = statistics.median(ours), statistics.median(theirs)
    result = {
        "records": chosen.records,
        "features": chosen.features,
        "bytes_per_record": round(sum(map(len, made)) / len(made)),
        "records_per_s_and_core": round(chosen.records / seconds),
        "bare_arrow_records_per_s_and_core": round(chosen.records / least),
        "ratio": round(seconds / least, 2),
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
