"""Samples of how a model stands: windows, labels, performance, incidents and the log.

Place: a handful of series a model, whatever columns it has; reads a store, asks nothing
that grows with its age.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from leeboard.alarms.judged import Severity
from leeboard.config.plan import ModelPlan
from leeboard.dashboard.reading import Reader, Row
from leeboard.exposition.families import Sample
from leeboard.exposition.totals import Totals
from leeboard.incidents.incident import Incident, Stage
from leeboard.logs import Summary
from leeboard.state import Done

__all__ = ["counted", "log_samples", "standing_samples"]

_SETTLED = 10
"""So many windows past their horizon tell how complete labels are in the end."""

_LATE = 10
_REASONS = 20
"""Reasons that may be told apart: they come with frames that loggers wrote."""

_REASON = re.compile(r"[a-z][a-z0-9_]{0,39}")
_OTHER = "other"
_DROPPED = "dropped:"
_COUNTERS = (
    "ml_predictions_total",
    "leeboard_labels_total",
    "leeboard_joined_total",
    "leeboard_conflicts_total",
)
_LABELLED = ("realised", "provisional")


def standing_samples(
    reader: Reader, plan: ModelPlan, now: datetime
) -> Iterator[Sample]:
    """Yield what windows, labels and incidents of a model say.

    Raises
    ------
    LeeboardError
        The store cannot be read.
    """
    name, windows = plan.name, reader.windows(plan.name)
    yield from _incidents(name, reader.incidents(name, running=True))
    yield Sample("leeboard_windows", (name,), len(windows))
    if not windows:
        return
    last = windows[-1]
    late = sum(one.late for one in windows[-_LATE:])
    yield Sample("leeboard_window_predictions", (name,), last.rows)
    yield Sample("leeboard_window_late_predictions", (name,), late)
    yield Sample(
        "leeboard_window_end_timestamp_seconds", (name,), last.window.end.timestamp()
    )
    yield from _completeness(plan, windows, now)
    yield from _performance(reader, name, windows)


def _incidents(model: str, running: Sequence[Incident]) -> Iterator[Sample]:
    """Yield a count for each severity and state, so that alerts end at 0."""
    counts = Counter((one.severity, one.stage) for one in running)
    for severity in Severity:
        for stage in (Stage.OPEN, Stage.ACKNOWLEDGED):
            labels = (model, severity.value, stage.value)
            yield Sample("leeboard_incidents", labels, counts[severity, stage])


def _completeness(
    plan: ModelPlan, windows: Sequence[Done], now: datetime
) -> Iterator[Sample]:
    settled = [one for one in windows if one.window.end + plan.horizon <= now]
    for kind, some in (("latest", windows[-1:]), ("settled", settled[-_SETTLED:])):
        known = [(o.completeness, o.rows) for o in some if o.completeness is not None]
        rows = sum(n for _, n in known)
        if rows:
            share = sum(part * n for part, n in known) / rows
            yield Sample("leeboard_label_completeness_ratio", (plan.name, kind), share)


def _performance(
    reader: Reader, model: str, windows: Sequence[Done]
) -> Iterator[Sample]:
    """Yield the latest figures on each basis, and the accuracy that labels tell."""
    figures: dict[tuple[str, str], Row] = {}
    for done in _telling(windows):
        where = {"subject": "performance", "segment": ""}
        for row in reader.figures(model, done.window, **where):
            figures.setdefault((row["metric"], row["basis"]), row)
    told: set[str] = set()
    for (metric, basis), row in figures.items():
        if row["value"] is None:
            continue
        labels = (model, metric, basis)
        yield Sample("leeboard_performance", labels, row["value"])
        for end in ("low", "high"):
            if row[end] is not None:
                yield Sample(f"leeboard_performance_{end}", labels, row[end])
        if row["reference"] is not None and metric not in told:
            told.add(metric)
            place = (model, metric)
            yield Sample("leeboard_performance_reference", place, row["reference"])
    known = [
        row
        for (metric, basis), row in figures.items()
        if metric == "accuracy" and basis in _LABELLED and row["value"] is not None
    ]
    if known:
        latest = max(known, key=lambda row: row["window_start"])
        yield Sample("ml_model_accuracy", (model,), latest["value"])


def _telling(windows: Sequence[Done]) -> Iterator[Done]:
    """Yield the latest window, the latest with labels, and the latest with all."""
    labelled = (one for one in reversed(windows) if one.labels)
    settled = (one for one in reversed(windows) if one.labels and not one.provisional)
    found = {one.window: one for one in (*windows[-1:], *islice(labelled, 1))}
    found |= {one.window: one for one in islice(settled, 1)}
    yield from sorted(found.values(), key=lambda one: one.window.start, reverse=True)


def counted(summary: Summary, before: Totals) -> dict[str, int]:
    """Return what the log holds, by the names that `log_samples` knows.

    Reasons beyond so many, and those that are no word, are counted together: they come
    with frames, and a frame may say anything.
    """
    known = {name for name in before.counts if name.startswith(_DROPPED)}
    dropped: Counter[str] = Counter()
    for reason, n in sorted(summary.dropped.items()):
        name = f"{_DROPPED}{reason}"
        if name not in known and (
            len(known) >= _REASONS or not _REASON.fullmatch(reason)
        ):
            name = f"{_DROPPED}{_OTHER}"
        known.add(name)
        dropped[name] += n
    counts = (
        summary.predictions,
        summary.labels,
        summary.joined,
        summary.conflicts,
    )
    return {**dict(zip(_COUNTERS, counts, strict=True)), **dropped}


def log_samples(
    model: str, totals: Totals, summary: Summary | None
) -> Iterator[Sample]:
    """Yield the counters of the log, from 0 on, and what is set aside now."""
    for name in _COUNTERS:
        yield Sample(name, (model,), totals.value(name))
    counts = {f"{_DROPPED}{_OTHER}": (0, 0), **totals.counts}
    for name, (_, exposed) in counts.items():
        if name.startswith(_DROPPED):
            labels = (model, name.removeprefix(_DROPPED))
            yield Sample("leeboard_dropped_total", labels, exposed)
    if summary is None:
        return
    for reason, n in _few(summary.quarantined).items():
        yield Sample("leeboard_quarantined", (model, reason), n)
    if summary.last_received is not None:
        yield Sample(
            "leeboard_last_received_timestamp_seconds",
            (model,),
            summary.last_received.timestamp(),
        )


def _few(by_reason: Mapping[str, int]) -> Mapping[str, int]:
    """Return counts of the reasons that matter most; the others together."""
    found: Counter[str] = Counter({_OTHER: 0})
    for reason, n in sorted(by_reason.items(), key=lambda pair: (-pair[1], pair[0])):
        plain = _REASON.fullmatch(reason) and len(found) <= _REASONS
        found[reason if plain else _OTHER] += n
    return found
