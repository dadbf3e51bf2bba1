"""A server under a steady load for long: does anything grow, leak or slow down.

    PYTHONPATH=. python bench/soak.py [--minutes 60] [--rate 500]

Starts ``leeboard serve`` on a monitor of its own and sends so many events a second from
two connections, in batches of 50 with labels, for so long; every ten seconds it notes
memory, descriptors and threads of the server, and the sizes of its files. After a
warm-up of a tenth of the time, at least a minute, slopes are fitted. Prints one JSON
line, and ends with 1 where a bound is broken: memory grows by more than 1 MiB an hour
beyond what its scatter explains, descriptors or threads grow, the 99th percentile of
answers drifts by more than a tenth and by more than 5 ms, or an event is lost or there
twice.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tests.monitor._world import world
from tests.server._process import Server, key_for, resident_mib

BATCH = 50
EVERY_S = 10.0
BLOCKS = 8


def batch_of(name: str, number: int) -> tuple[bytes, bytes]:
    now = datetime.now(UTC).isoformat()
    ids = [f"{name}-{number}-{n}" for n in range(BATCH)]
    predictions = [
        {
            "id": one,
            "model": "demand",
            "made_at": now,
            "features": {"temp": 10 + (number + n) % 17, "city": "Graz"},
            "prediction": 100.0 + n,
        }
        for n, one in enumerate(ids)
    ]
    labels = [{"id": one, "label": 99.0, "observed_at": now} for one in ids[::5]]
    return (
        json.dumps({"predictions": predictions}).encode(),
        json.dumps({"feedback": labels}).encode(),
    )


class Load(threading.Thread):
    def __init__(self, server: Server, key: str, rate: float, name: str) -> None:
        super().__init__(daemon=True, name=name)
        self._server, self._key, self._every = server, key, BATCH / rate
        self.ending = threading.Event()
        self.took: list[tuple[float, float]] = []
        self.sent = self.behind_s = 0.0
        self.wrong: list[str] = []

    def run(self) -> None:
        connection = self._server.connection()
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self._key}",
        }
        due = time.monotonic()
        number = 0
        while not self.ending.is_set():
            bodies = batch_of(self.name, number)
            for path, body in zip(("predictions", "feedback"), bodies, strict=True):
                start = time.perf_counter()
                connection.request("POST", f"/v1/{path}", body, headers)
                answer = connection.getresponse()
                read = answer.read()
                self.took.append((time.monotonic(), time.perf_counter() - start))
                if answer.status != 200:
                    self.wrong.append(f"{answer.status} {read[:200]!r}")
            self.sent += BATCH
            number += 1
            due += self._every
            self.behind_s = max(self.behind_s, time.monotonic() - due)
            self.ending.wait(max(0.0, due - time.monotonic()))


def sample(server: Server, folder: Path) -> dict[str, float]:
    pid = server.process.pid
    status = Path(f"/proc/{pid}/status").read_text()
    threads = int(status.partition("Threads:")[2].split()[0])
    found = {
        "at": time.monotonic(),
        "rss_mib": resident_mib(pid),
        "descriptors": len(os.listdir(f"/proc/{pid}/fd")),
        "threads": threads,
    }
    for name in ("log", "spool"):
        files = [one for one in (folder / name).rglob("*") if one.is_file()]
        found[f"{name}_files"] = len(files)
        found[f"{name}_mib"] = sum(_size(one) for one in files) / (1 << 20)
    for name in ("results.db", "collector.db", "collector.db-wal"):
        found[name] = _size(folder / name) / (1 << 20)
    return found


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def slope(samples: list[dict[str, float]], name: str) -> tuple[float, float]:
    """Slope an hour of the means of blocks, and its standard error.

    Memory goes in steps that last for minutes: readings one after another would seem to
    know far more than they do.
    """
    hours, values = (
        np.array([part.mean() for part in np.array_split(every, BLOCKS)])
        for every in (
            np.array([one["at"] for one in samples]) / 3600,
            np.array([one[name] for one in samples]),
        )
    )
    x = hours - hours.mean()
    b = float(x @ values / (x @ x))
    rest = values - values.mean() - b * x
    error = float(np.sqrt(rest @ rest / max(1, len(x) - 2) / (x @ x)))
    return b, error


def p99(took: list[tuple[float, float]], start: float, stop: float) -> float:
    own = [seconds for at, seconds in took if start <= at < stop]
    return float(np.quantile(own, 0.99)) * 1e3


def judged(
    samples: list[dict[str, float]], loads: list[Load]
) -> tuple[dict, list[str]]:
    warm = max(60.0, (samples[-1]["at"] - samples[0]["at"]) / 10)
    kept = [one for one in samples if one["at"] - samples[0]["at"] >= warm]
    first, last = kept[0]["at"], kept[-1]["at"]
    fourth = (last - first) / 4
    took = [one for load in loads for one in load.took]
    early = p99(took, first, first + fourth)
    late = p99(took, last - fourth, last)
    grows, error = slope(kept, "rss_mib")
    told = {
        "samples": len(kept),
        "rss_mib_by_minute": [round(one["rss_mib"]) for one in samples[::6]],
        "rss_mib_per_hour": round(grows, 1),
        "rss_standard_error": round(error, 1),
        "descriptors": [
            min(s["descriptors"] for s in kept),
            max(s["descriptors"] for s in kept),
        ],
        "threads": [min(s["threads"] for s in kept), max(s["threads"] for s in kept)],
        "answer_p99_ms": [round(early, 1), round(late, 1)],
        "behind_s": round(max(load.behind_s for load in loads), 2),
        "files": {k: round(v, 2) for k, v in kept[-1].items() if "_" in k or "." in k},
    }
    half = len(kept) // 2
    broken = [
        name
        for name in ("descriptors", "threads")
        if max(s[name] for s in kept[half:]) > max(s[name] for s in kept[:half]) + 4
    ]
    if grows - 3 * error > 1.0:
        broken.append("rss_mib")
    if late > 1.1 * early and late - early > 5.0:
        broken.append("answer_p99_ms")
    return told, broken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=500.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        model = world(Path(name))
        folder = Path(name) / "monitor"
        with Server(model, every="10s") as server:
            key = key_for(model)
            loads = [Load(server, key, asked.rate / 2, f"s{n}") for n in range(2)]
            for load in loads:
                load.start()
            until = time.monotonic() + asked.minutes * 60
            samples = []
            while time.monotonic() < until and all(one.is_alive() for one in loads):
                samples.append(sample(server, folder))
                time.sleep(EVERY_S)
            for load in loads:
                load.ending.set()
                load.join(60)
            ended = server.end(signal.SIGTERM)
            log_lines = len(server.said())
        told, broken = judged(samples, loads)
        (status,) = model.monitor.status().models
    sent = int(sum(load.sent for load in loads))
    wrong = [one for load in loads for one in load.wrong]
    if ended or wrong or status.predictions != sent or status.conflicts:
        broken.append("events")
    told |= {
        "minutes": asked.minutes,
        "rate": asked.rate,
        "sent": sent,
        "stored": status.predictions,
        "wrong": wrong[:3],
        "log_lines": log_lines,
        "broken": broken,
    }
    print(json.dumps(told))
    raise SystemExit(bool(broken))


if __name__ == "__main__":
    main()
