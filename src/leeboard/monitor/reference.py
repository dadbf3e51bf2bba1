"""What a reference with labels says beside its counts: the model's own performance.

Place: made once by ``leeboard init``, read by every pass as a baseline.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.alarms.look import RESIDUAL
from leeboard.errors import LeeboardError
from leeboard.estimates.estimator import Estimator
from leeboard.monitor.adopted import Adopted
from leeboard.monitor.baseline import FORMAT, SegmentBaseline, packed_text
from leeboard.monitor.estimated import forms_of
from leeboard.monitor.frame import Frame, as_text, class_of, residual_of
from leeboard.monitor.outcomes import Labelled, features_of, labelled_of
from leeboard.monitor.split import segments_of
from leeboard.performance import Figure, Outcomes, Tally, figures, tally_of
from leeboard.profiles.profile import Profile
from leeboard.schema import Role, Task
from leeboard.sources import Source, open_source

__all__ = ["Reference", "reference_of"]

_SHOWN = 3
_CHANCE = 0.5
_FIRST = ("accuracy", "roc_auc", "mae", "rmse")


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Performance on the reference, and what is estimated from it.

    Parameters
    ----------
    rows : int
        With label and prediction.
    figures : sequence of Figure
    adopted : Adopted
        Cells of residuals and outcomes.
    estimator : text or None
    why : str
        Why there is none.
    tally : Tally or None
        Counts of the rows, in the adopted cells; None for rows too few to fix them.
    segments : mapping of segment to SegmentBaseline
    """

    rows: int
    figures: tuple[Figure, ...]
    adopted: Adopted
    estimator: str | None
    why: str = ""
    tally: Tally | None = None
    segments: Mapping[str, SegmentBaseline] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What it holds, in one line."""
        first = [f for f in self.figures if f.metric in _FIRST] or self.figures
        told = [f"{f.metric} {f.value:.4g}" for f in first if f.value is not None]
        text = f"{self.rows:,} labelled rows; {', '.join(told[:_SHOWN])}"
        without = f" (not estimated without labels: {self.why})"
        return text if self.estimator else text + without

    @property
    def doubt(self) -> str:
        """What the figures say against how the score was read; empty if nothing.

        One score is the probability of the class that is last in order. An ROC AUC
        below one half, interval and all, is rather that of the other class.
        """
        outcomes = self.adopted.outcomes
        auc = next((f.interval for f in self.figures if f.metric == "roc_auc"), None)
        if outcomes is None or outcomes.task is not Task.BINARY:
            return ""
        if auc is None or auc[1] >= _CHANCE:
            return ""
        other, last = outcomes.classes
        return (
            f"the score was read as the probability of {last!r}, the last of the two"
            f" classes, and by its ROC AUC is rather that of {other!r}. Give and log"
            f" 1 - score, or a score of each class, named {other!r} and {last!r}"
        )

    def to_text(self) -> str:
        """Return what ``baseline`` reads."""
        known: Mapping[str, float] = {
            one.metric: one.value for one in self.figures if one.value is not None
        }
        return json.dumps(
            {
                "leeboard_baseline": FORMAT,
                "rows": self.rows,
                "figures": known,
                "adopted": self.adopted.to_text(),
                "estimator": self.estimator,
                "outcomes": packed_text(self.tally),
                "segments": {name: asdict(one) for name, one in self.segments.items()},
            }
        )


def reference_of(data: Any, counted: Profile) -> Reference | None:
    """Measure a reference; None without both a label and a prediction.

    Parameters
    ----------
    data : what ``leeboard.check`` takes
    counted : Profile
        Of the same rows.
    """
    schema = counted.schema
    source = open_source(data)
    columns = {
        role: _column(source, counted, role)
        for role in (Role.LABEL, Role.PREDICTION, Role.SCORE)
    }
    label, prediction = columns[Role.LABEL], columns[Role.PREDICTION]
    if label is None or prediction is None:
        return None
    residual = residual_of(label, prediction)
    extra = {} if residual is None else {RESIDUAL: residual}
    table = _table(source, counted)
    scores = _scores(source, counted)
    score = columns[Role.SCORE] if len(scores) < 2 else None
    frame = Frame(table, extra, label, prediction, score, scores, ())
    labelled = labelled_of(frame, schema.task)
    if labelled.outcomes is None:
        return None
    adopted = Adopted().with_columns(extra).with_outcomes(labelled.outcomes)
    cells = adopted.outcomes
    return Reference(
        labelled.outcomes.rows,
        tuple(figures(labelled.outcomes)),
        adopted,
        *_estimator(frame, labelled.outcomes, labelled.places, counted),
        tally=None if cells is None else tally_of(labelled.outcomes, cells),
        segments=dict(_by_segment(source, counted, labelled, adopted, residual)),
    )


def _by_segment(
    source: Source,
    counted: Profile,
    labelled: Labelled,
    adopted: Adopted,
    residual: pa.ChunkedArray | None,
) -> Iterator[tuple[str, SegmentBaseline]]:
    """Performance by segment, where the reference is counted so."""
    name = counted.segment
    if name is None:
        return
    for segment, places in segments_of(name, as_text(source.column(name))):
        outcomes = labelled.of_rows(places)
        if outcomes is None or not outcomes.rows:
            continue
        accuracy = next(
            (one.value for one in figures(outcomes) if one.metric == "accuracy"), None
        )
        cells = None
        if residual is not None:
            own = adopted.count({RESIDUAL: residual.take(places)}).get(RESIDUAL)
            cells = None if own is None else tuple(own.cells.tolist())
        yield segment, SegmentBaseline(outcomes.rows, accuracy, cells)


def _estimator(
    frame: Frame, outcomes: Outcomes, places: np.ndarray, counted: Profile
) -> tuple[str | None, str]:
    """Fit an estimator on the labelled rows; None and why where they do not suffice."""
    features = {
        name: values[places]
        for name, values in features_of(frame, forms_of(counted.schema)).items()
    }
    # one seed for all: the same reference gives the same estimator
    generator = np.random.default_rng(0)
    try:
        return Estimator.fit(outcomes, features, generator).to_text(), ""
    except LeeboardError as error:
        return None, f"found {error.found}; expected {error.expected}"


def _column(source: Source, counted: Profile, role: Role) -> pa.ChunkedArray | None:
    declared = counted.schema.first(role)
    if declared is None or declared.name not in source.schema.names:
        return None
    return source.column(declared.name)


def _scores(source: Source, counted: Profile) -> dict[str, pa.ChunkedArray]:
    """Score columns by class."""
    names = [c.name for c in counted.schema.columns if c.role is Role.SCORE]
    return {
        class_of(name): source.column(name)
        for name in names
        if name in source.schema.names
    }


def _table(source: Source, counted: Profile) -> pa.Table:
    """Feature columns that are compared."""
    names = [
        column.name
        for column in counted.schema.compared
        if column.role is Role.FEATURE and column.name in counted.cells
    ]
    return pa.table({name: source.column(name) for name in names})
