"""``GET /metrics``: what Prometheus reads, for whoever has a key to read with.

Place: beside the collector and the board. Knows HTTP, and which threads did what.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from leeboard.exposition.exposition import Exposition
from leeboard.exposition.families import Sample
from leeboard.server._answers import plain
from leeboard.server.access import Grant
from leeboard.server.routes import Rule
from leeboard.server.scheduler import Health

__all__ = ["Metrics", "process_samples"]


class Metrics:
    """Answers scrapes.

    Parameters
    ----------
    exposition : Exposition
    """

    def __init__(self, exposition: Exposition) -> None:
        self._exposition = exposition

    def rules(self) -> list[Rule]:
        """Return what can be asked of it."""
        return [Rule("GET", "/metrics", "read", self._answer)]

    async def _answer(self, request: Request, grant: Grant | None) -> Response:
        accept = request.headers.get("accept", "")
        model = "" if grant is None else grant.model
        found = await run_in_threadpool(self._exposition.text, accept, model)
        return plain(200, found.body, found.kind)


def process_samples(
    health: Health,
    every_s: float | None,
    started_at: datetime,
    taken: Mapping[tuple[str, str], int],
) -> Iterator[Sample]:
    """Yield what a server knows of itself.

    Parameters
    ----------
    health : Health
    every_s : float or None
        None: it makes no passes, whoever leads.
    started_at : datetime
    taken : mapping of (kind, status) to count
        Events that were answered for.
    """
    yield Sample("leeboard_passes_total", (), health.passes)
    yield Sample("leeboard_pass_failures_total", (), health.failed)
    started = started_at.timestamp()
    yield Sample("leeboard_start_timestamp_seconds", (), started)
    if every_s is not None:
        yield Sample("leeboard_pass_interval_seconds", (), every_s)
    if health.sound_at is not None:
        at = health.sound_at.timestamp()
        yield Sample("leeboard_last_pass_timestamp_seconds", (), at)
    if health.ended_at is not None:
        yield Sample("leeboard_last_pass_duration_seconds", (), health.took_s)
    for labels, count in sorted(taken.items()):
        yield Sample("leeboard_intake_events_total", labels, count)
