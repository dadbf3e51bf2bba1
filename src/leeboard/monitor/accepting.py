"""How things are now, accepted as how they should be: the new baseline of some columns.

Place: under judging. An incident that was accepted is all there is to know: the counts
of its latest windows take the reference's place for the columns that it is about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain

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

_AT_ONCE = 64
"""Windows whose counts are in memory together."""


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
    cells = (baseline, adopted)
    return accepting({"": standard}, state, model, cells, incidents)[""]


def accepting(
    standards: Mapping[str, Standard],
    state: State,
    model: str,
    cells: tuple[Baseline, Adopted],
    incidents: Sequence[Incident],
) -> dict[str, Standard]:
    """Return standards, by segment, with what people accepted.

    What was accepted of all rows, whose name is empty, holds for each of their
    segments; what was accepted of one segment, for that one.
    """
    found = dict(standards)
    for one in incidents:
        about = {
            segment: {s.name for s in one.subjects if s.segment in {"", segment}}
            for segment in standards
        }
        asked = {segment for segment, names in about.items() if names}
        counted = _counted(state, model, cells, one, asked) if asked else {}
        for segment, (part, tally) in counted.items():
            found[segment] = _with(found[segment], about[segment], part, tally)
    return found


def _now(one: Incident) -> Iterator[Window]:
    """Time that stands for how things are, in parts: of a long incident the latest."""
    last = one.last_window
    length = last.end - last.start
    start = max(one.first_window.start, last.end - max(_WINDOWS * length, _MONTH))
    while start < last.end:
        end = min(start + _AT_ONCE * length, last.end)
        yield Window(start, end)
        start = end


def _with(
    standard: Standard, names: set[str], part: Part, tally: Tally | None
) -> Standard:
    columns = {RESIDUAL if name == PERFORMANCE else name for name in names}
    counts = {name: one for name, one in part.counts.items() if name in columns}
    standard = replace(standard, replaced={**standard.replaced, **counts})
    if PERFORMANCE not in names or tally is None:
        return standard
    if tally.confusion is None:
        (mae,) = performance.figures(tally, ["mae"])
        known = {k: one for k, one in standard.figures.items() if k != "mae"}
        if mae.value is not None:
            known["mae"] = mae.value
        return replace(standard, figures=known)
    rows = int(tally.confusion.sum())
    if rows == 0:
        return standard
    right = float(tally.confusion.trace()) / rows
    figures: Mapping[str, float] = {**standard.figures, "accuracy": right}
    return replace(standard, figures=figures, rows=rows)


def _counted(
    state: State,
    model: str,
    cells: tuple[Baseline, Adopted],
    incident: Incident,
    asked: Collection[str],
) -> dict[str, tuple[Part, Tally | None]]:
    """Counts of an incident's windows together, by segment: of those that have any."""
    baseline, adopted = cells
    extra = {name: one.cells[name] for name, one in adopted.profiles.items()}
    known = {**baseline.reference.cells, **extra}
    found: dict[str, tuple[Part, Tally | None]] = {}
    own = baseline.reference.fingerprint
    kept = (state.profiles(model, span, asked) for span in _now(incident))
    for _, fingerprint, packed in chain.from_iterable(kept):
        if fingerprint != own:
            continue
        columns, outcomes = split_packed(packed.data)
        one = unpack(columns, known)
        part, tally = found.get(packed.segment, (None, None))
        part = one if part is None else part + one
        if outcomes and adopted.outcomes is not None:
            more = performance.unpack(outcomes, adopted.outcomes)
            tally = more if tally is None else tally + more
        found[packed.segment] = (part, tally)
    return found
