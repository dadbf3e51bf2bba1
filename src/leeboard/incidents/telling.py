"""News as a message, before any channel has shaped it.

Place: on the path, the last of this room. The same news gives the same key, however
often it is worked out, so that receivers can drop repeats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from leeboard.alarms.judged import Judged, Subject
from leeboard.incidents.incident import Event, Incident, Transition
from leeboard.incidents.message import Message, Purpose
from leeboard.incidents.news import News
from leeboard.incidents.runbook import Runbook
from leeboard.incidents.titles import heading, when

__all__ = ["message_of", "news_of"]

_ACTIONS = {
    Event.ACKNOWLEDGED: Purpose.ACKNOWLEDGE,
    Event.CLOSED: Purpose.RESOLVE,
    Event.ACCEPTED: Purpose.RESOLVE,
}
_BEFORE = {
    Purpose.DIGEST: "Still: ",
    Purpose.RESOLVE: "Over: ",
    Purpose.ACKNOWLEDGE: "Seen: ",
}
_LINES = 10


def news_of(incident: Incident, entry: Transition) -> News | None:
    """Say whether people hear of what somebody did; only if they were told before."""
    purpose = _ACTIONS.get(entry.event)
    if purpose is None or incident.told_at is None:
        return None
    said = f"{entry.event.value} by {entry.who}"
    why = f"{said}: {entry.why}" if entry.why else said
    return News(incident, purpose, entry.number, why)


def message_of(
    news: News,
    judged: Iterable[Judged],
    runbook: Runbook,
    *,
    at: datetime,
    link: str = "",
    chart: Sequence[float] = (),
) -> Message:
    """Put news into a message.

    Parameters
    ----------
    news : News
        Its incident with the diagnosis, if there is one by now.
    judged : iterable of Judged
        Verdicts that made the incident; others are passed over.
    runbook : Runbook
    at : datetime
    link : str
        Of the incident's page.
    chart : sequence of float
        Figures by window, oldest first.

    Returns
    -------
    Message
        Its key is ``incident:purpose:number``, with the number of the story's entry.
    """
    one = news.incident
    asks = news.purpose in {Purpose.TRIGGER, Purpose.ESCALATE, Purpose.DIGEST}
    return Message(
        key=f"{one.id}:{news.purpose.value}:{news.number}",
        incident=one.id,
        model=one.model,
        purpose=news.purpose,
        severity=one.severity,
        at=at,
        title=_BEFORE.get(news.purpose, "") + heading(one),
        lines=_lines(news, judged),
        facts=(*_facts(one), *_lacks(judged)),
        next_steps=_next(runbook) if asks else (),
        link=link,
        chart=tuple(chart),
    )


def _lines(news: News, judged: Iterable[Judged]) -> tuple[str, ...]:
    one = news.incident
    lines = [news.why] if news.why else []
    if news.purpose is Purpose.RESOLVE or news.purpose is Purpose.ACKNOWLEDGE:
        return tuple(lines)
    if one.diagnosis is not None:
        lines = [one.diagnosis.text, *one.diagnosis.evidence, *lines]
    ids = set(one.verdicts)
    texts = {judge.subject: judge.text for judge in judged if judge.id in ids}
    lines += [text for text in _ordered(one.subjects, texts) if text not in news.why]
    return tuple(dict.fromkeys(lines[:_LINES]))


def _ordered(subjects: Sequence[Subject], texts: dict[Subject, str]) -> list[str]:
    return [texts[subject] for subject in subjects if subject in texts]


def _facts(one: Incident) -> tuple[tuple[str, str], ...]:
    facts = [
        ("model", one.model),
        ("severity", one.severity.value),
        ("first bad window", when(one.first_window)),
        ("latest bad window", when(one.last_window)),
    ]
    if one.subjects:
        names = list(dict.fromkeys(subject.name for subject in one.subjects))
        facts.append(("moved", ", ".join(names[:_LINES])))
    if one.diagnosis is not None:
        facts.append(("cause", one.diagnosis.cause))
        facts.append(("pattern", one.diagnosis.pattern))
    if one.reopened:
        facts.append(("reopened", str(one.reopened)))
    return tuple(facts)


def _lacks(judged: Iterable[Judged]) -> Iterator[tuple[str, str]]:
    """Say what share of the window's events is lost, if it is much."""
    partial = [one.lost for one in judged if one.partial]
    if partial:
        yield "partial data", f"about {100 * max(partial):.0f} % of the events are lost"


def _next(runbook: Runbook) -> tuple[str, ...]:
    """Return the first two steps: what can be done at once."""
    return tuple(
        text
        for step in runbook.steps[:2]
        for text in (_named(step.title, step.minutes), *step.commands)
    )


def _named(title: str, minutes: tuple[int, int] | None) -> str:
    return title if minutes is None else f"{title} ({minutes[1]} min)"
