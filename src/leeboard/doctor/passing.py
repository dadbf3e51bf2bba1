"""The passes: who makes them, whether they are late, and whether clocks agree."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from leeboard.config.plan import Plan
from leeboard.doctor.case import Case
from leeboard.doctor.finding import Finding
from leeboard.monitor.history import expected_every, late_after, passes_made
from leeboard.monitor.holder import LEAD, gone, process_of
from leeboard.monitor.presence import RAN, Runs
from leeboard.state import State, state_time
from leeboard.windows import duration_in_words

__all__ = ["clock", "leases", "passes"]

_SKEW, _WRONG = timedelta(seconds=2), timedelta(seconds=30)
_AHEAD = timedelta(minutes=5)


def passes(case: Case) -> Iterator[Finding]:
    """Look when the last pass was made, and whether the next is late."""
    if case.plan is None or case.state is None:
        return
    made = passes_made(case.state)
    if not made:
        moments = [run.recent[-1] for run in _lived(case.plan, case.state)]
        yield Finding.warn(
            "passes",
            f"of named moments alone, the last of {max(moments):%Y-%m-%d %H:%M} UTC"
            if moments
            else "none was made yet",
            "passes on time",
            "Start leeboard serve, or let cron call leeboard run.",
        )
        return
    last, every = made[-1], expected_every(made)
    age = max(timedelta(0), case.now - last.ended_at)
    took = _took(last.ended_at - last.began_at)
    found = f"the last ended {duration_in_words(age)} ago and took {took}"
    if every is None:
        yield Finding("passes", f"{found}; too few to tell how often they are made")
        return
    usual = duration_in_words(every).removeprefix("1 ")
    found = f"{found}; one is made every {usual}"
    if age <= late_after(every):
        yield Finding("passes", found)
        return
    # a scheduler has said so; of other callers it is only what is usual
    finding = Finding.fail if last.every_s is not None else Finding.warn
    yield finding(
        "passes",
        found,
        f"one within {duration_in_words(late_after(every))}",
        "Start leeboard serve, or look at its log and at cron; leeboard run makes one"
        " now and says what is wrong.",
    )


def _lived(plan: Plan, state: State) -> Iterator[Runs]:
    """Passes whose callers named the moment, as those that replay history."""
    for model in plan.models:
        runs = Runs.from_text(state.kept(model.name, RAN))
        if runs is not None:
            yield runs


def leases(case: Case) -> Iterator[Finding]:
    """Name who leads the schedulers, and who makes passes now."""
    if case.plan is None or case.state is None:
        return
    names = [LEAD, "sending", *(f"pass:{model.name}" for model in case.plan.models)]
    busy = False
    for name in names:
        held = case.state.leased(name)
        if held is None:
            continue
        busy = True
        if held.until <= case.now or gone(held.holder):
            yield Finding(
                "leases",
                f"{name}: left by {process_of(held.holder)}; the next pass takes it",
            )
        else:
            left = duration_in_words(held.until - case.now)
            found = f"{name}: {process_of(held.holder)}, for another {left}"
            yield Finding("leases", found)
    if not busy:
        yield Finding("leases", "none is held: no pass is under way")


def clock(case: Case) -> Iterator[Finding]:
    """Compare this clock with the database's, and with the events' arrival."""
    if case.plan is None:
        return
    ahead = [
        one
        for one in case.summaries or ()
        if one.last_received is not None and one.last_received - case.now > _AHEAD
    ]
    for one in ahead:
        assert one.last_received is not None  # noqa: S101  # as chosen
        ahead_by = duration_in_words(one.last_received - case.now)
        yield Finding.fail(
            "clock",
            f"{one.model}: events arrived {ahead_by} after now",
            "a clock that never goes back",
            "Set the clock of this host by NTP: timedatectl.",
        )
    if case.state is None or not case.plan.state.startswith("postgres"):
        if not ahead:
            yield Finding("clock", f"{case.now:%Y-%m-%d %H:%M:%S} UTC")
        return
    start = time.monotonic()
    theirs = state_time(case.plan.state)
    way = timedelta(seconds=time.monotonic() - start)
    skew = max(timedelta(0), abs(datetime.now(UTC) - theirs) - way)
    found = f"{duration_in_words(skew)} beside the database's"
    if skew < _SKEW:
        yield Finding("clock", found)
        return
    finding = Finding.fail if skew >= _WRONG else Finding.warn
    yield finding(
        "clock",
        found,
        f"less than {duration_in_words(_SKEW)}: leases and windows follow the clocks",
        "Set both clocks by NTP: timedatectl on each host.",
    )


def _took(length: timedelta) -> str:
    return f"{length.total_seconds():.1f} s"
