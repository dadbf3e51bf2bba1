"""How things are now, accepted as how they should be: the new baseline of some columns.

Place: under judging and the command line. What was accepted is a span of windows; its
counts take the reference's place for the columns that were accepted with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from leeboard import performance
from leeboard.alarms.look import Standard
from leeboard.incidents.incident import Incident
from leeboard.monitor.adopted import Adopted
from leeboard.monitor.baseline import Baseline
from leeboard.monitor.frame import RESIDUAL
from leeboard.monitor.packs import split_packed
from leeboard.monitor.realised import PERFORMANCE
from leeboard.performance import Tally
from leeboard.profiles.packed import unpack
from leeboard.profiles.part import Part
from leeboard.state import State
from leeboard.windows import Window

__all__ = ["Accepted", "accepted", "keep_accepted", "standard_of"]

_KEY = "accepted"


@dataclass(frozen=True, slots=True)
class Accepted:
    """One acceptance.

    Parameters
    ----------
    incident : str
    names : tuple of str
        Columns, and ``performance``.
    span : Window
        Windows that begin in it are the new baseline.
    """

    incident: str
    names: tuple[str, ...]
    span: Window


def accepted(state: State, model: str) -> tuple[Accepted, ...]:
    """All acceptances of a model, the oldest first."""
    text = state.kept(model, _KEY)
    return tuple(
        Accepted(
            one["incident"],
            tuple(one["names"]),
            Window(*map(datetime.fromisoformat, one["span"])),
        )
        for one in (json.loads(text) if text else ())
    )


def keep_accepted(state: State, incident: Incident) -> None:
    """Keep that an incident was accepted, with the windows it has gone on for."""
    names = tuple(dict.fromkeys(one.name for one in incident.subjects))
    first, last = incident.first_window, incident.last_window
    one = Accepted(incident.id, names, Window(first.start, last.end))
    every = [*accepted(state, incident.model), one]
    rows = [
        {
            "incident": each.incident,
            "names": list(each.names),
            "span": [each.span.start.isoformat(), each.span.end.isoformat()],
        }
        for each in every
    ]
    state.keep(incident.model, _KEY, json.dumps(rows))


def standard_of(
    state: State, model: str, baseline: Baseline, adopted: Adopted
) -> Standard:
    """What the windows of a model are judged against."""
    standard = Standard(
        baseline.reference, adopted.profiles, baseline.figures, baseline.rows
    )
    for one in accepted(state, model):
        part, tally = _counted(state, model, baseline, adopted, one.span)
        if part is not None:
            standard = _with(standard, one.names, part, tally)
    return standard


def _with(
    standard: Standard, names: tuple[str, ...], part: Part, tally: Tally | None
) -> Standard:
    columns = {RESIDUAL if name == PERFORMANCE else name for name in names}
    counts = {name: one for name, one in part.counts.items() if name in columns}
    standard = replace(standard, replaced={**standard.replaced, **counts})
    if PERFORMANCE not in names or tally is None or tally.confusion is None:
        return standard
    rows = int(tally.confusion.sum())
    if rows == 0:
        return standard
    right = float(tally.confusion.trace()) / rows
    figures: Mapping[str, float] = {**standard.figures, "accuracy": right}
    return replace(standard, figures=figures, rows=rows)


def _counted(
    state: State, model: str, baseline: Baseline, adopted: Adopted, span: Window
) -> tuple[Part | None, Tally | None]:
    """Counts of all windows of a span together."""
    extra = {name: one.cells[name] for name, one in adopted.profiles.items()}
    cells = {**baseline.reference.cells, **extra}
    part: Part | None = None
    tally: Tally | None = None
    for _, fingerprint, packed in state.profiles(model, span, ""):
        if fingerprint != baseline.reference.fingerprint:
            continue
        columns, outcomes = split_packed(packed.data)
        one = unpack(columns, cells)
        part = one if part is None else part + one
        if outcomes and adopted.outcomes is not None:
            more = performance.unpack(outcomes, adopted.outcomes)
            tally = more if tally is None else tally + more
    return part, tally
