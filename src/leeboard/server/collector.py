"""The routes that take events in: bytes to statuses.

Place: between HTTP and the intake. A 2xx says that every event that is called accepted,
duplicate or quarantined is on the disk.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from leeboard.server._answers import answered
from leeboard.server._body import Bounds, Form, form_of, receive, unfold
from leeboard.server._terms import MICROS, Terms
from leeboard.server.access import Grant
from leeboard.server.events import Event, Refused, read_events
from leeboard.server.gate import Gate
from leeboard.server.intake import Intake
from leeboard.server.refusal import Refusal
from leeboard.server.routes import Rule

__all__ = ["STATUSES", "Collector"]

_READERS = 2
"""Bodies that are read at one time: more of them would only share one interpreter."""

_OPTIONS = {"atomic", "time_unit"}


class Collector:
    """Takes predictions and feedback in.

    Parameters
    ----------
    intake : Intake
    models : callable
        Returns the models there are, and since when their events are kept.
    bounds : Bounds
    gate : Gate
        Is told of conflicts.
    """

    def __init__(
        self,
        intake: Intake,
        models: Callable[[], Mapping[str, datetime | None]],
        bounds: Bounds | None = None,
        gate: Gate | None = None,
    ) -> None:
        self._intake = intake
        self._models = models
        self._bounds = bounds or Bounds()
        self._gate = gate or Gate()
        self._readers = ThreadPoolExecutor(_READERS, "leeboard-reader")
        # changed by the loop's thread alone
        self._taken = Counter(
            {(kind, status): 0 for kind in _KINDS.values() for status in STATUSES}
        )

    def taken(self) -> Mapping[tuple[str, str], int]:
        """Return how many events were answered for, by kind and status."""
        return dict(self._taken)

    def rules(self) -> list[Rule]:
        """Return what can be asked of it."""

        async def predictions(request: Request, grant: Grant | None) -> Response:
            return await self._take(request, grant, "p")

        async def feedback(request: Request, grant: Grant | None) -> Response:
            return await self._take(request, grant, "f")

        return [
            Rule("POST", "/v1/predictions", "ingest", predictions),
            Rule("POST", "/v1/feedback", "ingest", feedback),
        ]

    async def _take(self, request: Request, grant: Grant | None, kind: str) -> Response:
        options = _options(request)
        form = form_of(request.headers)
        length = request.headers.get("content-length")
        try:
            body = await receive(request.stream(), length, self._bounds)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        terms = Terms(
            self._models(),
            datetime.now(UTC),
            own="" if grant is None else grant.model,
            unit=options.get("time_unit", ""),
        )
        read = await asyncio.get_running_loop().run_in_executor(
            self._readers, self._read, body, form, kind, terms
        )
        statuses, answer = await self._stored(read, kind, atomic="atomic" in options)
        self._gate.conflicts(grant, statuses.count("conflict"))
        return answer

    def _read(
        self, body: bytes, form: Form, kind: str, terms: Terms
    ) -> list[Event | Refused]:
        whole = unfold(body, form.encoding, self._bounds)
        return read_events(whole, kind, terms, lines=form.lines)

    async def _stored(
        self, read: Sequence[Event | Refused], kind: str, *, atomic: bool
    ) -> tuple[Sequence[str], Response]:
        sound = [one for one in read if isinstance(one, Event)]
        if atomic and len(sound) < len(read):
            statuses = ["rejected"] * len(sound)
        elif sound:
            waiting = self._intake.submit(sound, atomic=atomic)
            statuses = await asyncio.wrap_future(waiting)
        else:
            statuses = []
        said = iter(statuses)
        results = [
            _result(one, next(said)) if isinstance(one, Event) else _refused(one)
            for one in read
        ]
        self._taken.update((_KINDS[kind], one["status"]) for one in results)
        taken = any(one["status"] not in _NOT_TAKEN for one in results)
        if taken or not results:
            return statuses, answered(200, {"results": results})
        # nothing was: whoever looks at the status alone should see it
        failure = {"error": results[0]["error"], "results": results}
        return statuses, answered(422, failure)


STATUSES = ("accepted", "duplicate", "conflict", "quarantined", "rejected")
"""What may become of an event."""

_NOT_TAKEN = {"rejected", "conflict"}
_KINDS = {"p": "predictions", "f": "feedback"}


def _options(request: Request) -> dict[str, str]:
    """Read the query, which may hold each option once.

    Raises
    ------
    Refusal
        422: something else stands in it.
    """
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        allowed = {"true"} if name == "atomic" else set(MICROS)
        if name not in _OPTIONS or value not in allowed or name in found:
            raise Refusal(
                422,
                code="bad_option",
                where="query",
                found="an option or a value that there is not",
                expected="atomic=true, and time_unit=s, ms, us or ns, once each",
                fix="Correct the address.",
            )
        found[name] = value
    return found


def _result(event: Event, status: str) -> dict[str, Any]:
    result: dict[str, Any] = {"id": event.id, "status": status}
    if status == "conflict":
        result["error"] = {**_CONFLICT.facts(), "where": f"{event.where}.id"}
    elif status == "rejected":
        result["error"] = {**_NOT_ALONE.facts(), "where": event.where}
    elif status == "quarantined":
        result["error"] = {**_ASIDE[event.aside].facts(), "where": event.where}
    if event.notes and status == "accepted":
        result["notes"] = [{"code": code, "text": text} for code, text in event.notes]
    return result


def _refused(one: Refused) -> dict[str, Any]:
    return {"id": one.id, "status": "rejected", "error": one.refusal.facts()}


_CONFLICT = Refusal(
    422,
    code="conflict",
    where="id",
    found="an event with this id and other contents, stored before",
    expected="an id of its own for each event",
    fix="Nothing was changed: what was stored first counts.",
)
_NOT_ALONE = Refusal(
    422,
    code="not_atomic",
    where="$",
    found="another event of the request that is not taken",
    expected="all of them to be sound, as atomic=true asks",
    fix="Mend the other one, and send all of them again.",
)
_ASIDE = {
    "time_in_future": Refusal(
        422,
        code="time_in_future",
        where="$",
        found="a time more than five minutes ahead of the collector's clock",
        expected="the time at which it happened",
        fix="Look at the sender's clock and at the unit; leeboard quarantine show"
        " prints it.",
    ),
    "time_too_old": Refusal(
        422,
        code="time_too_old",
        where="$",
        found="a time before those that are kept",
        expected="a time since 2000, and within the model's retention",
        fix="Look at the unit of the time; leeboard quarantine show prints it.",
    ),
}
