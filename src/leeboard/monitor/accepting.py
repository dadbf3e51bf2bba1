"""How things are now, accepted as how they should be: the new baseline of some columns.

Place: under judging. An incident that was accepted is all there is to know: the counts
of its latest windows take the reference's place for the columns that it is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from leeboard import performance
from leeboard.alarms.look import RESIDUAL, Standard
from leeboard.incidents.incident import Incident, Stage
from leeboard.monitor.adopted import Adopted
from leeboard.monitor.baseline import Baseline
from leeboard.monitor.packs import split_packed
from leeboard.monitor.realised import PERFORMANCE
from leeboard.performance import Tally
from leeboard.profiles.packed import unpack
from leeboard.profiles.part import Part
from leeboard.state import State
from leeboard.windows import Window

__all__ = ["accepted", "accepting", "standard_of"]

_WINDOWS, _MONTH = 30, timedelta(days=28)
"""Latest windows of an incident that are the new baseline; of hours, a month's."""


def accepted(state: State, model: str) -> list[Incident]:
    """All incidents of a model that people accepted, in the order in which they did."""
    found = [
        (one.ended_at, one.id, one)
        for one in state.alarms.incidents(model)
        if one.stage is Stage.ACCEPTED and one.ended_at is not None
    ]
    return [one for *_, one in sorted(found, key=lambda row: row[:2])]


def standard_of(
    state: State,
    model: str,
    baseline: Baseline,
    adopted: Adopted,
    incidents: Sequence[Incident],
) -> Standard:
    """What the windows of a model are judged against, with what people accepted."""
    standard = Standard(
        baseline.reference, adopted.profiles, baseline.figures, baseline.rows
    )
    return accepting(standard, state, model, (baseline, adopted), incidents)


def accepting(
    standard: Standard,
    state: State,
    model: str,
    cells: tuple[Baseline, Adopted],
    incidents: Sequence[Incident],
    *,
    segment: str = "",
) -> Standard:
    """Return a standard with what people accepted of a segment, or of all rows.

    What was accepted of all rows holds for each of their segments; what was accepted
    of one segment, for that one.
    """
    for one in incidents:
        names = {s.name for s in one.subjects if s.segment in {"", segment}}
        if names:
            part, tally = _counted(state, model, *cells, _now(one), segment)
            if part is not None:
                standard = _with(standard, names, part, tally)
    return standard


def _now(one: Incident) -> Window:
    """Time that stands for how things are: of a long incident the latest part."""
    last = one.last_window
    long = max(_WINDOWS * (last.end - last.start), _MONTH)
    return Window(max(one.first_window.start, last.end - long), last.end)


def _with(
    standard: Standard, names: set[str], part: Part, tally: Tally | None
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
    state: State,
    model: str,
    baseline: Baseline,
    adopted: Adopted,
    span: Window,
    segment: str,
) -> tuple[Part | None, Tally | None]:
    """Counts of all windows of a span together."""
    extra = {name: one.cells[name] for name, one in adopted.profiles.items()}
    cells = {**baseline.reference.cells, **extra}
    part: Part | None = None
    tally: Tally | None = None
    own = baseline.reference.fingerprint
    for _, fingerprint, packed in state.profiles(model, span, segment):
        if fingerprint != own:
            continue
        columns, outcomes = split_packed(packed.data)
        one = unpack(columns, cells)
        part = one if part is None else part + one
        if outcomes and adopted.outcomes is not None:
            more = performance.unpack(outcomes, adopted.outcomes)
            tally = more if tally is None else tally + more
    return part, tally
