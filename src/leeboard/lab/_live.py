"""The lab's model in production: every hour predicted and logged, then labelled.

Events go through the same logger, log and passes that users have, on the clock of the
data. The pass of the last Monday sees a week whose labels have come in part.
"""

from __future__ import annotations

import os
import shutil
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pyarrow as pa

from leeboard.check import profile
from leeboard.estimates.record import Record
from leeboard.lab._model import FEATURES, predicted
from leeboard.lab._rentals import RENTALS, TRAINED_UNTIL, between
from leeboard.monitor.baseline import load_baseline
from leeboard.monitor.monitor import Monitor
from leeboard.monitor.reference import reference_of
from leeboard.schema import Schema, Task
from leeboard_logger import Logger

__all__ = ["CONFIG", "END", "MODEL", "Live", "Week", "live"]

_LATE = timedelta(days=2)
_PAUSE = datetime(2011, 8, 1, 1, tzinfo=UTC)
"""A Monday on which a pass is made while labels are still to come."""

END = datetime(2013, 1, 7, 1, tzinfo=UTC)
MODEL = "rentals"
CONFIG = f"""\
# The lab's live model: hours of bike rentals, labels two days late.
log = "monitor"

[model.{MODEL}]
reference = "{MODEL}.profile.json"
baseline = "{MODEL}.baseline.json"
window = "1w"
delay = "1h"
horizon = "7d"
segments = ["workingday"]
"""

_Span = tuple[float, float, float]
"""A value and the ends of its 95 % interval."""


@dataclass(frozen=True, slots=True)
class Week:
    """One week of the live model; errors are mean absolute ones, in rentals an hour.

    Parameters
    ----------
    start : date
        A Monday.
    predictions, labels : int
    realised : (float, float, float) or None
        Error from labels; None without any.
    estimated : (float, float, float) or None
        Error that was expected without labels.
    corrected : (float, float, float) or None
        Error corrected for labels that had not come.
    provisional : bool
        More labels were expected.
    """

    start: date
    predictions: int
    labels: int
    realised: _Span | None
    estimated: _Span | None
    corrected: _Span | None
    provisional: bool


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """What became of the live model.

    Parameters
    ----------
    folder : str
        With configuration, log and results, for ``leeboard status`` and the like.
    paused : Week
        The week before the pause, as it stood then.
    settled : Week
        The same week once all its labels had come.
    weeks : tuple of Week
        All of them, at the end.
    reference : float
        Error on the training days, each predicted without having been seen.
    record : Record
        How the estimates did.
    predictions, joined : int
        Logged, and joined with a label.
    """

    folder: str
    paused: Week
    settled: Week
    weeks: tuple[Week, ...]
    reference: float
    record: Record
    predictions: int
    joined: int


def live(folder: str) -> Live:
    """Replay the model's two years as they would have been lived.

    Parameters
    ----------
    folder : str
        Made if it is not there; what an earlier replay left there is replaced.

    Returns
    -------
    Live
        The same in every run.
    """
    table = predicted()
    monitor = _begin(folder, table)
    events = deque(_events(table))
    place = os.path.join(folder, "monitor")
    with Logger(place, model=MODEL, version="2011-03", mode="spooled") as log:
        _play(log, events, _PAUSE)
        log.flush()
        monitor.run(now=_PAUSE)
        paused = _weeks(monitor)[-1]
        _play(log, events, END)
    monitor.run(now=END)
    weeks = _weeks(monitor)
    state = monitor.status(now=END).models[0]
    return Live(
        folder,
        paused,
        next(week for week in weeks if week.start == paused.start),
        weeks,
        load_baseline(monitor.plan[MODEL]).figures["mae"],
        monitor.record("mae"),
        state.predictions,
        state.joined,
    )


def _begin(folder: str, table: pa.Table) -> Monitor:
    """Write what a monitor starts from: configuration, profile and baseline."""
    os.makedirs(folder, exist_ok=True)
    config = os.path.join(folder, "leeboard.toml")
    if _is_ours(config):
        shutil.rmtree(os.path.join(folder, "monitor"), ignore_errors=True)
    first = table["dteday"][0].as_py()
    training = between(table, first, TRAINED_UNTIL)
    kept = [*FEATURES, "prediction", "cnt"]
    schema = Schema(
        tuple(RENTALS[name] for name in kept), Task.REGRESSION, RENTALS.model
    )
    counted = profile(training.select(kept), schema=schema)
    reference = reference_of(training.select(kept), counted)
    counted.save(os.path.join(folder, f"{MODEL}.profile.json"))
    if reference is not None:
        _write(os.path.join(folder, f"{MODEL}.baseline.json"), reference.to_text())
    _write(config, CONFIG)
    return Monitor(config)


def _is_ours(config: str) -> bool:
    """Tell whether a replay wrote a configuration, and nobody has changed it."""
    try:
        with open(config, encoding="utf-8") as file:
            return file.read() == CONFIG
    except OSError:
        return False


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _events(table: pa.Table) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Yield the hours since training, in order, with their time."""
    for row in table.to_pylist():
        if row["dteday"] >= TRAINED_UNTIL:
            hour = datetime.combine(row["dteday"], time(row["hr"]), tzinfo=UTC)
            yield hour, row


def _play(
    log: Logger, events: deque[tuple[datetime, dict[str, Any]]], until: datetime
) -> None:
    """Log predictions when they are made, and labels when they are known.

    Hours whose label is not yet known stay for the next play.
    """
    waiting = deque[tuple[datetime, dict[str, Any]]]()
    for at, row in events:
        known = "logged" in row
        if not known and at < until:
            log.log_prediction(
                {name: row[name] for name in FEATURES},
                prediction=row["prediction"],
                id=f"hour-{row['instant']}",
                at=at,
                segments={"workingday": str(row["workingday"])},
            )
            row["logged"] = True
        if at + _LATE < until:
            log.log_feedback(
                f"hour-{row['instant']}", row["cnt"], observed_at=at + _LATE
            )
        else:
            waiting.append((at, row))
    events.clear()
    events.extend(waiting)


def _weeks(monitor: Monitor) -> tuple[Week, ...]:
    """Every counted week, from the results as any user may export them."""
    figures: dict[datetime, dict[tuple[str, str], dict[str, Any]]] = {}
    for row in monitor.export("measurements").read_all().to_pylist():
        if row["segment"] == "":
            key = (row["metric"], row["basis"])
            figures.setdefault(row["window_start"], {})[key] = row
    return tuple(_week(start, figures[start]) for start in sorted(figures))


def _week(start: datetime, figures: dict[tuple[str, str], dict[str, Any]]) -> Week:
    errors = {basis: row for (metric, basis), row in figures.items() if metric == "mae"}
    labelled = errors.get("realised", errors.get("provisional"))
    return Week(
        start.date(),
        figures["count", "counted"]["n_current"],
        0 if labelled is None else labelled["n_current"],
        _span(labelled),
        _span(errors.get("estimated")),
        _span(errors.get("corrected")),
        "provisional" in errors,
    )


def _span(row: dict[str, Any] | None) -> _Span | None:
    if row is None or row["value"] is None:
        return None
    return row["value"], row["low"], row["high"]
