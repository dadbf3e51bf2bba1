"""Fisher's exact test of shares, for rare events and few rows.

Two cells: exact. More cells: tables with the same margins are drawn, and the p-value is
valid for every number of them. The value is the largest difference of one share.
"""

from __future__ import annotations

import numpy as np

from leeboard.metrics._cells import lacking_counts, table_of
from leeboard.metrics._metric import (
    ANY,
    Measurement,
    Metric,
    Needs,
    Pair,
    PKind,
    Reason,
)
from leeboard.metrics._options import at_least
from leeboard.stats.tables import fisher_exact, fisher_simulated

__all__ = ["METRIC"]


def _on_counts(
    pair: Pair, *, merge: bool = False, tables: int = 9999, seed: int = 0
) -> Measurement:
    at_least("fisher", "tables", tables, 1)
    lacking = lacking_counts("fisher", pair)
    if lacking is not None:
        return lacking
    n, m = pair.reference.rows, pair.current.rows
    table = table_of(pair, merge=merge)
    reference, current = table.reference, table.current
    facts: tuple[tuple[str, float], ...] = ()
    if table.size < 2:
        p_value = 1.0
    elif table.size == 2:
        p_value = fisher_exact(int(reference[0]), n, int(current[0]), m)
        crossed = int(reference[1]) * int(current[0])
        if crossed:
            odds = int(reference[0]) * int(current[1]) / crossed
            facts = (("odds_ratio", odds),)
    else:
        p_value = fisher_simulated(reference, current, tables=tables, seed=seed)
    clustered = pair.design_reference > 1.0 or pair.design_current > 1.0
    text = "rows hang together, which this test cannot allow for: use chi2"
    return Measurement(
        "fisher",
        float(np.abs(reference / n - current / m).max()),
        n,
        m,
        p_value=p_value,
        p_kind=PKind.INDEPENDENT if clustered else PKind.EXACT,
        reason=Reason("dependent_rows", text) if clustered else None,
        facts=facts,
    )


METRIC = Metric(
    name="fisher",
    answers="Could both samples have the same shares, however few the rows?",
    needs=Needs.COUNTS,
    kinds=ANY,
    unit="share",
    direction="larger is more change",
    source="Fisher, 1935; Davison and Hinkley, Bootstrap Methods, 1997, section 4.2",
    on_counts=_on_counts,
    options={"merge": False, "tables": 9999, "seed": 0},
    routine=False,  # thousands of drawn tables
)
