"""Expected calibration error over ten bins, and the reliability table."""

from __future__ import annotations

import math

import numpy as np

from leeboard.performance._cells import BINS
from leeboard.performance._metric import CLASSES, PerformanceMetric, lacking
from leeboard.performance._outcomes import Figure
from leeboard.performance._tally import Tally

__all__ = ["METRIC"]


def _on_tally(tally: Tally) -> Figure:
    if tally.scored is None:
        text = "rows have no score"
        return lacking("calibration_error", tally.rows, code="no_score", text=text)
    table, n = tally.scored.reliability, float(tally.rows)
    cuts = tally.cells.scores[0]
    # a cell lies in the bin of its lower end
    cell_bin = np.concatenate([[0], np.searchsorted(BINS, cuts, side="right")])
    rows, hits, sums, squares = (
        np.bincount(cell_bin, figure, len(BINS) + 1)
        for figure in (
            table.rows,
            table.hits,
            table.sums,
            table.hits - 2.0 * table.hit_sums + table.squares,
        )
    )
    gaps = (hits - sums) / n
    value = math.fsum(np.abs(gaps))
    variances = np.maximum(squares / n - gaps**2, 0.0) / n
    reach = _reach(variances)
    names = ("rows", "score", "share")
    safe = np.maximum(rows, 1.0)
    facts = tuple(
        (f"{name}_{i + 1}", float(figure[i]))
        for i in np.flatnonzero(rows)
        for name, figure in zip(names, (rows, sums / safe, hits / safe), strict=True)
    )
    interval = max(value - reach, 0.0), min(value + reach, 1.0)
    return Figure("calibration_error", value, tally.rows, interval, facts=facts)


def _reach(variances: np.ndarray) -> float:
    """95 % point of a sum of absolute normal errors, by a gamma law of its moments.

    The sum of the absolute gaps is off by no more than the sum of their errors, so that
    the interval holds the true error at least as often as it says.
    """
    from scipy.special import gammaincinv

    mean = math.sqrt(2.0 / math.pi) * math.fsum(np.sqrt(variances))
    spread = (1.0 - 2.0 / math.pi) * math.fsum(variances)
    if spread == 0.0:
        return 0.0
    return float(gammaincinv(mean**2 / spread, 0.95)) * spread / mean


METRIC = PerformanceMetric(
    name="calibration_error",
    answers="How far is the score from the share that came true, bin by bin?",
    tasks=CLASSES,
    needs="score",
    unit="probability; facts: ten bins of the score",
    better="lower",
    source="Naeini et al., AAAI 2015; Guo et al., ICML 2017, equation 3",
    on_tally=_on_tally,
)
