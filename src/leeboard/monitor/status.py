"""How things stand: what was logged, joined and counted, and what is stale.

Place: reads log and state, changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from leeboard.config.plan import ModelPlan, Plan
from leeboard.logs import Log, Summary
from leeboard.monitor.alarmed import Alarmed, alarmed
from leeboard.monitor.due import PENDING, read_pending
from leeboard.monitor.estimated import ESTIMATED
from leeboard.monitor.records import record_of
from leeboard.monitor.segmented import segments_of_plan
from leeboard.state import Done, Held, State

__all__ = ["ModelStatus", "Status", "status_of"]

_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One model.

    Parameters
    ----------
    model : str
    predictions, labels, joined : int
        Events in the log, each once; predictions that have a label.
    conflicts : int
        Ids that came with several contents; one of these counts.
    quarantined, dropped : mapping of reason to count
        Events set aside at rest, and those that loggers could not keep.
    windows, provisional, waiting : int
        Counted; of these, still expecting labels; with events but not yet ripe.
    late : int
        Predictions that came when their window no longer took any.
    partial : int
        Counted windows of which less than 95 % of the events may be there.
    lost : int
        Predictions of counted windows that came and cannot be read, about.
    completeness : float or None
        Labels by predictions, over all counted windows.
    last_event, last_received, last_window, last_pass : datetime or None
        Latest prediction by its own time and by arrival, end of the latest counted
        window, and when a window was counted last.
    bytes_per_year : int or None
        Of kept results at the present pace; None before the first window.
    latest : sequence of mapping
        Figures of performance of the latest window that has any.
    record : str
        How the estimates have done, in one sentence; empty where nothing is estimated.
    notes : sequence of str
        What was strange in the latest counted window.
    alarms : Alarmed
        What has been said, beside what was promised.
    segments : tuple of str
        Those that are watched apart.
    unwatched : mapping of str to str
        Segments that should be and are not, and why.
    """

    model: str
    predictions: int = 0
    labels: int = 0
    joined: int = 0
    conflicts: int = 0
    quarantined: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    windows: int = 0
    provisional: int = 0
    waiting: int = 0
    late: int = 0
    partial: int = 0
    lost: int = 0
    completeness: float | None = None
    last_event: datetime | None = None
    last_received: datetime | None = None
    last_window: datetime | None = None
    last_pass: datetime | None = None
    bytes_per_year: int | None = None
    latest: Sequence[Mapping[str, Any]] = ()
    record: str = ""
    notes: Sequence[str] = ()
    alarms: Alarmed = field(default_factory=Alarmed)
    segments: tuple[str, ...] = ()
    unwatched: Mapping[str, str] = field(default_factory=dict)

    def stale(self, after: timedelta, now: datetime) -> bool:
        """Tell whether no prediction has arrived for so long."""
        return self.last_received is None or now - self.last_received > after


@dataclass(frozen=True, slots=True)
class Status:
    """All models at one moment.

    Parameters
    ----------
    now : datetime
    models : sequence of ModelStatus
        Those of the configuration.
    strangers : tuple of str
        Models that the log has events of, and the configuration does not name; empty
        for quarantined events that name none.
    """

    now: datetime
    models: Sequence[ModelStatus]
    strangers: tuple[str, ...] = ()

    def stale(self, after: timedelta) -> tuple[str, ...]:
        """Names of the models that no prediction has come from for so long."""
        return tuple(m.model for m in self.models if m.stale(after, self.now))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, times as ISO text."""
        return {
            "now": self.now.isoformat(),
            "models": {model.model: _plain(model) for model in self.models},
            "strangers": list(self.strangers),
        }


def status_of(plan: Plan, log: Log, state: State, now: datetime) -> Status:
    """Read how every model of a plan stands."""
    summaries = {one.model: one for one in log.summary()}
    known = {one.name for one in plan.models}
    return Status(
        now,
        [_model(one, summaries.get(one.name), state) for one in plan.models],
        tuple(sorted(name for name in summaries if name not in known)),
    )


def _model(plan: ModelPlan, summary: Summary | None, state: State) -> ModelStatus:
    done = state.windows(plan.name)
    pending = read_pending(state.kept(plan.name, PENDING))
    rows = sum(one.rows for one in done)
    labels = sum(one.labels for one in done)
    logged: dict[str, Any] = {}
    if summary is not None:
        logged = {
            "predictions": summary.predictions,
            "labels": summary.labels,
            "joined": summary.joined,
            "conflicts": summary.conflicts,
            "quarantined": summary.quarantined,
            "dropped": summary.dropped,
            "last_event": summary.last,
            "last_received": summary.last_received,
        }
    return ModelStatus(
        model=plan.name,
        windows=len(done),
        provisional=sum(one.provisional for one in done),
        waiting=len(pending),
        late=sum(one.late for one in done),
        partial=sum(one.missing(labelled=True).partial for one in done),
        lost=sum(one.lost for one in done),
        completeness=labels / rows if rows else None,
        last_window=done[-1].window.end if done else None,
        last_pass=max((one.computed_at for one in done), default=None),
        bytes_per_year=_pace(state.held(plan.name)),
        latest=_latest(plan.name, done, state),
        record=_record(plan.name, state),
        notes=[text for code, text in done[-1].notes if code != "labels"]
        if done
        else (),
        alarms=alarmed(plan, done, state),
        **_segments(plan, state),
        **logged,
    )


def _segments(plan: ModelPlan, state: State) -> dict[str, Any]:
    if not plan.alarms.segments:
        return {}
    watched, left = segments_of_plan(state, plan.name)
    return {"segments": watched, "unwatched": left}


def _pace(held: Held) -> int | None:
    if held.first is None or held.last is None:
        return None
    return round(held.bytes * (_YEAR / (held.last - held.first)))


def _latest(
    model: str, done: Sequence[Done], state: State
) -> Sequence[Mapping[str, Any]]:
    """Performance of the latest window that has any, looking back a few."""
    for one in reversed(done[-8:]):
        where = {"model": model, "subject": "performance", "segment": ""}
        table: pa.Table = state.measurements(where, one.window)
        if table.num_rows:
            return list(table.to_pylist())
    return ()


def _record(model: str, state: State) -> str:
    """Record of the first figure that is estimated."""
    for metric in ("mae", "accuracy"):
        where = {"model": model, "metric": metric, "basis": ESTIMATED}
        if state.measurements(where).num_rows:
            return record_of(state, model, metric).sentence()
    return ""


def _plain(model: ModelStatus) -> dict[str, Any]:
    quarantined, dropped = dict(model.quarantined), dict(model.dropped)
    return {
        "predictions": model.predictions,
        "labels": model.labels,
        "joined": model.joined,
        "conflicts": model.conflicts,
        "quarantined": sum(quarantined.values()),
        "quarantined_by": quarantined,
        "dropped": sum(dropped.values()),
        "dropped_by": dropped,
        "windows": model.windows,
        "provisional": model.provisional,
        "waiting": model.waiting,
        "late": model.late,
        "partial": model.partial,
        "lost": model.lost,
        "completeness": model.completeness,
        "last_event": _iso(model.last_event),
        "last_received": _iso(model.last_received),
        "last_window": _iso(model.last_window),
        "last_pass": _iso(model.last_pass),
        "bytes_per_year": model.bytes_per_year,
        "record": model.record,
        "notes": list(model.notes),
        "alarms": model.alarms.to_dict(),
        "segments": list(model.segments),
        "segments_not_watched": dict(model.unwatched),
        "latest": [
            {k: _iso(v) if isinstance(v, datetime) else v for k, v in row.items()}
            for row in model.latest
        ],
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
