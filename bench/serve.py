"""How many events a second the server makes durable, and how long it takes to answer.

    PYTHONPATH=. python bench/serve.py [--seconds 10] [--batch 100] [--senders 4]

Starts ``leeboard serve`` on a monitor of its own, and sends batches of predictions of
20 features from so many connections of this process, each waiting for its answer; the
driver works on the same processors. Beside it one connection asks ``/readyz`` ten times
a second, and somebody who is signed in looks at one page of the dashboard after the
other, five a second, of a model that has lived for nine days and has an incident. Then
events are counted in the log. Prints one JSON line: times of answers in milliseconds,
and the processor time of the server for one event in microseconds, which says more than
the rate on a machine that others use too.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from dashboard import SECTIONS, Browser
from tests.dashboard._board import lived
from tests.server._process import Server, key_for, resident_mib

PAGES = (
    "/",
    "/incidents?show=all",
    *(f"/model/{name}".rstrip("/") + "?model=demand&range=all" for name in SECTIONS),
)
FEATURES = {f"x{n}": n / 7 for n in range(20)}


def body_of(name: str, number: int, batch: int) -> bytes:
    made_at = datetime.now(UTC).isoformat()
    events = [
        {
            "id": f"{name}-{number}-{n}",
            "model": "demand",
            "version": "1",
            "made_at": made_at,
            "features": FEATURES,
            "prediction": 1.5,
        }
        for n in range(batch)
    ]
    return json.dumps({"predictions": events}).encode()


def send(
    server: Server, key: str, bodies: list[bytes], until: float, took: list[float]
) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    connection = server.connection()
    for body in bodies:
        start = time.perf_counter()
        if start > until:
            return
        connection.request("POST", "/v1/predictions", body, headers)
        answer = connection.getresponse()
        read = answer.read()
        assert answer.status == 200, read
        took.append(time.perf_counter() - start)
        assert read.count(b'"accepted"') == body.count(b'"features"')
    raise SystemExit("the bodies that were made in advance are used up")


def ask(server: Server, until: float, took: list[float]) -> None:
    connection = server.connection()
    while time.perf_counter() < until:
        start = time.perf_counter()
        connection.request("GET", "/readyz")
        connection.getresponse().read()
        took.append(time.perf_counter() - start)
        time.sleep(0.1)


def look(server: Server, until: float, took: list[float]) -> None:
    """Ask for pages, signed in by the link that the server printed."""
    (link,) = [w for x in server.said() for w in x.split() if "/setup?token=" in w]
    browser = Browser(server.url, link)
    for path in itertools.cycle(PAGES):
        if time.perf_counter() > until:
            return
        took.append(browser.get(path)[0])
        time.sleep(0.2)


def used_s(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def at(times: list[float], share: float) -> float:
    return round(sorted(times)[int(len(times) * share)] * 1e3, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--senders", type=int, default=4)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        model = lived(Path(name))
        before = model.monitor.status().models[0].predictions
        key = key_for(model)
        most = int(asked.seconds * 15_000 / asked.batch / asked.senders) + 1
        bodies = [
            [body_of(f"s{n}", number, asked.batch) for number in range(most)]
            for n in range(asked.senders)
        ]
        with Server(model, every="10s") as server:
            time.sleep(3)  # the first pass
            idle = resident_mib(server.process.pid)
            used = used_s(server.process.pid)
            began = time.perf_counter()
            until = began + asked.seconds
            took: list[float] = []
            asking: list[float] = []
            looking: list[float] = []
            threads = [
                threading.Thread(target=send, args=(server, key, own, until, took))
                for own in bodies
            ]
            threads.append(threading.Thread(target=ask, args=(server, until, asking)))
            threads.append(threading.Thread(target=look, args=(server, until, looking)))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            seconds = time.perf_counter() - began
            held = resident_mib(server.process.pid)
            used = used_s(server.process.pid) - used
        stored = model.monitor.status().models[0].predictions - before
    print(
        json.dumps(
            {
                "events_per_second": round(len(took) * asked.batch / seconds),
                "server_us_per_event": round(used * 1e6 / len(took) / asked.batch),
                "acknowledged": len(took) * asked.batch,
                "stored": stored,
                "answer_p50": at(took, 0.5),
                "answer_p99": at(took, 0.99),
                "ready_p95": at(asking, 0.95),
                "pages": len(looking),
                "page_p50": at(looking, 0.5),
                "page_p95": at(looking, 0.95),
                "idle_mib": round(idle),
                "held_mib": round(held),
            }
        )
    )


if __name__ == "__main__":
    main()
