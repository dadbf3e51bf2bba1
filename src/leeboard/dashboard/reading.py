"""What pages ask of a store: bounded reads, and what is read more than once kept.

Place: the only module of the dashboard that knows where things are. A page asks for the
windows of a model, for figures of one metric, or for one window; never for everything.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from leeboard.alarms.judged import Judged
from leeboard.config.plan import ModelPlan, Plan
from leeboard.incidents.expected import Expectation
from leeboard.incidents.incident import Incident
from leeboard.logs import Log, Summary
from leeboard.monitor.adopted import KEY, Adopted
from leeboard.monitor.baseline import Baseline, load_baseline
from leeboard.monitor.expecting import announced
from leeboard.monitor.handling import Case, case_of, explained
from leeboard.monitor.packs import split_packed
from leeboard.monitor.stored import profiles_of
from leeboard.profiles.counts import Counts
from leeboard.profiles.packed import unpack
from leeboard.profiles.profile import Profile
from leeboard.state import Done, State
from leeboard.windows import Window

__all__ = ["Reader", "Row"]

Row = Mapping[str, Any]
"""One row of a table."""

_KEPT_S = 5.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Reader:
    """Reads what pages show.

    Parameters
    ----------
    plan : Plan
    state : State
        Open; it stays the caller's to close.
    log : Log or None
        For what only the log knows; None: such parts say that it is not at hand.
    clock : callable
        In seconds.

    Notes
    -----
    Windows of a model are kept for some seconds, or until its place in the log moves;
    references until their files change. One reader may serve several threads.
    """

    def __init__(
        self,
        plan: Plan,
        state: State,
        log: Log | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.plan = plan
        self.state = state
        self._log = log
        self._lock = threading.Lock()
        self._clock = clock
        self._windows: dict[str, tuple[int, float, Sequence[Done]]] = {}
        self._baselines: dict[str, tuple[object, Baseline]] = {}

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models of the plan, in its order."""
        return tuple(one.name for one in self.plan.models)

    def model(self, name: str) -> ModelPlan | None:
        """Return the plan of a model; None if there is no such model."""
        return next((one for one in self.plan.models if one.name == name), None)

    def windows(self, model: str) -> Sequence[Done]:
        """Windows that were counted, in order of time."""
        mark, now = self.state.place(model), self._clock()
        with self._lock:
            known = self._windows.get(model)
        if known is not None and known[0] == mark and now - known[1] < _KEPT_S:
            return known[2]
        found = self.state.windows(model)
        with self._lock:
            self._windows[model] = (mark, now, found)
        return found

    def figures(
        self,
        model: str,
        span: Window | None = None,
        **where: str | Sequence[str],
    ) -> list[Row]:
        """Figures as mappings by column of the table, in order of time.

        ``where`` may name ``segment``, ``subject``, ``metric`` and ``basis``, each with
        one value or several.
        """
        return _rows(self.state.measurements({"model": model, **where}, span))

    def verdicts(
        self, model: str, span: Window | None = None, **where: str | Sequence[str]
    ) -> list[Row]:
        """Verdicts as mappings by column of the table, in order of time."""
        return _rows(self.state.alarms.verdict_table({"model": model, **where}, span))

    def incidents(
        self, model: str | None = None, *, running: bool = False
    ) -> Sequence[Incident]:
        """Incidents, the newest first."""
        return self.state.alarms.incidents(model, running=running)

    def case(self, id_: str) -> Case:
        """One incident with all that belongs to it."""
        return case_of(self.state, id_, self.plan.models, self.plan.path)

    def verdict(self, id_: str) -> Judged:
        """One verdict."""
        return explained(self.state, id_)

    def expected(self, model: str) -> tuple[Expectation, ...]:
        """Changes that people announced."""
        return announced(self.state, model)

    def baseline(self, model: ModelPlan) -> Baseline:
        """Return the reference of a model, read again when its files change."""
        paths = [path for path in (model.reference, model.baseline) if path]
        mark = tuple((path, _changed(path)) for path in paths)
        with self._lock:
            known = self._baselines.get(model.name)
        if known is not None and known[0] == mark:
            return known[1]
        found = load_baseline(model)
        with self._lock:
            self._baselines[model.name] = (mark, found)
        return found

    def adopted(self, model: ModelPlan) -> Adopted:
        """Cells that the reference does not have, as of latency."""
        return Adopted.from_text(self.state.kept(model.name, KEY))

    def profile(
        self, model: ModelPlan, window: Window, segment: str = ""
    ) -> Profile | None:
        """Counts of one window; None where none are kept in the reference's cells."""
        packed = self.state.profiles(model.name, window, segment)
        reference = self.baseline(model).reference
        for found, _, profile in profiles_of(reference, self.adopted(model), packed):
            if found == window:
                return profile
        return None

    def adopted_counts(
        self, model: ModelPlan, windows: Sequence[Window], name: str
    ) -> dict[Window, Counts]:
        """Counts by window of a column that the reference does not have."""
        adopted = self.adopted(model)
        extra = {key: one.cells[key] for key, one in adopted.profiles.items()}
        cells = {**self.baseline(model).reference.cells, **extra}
        counts = {}
        for window in windows:
            for found, _, packed in self.state.profiles(model.name, window, ""):
                part = unpack(split_packed(packed.data)[0], cells)
                if found == window and name in part.counts:
                    counts[window] = part.counts[name]
        return counts

    def logged(self, model: str) -> Summary | None:
        """What the log holds of a model; None where there is none, or no log."""
        return self.summaries().get(model)

    def summaries(self) -> dict[str, Summary]:
        """What the log holds, by model; nothing where there is no log."""
        found = [] if self._log is None else self._log.summary()
        return {one.model: one for one in found}

    @property
    def has_log(self) -> bool:
        """True if ``logged`` can answer."""
        return self._log is not None


def _rows(table: pa.Table) -> list[Row]:
    """Rows in order of time; moments by arithmetic, much faster than one by one."""
    columns = []
    for name in table.column_names:
        column = table[name]
        if pa.types.is_timestamp(column.type):
            micros = column.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_pylist()
            columns.append([_EPOCH + timedelta(microseconds=one) for one in micros])
        else:
            columns.append(column.to_pylist())
    names = table.column_names
    rows: list[Row] = [
        dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)
    ]
    rows.sort(key=lambda row: row["window_start"])
    return rows


def _changed(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0
