"""What pages ask of a store: bounded reads, and what is read more than once kept.

Place: the only module of the dashboard that knows where things are. A page asks for the
windows of a model, for figures of one metric, or for one window; never for everything.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from leeboard.alarms.judged import Judged
from leeboard.config.plan import ModelPlan, Plan
from leeboard.errors import LeeboardError
from leeboard.incidents.expected import Expectation
from leeboard.incidents.incident import Incident
from leeboard.logs import Log, Summary
from leeboard.monitor.adopted import KEY, Adopted
from leeboard.monitor.baseline import Baseline, load_baseline, load_figures
from leeboard.monitor.expecting import announced
from leeboard.monitor.handling import Case, case_of, explained
from leeboard.monitor.history import Made, passes_made
from leeboard.monitor.packs import split_packed
from leeboard.monitor.sizes import without_noise
from leeboard.monitor.stored import profiles_of
from leeboard.monitor.versions import version_before
from leeboard.profiles.counts import Counts
from leeboard.profiles.packed import unpack
from leeboard.profiles.profile import Profile
from leeboard.state import Done, State
from leeboard.windows import Window

__all__ = ["Reader", "Row"]

Row = Mapping[str, Any]
"""One row of a table."""

_PROFILES = 4
"""Unpacked windows that are kept: people look at one column of it after another."""

_LONG_S = 0.05
_REST = 100.0
"""Counting the log takes long from so many seconds on, and rests so many times that."""

_VERSIONS = 1000
"""Windows whose version before is kept: it takes two reads of the log."""

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

    Notes
    -----
    Windows of a model are kept until one is counted or dropped, and so are the counts
    of the last that were looked at, and versions before an incident; references are
    kept until their files change. One reader may serve several threads.
    """

    def __init__(self, plan: Plan, state: State, log: Log | None = None) -> None:
        self.plan = plan
        self.state = state
        self._log = log
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[str, Sequence[Done]]] = {}
        self._baselines: dict[str, tuple[object, Baseline]] = {}
        self._profiles: dict[tuple[str, Window, str], tuple[str, Profile | None]] = {}
        self._figures: dict[str, tuple[float, Mapping[str, float]]] = {}
        self._counted: tuple[float, Mapping[str, Summary]] = (-math.inf, {})
        self._versions: dict[tuple[str, Window], tuple[str, str]] = {}

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models of the plan, in its order."""
        return tuple(one.name for one in self.plan.models)

    def model(self, name: str) -> ModelPlan | None:
        """Return the plan of a model; None if there is no such model."""
        return next((one for one in self.plan.models if one.name == name), None)

    def windows(self, model: str) -> Sequence[Done]:
        """Windows that were counted, in order of time."""
        mark = self.state.mark(model)  # before they are read: it may change meanwhile
        with self._lock:
            known = self._windows.get(model)
        if known is not None and known[0] == mark:
            return known[1]
        found = self.state.windows(model)
        with self._lock:
            self._windows[model] = (mark, found)
        return found

    def recent(self, model: str, most: int) -> tuple[datetime | None, Sequence[Done]]:
        """When the first window began, and the latest windows, however many there are.

        Latest is what lies less than ``most`` times the last one's length back.
        """
        ends = self.state.ends(model)
        if ends is None:
            return None, ()
        first, last = ends
        since = last.end - most * (last.end - last.start)
        return first.start, self.state.windows(model, Window(since, last.end))

    def figures(
        self,
        model: str,
        span: Window | Sequence[Window] | None = None,
        **where: str | Sequence[str],
    ) -> list[Row]:
        """Figures as mappings by column of the table, in order of time.

        Those of a span, or of just some windows. ``where`` may name ``segment``,
        ``subject``, ``metric`` and ``basis``, each with one value or several. PSI is
        less its noise: the size that verdicts judge by.
        """
        return [*without_noise(self.measured(model, span, **where))]

    def measured(
        self,
        model: str,
        span: Window | Sequence[Window] | None = None,
        **where: str | Sequence[str],
    ) -> list[Row]:
        """Figures as they were measured, otherwise as ``figures`` gives them."""
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
        return case_of(self.state, id_, self.plan, self._log, good=self._good)

    def _good(self, log: Log, model: str, window: Window) -> str:
        """Version before a window; looked for again when a window was counted."""
        key, mark = (model, window), self.state.mark(model)
        with self._lock:
            known = self._versions.get(key)
        if known is not None and known[0] == mark:
            return known[1]
        try:
            found = version_before(log, model, window)
        except (LeeboardError, OSError):
            return ""  # an incident is shown, and the log asked again
        with self._lock:
            self._versions[key] = (mark, found)
            while len(self._versions) > _VERSIONS:
                del self._versions[next(iter(self._versions))]
        return found

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

    def reference_figures(self, model: ModelPlan) -> Mapping[str, float]:
        """Performance on the reference, without reading all the rest of it."""
        mark = _changed(model.baseline)
        with self._lock:
            known = self._figures.get(model.name)
        if known is not None and known[0] == mark:
            return known[1]
        found = load_figures(model)
        with self._lock:
            self._figures[model.name] = (mark, found)
        return found

    def adopted(self, model: ModelPlan) -> Adopted:
        """Cells that the reference does not have, as of latency."""
        return Adopted.from_text(self.state.kept(model.name, KEY))

    def profile(
        self, model: ModelPlan, window: Window, segment: str = ""
    ) -> Profile | None:
        """Counts of one window; None where none are kept in the reference's cells."""
        reference = self.baseline(model).reference
        key = (model.name, window, segment)
        mark = f"{self._baselines[model.name][0]} {self.state.mark(model.name)}"
        with self._lock:
            known = self._profiles.get(key)
        if known is not None and known[0] == mark:
            return known[1]
        found = self._unpacked(model, reference, window, segment)
        with self._lock:
            self._profiles.pop(key, None)
            self._profiles[key] = (mark, found)
            while len(self._profiles) > _PROFILES:
                del self._profiles[next(iter(self._profiles))]
        return found

    def _unpacked(
        self, model: ModelPlan, reference: Profile, window: Window, segment: str
    ) -> Profile | None:
        packed = self.state.profiles(model.name, window, segment)
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

    def passes(self) -> Sequence[Made]:
        """Return when the latest passes were made, in order of time."""
        return passes_made(self.state)

    def logged(self, model: str) -> Summary | None:
        """What the log holds of a model; None where there is none, or no log.

        Where counting takes long, as of events that no pass has put away yet, what was
        counted last serves for a hundred times as long.
        """
        with self._lock:
            until, kept = self._counted
        if time.monotonic() < until:
            return kept.get(model)
        return self.summaries().get(model)

    def summaries(self) -> dict[str, Summary]:
        """What the log holds now, by model; nothing where there is no log."""
        began = time.monotonic()
        every = [] if self._log is None else self._log.summary()
        found = {one.model: one for one in every}
        ended = time.monotonic()
        long = ended - began > _LONG_S
        until = ended + _REST * (ended - began) if long else -math.inf
        with self._lock:
            self._counted = until, found
        return found

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
