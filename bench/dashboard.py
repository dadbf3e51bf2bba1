"""How long pages take, and how large they are, with much behind them.

    PYTHONPATH=. python bench/dashboard.py [--keep FOLDER] [--rounds 5] [--store URL]

Fills a store of results as passes leave it: ten models of 100 columns with hours of the
last 30 days and days of the year before them, and one model of 2,000 columns with 5,000
hourly windows, of which every one has its performance and the sizes of all columns in
the last 400. Then starts ``leeboard serve`` on it, signs in, and asks for every kind of
page over several time ranges, one after another, as a browser does: compressed. Prints
one JSON line a page: milliseconds of answers (the middle and the 95th of 100), kB as
sent, and processor time of the server in milliseconds, which says more on a machine
that others use too.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import numpy as np

from leeboard import Monitor
from leeboard.monitor.packs import join_packed
from leeboard.profiles.packed import pack
from leeboard.profiles.profile import Profile
from leeboard.schema import Role
from leeboard.server.listening import Listening
from leeboard.server.serve import serve
from leeboard.state import Done, Measured, Packed, State, open_state
from leeboard.state._alarms import Written
from leeboard.windows import Window
from tests.dashboard._made import alarms
from tests.pages.findings import findings, numbers

END = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECTIONS = ("", "performance", "quality", "drift", "system", "predictions", "business")
METRICS = ("psi", "missing", "unseen", "mean")
FIGURES = ("mae", "rmse", "r2", "mean_residual", "median_error")
WIDE, LONG, FULL = 2000, 5000, 400
A_BATCH = 60_000
SETTLES_S = 3.0
"""After the start, figures for Prometheus are read beside the first pages."""


def year() -> list[Window]:
    """Windows as rolling up leaves them: days, and then the hours of 30 days."""
    days = [Window(END - (365 - i) * DAY, END - (364 - i) * DAY) for i in range(335)]
    return [*days, *hours(720)]


def hours(n: int) -> list[Window]:
    return [Window(END - (n - i) * HOUR, END - (n - 1 - i) * HOUR) for i in range(n)]


def reference(folder: Path, name: str, columns: int) -> Profile:
    """A profile of so many numeric columns, a prediction among them."""
    draw = np.random.default_rng(0)
    built = [
        numbers(f"feature_{i:04d}", values := draw.normal(size=400), values)
        for i in range(columns - 1)
    ]
    values = draw.normal(90.0, 9.0, 400)
    built.append(numbers("prediction", values, values, role=Role.PREDICTION))
    found = findings(built).reference
    found.save(str(folder / f"{name}.profile.json"))
    return found


def figures(names: list[str], at: int, metrics: tuple[str, ...]) -> Iterator[Measured]:
    """What a window has of columns and performance."""
    draw = np.random.default_rng(at)
    sizes = draw.exponential(0.03, (len(metrics), len(names)))
    for row, metric in zip(sizes.tolist(), metrics, strict=True):
        for name, value in zip(names, row, strict=True):
            yield Measured(
                "", name, metric, "counted", value, value * 0.9, value * 1.1,
                *(0.01, 1000, 500),
            )  # fmt: skip
    for metric in FIGURES:
        value = 10.0 + float(draw.normal())
        yield Measured(
            "", "performance", metric, "realised", value, value - 1, value + 1,
            *(10.0, 1000, 400),
        )  # fmt: skip
    yield Measured("", "predictions", "count", "counted", 500.0, *(None,) * 3, 0, 500)


def fill(
    state: State, model: str, names: list[str], windows: list[Window], profile: Profile,
    full: int,
) -> int:  # fmt: skip
    """Put windows through the store, a transaction for some of them; count figures."""
    lease = state.lease(f"pass:{model}", "bench", END, 3600.0)
    assert lease is not None
    packed = Packed("", 500, join_packed(pack(profile.parts[None]), b""))
    batch: list[tuple[Done, list[Packed], list[Measured]]] = []
    count = held = 0
    for i, window in enumerate(windows):
        now = window.end + HOUR
        done = Done(
            *(model, window, 1, 500, 400, 0.8, i > len(windows) - 48),
            *(profile.fingerprint, f"d{i}", now, now),
        )
        rows = list(figures(names if i >= len(windows) - full else [], i, METRICS))
        batch.append((done, [packed] if i >= len(windows) - full else [], rows))
        held += len(rows)
        if held > A_BATCH or i == len(windows) - 1:
            state.put(lease, batch, model=model, place=i + 1)
            count, held, batch = count + held, 0, []
    for window in windows[-1000::20]:
        written = alarms(model, window, names[:40], "moved since")
        state.alarms.write(lease, model, Written(written.verdicts, [], []))
    state.alarms.write(lease, model, alarms(model, windows[-3], names, "moved since"))
    state.release(lease)
    return count


def made(folder: Path, store: str) -> None:
    """Configuration, references and results."""
    lines = ['log = "log"', f'state = "{store}"']
    state = open_state(store if "://" in store else str(folder / store))
    began, count = time.perf_counter(), 0
    profile = reference(folder, "usual", 100)
    names = [column.name for column in profile.schema.columns]
    for i in range(10):
        lines += _model(f"model_{i}", "usual")
        windows = year()
        count += fill(state, f"model_{i}", names, windows, profile, len(windows))
    profile = reference(folder, "wide", WIDE)
    names = [column.name for column in profile.schema.columns]
    lines += _model("wide", "wide")
    count += fill(state, "wide", names, hours(LONG), profile, FULL)
    (folder / "leeboard.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    state.close()
    took = time.perf_counter() - began
    print(json.dumps({"figures": count, "filled_s": round(took)}), flush=True)


def _model(name: str, profile: str) -> list[str]:
    return [
        f"[model.{name}]",
        f'reference = "{profile}.profile.json"',
        'window = "1h"',
    ]


def answer(folder: str) -> None:
    """Serve without passes; say where, and how to sign in."""
    monitor = Monitor(Path(folder) / "leeboard.toml")
    told = functools.partial(print, flush=True)
    serve(monitor, Listening(port=0), 1e6, told, passes=lambda: None)


class Browser:
    """Asks one page after another over one connection, signed in."""

    def __init__(self, address: str, entry: str) -> None:
        self._connection = HTTPConnection(address.partition("//")[2], timeout=60)
        self._connection.request("GET", entry.removeprefix(address))
        found = self._connection.getresponse()
        found.read()
        cookie = found.headers["Set-Cookie"].partition(";")[0]
        self._headers = {"Cookie": cookie, "Accept-Encoding": "gzip"}

    def get(self, path: str) -> tuple[float, bytes, bool]:
        """Seconds, body as sent, and whether it was compressed."""
        start = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        found = self._connection.getresponse()
        body = found.read()
        took = time.perf_counter() - start
        assert found.status == 200, (path, found.status)
        return took, body, found.headers["Content-Encoding"] == "gzip"


def addresses() -> dict[str, str]:
    """Every kind of page, over several ranges, of a usual model and the wide one."""
    found = {"models": "/", "incidents": "/incidents?show=all", "settings": "/settings"}
    for model in ("model_3", "wide"):
        for span in ("", "&range=7d", "&range=all"):
            for name in SECTIONS:
                path = f"/model/{name}".rstrip("/")
                key = f"{model} {name or 'summary'}{span and ' ' + span[7:]}"
                found[key] = f"{path}?model={model}{span}"
        found[f"{model} reference"] = f"/model/reference?model={model}"
        found[f"{model} incident"] = f"/incident?id={model}-20250106-abc"
        cell = "&range=all&column=feature_0007&segment="
        found[f"{model} column"] = f"/model/drift?model={model}{cell}"
    return found


def used_s(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(folder: Path, rounds: int) -> None:
    """Start the server, and ask for all pages."""
    command = [sys.executable, __file__, "--answer", str(folder)]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address, _, entry = server.stdout.readline().strip().partition(" ")
        started = time.perf_counter() - began
        browser = Browser(address, entry)
        first, body, _ = browser.get("/")
        files = re.findall(r'"(/static/[^"]+)"', text(body))
        sizes = [len(browser.get(one)[1]) for one in files]
        told = {"started_s": round(started, 2), "first_page_s": round(first, 3)}
        print(json.dumps({**told, "files_kB": round(sum(sizes) / 1e3, 1)}))
        time.sleep(SETTLES_S)
        worst = 0.0
        for name, path in addresses().items():
            used = used_s(server.pid)
            every = [browser.get(path) for _ in range(rounds)]
            cpu = (used_s(server.pid) - used) / rounds
            took = sorted(one for one, _, _ in every)
            worst = max(worst, took[int(len(took) * 0.95)])
            line = {
                "page": name,
                "first_ms": round(every[0][0] * 1e3),
                "p50_ms": round(took[len(took) // 2] * 1e3),
                "p95_ms": round(took[int(len(took) * 0.95)] * 1e3),
                "cpu_ms": round(cpu * 1e3),
                "kB": round(len(every[0][1]) / 1e3, 1),
            }
            print(json.dumps(line), flush=True)
        print(json.dumps({"slowest_p95_ms": round(worst * 1e3)}))
        server.terminate()


def text(body: bytes) -> str:
    return (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--store", default="results.db")
    parser.add_argument("--answer", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.answer:
        answer(asked.answer)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(asked.keep or name)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "leeboard.toml").exists():
            made(folder, asked.store)
        measure(folder, asked.rounds)


if __name__ == "__main__":
    main()
