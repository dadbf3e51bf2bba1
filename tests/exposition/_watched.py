"""The shop behind a real ``leeboard serve``, scraped by a real Prometheus."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leeboard.exposition.scrape import scrape_config
from tests.exposition._programs import Prometheus, prometheus, until
from tests.exposition._shop import begun, shop
from tests.monitor._world import World
from tests.server._process import Server, key_for
from tests.server._served import event

__all__ = ["Watched", "watched"]

QUICK = {"scrape_interval": "500ms", "evaluation_interval": "500ms"}


@dataclass(frozen=True)
class Watched:
    """Both of them."""

    server: Server
    prometheus: Prometheus


@contextmanager
def watched(folder: Path, **config: Any) -> Iterator[Watched]:
    """Serve a copy of the shop, and scrape it by the job that Leeboard prints."""
    shop()
    place = folder / "shop"
    shutil.copytree(begun(), place)
    model = World(place)
    (folder / "leeboard.key").write_text(key_for(model, "read") + "\n", "utf-8")
    ingest = key_for(model)
    with Server(model, every="2s") as server:
        job = scrape_config(server.url, "leeboard.key")
        with prometheus(folder, {"global": QUICK, **job, **config}) as found:
            body = {"predictions": [event("x", model="shop"), {"id": "y"}]}
            assert server.ask("POST", "/v1/predictions", body, key=ingest)[0] == 200
            scraped = "count_over_time(leeboard_last_pass_timestamp_seconds[1m]) > 2"
            taken = "leeboard_intake_events_total"
            until(lambda: found.query(scraped) and found.query(taken))
            yield Watched(server, found)
