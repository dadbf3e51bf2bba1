"""What logging one prediction costs the caller, in each mode, beside what is cheaper.

    python bench/log.py [--seconds 2] [--threads 4] [--folder DIR]

A record has 15 numbers and 5 texts. Baselines of the same run: putting the record into
a queue, writing it as JSON (the standard library's and, where installed, orjson's), and
counting it in a Prometheus counter and histogram. *sustained* is calls a second with
the worker running, and how many events found no room; *paced* is four threads at 2,000
calls a second in all, as a busy service would call. Prints one JSON line each.
"""

import argparse
import json
import queue
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from leeboard_logger import Logger

chance = random.Random(3)
FEATURES = {f"n{k}": chance.gauss(0, 1) for k in range(15)}
FEATURES |= {f"c{k}": f"lvl_{chance.randrange(50):04d}" for k in range(5)}
RECORD = {"id": "0" * 36, "model": "m", "version": "3", "made_at": 1, "prediction": 0.5}
RECORD["features"] = FEATURES


def timed(call, seconds):
    """Return the nanoseconds of calls one after another, and their rate."""
    took, clock = [], time.perf_counter_ns
    start = clock()
    until = start + int(seconds * 1e9)
    now = start
    while now < until:
        call()
        after = clock()
        took.append(after - now)
        now = after
    return took, len(took) / (now - start) * 1e9


def summary(name, took, **more):
    """Print the quantiles of calls in microseconds."""
    took.sort()
    n = len(took)
    at = lambda q: round(took[min(n - 1, int(q * n))] / 1e3, 2)
    line = {"route": name, "calls": n, "p50_us": at(0.5), "p99_us": at(0.99)}
    line |= {"p999_us": at(0.999), "max_us": round(took[-1] / 1e3, 1), **more}
    print(json.dumps(line), flush=True)
    return line


def baselines(seconds):
    """Measure what a record costs without us."""
    found = {}
    put = queue.SimpleQueue().put
    routes = {"queue put": lambda: put(RECORD), "json": lambda: json.dumps(RECORD)}
    try:
        import orjson

        routes["orjson"] = lambda: orjson.dumps(RECORD)
    except ImportError:
        pass
    try:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        registry = CollectorRegistry()
        counter = Counter("p", "p", ["m", "v"], registry=registry)
        histogram = Histogram("l", "l", ["m"], registry=registry)

        def count():
            counter.labels("m", "3").inc()
            histogram.labels("m").observe(0.5)

        routes["prometheus"] = count
    except ImportError:
        pass
    for name, call in routes.items():
        took, rate = timed(call, seconds / 4)
        found[name] = summary(name, took, per_s=round(rate))["p50_us"]
    return found


def sustained(folder, mode, seconds, base):
    """Call without a pause, the worker running beside."""
    log = Logger(folder, model="m", version="3", mode=mode)
    took, rate = timed(
        lambda: log.log_prediction(FEATURES, 0.5, latency_s=0.004), seconds
    )
    log.flush(30)
    log.close()
    stats = log.stats()
    assert stats.logged == stats.acknowledged + sum(stats.dropped.values())
    line = summary(
        f"{mode}, sustained",
        took,
        per_s=round(rate),
        stored_per_s=round(rate * stats.acknowledged / stats.logged),
        dropped=sum(stats.dropped.values()),
        degraded=stats.degraded,
    )
    ratios = {k: round(line["p50_us"] / v, 2) for k, v in base.items() if v}
    print(json.dumps({"route": f"{mode}, sustained", "p50_ratio_to": ratios}))


def paced(folder, mode, seconds, threads):
    """Call from several threads, 2,000 times a second in all."""
    log = Logger(folder, model="m", version="3", mode=mode)
    every = [[] for _ in range(threads)]

    def work(took):
        clock, pause = time.perf_counter_ns, threads / 2000
        until = clock() + int(seconds * 1e9)
        while clock() < until:
            start = clock()
            log.log_prediction(FEATURES, 0.5)
            took.append(clock() - start)
            time.sleep(pause)

    workers = [threading.Thread(target=work, args=(took,)) for took in every]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    log.close()
    took = [one for some in every for one in some]
    summary(f"{mode}, paced", took, dropped=sum(log.stats().dropped.values()))


def batches(folder, mode):
    """Log one frame of 50,000 rows."""
    rows = 50_000
    frame = {name: [value] * rows for name, value in FEATURES.items()}
    frame["prediction"] = [0.5] * rows
    log = Logger(folder, model="m", mode=mode, timeout=60)
    start = time.perf_counter()
    ids = log.log_predictions(frame)
    took = time.perf_counter() - start
    assert all(one.stored for one in ids)
    log.close()
    print(json.dumps({"route": f"{mode}, batch", "rows_per_s": round(rows / took)}))


def start_up():
    """Milliseconds that importing the logger adds to starting Python."""

    def run(code):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - start

    run("import leeboard_logger")
    extra = [run("import leeboard_logger") - run("pass") for _ in range(7)]
    print(
        json.dumps({"route": "import", "ms": round(statistics.median(extra) * 1e3, 1)})
    )


def main():
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--folder")
    a = parser.parse_args()
    start_up()
    base = baselines(a.seconds)
    for mode in ("buffered", "spooled", "durable"):
        for measure in (sustained, paced, batches):
            folder = tempfile.mkdtemp(dir=a.folder)
            more = {sustained: (a.seconds, base), paced: (a.seconds, a.threads)}
            measure(folder, mode, *more.get(measure, ()))
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
