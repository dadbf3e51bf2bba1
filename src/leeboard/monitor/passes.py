"""One pass over one model: what became due is read, counted, measured and kept.

Place: the only module that knows the order. A pass may be stopped anywhere and run
again: the place in the log moves only together with the results, and a window that
comes out as it was is left as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from leeboard.alarms.judged import Severity
from leeboard.config.plan import ModelPlan
from leeboard.logs import Log, with_horizon
from leeboard.monitor.adopted import KEY, Adopted
from leeboard.monitor.baseline import Baseline
from leeboard.monitor.delays import keep_labels, kept_labels
from leeboard.monitor.due import PENDING, agenda, read_pending, write_pending
from leeboard.monitor.holder import renewed, taken
from leeboard.monitor.judging import Judgement, Standing, judge_model
from leeboard.monitor.known import Known
from leeboard.monitor.labels import labels_of
from leeboard.monitor.lost import losses_near
from leeboard.monitor.presence import watch_presence
from leeboard.monitor.retention import forget, forgotten_of
from leeboard.monitor.revising import watch_revisions
from leeboard.monitor.rollup import lifted, roll_up
from leeboard.monitor.sampling import draws_of
from leeboard.monitor.window import Result, result_of
from leeboard.state import Done, Lease, State
from leeboard.windows import Window

__all__ = ["PASSING", "Passed", "run_model"]

PASSING = "pass"
"""Begins the name of the lease of a pass: one of a model at a time."""

_FEW, _MANY = 50_000, 500_000
"""Rows of one read: below, the next read covers twice as many windows; above, half."""

_BATCH = 64
"""Windows that are kept in one transaction."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What one pass did for one model.

    Parameters
    ----------
    model : str
    counted, revised, unchanged : int
        Windows counted first, counted anew with another result, and found as they were.
    waiting : int
        Windows with events that are not yet ripe.
    late : int
        Predictions that came when their window no longer took any.
    days : int
        Days that old windows were added into.
    busy : bool
        Another pass of this model is under way; nothing was done.
    forgotten : int
        Windows with news that were left as they are: the log has forgotten events of
        them.
    expired : int
        Events that were older than they are kept, and that the log has now forgotten.
    judged : Judgement
        What the windows add up to.
    """

    model: str
    counted: int = 0
    revised: int = 0
    unchanged: int = 0
    waiting: int = 0
    late: int = 0
    days: int = 0
    busy: bool = False
    forgotten: int = 0
    expired: int = 0
    judged: Judgement = field(default_factory=Judgement, compare=False)


def run_model(
    log: Log,
    state: State,
    plan: ModelPlan,
    baseline: Baseline,
    now: datetime,
    channels: Mapping[str, Severity] | None = None,
) -> Passed:
    """Count every window of a model that became due, and judge them.

    Parameters
    ----------
    channels : mapping of name to Severity, optional
        Who is told, and of what at the least.

    Raises
    ------
    LeeboardError
        If log, state or reference cannot be read, or the lease was lost on the way.
    """
    lease = taken(state, f"{PASSING}:{plan.name}")
    if lease is None:
        return Passed(plan.name, busy=True)
    try:
        tally = _run(log, state, plan, baseline, now, lease)
        lease = renewed(state, lease)
        adopted = baseline.adopted | Adopted.from_text(state.kept(plan.name, KEY))
        standing = Standing(state, lease, plan, baseline, adopted)
        judged = judge_model(standing, now, channels or {})
        watch_revisions(standing, now, channels or {}, judged)
        watch_presence(standing, log, now, channels or {}, judged)
        waiting = read_pending(state.kept(plan.name, PENDING))
        counted = state.place(plan.name)
        expired = forget(log, standing, now, waiting, counted)
        return replace(tally, expired=expired, judged=judged)
    finally:
        state.release(lease)


def _run(
    log: Log,
    state: State,
    plan: ModelPlan,
    baseline: Baseline,
    now: datetime,
    lease: Lease,
) -> Passed:
    place = state.place(plan.name)
    changes = log.changes(plan.name, place)
    done = {one.window: one for one in state.windows(plan.name)}
    pending = read_pending(state.kept(plan.name, PENDING))
    changed = lifted(plan.calendar.of_minutes(changes.minutes), done)
    todo = agenda(plan, changed, pending, done, now)
    losses, more = losses_near(log, plan, todo.now, done, now)
    todo = replace(todo, now=tuple(sorted({*todo.now, *more})))
    lost = forgotten_of(state, plan.name).left_alone(todo.now, done)
    todo = replace(todo, now=tuple(w for w in todo.now if w not in lost))
    tally = Passed(plan.name, waiting=len(todo.later), forgotten=len(lost))
    if changes.upto == place and not todo.now:
        return tally
    adopted = baseline.adopted | Adopted.from_text(state.kept(plan.name, KEY))
    batch: list[Result] = []
    # only where a window is counted: it reads the labels of three horizons
    known = (
        _known(log, Standing(state, lease, plan, baseline, adopted), now)
        if todo.now
        else None
    )
    for window, rows in _read(log, plan, todo.now, now):
        assert known is not None  # noqa: S101  # there are windows
        old = done.get(window)
        fresh, late = _in_time(rows, window, plan, old)
        adopted, result = result_of(fresh, window, known, adopted)
        result = _numbered(result, old, late, now)
        result = replace(result, done=losses.told(result.done))
        tally = _counted(tally, result, old, late)
        if old is None or result.done.revision > old.revision or _newer(result, old):
            batch.append(result)
        lease = renewed(state, lease)
        if len(batch) == _BATCH:
            _keep(state, lease, plan.name, adopted, batch, place)
            batch = []
    state.keep(plan.name, PENDING, write_pending(todo.later), lease)
    _keep(state, lease, plan.name, adopted, batch, changes.upto)
    standing = Standing(state, renewed(state, lease), plan, baseline, adopted)
    return replace(tally, days=roll_up(log, standing, now))


def _known(log: Log, model: Standing, now: datetime) -> Known:
    """Read what windows are counted by, and keep how labels come."""
    outcomes, name = model.adopted.outcomes, model.plan.name
    classes = outcomes.classes if outcomes else ()
    labels = kept_labels(model.state, model.plan, classes, now)
    if labels is None:
        labels = labels_of(log, model.plan, classes, now)
        keep_labels(model.state, labels, classes, model.lease)
    return Known(model.plan, model.baseline, labels, draws_of(model.state, name))


def _keep(
    state: State,
    lease: Lease,
    model: str,
    adopted: Adopted,
    batch: Sequence[Result],
    place: int,
) -> None:
    # cells first: counts without their cells could not be read
    state.keep(model, KEY, adopted.to_text(), lease)
    rows = [(one.done, one.packed, one.measured) for one in batch]
    state.put(lease, rows, model=model, place=place)


def _read(
    log: Log, plan: ModelPlan, windows: Sequence[Window], now: datetime
) -> Iterator[tuple[Window, pa.Table]]:
    """Read the events of windows, several at once where they are small."""
    at, width = 0, 1
    while at < len(windows):
        run = _run_of(windows, at, width)
        span = Window(run[0].start, run[-1].end)
        table = log.joined(plan.name, span).read_all()
        if plan.no_event is not None:
            table = with_horizon(table, now, plan.horizon, plan.no_event)
        for window in run:
            yield window, table if len(run) == 1 else _between(table, window)
        at += len(run)
        if table.num_rows < _FEW:
            width *= 2
        elif table.num_rows > _MANY:
            width = max(1, width // 2)


def _run_of(windows: Sequence[Window], at: int, width: int) -> Sequence[Window]:
    """As many windows from a place on as touch one another, up to a number."""
    stop = at + 1
    while (
        stop < min(len(windows), at + width)
        and windows[stop].start == windows[stop - 1].end
    ):
        stop += 1
    return windows[at:stop]


def _between(table: pa.Table, window: Window) -> pa.Table:
    made_at = table["made_at"]
    inside = pc.and_(
        pc.greater_equal(made_at, pa.scalar(window.start, made_at.type)),
        pc.less(made_at, pa.scalar(window.end, made_at.type)),
    )
    return table.filter(inside)


def _in_time(
    rows: pa.Table, window: Window, plan: ModelPlan, old: Done | None
) -> tuple[pa.Table, int]:
    """Leave out predictions that came after the grace of a window counted before."""
    if old is None:
        return rows, 0
    closing = plan.due.closing(window, old.first_at)
    received = rows["received_at"]
    taken = rows.filter(pc.less_equal(received, pa.scalar(closing, received.type)))
    return taken, rows.num_rows - taken.num_rows


def _numbered(result: Result, old: Done | None, late: int, now: datetime) -> Result:
    """Give the result its revision: a new one only where something differs."""
    if old is None:
        done = replace(result.done, revision=1, first_at=now, late=late)
        return replace(result, done=done)
    same = result.done.digest == old.digest
    done = replace(
        result.done,
        revision=old.revision if same else old.revision + 1,
        first_at=old.first_at,
        late=late,
    )
    return replace(result, done=done)


def _newer(result: Result, old: Done) -> bool:
    """Tell whether something beside the counts has changed."""
    new = result.done
    return _beside(new) != _beside(old)


def _beside(done: Done) -> tuple[object, ...]:
    lacks = (done.lost, done.lost_most, done.lost_labels)
    return done.provisional, done.late, lacks


def _counted(tally: Passed, result: Result, old: Done | None, late: int) -> Passed:
    if old is None:
        return replace(tally, counted=tally.counted + 1)
    late = max(0, late - old.late)
    if result.done.revision > old.revision:
        return replace(tally, revised=tally.revised + 1, late=tally.late + late)
    return replace(tally, unchanged=tally.unchanged + 1, late=tally.late + late)
