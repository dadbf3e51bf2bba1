"""Mean cost of a row, by what each label and prediction costs together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from leeboard.errors import MetricError
from leeboard.performance._confusion import confusion
from leeboard.performance._metric import CLASSES, PerformanceMetric, lacking
from leeboard.performance._outcomes import Figure
from leeboard.performance._tally import Tally
from leeboard.stats.delta import mean_interval

__all__ = ["METRIC"]


def _on_tally(tally: Tally, costs: Any = None) -> Figure:
    if not costs:
        text = "no costs were given"
        return lacking("cost", tally.rows, code="no_costs", text=text)
    if not isinstance(costs, Mapping):
        raise _refused(f"{costs!r:.40}", "a mapping of costs")
    table, n = confusion(tally), tally.rows
    each = _matrix(costs, tally.classes)
    total = float((table * each).sum())
    mean = total / n
    spread = float((table * (each - mean) ** 2).sum())
    variance = spread / (n - 1) / n if n > 1 else float("nan")
    interval = mean_interval(mean, variance, n)
    return Figure("cost", mean, n, interval, facts=(("total", total),))


def _matrix(costs: Mapping[Any, Any], classes: tuple[str, ...]) -> np.ndarray:
    """Cost of each label (row) and prediction (column); 0 where none is given."""
    pairs: dict[tuple[str, str], Any] = {}
    for key, value in costs.items():
        if isinstance(value, Mapping):
            pairs |= {(str(key), str(inner)): cost for inner, cost in value.items()}
        elif isinstance(key, tuple) and len(key) == 2:
            pairs[str(key[0]), str(key[1])] = value
        else:
            raise _refused(f"{key!r:.40}", "a pair (label, prediction) as key")
    matrix = np.zeros((len(classes), len(classes)))
    place = {name: i for i, name in enumerate(classes)}
    for (label, prediction), cost in pairs.items():
        if isinstance(cost, bool) or not isinstance(cost, int | float):
            raise _refused(f"{cost!r:.40}", "a number as cost")
        # classes that did not come cost nothing here
        if label in place and prediction in place:
            matrix[place[label], place[prediction]] = cost
    return matrix


def _refused(found: str, expected: str) -> MetricError:
    return MetricError(
        code="bad_option",
        where="metric 'cost', option 'costs'",
        found=found,
        expected=expected,
        fix='Give costs as {("1", "0"): 25.0, ("0", "1"): 1.0}.',
    )


METRIC = PerformanceMetric(
    name="cost",
    answers="What does a prediction cost on average?",
    tasks=CLASSES,
    needs="prediction",
    unit="unit of the costs, a row; facts: total",
    better="lower",
    source="Elkan, IJCAI 2001, section 1; interval: Student, 1908",
    on_tally=_on_tally,
    options={"costs": None},
    routine=False,
)
