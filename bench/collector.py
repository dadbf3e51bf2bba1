"""What logging to a collector costs its caller, and how fast events get there.

    python bench/collector.py [--seconds 10] [--records 50000]

*Slow*: four threads log 2,000 predictions of 20 features a second while the collector
takes five seconds an answer; the time of each call and the growth of memory. *Well*:
the same while it answers at once. *Drain*: a spool written while it was away, shipped
once it is back, against the 2,000 a second that came in. The collector is that of the
tests, a process of its own that flushes to disk before it answers. Prints one JSON line
a part; times in microseconds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from leeboard_logger import Logger

ROOT = Path(__file__).resolve().parents[1]
FEATURES = {f"x{n}": n / 7 for n in range(20)}
KEY = "0123456789abcdef"
THREADS = 4
RATE = 2000


@contextlib.contextmanager
def collector(file: Path, mode: str, port: int = 0) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.logger.receiver", str(file), str(port)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        url = process.stdout.readline().strip()
        process.stdin.write(f"{mode}\n")
        process.stdin.flush()
        yield url
        process.kill()


def calls(log: Logger, seconds: float) -> list[float]:
    """Log at the rate from each thread; return the seconds of each call, sorted."""
    took: list[list[float]] = [[] for _ in range(THREADS)]

    def host(place: int) -> None:
        begin = time.perf_counter()
        for n in range(int(RATE / THREADS * seconds)):
            time.sleep(max(0.0, begin + n * THREADS / RATE - time.perf_counter()))
            start = time.perf_counter()
            log.log_prediction(FEATURES, 1.0)
            took[place].append(time.perf_counter() - start)

    threads = [threading.Thread(target=host, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(one for part in took for one in part)


def under(mode: str, seconds: float, folder: Path) -> dict[str, object]:
    with collector(folder / mode, mode) as url:
        log = Logger(url, model="demand", key=KEY, close_s=0.5)
        calls(log, 0.5)  # threads, connection, first answers
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        took = calls(log, seconds)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        log.close()
    stats = log.stats()
    at = {q: took[int(len(took) * q)] * 1e6 for q in (0.5, 0.99, 0.999)}
    return {
        "part": mode,
        "p50": round(at[0.5], 1),
        "p99": round(at[0.99], 1),
        "p999": round(at[0.999], 1),
        "most": round(took[-1] * 1e6),
        "grown_mib": round(grown / 1024, 1),
        "logged": stats.logged,
        "acknowledged": stats.acknowledged,
        "dropped": stats.dropped,
        "whole": stats.logged == stats.acknowledged + sum(stats.dropped.values()),
    }


def drain(records: int, folder: Path) -> dict[str, object]:
    file = folder / "drain"
    with collector(file, "well") as url:
        port = int(url.rpartition(":")[2])
    log = Logger(
        url,
        model="demand",
        key=KEY,
        mode="spooled",
        spool=folder / "spool",
        close_s=600,
    )
    for _ in range(records):
        log.log_prediction(FEATURES, 1.0)
    with collector(file, "well", port):
        start = time.perf_counter()
        log.close()
        took = time.perf_counter() - start
    kept = len(file.read_text(encoding="utf-8").splitlines())
    return {
        "part": "drain",
        "records": records,
        "kept": kept,
        "per_second": round(records / took),
        "times_the_rate": round(records / took / RATE, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--records", type=int, default=50_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for mode in ("slow", "well"):
            print(json.dumps(under(mode, asked.seconds, folder)), flush=True)
        print(json.dumps(drain(asked.records, folder)), flush=True)


if __name__ == "__main__":
    main()
