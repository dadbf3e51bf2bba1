"""How complete the labels of a window are, by the delays seen so far.

Place: once a pass, before windows are measured. Kinds of predictions, tenths of the
score or of the predicted number, are told apart: fraud is found sooner than its
absence is sure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.config.plan import ModelPlan
from leeboard.estimates.delay_drift import compare_tables
from leeboard.estimates.delay_table import Completeness, DelayTable, count_delays_by
from leeboard.estimates.delays import ages_at
from leeboard.estimates.maturity import Maturity, mature
from leeboard.estimates.strata import Strata, cut_strata
from leeboard.events import Stored
from leeboard.logs import Log
from leeboard.monitor.drift import COUNTED
from leeboard.state import Measured
from leeboard.windows import Window

__all__ = ["LABELS", "Labels", "labels_of", "values_of"]

LABELS = "labels"
"""Subject of figures about the labels themselves."""

_Array = np.ndarray[Any, Any]
_HORIZONS = 3
"""So many horizons back predictions tell how long labels take."""

_MOST = 200_000
_HALF = 0.45
"""A sample of at most so many has at least about half of them."""

_ENOUGH = 2_000
"""Of more predictions than these a sample is read, if it has as many labels as that."""


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Delays of a model's labels, up to now.

    Parameters
    ----------
    plan : ModelPlan
    delays : DelayTable
    now : datetime
    large : bool
        So many predictions were read as a sample may have, 90,000 or more.
    """

    plan: ModelPlan
    delays: DelayTable
    now: datetime
    large: bool = False

    def ripeness(self, labels: int, rows: int, window: Window) -> Maturity:
        """Tell how complete the labels of a window are."""
        return mature(
            labels,
            rows,
            age=max(self.now - window.end, timedelta(0)),
            curve=self.delays.pooled().curve(),
            complete=self.plan.complete,
        )

    def completeness(self, rows: pa.Table) -> Completeness:
        """Chance that the label of each row has come by now, if it ever does."""
        codes = self.delays.strata.codes(values_of(rows))
        return self.delays.completeness(codes, ages_at(_times(rows)[0], self.now))

    def unheard(self, rows: pa.Table, places: _Array) -> float:
        """Share of rows whose kind has no label yet, that of places being labelled."""
        codes = self.delays.strata.codes(values_of(rows))
        heard = np.isin(codes, codes[places])
        return float(np.mean(~heard)) if len(codes) else 0.0

    def measured(self, rows: pa.Table, ripe: Maturity) -> Iterator[Measured]:
        """Figures about the labels of a window: how complete, and how delayed."""
        n = rows.num_rows
        if n == 0:
            return
        yield _figure("completeness", ripe.completeness, n)
        own = _counted(rows, self.delays.strata, self.now, self.plan.horizon)
        yield _figure("delay_shift", compare_tables(self.delays, own).z, n)


def labels_of(
    log: Log, plan: ModelPlan, names: tuple[str, ...], now: datetime
) -> Labels:
    """Count the delays of a model's labels: those of the last three horizons.

    Parameters
    ----------
    log : Log
    plan : ModelPlan
    names : tuple of str
        Classes whose scores may tell kinds of predictions apart.
    now : datetime
    """
    span = Window(now - _HORIZONS * plan.horizon, now)
    scores = [str(Stored("scores", name, "d")) for name in (*names[-1:], "score", "1")]
    columns = ["made_at", "observed_at", *scores, "prediction#d", "prediction#i"]
    rows = _sample(log, plan.name, span, columns)
    # all rows cut the kinds: batches come in no particular order
    strata = cut_strata(values_of(rows)) if rows.num_rows else Strata()
    large = rows.num_rows >= _HALF * _MOST
    return Labels(plan, _counted(rows, strata, now, plan.horizon), now, large)


def _sample(log: Log, model: str, span: Window, columns: Sequence[str]) -> pa.Table:
    """Read as many as are needed; a sample has at least about half of ``most``."""
    most = _MOST
    while True:
        rows = log.joined(model, span, columns=columns, most=most).read_all()
        labels = rows.num_rows - rows["observed_at"].null_count
        if labels >= _ENOUGH or rows.num_rows < _HALF * most:
            return rows
        most *= 8


def _counted(
    rows: pa.Table, strata: Strata, now: datetime, horizon: timedelta
) -> DelayTable:
    codes = strata.codes(values_of(rows))
    return count_delays_by(codes, _times(rows), strata, now=now, horizon=horizon)


def values_of(rows: pa.Table) -> _Array:
    """What tells kinds of predictions apart: the score, else the predicted number."""
    known: Mapping[str, int] = {name: i for i, name in enumerate(rows.column_names)}
    named = [name for name in known if name.startswith("scores.") and name[-2:] == "#d"]
    for name in (*named[-1:], "prediction#d", "prediction#i"):
        if name in known:
            values: _Array = rows[name].cast(pa.float64(), safe=False).to_numpy()
            return values
    return np.full(rows.num_rows, np.nan)


def _times(rows: pa.Table) -> tuple[_Array, _Array]:
    made_at, observed_at = (
        rows[name].cast(pa.timestamp("us")).to_numpy()
        for name in ("made_at", "observed_at")
    )
    return made_at, observed_at


def _figure(metric: str, value: float | None, n: int) -> Measured:
    reason = "" if value is not None else "too_few_labels"
    return Measured("", LABELS, metric, COUNTED, value, None, None, None, 0, n, reason)
