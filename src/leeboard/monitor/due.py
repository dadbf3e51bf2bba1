"""Which windows a pass has to count: new ones that are ripe, and those that changed.

Place: before any reading of events. Pure: what was done and what came in, by the clock
it is given.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leeboard.config.plan import ModelPlan
from leeboard.state import Done
from leeboard.windows import Window

__all__ = ["PENDING", "Agenda", "agenda", "read_pending", "write_pending"]

PENDING = "pending"
"""Key of the windows that had events when they were not ripe."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """What to do now, and what later.

    Parameters
    ----------
    now : tuple of Window
        To be counted in this pass, in order of time.
    later : tuple of Window
        Events have come, and the window is not yet ripe.
    """

    now: tuple[Window, ...]
    later: tuple[Window, ...]


def agenda(
    plan: ModelPlan,
    changed: Iterable[Window],
    pending: Iterable[Window],
    done: Mapping[Window, Done],
    now: datetime,
) -> Agenda:
    """Sort the windows that a pass meets.

    A window is counted first when its delay has passed. It is counted again when events
    of it came, and once more when its horizon has passed while its labels were not yet
    complete: what is provisional becomes final by time alone.
    """
    touched = {*changed, *pending}
    ripe = {w for w in touched if plan.due.ripe(w, now)}
    aged = {
        w
        for w, one in done.items()
        if one.provisional
        and w.end + plan.horizon <= now
        and one.computed_at < w.end + plan.horizon
    }
    return Agenda(tuple(sorted(ripe | aged)), tuple(sorted(touched - ripe)))


def write_pending(windows: Sequence[Window]) -> str | None:
    """Windows as a document to keep; None if there are none."""
    if not windows:
        return None
    return json.dumps([[w.start.isoformat(), w.end.isoformat()] for w in windows])


def read_pending(text: str | None) -> tuple[Window, ...]:
    """Read what was kept."""
    pairs = json.loads(text) if text else []
    return tuple(Window(*map(datetime.fromisoformat, pair)) for pair in pairs)
