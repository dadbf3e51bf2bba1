"""Figures of the order of scores, from rows and from cells. Private to performance."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from leeboard.performance._metric import lacking
from leeboard.performance._outcomes import Figure, Outcomes
from leeboard.performance._scored import Scored
from leeboard.performance._tally import Tally
from leeboard.schema import Task
from leeboard.stats.delta import share_interval
from leeboard.stats.roc import Ranked, tied

__all__ = ["from_cells", "from_rows"]

_Array = np.ndarray[Any, Any]
_Statistic = Callable[[_Array, _Array], Ranked]
_Bounds = Callable[[_Array, _Array, _Array], tuple[float, float]]


def from_rows(metric: str, outcomes: Outcomes, of: _Statistic) -> Figure:
    """Figure of rows; for several classes the mean of one against the rest.

    The mean goes over the classes that have rows and do not have all of them; each is
    a fact beside it.
    """
    scores, last = outcomes.scores, len(outcomes.classes) - 1
    if scores is None:
        return lacking(
            metric, outcomes.rows, code="no_score", text="rows have no score"
        )
    binary = outcomes.task is Task.BINARY
    columns = {last: scores} if binary else dict(enumerate(scores.T))
    values, influence = {}, np.zeros(outcomes.rows)
    variance, fewest = 0.0, outcomes.rows
    for code, column in columns.items():
        hit = outcomes.labels == code
        count = int(np.count_nonzero(hit))
        if count in (0, outcomes.rows):
            continue
        positives, negatives, place = tied(column, hit)
        ranked = of(positives, negatives)
        values[outcomes.classes[code]] = ranked.value
        influence += np.where(hit, ranked.positive[place], ranked.negative[place])
        variance, fewest = ranked.variance, min(fewest, count, outcomes.rows - count)
    if not values:
        return _single(metric, outcomes.rows, outcomes.classes, outcomes.labels)
    k = len(values)
    if k > 1 or not binary:
        variance = float(influence @ influence) / k**2 / outcomes.rows**2
    value = math.fsum(values.values()) / k
    interval = share_interval(value, variance, fewest)
    facts = () if binary else tuple(values.items())
    return Figure(metric, value, outcomes.rows, interval, facts=facts)


def from_cells(metric: str, tally: Tally, of: _Statistic, bounds: _Bounds) -> Figure:
    """Figure of counts in cells, with bounds that hold its value on the rows.

    The interval reaches from the lower end at the least value to the upper end at the
    greatest. For several classes the standard errors are averaged, which bounds that
    of the mean however the classes hang together.
    """
    scored = tally.scored
    if scored is None:
        return lacking(metric, tally.rows, code="no_score", text="rows have no score")
    lows, highs, errors, fewest, facts = [], [], [], float(tally.rows), []
    for name, negatives, positives, cuts in _by_class(tally, scored):
        if not (positives.any() and negatives.any()):
            continue
        alone = np.zeros(len(positives), bool)
        alone[1:-1] = np.nextafter(cuts[:-1], np.inf) == cuts[1:]
        low, high = bounds(positives, negatives, alone)
        lows.append(low)
        highs.append(high)
        held = positives + negatives > 0
        errors.append(math.sqrt(of(positives[held], negatives[held]).variance))
        fewest = min(fewest, float(positives.sum()), float(negatives.sum()))
        facts.append((name, (low + high) / 2.0))
    if not lows:
        codes = np.flatnonzero(tally.labels)
        return _single(metric, tally.rows, tally.classes, codes)
    k = len(lows)
    low, high = math.fsum(lows) / k, math.fsum(highs) / k
    variance = (math.fsum(errors) / k) ** 2
    ends = [share_interval(end, variance, fewest) for end in (low, high)]
    return Figure(
        metric,
        (low + high) / 2.0,
        tally.rows,
        (min(low, ends[0][0]), max(high, ends[1][1])),
        exact=low == high,
        facts=() if tally.task is Task.BINARY else tuple(facts),
    )


def _by_class(tally: Tally, scored: Scored) -> list[tuple[str, _Array, _Array, _Array]]:
    """Class, negative and positive rows in the cells of its score, and their cuts."""
    cells = tally.cells
    if tally.task is Task.BINARY:
        table = scored.reliability
        hits = table.hits.astype(np.float64)
        return [(cells.classes[-1], table.rows - hits, hits, cells.scores[0])]
    pairs = zip(cells.classes, scored.ranks, cells.scores[1:], strict=True)
    return [
        (name, ranks[0].astype(np.float64), ranks[1].astype(np.float64), cuts)
        for name, ranks, cuts in pairs
    ]


def _single(metric: str, rows: int, classes: tuple[str, ...], labels: _Array) -> Figure:
    names = " or ".join(repr(classes[code]) for code in np.unique(labels)[:2])
    text = f"every label is {names}, so that {metric} is undefined"
    return lacking(metric, rows, code="single_class", text=text)
