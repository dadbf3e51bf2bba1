"""How complete the labels of a window are, by the delays seen so far.

Place: once a pass, before windows are measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from leeboard.config.plan import ModelPlan
from leeboard.estimates.delays import DelayCounts, count_delays
from leeboard.estimates.maturity import Maturity, mature
from leeboard.logs import Log
from leeboard.windows import Window

__all__ = ["DELAYS", "Labels", "labels_of"]

DELAYS = "delays"
"""Key of the counted delays in the state."""

_HORIZONS = 3
"""So many horizons back predictions tell how long labels take."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Delays of a model's labels, up to now."""

    plan: ModelPlan
    delays: DelayCounts
    now: datetime

    def ripeness(self, labels: int, rows: int, window: Window) -> Maturity:
        """Tell how complete the labels of a window are."""
        return mature(
            labels,
            rows,
            age=max(self.now - window.end, timedelta(0)),
            curve=self.delays.curve(),
            complete=self.plan.complete,
        )


def labels_of(log: Log, plan: ModelPlan, now: datetime) -> Labels:
    """Count the delays of a model's labels: those of the last three horizons."""
    counts = DelayCounts.zero(plan.horizon)
    span = Window(now - _HORIZONS * plan.horizon, now)
    columns = ["made_at", "observed_at"]
    for batch in log.joined(plan.name, span, columns=columns):
        made_at, observed_at = (
            batch[name].cast("timestamp[us]").to_numpy(zero_copy_only=False)
            for name in columns
        )
        counts = counts + count_delays(made_at, observed_at, now, plan.horizon)
    return Labels(plan, counts, now)
