"""What to do now: timed steps, filled with this incident's own data.

Place: on the path. Nothing that comes from data is ever read as a placeholder, and in
commands it is quoted for a shell.
"""

from __future__ import annotations

import re
import shlex
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from leeboard.alarms.judged import Judged, Severity, Subject
from leeboard.incidents.incident import Incident, Kind, Stage
from leeboard.incidents.template import Draft, read_template
from leeboard.incidents.titles import blamed, figure, heading, when

__all__ = ["Facts", "Runbook", "Step", "runbook_of"]

_MOST = 8
"""Figures, columns and commands a step names; the incident's page has all."""
_AIMED = re.compile(r"^leeboard (incidents [a-z]+|expect|explain|export [a-z]+)\b")
_ACTION = re.compile(r"^leeboard incidents ([a-z]+)\b")
_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the incident itself does not know.

    Parameters
    ----------
    owner, link, last_good_version, config : str
        Empty: not known, and not said. ``config`` is the file that commands need.
    """

    owner: str = ""
    link: str = ""
    last_good_version: str = ""
    config: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Parameters
    ----------
    title : str
    minutes : (int, int) or None
        From and to; None: as long as it takes.
    lines : tuple of str
        Sentences.
    commands : tuple of str
        To be typed into a shell, as they are.
    """

    title: str
    minutes: tuple[int, int] | None
    lines: tuple[str, ...]
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Runbook:
    """Steps in order."""

    steps: tuple[Step, ...]


def runbook_of(
    incident: Incident,
    judged: Iterable[Judged],
    facts: Facts | None = None,
    *,
    template: Sequence[Draft] | None = None,
) -> Runbook:
    """Fill the runbook for an incident.

    Parameters
    ----------
    incident : Incident
    judged : iterable of Judged
        Verdicts that made it; others are passed over.
    facts : Facts or None
    template : sequence of Draft or None
        As ``read_template`` gives it; None: the steps that Leeboard ships.
    """
    drafts = read_template() if template is None else template
    ids = set(incident.verdicts)
    found = [one for one in judged if one.id in ids]
    facts = facts or Facts()
    values = _values(incident, found, facts)
    quoted = {
        name: some
        if name in {"commands", "expect", "export"}
        else tuple(shlex.quote(one) for one in some)
        for name, some in values.items()
    }
    return Runbook(
        tuple(
            Step(
                one.title,
                one.minutes,
                _fill(one.lines, values),
                _aimed(_able(incident, _fill(one.commands, quoted)), facts.config),
            )
            for one in drafts
        )
    )


def _fill(
    lines: Iterable[str], values: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    filled: list[str] = []
    for line in lines:
        template = string.Template(line)
        names = template.get_identifiers()
        if not all(values[name] for name in names):
            continue
        if len(names) == 1 and line in {f"${names[0]}", f"${{{names[0]}}}"}:
            filled += values[names[0]]
        else:
            filled.append(
                template.substitute({name: ", ".join(values[name]) for name in names})
            )
    return tuple(filled)


def _values(
    incident: Incident, judged: Sequence[Judged], facts: Facts
) -> dict[str, tuple[str, ...]]:
    diagnosis = incident.diagnosis
    leading, with_it = _parted(incident)
    return {
        "id": (incident.id,),
        "model": (incident.model,),
        "title": (heading(incident),),
        "severity": (incident.severity.value,),
        "first_window": (when(incident.first_window),),
        "last_window": (when(incident.last_window),),
        "figures": tuple(_figures(one) for one in _strongest(judged)[:_MOST]),
        "columns": _some(subject.name for subject in leading),
        "moved_with_it": _some(subject.name for subject in with_it),
        "segments": _some(one.segment for one in incident.subjects if one.segment),
        "diagnosis": (diagnosis.text,) if diagnosis else (),
        "evidence": diagnosis.evidence[:_MOST] if diagnosis else (),
        "owner": _said(facts.owner),
        "link": _said(facts.link),
        "last_good_version": _said(facts.last_good_version),
        "config": _said(facts.config),
        "commands": tuple(
            f"leeboard explain {one.id}" for one in _strongest(judged)[:3]
        ),
        "acceptable": _columns(incident) if _may(incident, "accept") else (),
        "expect": _expect(incident),
        "expectable": _expectable(incident),
        "export": _export(incident.model),
    }


def _said(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _some(names: Iterable[str]) -> tuple[str, ...]:
    every = list(dict.fromkeys(names))
    if len(every) <= _MOST:
        return tuple(every)
    return (*every[:_MOST], f"{len(every) - _MOST} more")


def _parted(incident: Incident) -> tuple[list[Subject], list[Subject]]:
    """Part the subjects into the cause and those that ask for somebody, and others."""
    notes = {one.subject for one in incident.standing if one.severity is Severity.NOTE}
    if incident.severity is Severity.NOTE:
        return list(incident.subjects), []
    causes = blamed(incident)
    notes = {one for one in notes if one.name not in causes}
    leading = [one for one in incident.subjects if one not in notes]
    leading.sort(key=lambda one: one.name not in causes)
    return leading, [one for one in incident.subjects if one in notes]


def _strongest(judged: Sequence[Judged]) -> list[Judged]:
    return sorted(
        judged,
        key=lambda one: (
            -(one.severity or Severity.NOTE).rank,
            -(one.evidence or 0.0),
            str(one.subject),
        ),
    )


_SHARES = {
    "range": "share of values beyond the reference's range",
    "missing": "share of rows without a value",
    "unseen": "share of values that the reference never had",
}
"""What the figures of an aspect are."""


def _figures(one: Judged) -> str:
    """A figure, its reference, and the evidence against its threshold."""
    what = _SHARES.get(one.subject.aspect)
    if what is None:
        parts = [f"{one.subject}:"]
    else:
        where = f" where {one.subject.segment}" if one.subject.segment else ""
        parts = [f"{one.subject.name}{where}, {what}:"]
    parts.append("moved" if one.value is None else figure(one.value))
    if one.low is not None and one.high is not None:
        parts.append(f"({figure(one.low)} to {figure(one.high)})")
    if one.reference is not None:
        parts.append(f"now, {figure(one.reference)} in the reference,")
    parts.append(f"in {one.n:,} rows of {when(one.window)}")
    if one.evidence is not None and one.threshold is not None:
        parts.append(
            f"– evidence {figure(one.evidence)}, threshold {figure(one.threshold)}"
        )
    return " ".join(parts) + "."


def _may(incident: Incident, action: str) -> bool:
    """Tell whether an action makes sense as the incident stands."""
    if action == "ack":
        return incident.stage is Stage.OPEN
    if action == "accept":
        return not incident.stage.ended and incident.kind is Kind.CHANGE
    return not incident.stage.ended or action not in {"silence", "close"}


def _able(incident: Incident, commands: Iterable[str]) -> Iterator[str]:
    """Leave out what would be refused, or make no sense, whoever wrote the template."""
    for command in commands:
        action = _ACTION.match(command)
        if action is None or _may(incident, action[1]):
            yield command


def _columns(incident: Incident) -> tuple[str, ...]:
    return _some(subject.name for subject in incident.subjects)


def _expectable(incident: Incident) -> tuple[str, ...]:
    """What somebody may have planned: columns that move, or that nothing comes."""
    if incident.kind is Kind.CHANGE:
        return _columns(incident)
    return ("no data",) if incident.kind in {Kind.NO_DATA, Kind.LATE_DATA} else ()


def _expect(incident: Incident) -> tuple[str, ...]:
    """Announce from the latest window on, for a month."""
    if not _expectable(incident):
        return ()
    start = incident.last_window.end
    parts = ["leeboard", "expect", "what is planned", "--model", incident.model]
    for name in dict.fromkeys(subject.name for subject in incident.subjects):
        parts += ["--column", name]
    parts += ["--from", f"{start:%Y-%m-%d}", "--to", f"{start + _MONTH:%Y-%m-%d}"]
    return (shlex.join(parts),)


def _export(model: str) -> tuple[str, ...]:
    parts = ["leeboard", "export", "joined", "--model", model]
    return (shlex.join([*parts, "--parquet", "rows.parquet"]),)


def _aimed(commands: Iterable[str], config: str) -> tuple[str, ...]:
    """Let commands about incidents say which configuration they mean.

    Others may take none; a template can say ``--config $config`` of any.
    """
    if not config:
        return tuple(commands)
    own = f" --config {shlex.quote(config)}"
    return tuple(
        # behind its name: a pipe or a comment may follow
        command
        if "--config" in command
        else _AIMED.sub(lambda name: name[0] + own, command)
        for command in commands
    )
