"""Figures of outcomes or their counts, with what must be there checked. Private."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from leeboard.metrics._call import check_options
from leeboard.performance._metric import PerformanceMetric, lacking
from leeboard.performance._outcomes import Figure, Outcomes
from leeboard.performance._registry import performance_metrics
from leeboard.performance._tally import Tally, tally_of
from leeboard.schema import Task

__all__ = ["figures", "measure_outcomes", "routine"]


def routine(task: Task) -> tuple[str, ...]:
    """Names of the metrics that are computed unasked for a task."""
    known = performance_metrics()
    return tuple(
        name
        for name, metric in known.items()
        if metric.routine and task in metric.tasks
    )


def figures(
    source: Outcomes | Tally,
    names: Iterable[str] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    counted: Tally | None = None,
) -> list[Figure]:
    """Performance of outcomes, or of their counts.

    Parameters
    ----------
    source : Outcomes or Tally
        Rows give exact figures; counts give the same where they hold all that matters,
        else a figure with bounds.
    names : iterable of str, optional
        Metrics; None: the routine ones of the task that have what they need.
    options : mapping of name to options, optional
    counted : Tally, optional
        Of these very rows, in the cells of a reference; None: they are counted in cells
        of their own, which for the error by decile means their own deciles.

    Returns
    -------
    list of Figure
        One each, in order; without a value, and with the reason, where undefined.

    Raises
    ------
    MetricError
        If a name or an option is not known.
    """
    given = options or {}
    known = performance_metrics()
    rows = source if isinstance(source, Outcomes) else None
    if isinstance(source, Tally):
        tally = source
    else:
        tally = tally_of(source) if counted is None else counted
    asked = names
    if asked is None:
        absent = _needs_without(rows, tally)
        asked = [n for n in routine(source.task) if known[n].needs not in absent]
    return [
        measure_outcomes(known[name], rows, tally, given.get(name, {}))
        for name in asked
    ]


def measure_outcomes(
    metric: PerformanceMetric,
    rows: Outcomes | None,
    tally: Tally,
    options: Mapping[str, Any],
) -> Figure:
    """One metric on rows, or on counts where there are no rows."""
    check_options(metric, options)
    name, n = metric.name, tally.rows
    if tally.task not in metric.tasks:
        text = f"{name} is not for a {tally.task.value} task"
        return lacking(name, n, code="wrong_task", text=text)
    if n == 0:
        return lacking(name, n, code="no_labels", text="no row has a label")
    if metric.needs == "score" and _without_scores(rows, tally):
        return lacking(
            name, n, code="no_score", text=f"{name} needs a score beside the label"
        )
    if metric.needs == "prediction" and _without_predictions(rows, tally):
        text = f"{name} needs a prediction beside the label"
        return lacking(name, n, code="no_prediction", text=text)
    if rows is not None and metric.on_rows is not None:
        return metric.on_rows(rows, **options)
    if metric.on_tally is not None:
        return metric.on_tally(tally, **options)
    return lacking(
        name, n, code="needs_rows", text=f"{name} needs rows, and counts were kept"
    )


def _needs_without(rows: Outcomes | None, tally: Tally) -> set[str]:
    """What does not stand beside the labels; nothing is missing where no row is."""
    if tally.rows == 0:
        return set()
    needs = {"score": _without_scores, "prediction": _without_predictions}
    return {need for need, without in needs.items() if without(rows, tally)}


def _without_scores(rows: Outcomes | None, tally: Tally) -> bool:
    return tally.scored is None if rows is None else rows.scores is None


def _without_predictions(rows: Outcomes | None, tally: Tally) -> bool:
    if rows is not None:
        return rows.predictions is None
    return tally.confusion is None and tally.errors is None
