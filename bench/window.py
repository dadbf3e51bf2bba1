"""A day's window against reading and counting the same rows bare; and a pass anew.

    python bench/window.py [--rows 1000000] [--features 50] [--labels 1.0] [--repeat 3]

Bare is what any tool has to do: the Parquet files are read with pyarrow and every
column is counted in the reference's cells; *joined* reads them by one DuckDB query that
joins the labels, without looking for repetitions. The pass joins labels, finds
repetitions, counts, measures and keeps the results. Prints CPU and wall seconds, and
ratios.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leeboard import Monitor, profile
from leeboard.cli import main as leeboard
from leeboard.engines.profiling import profile_current
from leeboard.logs import Batch, open_log
from leeboard.logs._tables import (
    FEEDBACK_PLAIN,
    PREDICTIONS_PLAIN,
    QUARANTINED,
    arranged,
)
from leeboard.sources import open_source

DAY = datetime(2026, 3, 1, tzinfo=UTC)
CONFIG = 'log = "monitor"\n[model.m]\nreference = "m.profile.json"\nhorizon = "2d"\n'


def training(draw, rows, features):
    """Columns of a reference."""
    table = {f"f{i:02d}": draw.normal(size=rows) for i in range(features)}
    table["prediction"] = table["f00"] + table["f01"]
    table["label"] = table["prediction"] + draw.normal(size=rows)
    return pa.table(table)


def logged(draw, rows, features, labels):
    """A day's predictions and labels as they lie in a log."""
    made = np.datetime64("2026-03-01", "us") + (
        np.arange(rows) * (86_400_000_000 // rows)
    ).astype("timedelta64[us]")
    ids = [f"{i:032x}" for i in range(rows)]
    train = training(draw, rows, features)
    stamps = pa.array(made, pa.timestamp("us", "UTC"))
    columns = {
        "id": ids,
        "model": ["m"] * rows,
        "version": ["1"] * rows,
        "made_at": stamps,
        "received_at": stamps,
        "rate": np.ones(rows),
    }
    columns |= {f"features.{n}#d": train[n] for n in train.column_names[:features]}
    columns["prediction#d"] = train["prediction"]
    n = int(rows * labels)
    some = draw.permutation(rows)[:n]
    late = pa.array(made[some] + np.timedelta64(1, "D"), pa.timestamp("us", "UTC"))
    feedback = {
        "id": [ids[i] for i in some],
        "model": ["m"] * n,
        "observed_at": late,
        "received_at": late,
        "label#d": train["label"].take(pa.array(some)),
    }
    return pa.table(columns), pa.table(feedback)


def timed(act):
    """CPU and wall seconds of one call, and what it gave."""
    wall, cpu = time.perf_counter(), time.process_time()
    given = act()
    return time.process_time() - cpu, time.perf_counter() - wall, given


def bare(folder, reference):
    """Read the segments and count features and predictions, and nothing else."""
    path = next((folder / "monitor").rglob("predictions-*.parquet"))
    table = pq.read_table(path)
    names = {n: n.partition(".")[2].partition("#")[0] for n in table.column_names}
    kept = [n for n in table.column_names if n.startswith("features.")]
    renamed = table.select([*kept, "prediction#d"])
    renamed = renamed.rename_columns([*(names[n] for n in kept), "prediction"])
    return profile_current(open_source(renamed, name="window"), reference)


def joined(folder, reference):
    """Join predictions with labels by one plain query, and count the same columns."""
    import duckdb

    both = {
        kind: next((folder / "monitor").rglob(f"{kind}-*.parquet"))
        for kind in ("predictions", "feedback")
    }
    table = duckdb.sql(
        f"FROM '{both['predictions']}' p LEFT JOIN "
        f"(SELECT id, \"label#d\" FROM '{both['feedback']}') USING (id)"
    ).arrow()
    table = table.read_all() if hasattr(table, "read_all") else table
    kept = [n for n in table.column_names if n.startswith("features.")]
    plain = [n.partition(".")[2].partition("#")[0] for n in kept]
    renamed = table.select([*kept, "prediction#d"])
    renamed = renamed.rename_columns([*plain, "prediction"])
    return profile_current(open_source(renamed, name="window"), reference)


def main():
    """Print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--features", type=int, default=50)
    parser.add_argument("--labels", type=float, default=1.0)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    draw = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room)
        pq.write_table(training(draw, 20_000, given.features), folder / "train.parquet")
        config = str(folder / "leeboard.toml")
        if leeboard(
            ["init", str(folder / "train.parquet"), "--model", "m", "--config", config]
        ):
            sys.exit(1)
        (folder / "leeboard.toml").write_text(CONFIG)
        predictions, feedback = logged(draw, given.rows, given.features, given.labels)
        log = open_log(str(folder / "monitor"))
        log.write(
            Batch(
                arranged(predictions, PREDICTIONS_PLAIN),
                arranged(feedback, FEEDBACK_PLAIN),
                QUARANTINED.empty_table(),
            )
        )
        del predictions, feedback
        reference = profile(pq.read_table(folder / "train.parquet").drop(["label"]))
        now = DAY + timedelta(days=4)
        runs = []
        for _ in range(given.repeat):
            (folder / "monitor" / "results.db").unlink(missing_ok=True)
            monitor = Monitor(config)
            plain = timed(lambda: bare(folder, reference))[:2]
            query = timed(lambda: joined(folder, reference))[:2]
            first = timed(lambda m=monitor: m.run(now=now))
            assert first[2].passes[0].counted == 1
            again = timed(lambda m=monitor: m.run(now=now))
            runs.append((*plain, *first[:2], *again[:2], *query))
        best = np.min(runs, axis=0).round(4).tolist()
        print(
            json.dumps(
                {
                    "rows": given.rows,
                    "features": given.features,
                    "bare": {"cpu_s": best[0], "wall_s": best[1]},
                    "pass": {"cpu_s": best[2], "wall_s": best[3]},
                    "joined": {"cpu_s": best[6], "wall_s": best[7]},
                    "ratio_cpu": round(best[2] / best[0], 2),
                    "ratio_cpu_joined": round(best[2] / best[6], 2),
                    "ratio_wall": round(best[3] / best[1], 2),
                    "again": {"cpu_s": best[4], "wall_s": best[5]},
                }
            )
        )


if __name__ == "__main__":
    main()
