"""Hours added into days, once they are old: counts add, no event is read again.

Place: at the end of a pass. A day takes the place of its windows in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from leeboard import performance
from leeboard.config.plan import ModelPlan
from leeboard.logs import Log
from leeboard.monitor.adopted import Adopted
from leeboard.monitor.baseline import Baseline
from leeboard.monitor.corrected import CORRECTED
from leeboard.monitor.drift import drift_of
from leeboard.monitor.estimated import ESTIMATED
from leeboard.monitor.judging import Standing
from leeboard.monitor.lost import losses_of
from leeboard.monitor.packs import join_packed, split_packed
from leeboard.monitor.realised import PERFORMANCE, PROVISIONAL, REALISED, realised_of
from leeboard.performance import Tally
from leeboard.profiles.cells import Cells
from leeboard.profiles.packed import pack, unpack
from leeboard.profiles.part import Part
from leeboard.state import Done, Measured, Packed, State
from leeboard.windows import Calendar, Every, Window

__all__ = ["lifted", "roll_up"]

_DAY = Every(1, "d")


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Counts of one segment."""

    part: Part
    tally: Tally | None

    def __add__(self, other: _Sums) -> _Sums:
        tallies = [t for t in (self.tally, other.tally) if t is not None]
        tally = tallies[0] + tallies[1] if len(tallies) == 2 else None
        return _Sums(self.part + other.part, tally or next(iter(tallies), None))


def lifted(windows: Iterable[Window], done: Iterable[Window]) -> set[Window]:
    """Windows to count, those inside a longer one that was counted as that one."""
    longer = sorted(done)
    found = set()
    for window in windows:
        around = [w for w in longer if w.start <= window.start and window.end <= w.end]
        found.add(max(around, key=lambda w: w.end - w.start) if around else window)
    return found


def roll_up(log: Log, model: Standing, now: datetime) -> int:
    """Add windows shorter than a day into days where they are old enough.

    Parameters
    ----------
    log : Log
        Asked what it has lost, if windows of a day lack something.
    model : Standing
    now : datetime

    Returns
    -------
    int
        Days that were made.
    """
    state, plan = model.state, model.plan
    baseline, adopted = model.baseline, model.adopted
    if plan.calendar.every.minutes is None:
        return 0
    days = Calendar(_DAY, plan.calendar.zone)
    old = [
        one
        for one in state.windows(plan.name)
        if days.window_of(one.window.start).end + plan.hours_for <= now
        and one.window != days.window_of(one.window.start)
    ]
    made = 0
    for day, group in groupby(old, key=lambda one: days.window_of(one.window.start)):
        hours = list(group)
        sums = _sums(state, plan, baseline, adopted, day, hours)
        done = losses_of(log, plan, hours).added(_done(day, hours, now), hours)
        packed = [
            Packed(segment, one.part.rows, join_packed(pack(one.part), _bytes(one)))
            for segment, one in sums.items()
        ]
        measured = [
            *_measured(sums, plan, baseline, adopted, done),
            *_averaged(state, plan, done, sums),
        ]
        state.put(
            model.lease,
            [(done, packed, measured)],
            model=plan.name,
            place=state.place(plan.name),
            replaces=[one.window for one in hours],
        )
        made += 1
    return made


def _sums(
    state: State,
    plan: ModelPlan,
    baseline: Baseline,
    adopted: Adopted,
    day: Window,
    hours: Sequence[Done],
) -> Mapping[str, _Sums]:
    extra = {name: one.cells[name] for name, one in adopted.profiles.items()}
    cells: dict[str, Cells] = {**baseline.reference.cells, **extra}
    wanted = {one.window for one in hours}
    found: dict[str, _Sums] = {}
    own = baseline.reference.fingerprint
    for window, fingerprint, packed in state.profiles(plan.name, day):
        if window in wanted and fingerprint == own:
            columns, outcomes = split_packed(packed.data)
            tally = None
            if outcomes and adopted.outcomes is not None:
                tally = performance.unpack(outcomes, adopted.outcomes)
            one = _Sums(unpack(columns, cells), tally)
            key = packed.segment
            found[key] = found[key] + one if key in found else one
    return found


def _bytes(one: _Sums) -> bytes:
    return b"" if one.tally is None else performance.pack(one.tally)


def _done(day: Window, hours: Sequence[Done], now: datetime) -> Done:
    rows, labels = sum(h.rows for h in hours), sum(h.labels for h in hours)
    complete = [(h.completeness, h.rows) for h in hours if h.completeness is not None]
    weight = sum(n for _, n in complete)
    return replace(
        hours[-1],
        window=day,
        revision=max(h.revision for h in hours),
        rows=rows,
        labels=labels,
        completeness=sum(c * n for c, n in complete) / weight if weight else None,
        provisional=any(h.provisional for h in hours),
        digest=":".join(h.digest[:8] for h in hours),
        first_at=min(h.first_at for h in hours),
        computed_at=now,
        late=sum(h.late for h in hours),
        notes=(("rolled_up", f"added from {len(hours)} windows"),),
    )


def _measured(
    sums: Mapping[str, _Sums],
    plan: ModelPlan,
    baseline: Baseline,
    adopted: Adopted,
    done: Done,
) -> Iterator[Measured]:
    parts = {segment: one.part for segment, one in sums.items()}
    yield from drift_of(baseline.reference, adopted, parts, plan.metrics_of, {})
    tallies = {s: one.tally for s, one in sums.items() if one.tally is not None}
    yield from realised_of(
        tallies, plan.metrics_of(""), baseline, provisional=done.provisional
    )


def _averaged(
    state: State, plan: ModelPlan, done: Done, sums: Mapping[str, _Sums]
) -> Iterator[Measured]:
    """Means averaged over the day, with bounds no closer than its own would be.

    Those of estimates, and those of labels too few in each window to be counted in
    cells; of other figures none is kept.
    """
    bases = {ESTIMATED: {ESTIMATED}, CORRECTED: {CORRECTED}}
    if "" not in sums or sums[""].tally is None:
        own = PROVISIONAL if done.provisional else REALISED
        bases[own] = {REALISED, PROVISIONAL}
    for basis, hourly in bases.items():
        for metric in ("accuracy", "mae"):
            where = {
                "model": plan.name,
                "subject": PERFORMANCE,
                "metric": metric,
                "segment": "",
            }
            rows = state.measurements(where, done.window).to_pylist()
            rows = [
                row
                for row in rows
                if row["basis"] in hourly
                and row["value"] is not None
                and row["low"] is not None
            ]
            n = sum(row["n_current"] for row in rows)
            if n:
                mean = {
                    key: sum(row[key] * row["n_current"] for row in rows) / n
                    for key in ("value", "low", "high")
                }
                first = rows[0]
                yield Measured(
                    "",
                    PERFORMANCE,
                    metric,
                    basis,
                    **mean,
                    reference=first["reference"],
                    n_reference=first["n_reference"],
                    n_current=n,
                )
