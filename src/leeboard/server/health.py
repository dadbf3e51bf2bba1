"""How the server is, for programs: what it takes, what it passes, and why not.

Place: a route beside ``/readyz``, which tells everybody the status alone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from leeboard.server._answers import answered
from leeboard.server.access import Grant
from leeboard.server.intake import Intake
from leeboard.server.leading import Leading
from leeboard.server.roles import Role
from leeboard.server.routes import Rule
from leeboard.server.scheduler import Scheduler

__all__ = ["Vitals"]

_FAILURES = 3
"""Passes that fail in a row before the server calls itself not ready."""


class Vitals:
    """What the parts of a server say of themselves.

    Parameters
    ----------
    role : Role
    intake : Intake or None
        None: events are not taken here.
    scheduler : Scheduler
    leading : Leading
        Leads nothing where passes are not made.
    """

    def __init__(
        self,
        role: Role,
        intake: Intake | None,
        scheduler: Scheduler,
        leading: Leading,
    ) -> None:
        self._role = role
        self._intake = intake
        self._scheduler = scheduler
        self._leading = leading

    @property
    def ready(self) -> bool:
        """Tell whether it does its share."""
        trouble = "" if self._intake is None else self._intake.trouble
        return not trouble and self._scheduler.health.failures < _FAILURES

    def rules(self) -> list[Rule]:
        """Return what can be asked of it."""

        async def health(_request: Request, _grant: Grant | None) -> Response:
            return answered(200 if self.ready else 503, self.told())

        return [Rule("GET", "/v1/health", "read", health)]

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        passes = self._scheduler.health
        events = None
        if self._intake is not None:
            trouble = self._intake.trouble
            events = {"taken": not trouble, "reason": trouble or None}
        return {
            "now": datetime.now(UTC).isoformat(),
            "role": self._role.value,
            "ready": self.ready,
            "leads": self._leading.leads,
            "events": events,
            "passes": {
                "made": passes.passes,
                "failed_in_a_row": passes.failures,
                "reason": passes.error or None,
                "began_at": _iso(passes.began_at),
                "ended_at": _iso(passes.ended_at),
                "took_s": round(passes.took_s, 3),
            },
        }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
