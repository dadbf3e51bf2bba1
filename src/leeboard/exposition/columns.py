"""Samples of columns: the latest figures, verdicts and evidence of each.

Place: the part that grows with the number of features, and is bounded by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from leeboard.alarms.look import RESIDUAL
from leeboard.config.plan import ModelPlan
from leeboard.dashboard.reading import Reader, Row
from leeboard.events import PREDICTION
from leeboard.exposition.families import STATES, Sample
from leeboard.monitor.frame import LATENCY
from leeboard.monitor.labels import LABELS
from leeboard.monitor.realised import PERFORMANCE
from leeboard.monitor.sizes import SIZE, without_noise
from leeboard.state import Done
from leeboard.windows import Window

__all__ = ["PER_COLUMN", "column_samples", "known_columns"]

PER_COLUMN = 20
"""Series that one column may have."""

_TRAFFIC = "predictions"
"""Subject of the count of a window's rows."""

_JUDGED = 3
"""Windows before the last with all labels that are looked through for verdicts."""


def known_columns(reader: Reader, plan: ModelPlan) -> frozenset[str]:
    """Return names that may become a label: of the reference and the configuration."""
    schema = reader.baseline(plan).reference.schema
    return frozenset(
        {
            *(column.name for column in schema.columns),
            *(f"metadata.{name}" for name in plan.metadata),
            *(PREDICTION, LATENCY, RESIDUAL, PERFORMANCE, LABELS, _TRAFFIC),
        }
    )


def column_samples(reader: Reader, plan: ModelPlan) -> Iterator[Sample]:
    """Yield what is known of each column, at most ``PER_COLUMN`` series of one.

    Raises
    ------
    LeeboardError
        Store or reference cannot be read.
    """
    windows = reader.windows(plan.name)
    if not windows:
        return
    known = known_columns(reader, plan)
    by_column: dict[str, list[Sample]] = defaultdict(list)
    for sample in (
        *_verdicts(reader, plan, windows),
        *_figures(reader, plan.name, windows[-1].window),
    ):
        by_column[sample.labels[1]].append(sample)
    left_out = 0
    for column, samples in by_column.items():
        if column in known:
            yield from samples[:PER_COLUMN]
            left_out += len(samples[PER_COLUMN:])
        else:
            left_out += len(samples)
    yield Sample("leeboard_series_left_out", (plan.name,), left_out)


def _figures(reader: Reader, model: str, window: Window) -> Iterator[Sample]:
    """Yield sizes and figures over all rows: first values, then ends of intervals."""
    rows = [
        row
        for row in reader.measured(model, window, segment="")
        if row["subject"] != PERFORMANCE and row["value"] is not None
    ]
    for size in without_noise(one for one in rows if one["metric"] == SIZE):
        if size["value"] is not None:
            labels = (model, size["subject"])
            yield Sample("leeboard_drift_size", labels, size["value"])
    for end, suffix in (("value", ""), ("low", "_low"), ("high", "_high")):
        for row in rows:
            if row[end] is not None:
                measured = (model, row["subject"], row["metric"])
                yield Sample(f"leeboard_measurement{suffix}", measured, row[end])


def _verdicts(
    reader: Reader, plan: ModelPlan, windows: Sequence[Done]
) -> Iterator[Sample]:
    """Yield the latest verdict on each subject; what held is not kept, and is 0."""
    place = _latest_labelled(windows)
    ripe = windows[place].window
    first = windows[max(0, place - _JUDGED)].window
    span = Window(first.start, windows[-1].window.end)
    rules = {rule.name for rule in plan.alarms.rules}
    latest: dict[tuple[str, str, str], Row] = {}
    for row in reader.verdicts(plan.name, span, segment=""):
        rule = row["rule"] if row["rule"] in rules else ""
        latest[row["subject"], row["aspect"], rule] = row
    judged = {PERFORMANCE: ripe, RESIDUAL: ripe}
    for (column, aspect, rule), row in sorted(latest.items()):
        labels = (plan.name, column, aspect, rule)
        current = judged.get(column, windows[-1].window)
        over = row["window_start"] < current.start
        state = 0 if over else STATES.get(row["state"], STATES["failed"])
        yield Sample("leeboard_verdict_state", labels, state)
        if not over and row["evidence"] is not None:
            yield Sample("leeboard_evidence", labels, row["evidence"])
            if row["threshold"] is not None:
                yield Sample("leeboard_evidence_threshold", labels, row["threshold"])


def _latest_labelled(windows: Sequence[Done]) -> int:
    """Place of the window at which performance was judged last."""
    ripe = (i for i, one in enumerate(windows) if one.labels and not one.provisional)
    return max(ripe, default=len(windows) - 1)
