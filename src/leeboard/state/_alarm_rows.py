"""Verdicts, incidents and messages as rows, and back; alike for every store."""

from __future__ import annotations

import math
from dataclasses import fields
from datetime import datetime
from typing import Any

import pyarrow as pa

from leeboard.alarms.judged import Group, Judged, Severity, Subject
from leeboard.databases import clean
from leeboard.incidents.incident import (
    Diagnosis,
    Event,
    Incident,
    Kind,
    Stage,
    Standing,
    Transition,
)
from leeboard.incidents.message import Message, Purpose
from leeboard.state._alarms import Outgoing
from leeboard.verdicts.verdict import State
from leeboard.windows import Window

__all__ = [
    "VERDICT",
    "incident_from",
    "incident_row",
    "judged_from",
    "judged_row",
    "outgoing_from",
    "outgoing_row",
    "transition_from",
    "transition_row",
    "verdict_table",
]

_TIME = pa.timestamp("us", tz="UTC")
_NUMBERS = ("evidence", "threshold", "log_e", "value", "low", "high", "reference")

VERDICT = pa.schema(
    [
        ("id", pa.string()),
        ("model", pa.string()),
        ("window_start", _TIME),
        ("window_end", _TIME),
        ("segment", pa.string()),
        ("subject", pa.string()),
        ("aspect", pa.string()),
        ("watched_as", pa.string()),
        ("rule", pa.string()),
        ("budgeted", pa.bool_()),
        ("state", pa.string()),
        ("severity", pa.string()),
        *((name, pa.float64()) for name in _NUMBERS),
        ("n", pa.int64()),
        ("text", pa.string()),
        ("lost", pa.float64()),
        ("partial", pa.bool_()),
    ]
)
"""Columns of verdicts, as people get them."""


def judged_row(model: str, one: Judged) -> tuple[Any, ...]:
    """One row of verdicts."""
    return (
        one.id,
        model,
        one.window.start,
        one.window.end,
        clean(one.subject.segment),
        clean(one.subject.name),
        clean(one.subject.aspect),
        one.group.value,
        clean(one.rule),
        one.budgeted,
        one.state.value,
        "" if one.severity is None else one.severity.value,
        *(_number(getattr(one, name)) for name in _NUMBERS),
        int(one.n),
        clean(one.text),
        float(one.lost),
        one.partial,
    )


def judged_from(row: Any) -> Judged:
    """Read a row of verdicts."""
    return Judged(
        model=row.model,
        window=Window(row.window_start, row.window_end),
        subject=Subject(row.segment, row.subject, row.aspect),
        group=Group(row.watched_as),
        rule=row.rule,
        budgeted=bool(row.budgeted),
        state=State(row.state),
        severity=Severity(row.severity) if row.severity else None,
        n=row.n,
        text=row.text,
        lost=row.lost,
        partial=bool(row.partial),
        known_as=row.id,
        **{name: getattr(row, name) for name in _NUMBERS},
    )


def verdict_table(rows: list[tuple[Any, ...]]) -> pa.Table:
    """Rows of verdicts as a table, which has its columns also where there is none."""
    columns = list(zip(*rows, strict=True)) or [()] * len(VERDICT)
    return pa.table(
        [pa.array(c, f.type) for c, f in zip(columns, VERDICT, strict=True)],
        schema=VERDICT,
    )


def incident_row(model: str, one: Incident) -> tuple[Any, ...]:
    """One row of incidents."""
    document = {
        "windows": [_window(one.first_window), _window(one.last_window)],
        "subjects": [[s.segment, s.name, s.aspect] for s in one.subjects],
        "diagnosis": _diagnosis(one.diagnosis),
        "silenced_until": _time(one.silenced_until),
        "told_at": _time(one.told_at),
        "standing": [_standing(each) for each in one.standing],
        **{name: _plain(getattr(one, name)) for name in _rest(one)},
    }
    return (
        clean(one.id),
        model,
        one.kind.value,
        one.stage.value,
        one.severity.value,
        one.opened_at,
        one.updated_at,
        one.ended_at,
        clean(one.title),
        _cleaned(document),
    )


_COLUMNS = (
    "id",
    "model",
    "kind",
    "stage",
    "severity",
    "opened_at",
    "updated_at",
    "ended_at",
    "title",
)
_SHAPED = (
    "first_window",
    "last_window",
    "subjects",
    "diagnosis",
    "silenced_until",
    "told_at",
    "standing",
)


def _rest(one: Incident) -> list[str]:
    """Fields that JSON holds as they are."""
    named = {*_COLUMNS, *_SHAPED}
    return [field.name for field in fields(one) if field.name not in named]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def incident_from(row: Any) -> Incident:
    """Read a row of incidents."""
    kept: dict[str, Any] = dict(row.document)
    first, last = (_window_from(one) for one in kept.pop("windows"))
    return Incident(
        id=row.id,
        model=row.model,
        kind=Kind(row.kind),
        stage=Stage(row.stage),
        severity=Severity(row.severity),
        opened_at=row.opened_at,
        updated_at=row.updated_at,
        ended_at=row.ended_at,
        first_window=first,
        last_window=last,
        subjects=tuple(Subject(*one) for one in kept.pop("subjects")),
        title=row.title,
        diagnosis=_diagnosis_from(kept.pop("diagnosis")),
        silenced_until=_time_from(kept.pop("silenced_until")),
        told_at=_time_from(kept.pop("told_at")),
        standing=tuple(map(_standing_from, kept.pop("standing"))),
        **_tuples(kept),
    )


def _tuples(kept: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in kept.items()}


def transition_row(one: Transition) -> tuple[Any, ...]:
    """One row of transitions."""
    return (
        clean(one.incident),
        int(one.number),
        one.at,
        clean(one.who),
        one.event.value,
        clean(one.why),
    )


def transition_from(row: Any) -> Transition:
    """Read a row of transitions."""
    event = Event(row.event)
    return Transition(row.incident, row.number, row.at, row.who, event, row.why)


def outgoing_row(one: Outgoing) -> tuple[Any, ...]:
    """One row of messages."""
    message = one.message
    document = {
        "purpose": message.purpose.value,
        "severity": message.severity.value,
        "at": message.at.isoformat(),
        "title": message.title,
        "lines": list(message.lines),
        "facts": [list(fact) for fact in message.facts],
        "next_steps": list(message.next_steps),
        "link": message.link,
        "chart": [_number(x) for x in message.chart],
    }
    return (
        clean(message.key),
        clean(one.channel),
        clean(message.incident),
        clean(message.model),
        int(one.attempts),
        one.due_at,
        one.sent_at,
        bool(one.given_up),
        clean(one.thread),
        clean(one.error),
        _cleaned(document),
    )


def outgoing_from(row: Any) -> Outgoing:
    """Read a row of messages."""
    kept = row.document
    message = Message(
        key=row.key,
        incident=row.incident,
        model=row.model,
        purpose=Purpose(kept["purpose"]),
        severity=Severity(kept["severity"]),
        at=datetime.fromisoformat(kept["at"]),
        title=kept["title"],
        lines=tuple(kept["lines"]),
        facts=tuple((name, value) for name, value in kept["facts"]),
        next_steps=tuple(kept["next_steps"]),
        link=kept["link"],
        chart=tuple(math.nan if x is None else x for x in kept["chart"]),
    )
    return Outgoing(
        channel=row.channel,
        message=message,
        attempts=row.attempts,
        due_at=row.due_at,
        sent_at=row.sent_at,
        given_up=bool(row.given_up),
        thread=row.thread,
        error=row.error,
    )


def _cleaned(value: Any) -> Any:
    """The same document with texts that every database can hold."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _cleaned(one) for key, one in value.items()}
    return [_cleaned(one) for one in value] if isinstance(value, list) else value


def _number(value: float | None) -> float | None:
    """JSON and SQLite hold no NaN and no infinity: undefined is NULL."""
    return None if value is None or not math.isfinite(value) else float(value)


def _time(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _time_from(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _window(window: Window) -> list[str]:
    return [window.start.isoformat(), window.end.isoformat()]


def _window_from(pair: list[str]) -> Window:
    return Window(*map(datetime.fromisoformat, pair))


def _standing(one: Standing) -> list[Any]:
    subject = [one.subject.segment, one.subject.name, one.subject.aspect]
    severity, margin = one.severity.value, _number(one.margin)
    return [subject, _window(one.window), one.held, severity, margin]


def _standing_from(kept: list[Any]) -> Standing:
    subject, window, held, severity, margin = kept
    return Standing(
        Subject(*subject),
        _window_from(window),
        held,
        Severity(severity),
        math.inf if margin is None else margin,
    )


def _diagnosis(one: Diagnosis | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "cause": one.cause,
        "pattern": one.pattern,
        "text": one.text,
        "evidence": list(one.evidence),
        "columns": list(one.columns),
    }


def _diagnosis_from(kept: dict[str, Any] | None) -> Diagnosis | None:
    if kept is None:
        return None
    lists = {key: tuple(kept[key]) for key in ("evidence", "columns")}
    return Diagnosis(**{**kept, **lists})
