"""``leeboard incidents``, ``expect`` and ``explain``."""

from __future__ import annotations

import json as jsonlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from leeboard.alarms.judged import Judged, Severity
from leeboard.cli._terminal import clean, say
from leeboard.errors import ConfigError
from leeboard.incidents.incident import Incident
from leeboard.incidents.template import DEFAULT
from leeboard.incidents.titles import heading
from leeboard.monitor.deeds import user
from leeboard.monitor.handling import Case
from leeboard.monitor.monitor import Monitor
from leeboard.monitor.spans import moment_read
from leeboard.windows import duration

__all__ = [
    "act",
    "expect",
    "explain",
    "incident_line",
    "list_",
    "moment_of_text",
    "show",
    "template",
]


def list_(config: str, model: str | None, *, all_: bool, json: bool) -> int:
    """Print incidents; return 1 if one that pages runs."""
    found = Monitor(config).incidents(model, running=not all_)
    if json:
        say(jsonlib.dumps([_plain(one) for one in found]) + "\n")
    elif found:
        say("\n".join(incident_line(one) for one in found) + "\n")
    else:
        say("No incident.\n" if all_ else "No incident runs.\n")
    pages = [
        one for one in found if one.severity is Severity.PAGE and not one.stage.ended
    ]
    return int(bool(pages))


def incident_line(one: Incident) -> str:
    """Two lines: id, severity, stage and days; and the finding."""
    span = f"{one.first_window.start:%Y-%m-%d}"
    if one.last_window != one.first_window:
        span += f" to {one.last_window.start:%Y-%m-%d}"
    return f"{one.id}  {one.severity.value:<5} {one.stage.value:<12} {span}\n    " + (
        clean(heading(one))
    )


def template() -> None:
    """Print the shipped runbook."""
    say(DEFAULT)


def show(config: str, id_: str, *, json: bool) -> None:
    """Print one incident."""
    case = Monitor(config).incident(id_)
    if json:
        say(jsonlib.dumps(_whole(case)) + "\n")
    else:
        say("\n".join(clean(line) for line in _shown(case)) + "\n")


def _shown(case: Case) -> Iterator[str]:
    one = case.incident
    yield heading(one)
    yield f"{one.id}: {one.severity.value}, {one.stage.value}"
    if one.diagnosis is not None:
        yield f"{one.diagnosis.text} ({one.diagnosis.cause}, {one.diagnosis.pattern})"
        yield from (f"  {fact}" for fact in one.diagnosis.evidence)
    yield ""
    yield "What crossed"
    for verdict in case.verdicts:
        yield f"  {verdict.id}  {verdict.window.start:%Y-%m-%d %H:%M}  {verdict.text}"
    yield ""
    yield "What happened"
    for entry in case.story:
        why = f": {entry.why}" if entry.why else ""
        yield f"  {entry.at:%Y-%m-%d %H:%M}  {entry.event.value} by {entry.who}{why}"
    for step in case.runbook.steps:
        yield ""
        yield (
            step.title
            if step.minutes is None
            else f"{step.title} ({_time(step.minutes)})"
        )
        yield from (f"  {line}" for line in step.lines)
        yield from (f"  $ {command}" for command in step.commands)


def _time(minutes: tuple[int, int]) -> str:
    first, last = minutes
    return f"{last} min" if first in {0, last} else f"{first} to {last} min"


def act(
    config: str,
    id_: str,
    action: str,
    *,
    why: str,
    who: str | None,
    span: str | None = None,
) -> None:
    """Do one thing to an incident, and say how it stands."""
    until = None if span is None else datetime.now(UTC) + duration(span)
    one = Monitor(config).act(id_, action, why=why, who=who or user(), until=until)
    say(incident_line(one) + "\n")


def expect(
    config: str,
    text: str,
    span: tuple[str, str],
    columns: Sequence[str],
    *,
    model: str | None,
    who: str | None,
) -> None:
    """Announce a change."""
    start, end = (moment_of_text(one) for one in span)
    one = Monitor(config).expect(
        text, start, end, columns=columns, model=model, who=who or user()
    )
    what = ", ".join(one.columns) or "anything"
    say(
        f"{clean(one.model)}: {clean(what)} may move from"
        f" {one.start:%Y-%m-%d %H:%M} to {one.end:%Y-%m-%d %H:%M} UTC.\n"
    )


def explain(config: str, id_: str, *, json: bool) -> None:
    """Print a verdict, number by number."""
    one = Monitor(config).explain(id_)
    if json:
        say(jsonlib.dumps(_verdict(one)) + "\n")
    else:
        say("\n".join(clean(line) for line in _explained(one)) + "\n")


def _explained(one: Judged) -> Iterator[str]:
    yield f"{one.subject}: {one.state.value}"
    yield one.text
    start, end = one.window.start, one.window.end
    rows = [
        ("window", f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"),
        ("rows", f"{one.n:,}"),
        ("figure", _number(one.value)),
        ("reference", _number(one.reference)),
        ("detector" if one.budgeted else "rule", one.rule),
    ]
    if one.budgeted:
        rows += [
            ("this window", _evidence(one.log_e)),
            ("evidence M", _evidence(one.evidence)),
            ("needed", _evidence(one.threshold)),
        ]
        rows.append(("counts", "against the budget of false alarms"))
    else:
        rows.append(("line", _number(one.threshold)))
        rows.append(("counts", "apart: a rule by name promises no rate"))
    if one.lost or one.partial:
        flag = "; partial" if one.partial else ""
        rows.append(("lost", f"about {one.lost:.1%} of the window's events{flag}"))
    rows.append(("asks for", one.severity.value if one.severity else "nothing"))
    yield from (f"  {name:<12} {text}" for name, text in rows)


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.6g}"


def _evidence(log: float | None) -> str:
    if log is None:
        return "none"
    return f"e^{log:.2f}" + (f" = {math.exp(log):,.4g}" if log < 30 else "")


def moment_of_text(text: str) -> datetime:
    """Read a day or a time; without a zone it is UTC."""
    try:
        return moment_read(text)
    except ValueError as error:
        raise ConfigError(
            code="bad_time",
            where="time",
            found=repr(text),
            expected="a day or a time, such as 2026-03-01 or 2026-03-01T08:00+01:00",
            fix="Times without a zone are taken as UTC.",
        ) from error


def _plain(one: Incident) -> dict[str, Any]:
    found: dict[str, Any] = asdict(one)
    return jsonlib.loads(jsonlib.dumps(found, default=_iso))  # type: ignore[no-any-return]  # a dict again


def _iso(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _verdict(one: Judged) -> dict[str, Any]:
    facts = jsonlib.loads(jsonlib.dumps(asdict(one), default=_iso))
    return {"id": facts.pop("known_as") or one.id, **facts}


def _whole(case: Case) -> dict[str, Any]:
    found = jsonlib.loads(jsonlib.dumps(asdict(case), default=_iso))
    found["verdicts"] = [_verdict(one) for one in case.verdicts]
    return found  # type: ignore[no-any-return]  # a dict again
