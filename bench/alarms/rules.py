"""Which rules compete on which stream."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from bench.alarms.peers import AlibiDetect, Evidently, EvidentlyPsi, NannyML
from bench.alarms.promised import D1, D2, D3
from bench.alarms.river import RiverAdwin, RiverDdm, RiverPageHinkley
from bench.alarms.rule import Rule
from bench.alarms.seen import Reference, Window
from bench.alarms.streams import Stream
from bench.alarms.textbook import ChiSquare, Cusum, Ewma, Shewhart
from bench.alarms.yardstick import Oracle, edges

__all__ = ["Columns", "competing"]

TOLERANCE = 0.02  # PSI that D2 leaves alone


class Columns:
    """One rule on each column of a table, taken together.

    ``how`` is *any* (the greatest score), *mean* (ln of the mean evidence, which is an
    e-detector again) or *half* (the share of columns that reach their threshold; at ½
    the tool calls the data set drifted).
    """

    change = ""

    def __init__(self, make: Callable[[], Rule], columns: int, how: str) -> None:
        self.rules = [make() for _ in range(columns)]
        one = self.rules[0]
        self.how, self.family, self.name = how, one.family, one.name
        self.remembers, self.dial = one.remembers, one.dial and how != "half"
        self.name += {"half": ", half of the columns", "any": ", any column"}.get(
            how, ""
        )
        self.threshold = np.inf

    def fit(
        self, reference: Reference, history: Sequence[Window], promise: float
    ) -> None:
        """Fit each column; where any may alarm, each gets its part of the promise."""
        size = len(self.rules)
        for k, rule in enumerate(self.rules):
            seen = [window.columns[k] for window in history]
            parts = size if self.how == "any" else 1
            rule.fit(reference.columns[k], seen, promise * parts)
        self.threshold = 0.5 if self.how == "half" else self.rules[0].threshold

    def score(self, window: Window) -> float:
        """Take the columns' scores together."""
        each = zip(self.rules, window.columns, strict=True)
        scores = np.array([rule.score(one) for rule, one in each])
        if self.how == "mean":
            top = float(scores.max())
            return top + float(np.log(np.exp(scores - top).mean()))
        if self.how == "half":
            limits = np.array([rule.threshold for rule in self.rules])
            return float((scores >= limits).mean())
        return float(scores.max())

    def restart(self) -> None:
        """Restart each."""
        for rule in self.rules:
            rule.restart()


def _table(columns: int) -> list[Rule]:
    def many(make: Callable[[], Rule], how: str) -> Rule:
        return Columns(make, columns, how)

    return [
        many(D2, "mean"),
        many(lambda: D2(0.0), "mean"),
        many(D3, "mean"),
        many(ChiSquare, "any"),
        many(Evidently, "half"),
        many(Evidently, "any"),
        many(NannyML, "any"),
        many(lambda: AlibiDetect(columns), "any"),
    ]


def competing(stream: Stream) -> list[Rule]:
    """Return new rules for a stream, those that know its changes last."""
    if stream.kind == "table":
        return _table(30)
    means: list[Rule] = [Shewhart(), Ewma(), Cusum()]
    peers: list[Rule] = [Evidently(), EvidentlyPsi(), NannyML(), AlibiDetect()]
    knowing: list[Rule] = [Oracle(c) for c in stream.changes if c.ratio is not None]
    river: list[Rule] = [RiverAdwin(), RiverPageHinkley()]
    if stream.kind == "share":
        own = [D1(), D1(0.02), D3(), *means]
        return [*own, *peers, *river, RiverDdm(), *knowing]
    cells: list[Rule] = [D2(TOLERANCE), D2(0.0), D3(), ChiSquare(), ChiSquare(0.2)]
    number = stream.kind == "number"
    fixed = isinstance(stream.rows, int)
    return [
        *cells,
        *(means if number else ()),
        *peers,
        *(river if number else ()),
        *knowing,
        *(edges(stream, TOLERANCE) if fixed else ()),
    ]
