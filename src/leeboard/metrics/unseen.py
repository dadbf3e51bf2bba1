"""What share of the values are levels that the reference never had.

An unchanged column has unseen levels too, if the reference does not hold every rare
one. How many is told by the reference's levels that occur once: their share of the rows
estimates the mass of all levels it never met (Good and Turing). That is the null.
"""

from __future__ import annotations

from leeboard.errors import MetricError
from leeboard.metrics._cells import lacking_counts, p_kind, present
from leeboard.metrics._metric import CATEGORIES, Measurement, Metric, Needs, Pair
from leeboard.profiles.cells import CategoryCells
from leeboard.profiles.counts import CategoryCounts
from leeboard.stats.intervals import wilson
from leeboard.stats.tables import hypergeometric_tail

__all__ = ["METRIC"]


def _on_counts(pair: Pair) -> Measurement:
    cells, counts = pair.cells, pair.current
    if not isinstance(cells, CategoryCells) or not isinstance(counts, CategoryCounts):
        raise MetricError(
            code="wrong_kind",
            where="metric 'unseen'",
            found="a column of numbers",
            expected="a column of categories",
            fix="Use out_of_range for numbers.",
        )
    lacking = lacking_counts("unseen", pair)
    if lacking is not None:
        return lacking
    n, m = present(pair.reference), present(counts)
    return Measurement(
        "unseen",
        counts.unseen / m,
        n,
        m,
        interval=wilson(counts.unseen / pair.design_current, m / pair.design_current),
        p_value=_excess_p(cells.singletons, n, counts.unseen, m, pair.design_current),
        p_kind=p_kind(pair),
        noise_floor=cells.singletons / n,
        reference=0.0,
        current=counts.unseen / m,
        facts=(("rows", float(counts.unseen)),),
    )


def _excess_p(singles: int, n: int, unseen: int, m: int, design: float) -> float:
    """Chance of so many unseen rows, by what the singletons let expect.

    A level that the reference missed may occur several times among the current rows, on
    average at most 1 + 2 m / n times in a row of equally likely numbers of rows, so
    that unseen rows come in clumps of about that size.
    """
    clump = (1.0 + 2.0 * m / n) * design
    effective = max(round(m / clump), 1)
    return hypergeometric_tail(
        singles, n, min(int(unseen / clump), effective), effective
    )


METRIC = Metric(
    name="unseen",
    answers="What share of the values are levels that the reference never had?",
    needs=Needs.COUNTS,
    kinds=CATEGORIES,
    unit="share",
    direction="larger is worse",
    source="Good, Biometrika 40, 1953, equation 9",
    on_counts=_on_counts,
)
