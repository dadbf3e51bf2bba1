"""Bike sharing as streams: days in shuffled order, with changes put in.

A window is twenty days drawn with replacement from the two years, so that no window
differs from another but by chance, while the hours of a day keep their dependence. What
the bench calls a change is added by us.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from bench.alarms.streams import Change, Draw, Stream

__all__ = ["real"]

Array = np.ndarray[Any, Any]
ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "src" / "leeboard" / "lab" / "bike_sharing.parquet"
ROWS = 480
DAYS = 24  # drawn for a window: some days lack hours


def days(name: str) -> list[Array]:
    """Return a column cut into days, in standard deviations."""
    table = pq.read_table(FILE, columns=["dteday", name])
    values = table[name].to_numpy().astype(np.float64)
    values /= values.std()
    _, starts = np.unique(table["dteday"].to_numpy(), return_index=True)
    return np.split(values, starts[1:])


def shuffled(parts: list[Array]) -> Draw:
    """Rows of days drawn at random, all moved by the amount."""

    def draw(rng: np.random.Generator, _t: int, amount: Array, rows: int) -> Array:
        found = [parts[k] for k in rng.integers(len(parts), size=DAYS)]
        return np.asarray(np.concatenate(found)[:rows] + amount)

    return draw


def real() -> list[Stream]:
    """Return the humidity, the temperature and the rentals of bike sharing."""
    names = {"hum": "humidity", "temp": "temperature", "cnt": "rentals"}
    changes = tuple(Change(f"+{d:g} sd", d) for d in (0.3, 0.5, 1.0))
    return [
        Stream(
            f"bike sharing, {title}",
            "20 days a window, days in shuffled order",
            "number",
            shuffled(days(name)),
            ROWS,
            changes,
            frozenset({"Leeboard D3"}),
        )
        for name, title in names.items()
    ]
