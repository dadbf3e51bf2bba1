"""A store filled by hand: hostile texts, or very many columns and windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from leeboard.alarms.judged import Group, Judged, Severity, Subject
from leeboard.config.plan import ModelPlan, Plan
from leeboard.incidents.incident import (
    Diagnosis,
    Event,
    Incident,
    Kind,
    Stage,
    Standing,
    Transition,
)
from leeboard.monitor.packs import join_packed
from leeboard.profiles.packed import pack
from leeboard.profiles.profile import Profile
from leeboard.state import Done, Measured, Packed, State
from leeboard.state._alarms import Written
from leeboard.verdicts.verdict import State as Answer
from leeboard.windows import Calendar, Every, Window

__all__ = ["NOW", "START", "alarms", "fill", "plan_of"]

START = datetime(2025, 1, 6, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def plan_of(folder: Path, reference: Profile, names: Sequence[str]) -> Plan:
    """Models of these names, all with one reference."""
    path = str(folder / "made.profile.json")
    reference.save(path)
    hour = Calendar(Every.parse("1h"), UTC)
    models = tuple(ModelPlan(name, path, "", hour, segments=("s",)) for name in names)
    return Plan("made.toml", "log", "", "state", models)


def fill(
    state: State,
    model: str,
    columns: Sequence[str],
    *,
    windows: int,
    full: int | None = None,
    text: str = "nothing strange",
    counted: Profile | None = None,
    crossed: int = -1,
) -> None:
    """Put hourly windows with figures, and one incident that says ``text`` everywhere.

    All figures are in the last ``full`` windows; those before have performance alone.
    The last window has the counts ``counted``, and window ``crossed`` the incident.
    """
    hour = timedelta(hours=1)
    spans = [Window(START + i * hour, START + (i + 1) * hour) for i in range(windows)]
    lease = state.lease(f"fill:{model}", "test", NOW, 3600.0)
    assert lease is not None
    batch = []
    for i, span in enumerate(spans):
        done = Done(
            *(model, span, 1, 100, 60, 0.6, False),
            *(counted.fingerprint if counted else "f", f"d{i}", NOW, NOW),
            late=i % 3,
            notes=((text[:40], text),),
        )
        rows = [_measured("performance", "mae", 10.0 + i % 7, "realised")]
        if i >= windows - (full or windows):
            rows += _column_rows(columns, i)
            rows.append(_measured("predictions", "count", 50.0, segment=text))
        packed = _packed(counted) if i == windows - 1 else []
        batch.append((done, packed, rows))
    state.put(lease, batch, model=model, place=1)
    state.alarms.write(lease, model, alarms(model, spans[crossed], columns, text))
    state.release(lease)


def _packed(counted: Profile | None) -> list[Packed]:
    if counted is None:
        return []
    data = join_packed(pack(counted.parts[None]), b"")
    return [Packed("", counted.rows, data)]


def _column_rows(columns: Sequence[str], i: int) -> list[Measured]:
    rows = []
    for at, name in enumerate(columns):
        size = ((at * 7 + i) % 50) / 25.0
        rows.append(replace(_measured(name, "psi", size), reference=0.0))
        rows.append(_measured(name, "missing", (at % 10) / 20.0))
    return rows


def _measured(
    subject: str, metric: str, value: float, basis: str = "counted", segment: str = ""
) -> Measured:
    ends = value * 0.9, value * 1.1
    return Measured(segment, subject, metric, basis, value, *ends, 1.0, 1000, 100)


def alarms(model: str, window: Window, columns: Sequence[str], text: str) -> Written:
    """Return verdicts of one window, and an incident that says ``text`` everywhere."""
    judged = [
        Judged(
            model=model,
            window=window,
            subject=Subject("", name, aspect),
            group=Group.QUALITY if aspect == "missing" else Group.FEATURES,
            rule=text,
            budgeted=True,
            state=Answer.MOVED,
            severity=Severity.PAGE,
            evidence=9.0 + at,
            threshold=5.0,
            log_e=1.0,
            value=0.5,
            low=0.1,
            high=0.9,
            reference=0.1,
            n=100,
            text=text,
        )
        for at, name in enumerate(columns[:40])
        for aspect in ("distribution", "missing")
    ]
    subjects = tuple(one.subject for one in judged)
    incident = Incident(
        id=f"{model}-20250106-abc",
        model=model,
        kind=Kind.CHANGE,
        stage=Stage.OPEN,
        severity=Severity.PAGE,
        opened_at=NOW,
        updated_at=NOW,
        ended_at=None,
        first_window=window,
        last_window=window,
        subjects=subjects,
        verdicts=tuple(one.id for one in judged),
        held=0,
        title=f"{model}: {text}",
        diagnosis=Diagnosis(text, text, text, (text, text), tuple(columns[:3])),
        standing=tuple(
            Standing(subject, window, 0, Severity.PAGE, 1.0) for subject in subjects
        ),
    )
    story = [
        Transition(incident.id, 1, NOW, text, Event.OPENED, text),
        Transition(incident.id, 2, NOW, "leeboard", Event.NOTED, text),
    ]
    return Written(judged, [incident], story)
