"""A small model with an incident, lived through by real passes, and its dashboard."""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path

import numpy as np

from leeboard import Monitor
from leeboard.dashboard.pages import Dashboard
from leeboard.dashboard.reading import Reader
from leeboard.logs import open_log
from leeboard.state import open_state
from tests.monitor._world import CONFIG, DAY, START, World, hours, world

__all__ = ["DAYS", "board", "every_page", "lived", "monitor"]

DAYS = 9
_BROKEN = 6
"""The day from which on the errors are six times as large."""


def lived(folder: Path, more: str = "") -> World:
    """Nine days of predictions; labels of the last two have come in part."""
    model = world(folder)
    model.configure(CONFIG + 'segments = ["city"]\n' + more)
    for day in range(DAYS):
        times = hours(day, 240)
        ids = model.predict(times, first=day * 1000, seed=day)
        temp = np.random.default_rng(day).normal(15, 5, 240)
        spread = 60.0 if day >= _BROKEN else 10.0
        labels = 20 + 6 * temp + np.random.default_rng(99 + day).normal(0, spread, 240)
        n = 240 if day < DAYS - 2 else 80
        seen = [at + timedelta(hours=2) for at in times[:n]]
        model.label(ids[:n], labels[:n].tolist(), seen)
    for day in (_BROKEN - 1, DAYS - 1):
        model.monitor.run(now=START + (day + 1) * DAY + timedelta(hours=3))
    return model


@cache
def monitor() -> Monitor:
    """Return such a model's monitor, for tests that change nothing."""
    folder = tempfile.TemporaryDirectory(prefix="leeboard-board-")
    atexit.register(folder.cleanup)
    return lived(Path(folder.name)).monitor


@cache
def board() -> Dashboard:
    """Return the dashboard of that model."""
    plan = monitor().plan
    state = open_state(plan.state)
    atexit.register(state.close)
    return Dashboard(Reader(plan, state, open_log(plan.log)))


def every_page(shown: Dashboard) -> dict[str, tuple[str, Mapping[str, str]]]:
    """Path and query of every kind of page, by a name, of every model."""
    found: dict[str, tuple[str, Mapping[str, str]]] = {
        "fleet": ("/", {}),
        "incidents": ("/incidents", {"show": "all"}),
        "settings": ("/settings", {}),
    }
    sections = ("performance", "quality", "drift", "system", "predictions", "business")
    for i, name in enumerate(shown.reader.models):
        found[f"summary {i}"] = ("/model", {"model": name})
        for section in (*sections, "reference"):
            found[f"{section} {i}"] = (f"/model/{section}", {"model": name})
        for one in shown.reader.incidents(name)[:3]:
            found[f"incident {i}"] = ("/incident", {"id": one.id})
            for verdict in one.verdicts[:1]:
                found[f"explain {i}"] = ("/explain", {"verdict": verdict})
    return found
