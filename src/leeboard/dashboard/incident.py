"""One incident: what happened, what it most likely is, what to do, and the forms."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from leeboard.alarms.judged import Judged
from leeboard.dashboard.crossed import crossed_parts
from leeboard.dashboard.reading import Reader
from leeboard.dashboard.standing import told, when
from leeboard.incidents.incident import Incident, Kind, Stage
from leeboard.monitor.handling import Case
from leeboard.pages.contexts import FactLine
from leeboard.pages.dashboard.contexts import Entry, IncidentPage, StepLine
from leeboard.pages.dashboard.links import Links
from leeboard.pages.dashboard.parts import Cell, Field, Form, Head, Table
from leeboard.pages.words import DASH, count, number

__all__ = ["incident_of", "strength"]

_LENGTHS = (("1d", "a day"), ("3d", "three days"), ("7d", "a week"), ("30d", "30 days"))
_WHY = Field("why", "Why", required=True)
_HEADS = tuple(
    Head(text, number=i > 2)
    for i, text in enumerate(
        ("What crossed", "Severity", "Window", "Reference", "Current", "Evidence")
    )
)
_MAY_WHY = Field("why", "Why (may be empty)")
_STRONGEST = 12
_MOST_OTHERS = 60


def incident_of(reader: Reader, links: Links, case: Case) -> IncidentPage:
    """Gather an incident's page."""
    one = case.incident
    diagnosis = one.diagnosis
    verdicts = sorted(case.verdicts, key=_strongest)
    return IncidentPage(
        title=told(one),
        id=one.id,
        model=one.model,
        headline=told(one),
        severity=one.severity.value,
        stage=one.stage.value,
        silent=_silent(one),
        facts=tuple(_facts(one, channels=_channels(reader, one))),
        cause=diagnosis.cause if diagnosis else "",
        pattern=diagnosis.pattern if diagnosis else "",
        diagnosis=diagnosis.text if diagnosis else "",
        evidence=diagnosis.evidence if diagnosis else (),
        parts=(*crossed_parts(reader, links, case), *_others(verdicts, links)),
        verdicts=_crossed(verdicts, links),
        steps=tuple(
            StepLine(step.title, _minutes(step.minutes), step.lines, step.commands)
            for step in case.runbook.steps
        ),
        story=tuple(
            Entry(f"{each.at:%Y-%m-%d %H:%M}", each.who, each.event.value, each.why)
            for each in reversed(case.story)
        ),
        forms=() if one.stage.ended else tuple(_forms(one)),
        ended=one.stage.ended,
    )


def _silent(one: Incident) -> str:
    if one.stage.ended or one.silenced_until is None:
        return ""
    return f"silent until {one.silenced_until:%Y-%m-%d %H:%M}"


def _channels(reader: Reader, one: Incident) -> bool:
    """Whether there is a channel that is told of incidents as grave as this one."""
    every = reader.plan.channels
    return any(one.severity.rank >= each.severity.rank for each in every)


def _facts(one: Incident, *, channels: bool) -> list[FactLine]:
    lines = [
        ("Model", one.model),
        ("Kind", one.kind.value),
        ("First window", _span(one.first_window.start, one.first_window.end)),
        ("Last window", _span(one.last_window.start, one.last_window.end)),
        ("Opened", f"{one.opened_at:%Y-%m-%d %H:%M}"),
    ]
    if one.ended_at is not None:
        lines.append(("Ended", f"{one.ended_at:%Y-%m-%d %H:%M}"))
    else:
        lines.append(("Held for", f"{one.held} windows in a row"))
    if one.reopened:
        lines.append(("Reopened", f"{one.reopened} times"))
    if one.silenced_until is not None:
        lines.append(("Silent until", f"{one.silenced_until:%Y-%m-%d %H:%M}"))
    if not channels:
        lines.append(("Told", "nobody: no channel is to hear of it"))
    else:
        told_at = f"{one.told_at:%Y-%m-%d %H:%M}" if one.told_at else "nobody yet"
        lines.append(("Told", told_at))
    lines.append(("Subjects", count(len(one.subjects))))
    return [FactLine(label, "", value, "") for label, value in lines]


def _span(start: datetime, end: datetime) -> str:
    if end - start == timedelta(days=1) and when(start) == f"{start:%Y-%m-%d}":
        return when(start)
    return f"{when(start)} to {when(end)}"


def _minutes(minutes: tuple[int, int] | None) -> str:
    if minutes is None:
        return ""
    first, last = minutes
    return f"{last} min" if first in {0, last} else f"{first} to {last} min"


def strength(evidence: float | None) -> str:
    """Write evidence given as its logarithm: as a factor, or a power of ten."""
    if evidence is None:
        return DASH
    if evidence > 12:
        return f"10^{evidence / math.log(10):.0f}"
    return number(math.exp(evidence), 3)


def _strongest(one: Judged) -> tuple[int, float]:
    rank = one.severity.rank if one.severity else -1
    return -rank, (one.threshold or 0.0) - (one.evidence or 0.0)


def _crossed(verdicts: Sequence[Judged], links: Links) -> Table:
    """The strongest of what crossed: charts and runbook should not be far below."""
    more = len(verdicts) - _STRONGEST
    return Table(
        name="crossed",
        title="What crossed",
        head=_HEADS,
        rows=_rows(verdicts[:_STRONGEST], links),
        note=f"The strongest; {more} more are below the charts." if more > 0 else "",
        empty="What did not come has no figures.",
    )


def _others(verdicts: Sequence[Judged], links: Links) -> Iterator[Table]:
    others = verdicts[_STRONGEST:]
    if others:
        more = len(others) - _MOST_OTHERS
        yield Table(
            name="others",
            title=f"What crossed besides: {count(len(others))}",
            head=_HEADS,
            rows=_rows(others[:_MOST_OTHERS], links),
            note=f"The weakest {more} are not shown." if more > 0 else "",
            folded=True,
        )


def _rows(verdicts: Sequence[Judged], links: Links) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (
            Cell(str(one.subject), links.verdict(one.id), sub=one.text),
            Cell(one.severity.value, tone=one.severity.value)
            if one.severity
            else Cell(DASH),
            Cell(when(one.window.start)),
            Cell(number(one.reference, 3), number=True),
            Cell(number(one.value, 3), number=True),
            Cell(_of(one), number=True),
        )
        for one in verdicts
    )


def _of(one: Judged) -> str:
    """Evidence of a detector by its threshold; named rules have their statistic."""
    if one.budgeted and one.threshold is not None:
        return f"{strength(one.evidence)} of {strength(one.threshold)}"
    if one.threshold is None:
        return number(one.evidence, 3)
    return f"{number(one.evidence, 3)} of {number(one.threshold, 3)}"


def _forms(one: Incident) -> list[Form]:
    id_ = (("id", one.id),)
    forms = []
    if one.stage is Stage.OPEN:
        says = "Somebody is at it: further crossings come silently."
        forms.append(Form("ack", "Acknowledge", says, (_MAY_WHY,), id_))
    silence = Field("for", "For", "choice", "3d", _LENGTHS)
    columns = dict.fromkeys(subject.name for subject in one.subjects)
    first = one.last_window.end
    expect = (
        Field("text", "What is planned", required=True),
        Field("from", "From", "date", f"{first:%Y-%m-%d}", required=True),
        Field("to", "Until", "date", f"{_month_on(first):%Y-%m-%d}", required=True),
    )
    forms += [
        Form(
            "silence",
            "Silence",
            "Nobody is told for a while; what was missed is told once, afterwards.",
            (silence, _MAY_WHY),
            id_,
        ),
        Form(
            "expect",
            "Expect",
            "Announce that these columns will move: it is recorded, and pages nobody.",
            expect,
            (*id_, *(("column", name) for name in columns)),
        ),
        *_accept(one),
        Form(
            "close",
            "Close",
            "It is over. If the same crosses within a week, it is opened again.",
            (_WHY,),
            id_,
        ),
        Form("note", "Note", "Write something into its story.", (_WHY,), id_),
    ]
    return forms


def _accept(one: Incident) -> Iterator[Form]:
    if one.kind is Kind.CHANGE:  # what did not come is no baseline
        yield Form(
            "accept",
            "Accept",
            "How things are is how they should be: these windows become the baseline"
            " of what this incident is about.",
            (_WHY,),
            (("id", one.id),),
        )


def _month_on(moment: datetime) -> datetime:
    try:
        return moment + timedelta(days=30)
    except OverflowError:
        return moment
