"""Performance on both sides, and what its difference says.

The intervals are for independent rows; each metric is told alone, at 95 %, so that of
many metrics a few may be called worse or better by chance.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from leeboard.performance import Figure, performance_metrics
from leeboard.schema import Task
from leeboard.stats.delta import difference_interval

__all__ = ["Change", "ComparedFigure", "Performance", "compare_figures"]


class Change(StrEnum):
    """What the interval of a difference says.

    WORSE and BETTER: it leaves no room for none. UNSURE: it does, or there is none.
    """

    WORSE = "worse"
    BETTER = "better"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class ComparedFigure:
    """One figure of performance on both sides.

    Parameters
    ----------
    metric : str
    reference, current : Figure
    difference : float or None
        Current minus reference; for figures that are best at 0, of their sizes.
    interval : (float, float) or None
        Of the difference, at 95 %.
    change : Change
    unit, better : str
        As the metric declares.
    """

    metric: str
    reference: Figure
    current: Figure
    difference: float | None
    interval: tuple[float, float] | None
    change: Change
    unit: str
    better: str


@dataclass(frozen=True, slots=True)
class Performance:
    """Performance on both sides.

    Parameters
    ----------
    task : Task
    label, prediction, score : str
        Columns; empty where none was named.
    positive : str
        For two classes, the positive one.
    figures : tuple of ComparedFigure
    """

    task: Task
    label: str
    prediction: str
    score: str
    positive: str
    figures: tuple[ComparedFigure, ...]

    def __getitem__(self, metric: str) -> ComparedFigure:
        for figure in self.figures:
            if figure.metric == metric:
                return figure
        raise KeyError(metric)

    def names(self, change: Change) -> tuple[str, ...]:
        """Metrics that changed so."""
        return tuple(f.metric for f in self.figures if f.change is change)


def compare_figures(
    reference: Sequence[Figure], current: Sequence[Figure]
) -> tuple[ComparedFigure, ...]:
    """Compare the figures that both sides have, in the order of the current ones."""
    before: Mapping[str, Figure] = {figure.metric: figure for figure in reference}
    return tuple(
        _compared(before[figure.metric], figure)
        for figure in current
        if figure.metric in before
    )


def _compared(reference: Figure, current: Figure) -> ComparedFigure:
    declared = performance_metrics()[current.metric]
    difference = interval = None
    first, second = _sized(reference, declared.better), _sized(current, declared.better)
    if first is not None and second is not None:
        difference = second[0] - first[0]
        if first[1] is not None and second[1] is not None:
            ends = difference_interval((first[0], second[0]), first[1], second[1])
            interval = ends if all(map(math.isfinite, ends)) else None
    return ComparedFigure(
        current.metric,
        reference,
        current,
        difference,
        interval,
        _change(interval, declared.better),
        declared.unit,
        declared.better,
    )


def _sized(
    figure: Figure, better: str
) -> tuple[float, tuple[float, float] | None] | None:
    """Value and interval; of the size where 0 is best."""
    value, ends = figure.value, figure.interval
    if value is None or better != "zero":
        return None if value is None else (value, ends)
    if ends is None:
        return abs(value), None
    low, high = sorted(map(abs, ends))
    return abs(value), (0.0 if ends[0] <= 0.0 <= ends[1] else low, high)


def _change(interval: tuple[float, float] | None, better: str) -> Change:
    if interval is None or interval[0] <= 0.0 <= interval[1]:
        return Change.UNSURE
    rose = interval[0] > 0.0
    return Change.BETTER if rose == (better == "higher") else Change.WORSE
