"""Observations of windows, for histograms: how long predictions took, and scores.

Place: reads the counts that are kept of each window, in the cells they are kept in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from leeboard.config.plan import ModelPlan
from leeboard.dashboard.reading import Reader
from leeboard.exposition.bucketed import bucketed
from leeboard.exposition.families import LATENCY_BOUNDS, SCORE_BOUNDS, Buckets
from leeboard.exposition.totals import Totals
from leeboard.monitor.frame import LATENCY
from leeboard.monitor.packs import split_packed
from leeboard.profiles.cells import Cells, NumericCells
from leeboard.profiles.counts import NumericCounts
from leeboard.profiles.packed import unpack
from leeboard.schema import Role
from leeboard.state import Done
from leeboard.windows import Window

__all__ = ["BOUNDS", "observed"]

BOUNDS: Mapping[str, Sequence[float]] = {
    "ml_prediction_latency_seconds": LATENCY_BOUNDS,
    "ml_prediction_score": SCORE_BOUNDS,
}
"""Upper ends of the buckets of each histogram."""

_AT_ONCE = 96
"""Windows that are added at once: each is unpacked whole. When a store is met first the
last ones alone are, since where a counter begins does not matter; later the rest waits
for the next time."""


def observed(reader: Reader, plan: ModelPlan, before: Totals) -> Totals:
    """Add the windows that are not in the histograms yet, each once, in order.

    One that is counted after a later one, as of imported history, is left out.

    Raises
    ------
    LeeboardError
        Store or reference cannot be read.
    """
    new = [
        one
        for one in reader.windows(plan.name)
        if before.upto is None or one.window.end > before.upto
    ]
    fresh = new[-_AT_ONCE:] if before.upto is None else new[:_AT_ONCE]
    if not fresh:
        return before
    reference = reader.baseline(plan).reference
    adopted = reader.adopted(plan)
    extra = {name: one.cells[name] for name, one in adopted.profiles.items()}
    cells = {**extra, **reference.cells}
    score = reference.schema.first(Role.SCORE)
    columns = {"ml_prediction_latency_seconds": LATENCY}
    if score is not None:
        columns["ml_prediction_score"] = score.name
    totals = before
    kept = _packed(reader, plan.name, fresh, reference.fingerprint)
    for done in fresh:
        data = kept.get(done.window)
        found = [] if data is None else _buckets(data, cells, columns)
        totals = totals.added(found, done.window.end)
    return totals


def _packed(
    reader: Reader, model: str, windows: Sequence[Done], fingerprint: str
) -> dict[Window, bytes]:
    """Counts of windows in the cells of today's reference."""
    span = Window(windows[0].window.start, windows[-1].window.end)
    rows = reader.state.profiles(model, span, "")
    return {window: one.data for window, of, one in rows if of == fingerprint}


def _buckets(
    data: bytes, cells: Mapping[str, Cells], columns: Mapping[str, str]
) -> Iterator[tuple[str, Buckets]]:
    counts = unpack(split_packed(data)[0], cells).counts
    for family, column in columns.items():
        own, one = cells.get(column), counts.get(column)
        if isinstance(own, NumericCells) and isinstance(one, NumericCounts):
            yield family, bucketed(own, one, BOUNDS[family])
