"""One column of one window beside the reference: histogram and figures."""

from __future__ import annotations

from collections.abc import Iterator

from leeboard.config.plan import ModelPlan
from leeboard.dashboard.reading import Reader
from leeboard.dashboard.standing import when
from leeboard.pages.cards import facts
from leeboard.pages.dashboard.parts import Distribution
from leeboard.pages.histograms import FINE, histogram
from leeboard.pages.words import plural
from leeboard.profiles.cells import Cells
from leeboard.profiles.counts import Counts
from leeboard.schema import Column, Kind
from leeboard.windows import Window

__all__ = ["distribution_of"]


def distribution_of(
    reader: Reader, plan: ModelPlan, name: str, window: Window, segment: str = ""
) -> Iterator[Distribution]:
    """Draw a column of a window; nothing if the reference does not know the column."""
    known = _reference(reader, plan, name)
    if known is None:
        return
    column, cells, before = known
    profile = reader.profile(plan, window, segment)
    after = None if profile is None else profile.parts[None].counts.get(name)
    title = f"{name} in the window of {when(window.start)}"
    where = f" where {segment}" if segment else ""
    if after is None:
        yield Distribution(name, title + where, "", None, ())
        return
    yield Distribution(
        name=name,
        title=title + where,
        note=f"{plural(after.rows, 'row')} beside {before.rows:,} of the reference.",
        histogram=histogram(column, cells, before, after, pieces=FINE),
        facts=facts(column, cells, before, after),
    )


def _reference(
    reader: Reader, plan: ModelPlan, name: str
) -> tuple[Column, Cells, Counts] | None:
    reference = reader.baseline(plan).reference
    cells = reference.cells.get(name)
    counts = reference.parts[None].counts.get(name)
    if cells is None or counts is None:
        return None
    known = name in reference.schema
    column = reference.schema[name] if known else Column(name, Kind.NUMERIC)
    return column, cells, counts
