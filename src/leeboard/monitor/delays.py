"""How late labels come, kept from pass to pass where reading it takes long.

Place: between a pass and ``labels``. Of a large log the sample of three horizons reads
every id in them, and tells nearly the same an hour later.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from leeboard.config.plan import ModelPlan
from leeboard.errors import LeeboardError
from leeboard.estimates.delay_table import DelayTable
from leeboard.monitor.labels import Labels
from leeboard.state import Lease, State

__all__ = ["DELAYS", "keep_labels", "kept_labels"]

DELAYS = "delays"
"""Key of the counted delays in the state."""

_READ = "delays_read"
"""Key of when they were counted, and how; absent where they are counted each time."""

_FRESH = 1 / 100
"""Of a horizon: what was counted of a large log in that time serves again."""


def kept_labels(
    state: State, plan: ModelPlan, classes: Sequence[str], now: datetime
) -> Labels | None:
    """Return the delays of a large log that were counted lately; None: count them."""
    try:
        read = json.loads(state.kept(plan.name, _READ) or "")
        since = now - datetime.fromisoformat(read["at"])
        alike = read["counted"] == _counted(plan, classes)
        if not alike or not timedelta(0) <= since <= plan.horizon * _FRESH:
            return None
        delays = DelayTable.from_text(state.kept(plan.name, DELAYS) or "")
    except (ValueError, KeyError, TypeError, LeeboardError):
        return None
    return Labels(plan, delays, now, large=True)


def keep_labels(
    state: State, labels: Labels, classes: Sequence[str], lease: Lease
) -> None:
    """Keep what was counted just now."""
    plan = labels.plan
    read = {"at": labels.now.isoformat(), "counted": _counted(plan, classes)}
    state.keep(plan.name, DELAYS, labels.delays.to_text(), lease)
    state.keep(plan.name, _READ, json.dumps(read) if labels.large else None, lease)


def _counted(plan: ModelPlan, classes: Sequence[str]) -> list[object]:
    return [plan.horizon.total_seconds(), *classes]
