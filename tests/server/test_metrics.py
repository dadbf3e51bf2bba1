"""What a server tells Prometheus stays small, whatever the events hold."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leeboard.cli import main
from leeboard.exposition.columns import PER_COLUMN
from leeboard.logs import Batch, open_log
from leeboard.logs._tables import (
    FEEDBACK_PLAIN,
    PREDICTIONS_PLAIN,
    QUARANTINED,
    arranged,
)
from tests.exposition._exposed import series
from tests.monitor._world import CONFIG, START, World
from tests.server._process import Server, key_for

MANY = 100_000


def _begun(folder: Path) -> World:
    """A model with a column of 100,000 categories, in its reference already."""
    draw = np.random.default_rng(0)
    rows = 2 * MANY  # a column in which nothing repeats is an identifier
    temp = draw.normal(15, 5, rows)
    train = folder / "train.parquet"
    pq.write_table(
        pa.table(
            {
                "temp": temp,
                "shop": [f"shop {i % MANY}" for i in range(rows)],
                "prediction": 20 + 6 * temp,
                "label": 20 + 6 * temp + draw.normal(0, 10, rows),
            }
        ),
        train,
    )
    config = str(folder / "leeboard.toml")
    assert main(["init", str(train), "--model", "demand", "--config", config]) == 0
    model = World(folder)
    model.configure(
        f'{CONFIG}segments = ["shop"]\nmetadata = ["host"]\n'
        '[model.demand.alarms]\nsegments = ["shop"]\n'
    )
    return model


def _day(model: World) -> None:
    """Log a prediction of each shop, at a host and of a version of the same name.

    The reference knows every second shop.
    """
    temp = np.random.default_rng(1).normal(15, 5, MANY)
    at = pa.array(
        [START + timedelta(seconds=0.8 * i) for i in range(MANY)],
        pa.timestamp("us", "UTC"),
    )
    own = [f"{('shop', 'stall')[i % 2]} {i}" for i in range(MANY)]
    table = pa.table(
        {
            "id": [f"p{i}" for i in range(MANY)],
            "model": ["demand"] * MANY,
            "version": own,
            "made_at": at,
            "received_at": at,
            "rate": [1.0] * MANY,
            "features.temp#d": temp,
            "features.shop#s": own,
            "segments.shop#s": own,
            "metadata.host#s": own,
            "prediction#d": 20 + 6 * temp,
        }
    )
    open_log(model.monitor.plan.log).write(
        Batch(
            arranged(table, PREDICTIONS_PLAIN),
            FEEDBACK_PLAIN.empty_table(),
            QUARANTINED.empty_table(),
        )
    )


def test_t15_categories_make_no_series(tmp_path: Path) -> None:
    """A column of 100,000, in the reference and in events, has the series of any."""
    model = _begun(tmp_path)
    _day(model)
    model.monitor.run()
    with Server(model) as server:
        status, body = server.ask("GET", "/metrics", key=key_for(model, "read"))
    assert status == 200
    assert len(body) < 100_000
    found = [dict(labels) for _, labels in series(body.decode())]
    columns = Counter(one["column"] for one in found if "column" in one)
    assert columns["shop"] > 1
    assert max(columns.values()) <= PER_COLUMN
    assert len(found) <= len(columns) * PER_COLUMN + 100  # of model and process
    for one in found:
        for value in one.values():
            assert not any(part in value for part in ("shop ", "shop=", "stall"))
