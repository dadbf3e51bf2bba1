"""A small shop's classifier in production: scores, latency, revenue, and a bad end."""

from __future__ import annotations

import atexit
import tempfile
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leeboard import Monitor
from leeboard.cli import main
from leeboard.logs import Batch, open_log
from leeboard.logs._tables import (
    FEEDBACK_PLAIN,
    PREDICTIONS_PLAIN,
    QUARANTINED,
    arranged,
)
from tests.monitor._world import DAY, hours

__all__ = ["CONFIG", "DAYS", "END", "ROWS", "begun", "shop"]

DAYS = 8
ROWS = 300
END = hours(DAYS, 1)[0] + timedelta(hours=3)

CONFIG = """
log = "monitor"

[model.shop]
reference = "shop.profile.json"
baseline = "shop.baseline.json"
window = "1d"
delay = "1h"
grace = "2d"
horizon = "3d"
metadata = ["revenue"]

[[model.shop.rule]]
name = "accuracy floor"
metric = "accuracy"
below = 0.85

[[model.shop.rule]]
name = "revenue"
metric = "mean"
column = "metadata.revenue"
below = 1000.0
severity = "warn"
"""


def _rows(seed: int, n: int, wrong: float) -> dict[str, Any]:
    """Rows of an imagined shop; a share of the labels is turned round."""
    draw = np.random.default_rng(seed)
    visits = draw.normal(20, 6, n)
    score = 1 / (1 + np.exp(-(visits - 20) / 2))
    label = (draw.random(n) < score) ^ (draw.random(n) < wrong)
    return {
        "visits": visits,
        "country": draw.choice(["AT", "FR", "PT"], n),
        "prediction": np.where(score > 0.5, "buys", "browses"),
        "score": score,
        "label": np.where(label, "buys", "browses"),
    }


@cache
def begun() -> Path:
    """Return a folder with a monitor that was just begun."""
    folder = tempfile.TemporaryDirectory(prefix="leeboard-shop-")
    atexit.register(folder.cleanup)
    place = Path(folder.name)
    pq.write_table(pa.table(_rows(0, 3000, 0.0)), place / "train.parquet")
    config = place / "leeboard.toml"
    train = str(place / "train.parquet")
    assert main(["init", train, "--model", "shop", "--config", str(config)]) == 0
    config.write_text(CONFIG, encoding="utf-8")
    return place


@cache
def shop() -> Monitor:
    """Return the monitor after eight days; in the last four, labels are wrong."""
    monitor = Monitor(begun() / "leeboard.toml")
    for day in range(DAYS):
        _log(monitor, day, 0.0 if day < DAYS // 2 else 0.4)
    monitor.run(now=END)
    return monitor


def _log(monitor: Monitor, day: int, wrong: float) -> None:
    n, times = ROWS, hours(day, ROWS)
    rows = _rows(100 + day, n, wrong)
    draw = np.random.default_rng(day)
    ids = [f"{day}-{i}" for i in range(n)]
    labelled = n if day < DAYS - 1 else n // 2
    seen = [at + timedelta(hours=2) for at in times[:labelled]]
    made = pa.array(times, pa.timestamp("us", "UTC"))
    predictions = pa.table(
        {
            "id": ids,
            "model": ["shop"] * n,
            "version": [f"v{i % 7}-{day}" for i in range(n)],
            "made_at": made,
            "received_at": made,
            "rate": [1.0] * n,
            "latency_s": draw.gamma(2.0, 0.02, n),
            "features.visits#d": rows["visits"],
            "features.country#s": rows["country"],
            "features.surprise#d": rows["visits"],
            "metadata.revenue#d": 1200 + 10 * rows["visits"],
            "scores.odd#d": rows["score"],
            "scores.score#d": rows["score"],
            "prediction#s": rows["prediction"],
        }
    )
    log = open_log(monitor.plan.log)
    log.write(
        Batch(
            arranged(predictions, PREDICTIONS_PLAIN),
            arranged(_feedback(ids, rows["label"], seen), FEEDBACK_PLAIN),
            _aside(day, times[0]),
            accounts={
                f"logger-{day}": {
                    "model": "shop",
                    "dropped": {"queue_full": 3, 'bad "reason"\n': 1},
                }
            },
        )
    )


def _feedback(ids: list[str], label: Any, seen: list[datetime]) -> pa.Table:
    at = pa.array(seen, pa.timestamp("us", "UTC"))
    n = len(seen)
    return pa.table(
        {
            "id": ids[:n],
            "model": ["shop"] * n,
            "observed_at": at,
            "received_at": at,
            "label#s": label[:n],
        }
    )


def _aside(day: int, at: datetime) -> pa.Table:
    if day != DAYS - 1:
        return QUARANTINED.empty_table()
    rows = {
        "reason": ["bad_json"],
        "detail": [""],
        "model": ["shop"],
        "received_at": [at + DAY],
        "payload": [b"p{"],
    }
    return pa.table(rows, schema=QUARANTINED)
