"""Which windows are to be judged now, and what is seen of them.

Place: under judging. A window is judged twice at most: once when it was first counted,
by what needs no label, and once when its labels are complete, by what does. The places
up to which both have come are all that is remembered; a window that is counted first
when later ones have been judged is not judged any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leeboard import performance
from leeboard.alarms.look import Look
from leeboard.config.plan import ModelPlan
from leeboard.monitor.adopted import Adopted
from leeboard.monitor.baseline import Baseline
from leeboard.monitor.packs import split_packed
from leeboard.profiles.packed import unpack
from leeboard.state import Done, State
from leeboard.windows import Calendar, Window, runs

__all__ = ["Places", "Turn", "looks", "stratum_of", "turns", "typical"]

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Places:
    """Starts of the last windows that were judged; None before the first."""

    counted: datetime | None = None
    labelled: datetime | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One window to be judged.

    Parameters
    ----------
    moment : datetime
        When it could be judged at the earliest.
    labelled : bool
        By what needs labels; else by what does not.
    done : Done
    """

    moment: datetime
    labelled: bool
    done: Done


def typical(calendar: Calendar) -> timedelta:
    """Usual length of a calendar's windows."""
    every = calendar.every
    if every.minutes is not None:
        return timedelta(minutes=every.minutes)
    return every.count * timedelta(days={"d": 1.0, "w": 7.0, "mo": 30.44}[every.unit])


def turns(
    plan: ModelPlan, windows: Sequence[Done], places: Places, now: datetime
) -> list[Turn]:
    """Windows whose turn it is, in the order in which they could be judged.

    Labels are taken in order of time too: a window whose labels are not complete holds
    up those after it, until its horizon has passed.
    """
    found = [
        Turn(one.window.end + plan.delay, labelled=False, done=one)
        for one in windows
        if places.counted is None or one.window.start > places.counted
        if _own(plan, one.window)
    ]
    for one in windows:
        if places.labelled is not None and one.window.start <= places.labelled:
            continue
        if not _own(plan, one.window):
            continue
        horizon = one.window.end + plan.horizon
        if one.provisional and horizon > now:
            break
        found.append(Turn(min(horizon, now), labelled=True, done=one))
    return sorted(found, key=lambda t: (t.moment, t.labelled, t.done.window.start))


def _own(plan: ModelPlan, window: Window) -> bool:
    """Days that were added from hours have been judged as hours."""
    return plan.calendar.window_of(window.start) == window


def looks(
    state: State,
    plan: ModelPlan,
    baseline: Baseline,
    adopted: Adopted,
    windows: Sequence[Window],
    segments: Collection[str] = (),
) -> Mapping[Window, Look]:
    """Read the counts of windows that were counted in the reference's cells.

    Parameters
    ----------
    segments : collection of str
        Those that are watched; see ``Look.segments``.
    """
    wanted = frozenset(windows)
    asked = {"", *segments}
    found: dict[Window, dict[str, Look]] = {}
    for span in runs(wanted):
        rows = _looks(state, plan, (baseline, adopted), span, asked)
        for window, segment, look in rows:
            if window in wanted:
                found.setdefault(window, {})[segment] = look
    return {
        window: replace(whole, segments=within) if within else whole
        for window, within in found.items()
        if (whole := within.pop("", None)) is not None
    }


def _looks(
    state: State,
    plan: ModelPlan,
    cells: tuple[Baseline, Adopted],
    span: Window,
    asked: Collection[str],
) -> Iterator[tuple[Window, str, Look]]:
    """Read a span once, whatever number of segments is asked for."""
    baseline, adopted = cells
    extra = {name: one.cells[name] for name, one in adopted.profiles.items()}
    known = {**baseline.reference.cells, **extra}
    own = baseline.reference.fingerprint
    for window, fingerprint, packed in state.profiles(plan.name, span, asked):
        if fingerprint != own:
            continue
        columns, outcomes = split_packed(packed.data)
        tally = None
        if outcomes and adopted.outcomes is not None:
            tally = performance.unpack(outcomes, adopted.outcomes)
        part = unpack(columns, known)
        stratum = stratum_of(plan.calendar, window)
        yield window, packed.segment, Look(window, part, tally, stratum)


def stratum_of(calendar: Calendar, window: Window) -> int:
    """Windows are compared with their like.

    Within a day: the same hour, weekends apart; days: weekends apart; longer: all.
    """
    every = calendar.every
    start = window.start.astimezone(calendar.zone)
    weekend = int(start.weekday() >= _SATURDAY)
    if every.minutes is not None:
        return 2 * start.hour + weekend
    return weekend if every.unit == "d" and every.count == 1 else 0
