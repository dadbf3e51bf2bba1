"""Performance of a window from its labels, by segment, with intervals.

Place: after the join. Rows give exact figures; only what adds is kept for later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from leeboard.monitor.baseline import Baseline
from leeboard.performance import Figure, Outcomes, Tally, figures
from leeboard.state import Measured

__all__ = ["PERFORMANCE", "PROVISIONAL", "REALISED", "measured", "realised_of"]

PERFORMANCE = "performance"
"""Subject of the figures."""

REALISED, PROVISIONAL = "realised", "provisional"


def realised_of(
    outcomes: Mapping[str, Outcomes | Tally],
    names: Sequence[str],
    baseline: Baseline,
    *,
    provisional: bool,
    counted: Mapping[str, Tally] | None = None,
) -> Iterator[Measured]:
    """Measure the outcomes of every segment.

    Parameters
    ----------
    outcomes : mapping of segment (empty: all rows) to Outcomes or Tally
    names : sequence of str
        Metrics; empty: those that suit the task.
    provisional : bool
        Labels are still to come.
    counted : mapping of segment to Tally, optional
        The same rows in the cells of the reference.
    """
    tallies = counted or {}
    basis = PROVISIONAL if provisional else REALISED
    for segment, one in outcomes.items():
        for figure in figures(one, names or None, counted=tallies.get(segment)):
            yield measured(figure, segment, basis, baseline)


def measured(figure: Figure, segment: str, basis: str, baseline: Baseline) -> Measured:
    """One figure as a row to keep."""
    low, high = figure.interval or (None, None)
    none = figure.value is None and figure.reason is not None
    return Measured(
        segment,
        PERFORMANCE,
        figure.metric,
        basis,
        figure.value,
        low,
        high,
        baseline.figures.get(figure.metric) if segment == "" else None,
        baseline.rows if segment == "" else 0,
        figure.n,
        figure.reason.code if none and figure.reason is not None else "",
    )
