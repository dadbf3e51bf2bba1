"""One judged window taken into the incidents of a model.

Place: the heart of the room. Pure: the same windows in the same order give the same
incidents, whoever replays them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from leeboard.alarms.judged import Judged, Severity
from leeboard.errors import AlarmError
from leeboard.incidents._grouping import home, identity
from leeboard.incidents._standing import by_subject, crossed, margin, stand, unseen
from leeboard.incidents._story import Book
from leeboard.incidents.expected import Expectation, expecting
from leeboard.incidents.incident import Event, Incident, Kind, Stage
from leeboard.incidents.news import Advance, News, purpose_of
from leeboard.incidents.policy import Policy
from leeboard.incidents.titles import title_of
from leeboard.verdicts.verdict import State

__all__ = ["advance"]


_SAID = 5
"""Sentences that an entry repeats; the verdicts have the others."""


@dataclass(slots=True)
class _Table:
    """The incidents while they change."""

    policy: Policy
    now: datetime
    before: dict[str, Incident]
    book: Book
    after: dict[str, Incident] = field(default_factory=dict)
    joined: dict[str, list[Judged]] = field(default_factory=dict)


def advance(
    model: str,
    incidents: Sequence[Incident],
    judged: Sequence[Judged],
    *,
    now: datetime,
    stories: Mapping[str, int],
    policy: Policy | None = None,
    expectations: Iterable[Expectation] = (),
    faulty: Collection[str] = (),
) -> Advance:
    """Take in what was judged of one window.

    Parameters
    ----------
    model : str
    incidents : sequence of Incident
        Of the model: those that run, and those that ended within the cool-down.
    judged : sequence of Judged
        Of one window, some or all of its subjects; those that need labels come later,
        by themselves. May be empty: reminders are due by time alone.
    now : datetime
    stories : mapping of incident to int
        How many entries the story of each incident has.
    policy : Policy or None
        None: the defaults.
    expectations : iterable of Expectation
        Announced changes; what they cover opens nothing, and counts for nothing.
    faulty : collection of str
        Columns whose counts show a fault of the data in this window.

    Raises
    ------
    AlarmError
        If several windows or models are mixed (``mixed_windows``).

    Notes
    -----
    Taking in a window again changes nothing. Rules of grouping: docs/decisions/0051.
    """
    policy = policy or Policy()
    _one_window(model, judged)
    before = {one.id: one for one in incidents}
    table = _Table(policy, now, before, Book(now, stories), dict(before))
    fresh, expected = _announced(unseen(incidents, judged), tuple(expectations))
    if fresh:
        _count(table, fresh)
        _place(table, model, fresh, faulty)
    news = [found for id_ in list(table.after) for found in _settle(table, id_)]
    changed = tuple(one for id_, one in table.after.items() if before.get(id_) != one)
    return Advance(changed, tuple(table.book.entries), tuple(news), expected)


def _one_window(model: str, judged: Sequence[Judged]) -> None:
    found = {(one.model, one.window) for one in judged} - {
        (model, one.window) for one in judged[:1]
    }
    if found:
        raise AlarmError(
            code="mixed_windows",
            where=f"model {model}",
            found=f"{len(found)} windows or models beside the first",
            expected="what was judged of one window of this model",
            fix="Call once a window, in order of time.",
        )


def _announced(
    judged: Sequence[Judged], expectations: Sequence[Expectation]
) -> tuple[list[Judged], tuple[tuple[str, str], ...]]:
    """Set apart what moved as announced."""
    fresh, expected = [], []
    for one in judged:
        still = one.severity is None and one.state in {State.HELD, State.FAILED}
        reason = None if still else expecting(one, expectations)
        if reason is None:
            fresh.append(one)
        else:
            expected.append((one.id, reason.id))
    return fresh, tuple(expected)


def _count(table: _Table, fresh: Sequence[Judged]) -> None:
    states = by_subject(fresh)
    window = fresh[0].window
    for id_, one in table.after.items():
        if one.kind is Kind.CHANGE and not one.stage.ended:
            table.after[id_] = stand(one, states, window, table.policy)


def _place(
    table: _Table, model: str, fresh: Sequence[Judged], faulty: Collection[str]
) -> None:
    """Give each crossing to an incident, the most urgent first."""
    crossings = [one for one in fresh if one.severity is not None]
    crossings.sort(key=_urgency)
    for one in crossings:
        found = home(one, table.after.values(), table.now, table.policy, faulty)
        if found is None:
            found = _opened(model, one, table.now)
        elif found.stage.ended:
            found = _reopened(found, one, table.now)
        table.after[found.id] = crossed(found, one, table.policy)
        table.joined.setdefault(found.id, []).append(one)


def _urgency(one: Judged) -> tuple[int, float, str]:
    severity = one.severity or Severity.NOTE
    return -severity.rank, -margin(one), str(one.subject)


def _opened(model: str, lead: Judged, now: datetime) -> Incident:
    return Incident(
        id=identity(model, Kind.CHANGE, lead.window, str(lead.subject)),
        model=model,
        kind=Kind.CHANGE,
        stage=Stage.OPEN,
        severity=lead.severity or Severity.NOTE,
        opened_at=now,
        updated_at=now,
        ended_at=None,
        first_window=lead.window,
        last_window=lead.window,
        subjects=(),
        verdicts=(),
        held=0,
        title="",
    )


def _reopened(ended: Incident, lead: Judged, now: datetime) -> Incident:
    # The severity begins anew: a warning that brings back a page is no page.
    return replace(
        ended,
        stage=Stage.OPEN,
        severity=lead.severity or Severity.NOTE,
        ended_at=None,
        updated_at=now,
        reopened=ended.reopened + 1,
    )


def _settle(table: _Table, id_: str) -> list[News]:
    """Write what happened to an incident, end it if it is over, and say who hears."""
    one, old = table.after[id_], table.before.get(id_)
    if one.kind is not Kind.CHANGE or one.stage.ended:
        return []
    event = _event(old, one)
    if event is None and one.held >= table.policy.held_windows:
        event = Event.RESOLVED
        one = replace(one, stage=Stage.RESOLVED, ended_at=table.now)
    joined = table.joined.get(id_, ())
    if event in {Event.OPENED, Event.REOPENED, Event.ESCALATED}:
        one = replace(one, title=title_of(one.model, joined))
    if event is not None or one != old:
        one = replace(one, updated_at=table.now)
    why = _why(event, one, joined)
    number = table.book.write(id_, event, why) if event else 0
    purpose = purpose_of(one, event, table.now, table.policy)
    if purpose is not None:
        if number == 0:
            why = f"goes on since {one.first_window.start:%Y-%m-%d}"
            number = table.book.write(id_, Event.DIGEST, why)
        one = replace(one, told_at=table.now)
    table.after[id_] = one
    return [] if purpose is None else [News(one, purpose, number, why)]


def _event(old: Incident | None, one: Incident) -> Event | None:
    if old is None:
        return Event.OPENED
    if old.stage.ended:
        return Event.REOPENED
    if one.severity.rank > old.severity.rank:
        return Event.ESCALATED
    return Event.UPDATED if len(one.subjects) > len(old.subjects) else None


def _why(event: Event | None, one: Incident, joined: Sequence[Judged]) -> str:
    if event is Event.RESOLVED:
        return f"all held in {one.held} windows in a row"
    return "; ".join(judged.text for judged in joined[:_SAID])
