"""What a diagnosis looks at: an incident's latest window, and what led up to it.

Place: under judging; reads kept figures and verdicts, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from leeboard.alarms.judged import Group, Judged
from leeboard.alarms.look import Look
from leeboard.config.plan import ModelPlan
from leeboard.errors import ProfileError
from leeboard.incidents.diagnosis import UNDETERMINED, diagnose, faulty
from leeboard.incidents.incident import Diagnosis, Incident
from leeboard.incidents.scene import ErrorSeen, Scene
from leeboard.incidents.titles import blamed
from leeboard.monitor.baseline import Baseline
from leeboard.monitor.drift import COUNTED
from leeboard.monitor.packs import split_packed
from leeboard.monitor.realised import PERFORMANCE, REALISED
from leeboard.performance import OutcomeCells, Tally, error_cells, unpack
from leeboard.profiles.packed import unpack as unpack_part
from leeboard.profiles.part import Part
from leeboard.state import State
from leeboard.stats.shift_share import ShiftShare, shift_share
from leeboard.windows import Window

__all__ = ["Scenes"]

_FAILED = (ArithmeticError, LookupError, ValueError)
"""What a look at odd counts may end in."""

_WINDOWS = 60
"""Windows before the latest in which a pattern is looked for."""

_BLOCK, _MONTH, _BLOCKS = 30, timedelta(days=28), 26
"""Earlier times that the present may resemble: their length, and how many."""


class Scenes:
    """Scenes of one model's incidents.

    Parameters
    ----------
    state : State
    plan : ModelPlan
    baseline : Baseline
    metric : str
        Of the error: ``mae``, or ``accuracy`` for classes.
    """

    def __init__(
        self, state: State, plan: ModelPlan, baseline: Baseline, metric: str
    ) -> None:
        self._state, self._plan, self._baseline = state, plan, baseline
        self._metric = metric
        self.still: frozenset[str] = frozenset()

    def diagnosed(
        self,
        incident: Incident,
        look: Look,
        previous: Look | None,
        judged: Sequence[Judged],
    ) -> Incident:
        """Return the incident with what it most likely is."""
        window = look.window
        kept = self._state.alarms.verdicts(self._plan.name, window)
        every = {one.id: one for one in (*kept, *judged) if one.window == window}
        error = self._error(window)
        if error is not None:
            error = replace(error, split=self._split(incident, look))
        scene = Scene(
            reference=self._baseline.reference,
            current=look.part,
            judged=list(every.values()),
            previous=None if previous is None else previous.part,
            error=error,
            has_labels=error is not None,
            series=self._series(incident.subjects[0].name, window),
            regimes=self._regimes(window),
            still=self.still,
        )
        return replace(incident, diagnosis=_diagnosis(scene))

    def sizes(self, incident: Incident, window: Window) -> tuple[float, ...]:
        """Sizes of the change up to a window, the oldest first; none if unknown."""
        if not incident.subjects:
            return ()
        name = next(iter(blamed(incident)), incident.subjects[0].name)
        return tuple(size for _, size in self._series(name, window))

    def faulty(
        self,
        look: Look,
        before: Callable[[], Look | None],
        judged: Sequence[Judged],
    ) -> frozenset[str]:
        """Columns that crossed in a window, and whose counts show a fault."""
        crossed = [one for one in judged if one.severity is not None]
        if all(one.group is not Group.QUALITY for one in crossed):
            return frozenset()
        previous = before()
        scene = Scene(
            reference=self._baseline.reference,
            current=look.part,
            judged=crossed,
            previous=None if previous is None else previous.part,
            still=self.still,
        )
        try:
            return faulty(scene)
        except _FAILED:
            return frozenset()

    def _error(self, window: Window) -> ErrorSeen | None:
        """The error of a window from labels; higher is worse."""
        for row in self._rows(PERFORMANCE, self._metric, REALISED, window):
            value, low, high = row["value"], row["low"], row["high"]
            usual = row["reference"]
            if None in (value, low, high, usual):
                return None
            if self._metric == "accuracy":
                return ErrorSeen(1.0 - value, 1.0 - high, 1.0 - low, 1.0 - usual)
            return ErrorSeen(value, low, high, usual)
        return None

    def _split(self, incident: Incident, look: Look) -> ShiftShare | None:
        """Tell a change within kinds of rows from one of their mix, over all windows.

        One window has few rows; those of the incident so far have more. They are of
        labels that have come, since windows are taken in order.
        """
        usual = self._baseline.tally
        before = None if usual is None else error_cells(usual)
        seen = look.tally
        if usual is None or before is None or seen is None:
            return None
        if seen.cells.to_text() != usual.cells.to_text():
            return None
        for tally in self._tallies(incident.first_window, look.window, usual.cells):
            seen = seen + tally
        after = error_cells(seen)
        return None if after is None else shift_share(before, after)

    def _tallies(
        self, first: Window, window: Window, cells: OutcomeCells
    ) -> Iterator[Tally]:
        """Counts of labelled rows of earlier windows, from the first on."""
        length = window.end - window.start
        start = max(first.start, window.start - _WINDOWS * length)
        if start >= window.start:
            return
        span = Window(start, window.start)
        fingerprint = self._baseline.reference.fingerprint
        for one, of, packed in self._state.profiles(self._plan.name, span, ""):
            outcomes = split_packed(packed.data)[1]
            if of == fingerprint and one.end <= window.start and outcomes:
                with suppress(ProfileError):  # in other cells, or damaged: fewer rows
                    yield unpack(outcomes, cells)

    def _regimes(self, window: Window) -> Sequence[Part]:
        """Counts of earlier times, a month or thirty windows each, oldest first."""
        try:
            return list(self._earlier(window))
        except ProfileError:  # damaged, or in cells that nobody knows
            return ()

    def _earlier(self, window: Window) -> Iterator[Part]:
        length = window.end - window.start
        block = max(_BLOCK * length, _MONTH)
        upto = window.start - _WINDOWS * length
        reference, adopted = self._baseline.reference, self._baseline.adopted.profiles
        cells = {**reference.cells, **{n: one.cells[n] for n, one in adopted.items()}}
        span = Window(upto - _BLOCKS * block, upto)
        sums: dict[int, Part] = {}
        for one, of, packed in self._state.profiles(self._plan.name, span, ""):
            if of == reference.fingerprint:
                at = (upto - one.start) // block
                part = unpack_part(split_packed(packed.data)[0], cells)
                own = {n: c for n, c in part.counts.items() if n in reference.cells}
                part = replace(part, counts=own)
                sums[at] = sums[at] + part if at in sums else part
        for at in sorted(sums, reverse=True):
            yield sums[at]

    def _series(self, name: str, window: Window) -> Sequence[tuple[Window, float]]:
        """Sizes of the change of a column, or of the error, by window."""
        length = window.end - window.start
        span = Window(window.start - _WINDOWS * length, window.start + _MOMENT)
        by_error = name == PERFORMANCE
        metric, basis = (self._metric, REALISED) if by_error else ("psi", COUNTED)
        return [
            (Window(row["window_start"], row["window_end"]), row["value"])
            for row in self._rows(name, metric, basis, span)
            if row["value"] is not None
        ]

    def _rows(
        self, subject: str, metric: str, basis: str, span: Window
    ) -> list[dict[str, Any]]:
        where = {
            "model": self._plan.name,
            "subject": subject,
            "metric": metric,
            "basis": basis,
            "segment": "",
        }
        rows: list[dict[str, Any]] = self._state.measurements(where, span).to_pylist()
        return rows


def _diagnosis(scene: Scene) -> Diagnosis:
    """What it most likely is; a cause that fails on odd counts stops no alarm."""
    try:
        return diagnose(scene)
    except _FAILED as error:
        text = f"Not diagnosed: a look at the counts failed ({type(error).__name__})."
        return Diagnosis(UNDETERMINED, "unclear", text)


_MOMENT = timedelta(microseconds=1)
