"""Freezes a monitor as this release writes it, and what it makes of the days after.

    PYTHONPATH=src:logger/src python tests/upgrade/make.py tests/upgrade/0.1.0.tar.xz

Run once with each release that is published, from its own checkout; the archive is then
never written again. It uses what is public alone, so that a later release can do the
same steps. ``expected.json`` holds the results before and after ``go_on``.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import tarfile
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from leeboard import Logger, Monitor
from leeboard.cli import main

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
FIELDS = {
    "id": "id",
    "made_at": "made_at",
    "prediction": "prediction",
    "label": "label",
    "observed_at": "observed_at",
    "version": "version",
}
CONFIG = """log = "monitor"

[model.demand]
reference = "demand.profile.json"
baseline = "demand.baseline.json"
window = "1d"
delay = "1h"
grace = "2d"
horizon = "10d"
segments = ["city"]
"""


def rows_of(days: range) -> pa.Table:
    """Return events of some days: the last days' errors grow, some labels come late."""
    found: list[dict[str, Any]] = []
    for day in days:
        draw = random.Random(day)
        for i in range(48):
            temp = draw.gauss(15 + (3 if day >= 8 else 0), 5)
            made_at = START + day * DAY + i * timedelta(minutes=30)
            error = draw.gauss(0, 30 if day >= 8 else 10)
            labelled = i % 4 != 3
            found.append(
                {
                    "id": f"d{day}-{i}",
                    "made_at": made_at,
                    "version": "1" if day < 8 else "2",
                    "temp": None if i == 7 else temp,
                    "city": ("Graz", "Lyon")[i % 2],
                    "prediction": 20 + 6 * temp,
                    "label": 20 + 6 * temp + error if labelled else None,
                    "observed_at": made_at + timedelta(hours=2 + 20 * (i % 3))
                    if labelled
                    else None,
                }
            )
    return pa.Table.from_pylist(found)


def begin(folder: Path) -> None:
    """Make a monitor, live through nine days, and leave frames in its spool."""
    draw = random.Random(0)
    temp = [draw.gauss(15, 5) for _ in range(2000)]
    training = {
        "temp": temp,
        "city": [("Graz", "Lyon")[i % 2] for i in range(2000)],
        "prediction": [20 + 6 * t for t in temp],
        "label": [20 + 6 * t + draw.gauss(0, 10) for t in temp],
    }
    train = folder.parent / "train.parquet"
    pq.write_table(pa.table(training), train)
    config = folder / "leeboard.toml"
    command = ["init", str(train), "--model", "demand", "--config", str(config)]
    if main(command):
        raise SystemExit("init failed")
    config.write_text(CONFIG, encoding="utf-8")
    monitor = Monitor(config)
    _import(monitor, range(6))
    monitor.run(START + 6 * DAY)
    _import(monitor, range(6, 9))
    monitor.run(START + 9 * DAY + timedelta(hours=2))
    with Logger(folder / "monitor", model="demand", mode="durable") as log:
        for i in range(5):
            at = START + 9 * DAY + i * timedelta(hours=1)
            log.log_prediction({"temp": 10.0 + i}, 80.0 + i, id=f"s{i}", at=at)
            log.log_feedback(f"s{i}", 81.0 + i, observed_at=at + timedelta(hours=1))


def go_on(folder: Path, later: Path) -> None:
    """Live through three days more, whose events lie in a file."""
    monitor = Monitor(folder / "leeboard.toml")
    monitor.import_(str(later), FIELDS, segments=["city"])
    monitor.run(START + 12 * DAY + timedelta(hours=2))


def results(folder: Path) -> dict[str, Any]:
    """Return what a monitor says, in a form that a file holds."""
    monitor = Monitor(folder / "leeboard.toml")
    (status,) = monitor.status(START + 12 * DAY).models
    table = monitor.export("measurements").read_all()
    events = {
        kind: sorted(monitor.export(kind).read_all().column("id").to_pylist())
        for kind in ("predictions", "feedback")
    }
    return {
        "status": {
            name: getattr(status, name)
            for name in ("predictions", "labels", "joined", "windows", "provisional")
        },
        "events": events,
        "measurements": [_plain(row) for row in table.to_pylist()],
        "incidents": [
            [one.severity.value, one.opened_at.isoformat(), one.model]
            for one in monitor.incidents()
        ],
        "profiles": [
            [window.start.isoformat(), segment, profile.rows]
            for window, segment, profile in monitor.profiles(segment=None)
        ],
    }


def _import(monitor: Monitor, days: range) -> None:
    monitor.import_(rows_of(days), FIELDS, segments=["city"])


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in row.items()
        if key != "computed_at"
    }


def freeze(target: Path) -> None:
    """Write a frozen monitor, its later events, a backup, and what came of it."""
    (target / "frozen").mkdir()
    begin(target / "frozen")
    os.remove(target / "train.parquet")
    before = results_of_copy(target, go_on_too=False)
    pq.write_table(rows_of(range(9, 12)), target / "later.parquet")
    Monitor(target / "frozen" / "leeboard.toml").backup(target / "backup.tar")
    after = results_of_copy(target, go_on_too=True)
    text = json.dumps({"before": before, "after": after}, indent=0, sort_keys=True)
    (target / "expected.json").write_text(text + "\n", encoding="utf-8")


def results_of_copy(target: Path, *, go_on_too: bool) -> dict[str, Any]:
    """Return the results of a copy, so that what is frozen stays as it is."""
    copy = target / "copy"
    shutil.copytree(target / "frozen", copy)
    try:
        if go_on_too:
            go_on(copy, target / "later.parquet")
        return results(copy)
    finally:
        shutil.rmtree(copy)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        freeze(Path(name))
        with tarfile.open(sys.argv[1], "w:xz") as archive:
            for part in sorted(Path(name).iterdir()):
                archive.add(part, part.name)
