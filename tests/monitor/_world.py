"""A small model in production: its configuration, its log, and hands to fill it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

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

__all__ = ["CONFIG", "DAY", "START", "World", "hours", "world"]

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)

CONFIG = """
log = "monitor"

[model.demand]
reference = "demand.profile.json"
baseline = "demand.baseline.json"
window = "1d"
delay = "1h"
grace = "2d"
horizon = "10d"
"""


@dataclass(frozen=True, slots=True)
class World:
    """A folder with a monitor that was just begun."""

    folder: Path

    @property
    def monitor(self) -> Monitor:
        """The monitor, opened anew."""
        return Monitor(self.folder / "leeboard.toml")

    def configure(self, text: str) -> None:
        """Change the configuration."""
        (self.folder / "leeboard.toml").write_text(text, encoding="utf-8")

    def predict(
        self,
        made_at: Sequence[datetime],
        *,
        received_at: datetime | None = None,
        first: int = 0,
        seed: int = 1,
        version: str = "1",
    ) -> list[str]:
        """Log predictions ``p0``, ``p1`` …; the temperature decides the prediction."""
        n = len(made_at)
        draw = np.random.default_rng(seed)
        temp = draw.normal(15, 5, n)
        ids = [f"p{first + i}" for i in range(n)]
        table = pa.table(
            {
                "id": ids,
                "model": ["demand"] * n,
                "version": [version] * n,
                "made_at": pa.array(made_at, pa.timestamp("us", "UTC")),
                "received_at": pa.array(
                    [received_at or at for at in made_at], pa.timestamp("us", "UTC")
                ),
                "rate": [1.0] * n,
                "latency_s": draw.gamma(2.0, 0.002, n),
                "features.temp#d": temp,
                "segments.city#s": [["Graz", "Lyon"][i % 2] for i in range(n)],
                "prediction#d": 20 + 6 * temp,
            }
        )
        self._write(table, FEEDBACK_PLAIN.empty_table())
        return ids

    def label(
        self,
        ids: Sequence[str],
        values: Sequence[float],
        observed_at: Sequence[datetime],
    ) -> None:
        """Log labels, received when they were observed."""
        times = pa.array(observed_at, pa.timestamp("us", "UTC"))
        table = pa.table(
            {
                "id": list(ids),
                "model": ["demand"] * len(ids),
                "observed_at": times,
                "received_at": times,
                "label#d": pa.array(values, pa.float64()),
            }
        )
        self._write(PREDICTIONS_PLAIN.empty_table(), table)

    def labelled_day(self, number: int, *, n: int = 120, error: float = 10.0) -> None:
        """Log a day, labelled two hours later with an error of that size."""
        times = hours(number, n)
        ids = self.predict(times, first=number * 1000, seed=number)
        temp = np.random.default_rng(number).normal(15, 5, n)
        noise = np.random.default_rng(1000 + number).normal(0, error, n)
        labels = (20 + 6 * temp + noise).tolist()
        self.label(ids, labels, [at + timedelta(hours=2) for at in times])

    def _write(self, predictions: pa.Table, feedback: pa.Table) -> None:
        log = open_log(self.monitor.plan.log)
        log.write(
            Batch(
                arranged(predictions, PREDICTIONS_PLAIN),
                arranged(feedback, FEEDBACK_PLAIN),
                QUARANTINED.empty_table(),
            )
        )


def world(folder: Path) -> World:
    """Begin a monitor of a regression by 2,000 rows of training data."""
    shutil.copytree(_begun(), folder, dirs_exist_ok=True)
    return World(folder)


@cache
def _begun() -> Path:
    """A monitor that was just begun, made once for all tests of a process."""
    folder = Path(tempfile.mkdtemp(prefix="leeboard-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    draw = np.random.default_rng(0)
    temp = draw.normal(15, 5, 2000)
    training = {
        "temp": temp,
        "prediction": 20 + 6 * temp,
        "label": 20 + 6 * temp + draw.normal(0, 10, 2000),
    }
    train = folder / "train.parquet"
    pq.write_table(pa.table(training), train)
    config = folder / "leeboard.toml"
    assert main(["init", str(train), "--model", "demand", "--config", str(config)]) == 0
    World(folder).configure(CONFIG)
    return folder


def hours(day: int, n: int) -> list[datetime]:
    """Spread n times evenly over a day."""
    return [START + day * DAY + DAY * i / n for i in range(n)]
