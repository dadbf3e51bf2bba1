"""Incidents about what did not come: data, data in time, Leeboard itself.

Place: on the path. None of them counts against the budget of false alarms; they are
counted apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leeboard.alarms.judged import Severity
from leeboard.incidents._grouping import identity
from leeboard.incidents._story import Book
from leeboard.incidents.incident import Event, Incident, Kind, Stage
from leeboard.incidents.news import Advance, News, purpose_of
from leeboard.incidents.policy import Policy
from leeboard.incidents.titles import absence_title
from leeboard.windows import Window

__all__ = ["Presence", "absent"]

_SEVERITY = {
    Kind.NO_DATA: Severity.PAGE,
    Kind.LATE_DATA: Severity.WARN,
    Kind.NOT_RUN: Severity.PAGE,
    Kind.LOST_DATA: Severity.WARN,
}


@dataclass(frozen=True, slots=True)
class Presence:
    """What came, and what did not.

    Parameters
    ----------
    every : timedelta
        How often an evaluation is due, above 0.
    last_run : datetime or None
        When the evaluation before this one ended; None: this is the first.
    empty : sequence of Window
        Windows since the last row that are ripe and have none, in order of time, the
        first and the latest among them; none if the latest one has rows.
    received_at : datetime or None
        When an event was last received, whatever its own time.
    partial : sequence of Window
        The latest windows, in order of time, of which much is lost; none if the latest
        one with rows is whole.
    lost : str
        What the last of them lacks, in words.
    """

    every: timedelta
    last_run: datetime | None
    empty: Sequence[Window]
    received_at: datetime | None
    partial: Sequence[Window] = ()
    lost: str = ""


def absent(
    model: str,
    incidents: Sequence[Incident],
    presence: Presence,
    *,
    now: datetime,
    stories: Mapping[str, int],
    policy: Policy | None = None,
) -> Advance:
    """Open, go on with, or end what is missing.

    Parameters
    ----------
    model : str
    incidents : sequence of Incident
        Of the model: those that run, and those that ended within the cool-down.
    presence : Presence
    now : datetime
    stories : mapping of incident to int
        How many entries the story of each incident has.
    policy : Policy or None
        None: the defaults.

    Notes
    -----
    *No data*: ``silent_windows`` ripe windows in a row are empty. *Late data*: the
    same, while events are still received: they belong to earlier windows. *Not run*:
    more than ``silent_runs`` intervals passed since the last evaluation; only somebody
    else can tell while it lasts, as a status page or a heartbeat's receiver, and the
    next run tells that it was so. *Lost data*: of the latest window less than 95 % can
    be read. Each ends as soon as what was missing is there.
    """
    policy = policy or Policy()
    book = Book(now, stories)
    missing = _missing(presence, now, policy)
    changed, news = [], []
    for kind in _SEVERITY:
        mine = [one for one in incidents if one.kind is kind and one.model == model]
        before = _latest(mine, now, policy)
        one, event = _step(model, kind, before, missing.get(kind), now)
        if one is None:
            continue
        why = _why(one, event, presence.lost)
        number = book.write(one.id, event, why) if event else 0
        purpose = purpose_of(one, event, now, policy)
        if purpose is not None:
            number = number or book.write(one.id, Event.DIGEST, why)
            one = replace(one, told_at=now)
            news.append(News(one, purpose, number, why))
        if one != before:
            changed.append(one)
    return Advance(tuple(changed), tuple(book.entries), tuple(news))


_Missing = tuple[Window, Window]
"""What is missing: the first window, and the latest."""


def _missing(presence: Presence, now: datetime, policy: Policy) -> dict[Kind, _Missing]:
    found = {}
    empty, last = presence.empty, presence.last_run
    if last is not None and now - last > policy.silent_runs * presence.every:
        found[Kind.NOT_RUN] = (Window(last, now), Window(last, now))
    if len(empty) >= policy.silent_windows:
        got = presence.received_at
        late = got is not None and got >= empty[0].end
        kind = Kind.LATE_DATA if late else Kind.NO_DATA
        found[kind] = (empty[0], empty[-1])
    if presence.partial:
        found[Kind.LOST_DATA] = (presence.partial[0], presence.partial[-1])
    return found


def _latest(mine: Sequence[Incident], now: datetime, policy: Policy) -> Incident | None:
    """Return the one that runs, or the last that may be reopened."""
    running = [one for one in mine if not one.stage.ended]
    if running:
        return running[0]
    recent = [
        one
        for one in mine
        if one.ended_at is not None and now - one.ended_at <= policy.cool_down
    ]
    return max(recent, key=lambda one: (one.ended_at or now, one.id), default=None)


def _step(
    model: str,
    kind: Kind,
    before: Incident | None,
    missing: _Missing | None,
    now: datetime,
) -> tuple[Incident | None, Event | None]:
    running = before is not None and not before.stage.ended
    if missing is None:
        if before is None or not running:
            return None, None
        after = replace(
            before, stage=Stage.RESOLVED, ended_at=now, updated_at=now, held=1
        )
        return after, Event.RESOLVED
    if before is None:
        return _opened(model, kind, missing, now), Event.OPENED
    first, latest = missing
    last = max(before.last_window, latest)
    if running:
        if last == before.last_window:
            return before, None
        return replace(before, last_window=last, updated_at=now), None
    if before.last_window.end >= latest.end:
        return None, None  # closed by hand, and nothing more is missing
    after = replace(
        before,
        stage=Stage.OPEN,
        ended_at=None,
        updated_at=now,
        last_window=last,
        held=0,
        title=_title(model, kind, first),
        reopened=before.reopened + 1,
    )
    return after, Event.REOPENED


def _opened(model: str, kind: Kind, missing: _Missing, now: datetime) -> Incident:
    first, last = missing
    return Incident(
        id=identity(model, kind, first, ""),
        model=model,
        kind=kind,
        stage=Stage.OPEN,
        severity=_SEVERITY[kind],
        opened_at=now,
        updated_at=now,
        ended_at=None,
        first_window=first,
        last_window=last,
        subjects=(),
        verdicts=(),
        held=0,
        title=_title(model, kind, first),
    )


def _title(model: str, kind: Kind, first: Window) -> str:
    return absence_title(model, kind, f"{first.start:%Y-%m-%d %H:%M} UTC")


def _why(one: Incident, event: Event | None, lost: str) -> str:
    lacks = one.kind is Kind.LOST_DATA
    if event is Event.RESOLVED:
        return "the latest window is whole" if lacks else "what was missing is there"
    if lacks:
        return f"{lost}, up to {one.last_window.end:%Y-%m-%d %H:%M} UTC"
    return f"missing up to {one.last_window.end:%Y-%m-%d %H:%M} UTC"
