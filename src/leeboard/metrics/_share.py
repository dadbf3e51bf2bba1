"""A share of rows in each sample, and its test. Private to the metrics."""

from __future__ import annotations

from leeboard.metrics._metric import Measurement, PKind, undefined
from leeboard.stats.intervals import two_shares_p, wilson
from leeboard.stats.tables import fisher_exact

__all__ = ["Share", "share_of"]

Share = tuple[int, int, float]
"""Rows that have the property, all rows, and their design effect."""


def share_of(
    metric: str, reference: Share, current: Share, *, blocks: bool
) -> Measurement:
    """Measure a current share, with the reference's beside it.

    Notes
    -----
    The p-value is Fisher's exact one; where rows hang together, that of the score test
    on effective rows. The interval is Wilson's, on effective rows.
    """
    (a, n, design), (b, m, other_design) = reference, current
    for name, size in (("reference", n), ("current", m)):
        if size == 0:
            text = f"the {name} has no rows"
            return undefined(metric, n, m, code="insufficient_data", text=text)
    dependent = design > 1.0 or other_design > 1.0
    if dependent:
        effective = n / design, m / other_design
        p_value = two_shares_p(a / design, effective[0], b / other_design, effective[1])
    else:
        p_value = fisher_exact(a, n, b, m)
    kind = PKind.APPROXIMATE if blocks else PKind.INDEPENDENT
    return Measurement(
        metric,
        b / m,
        n,
        m,
        interval=wilson(b / other_design, m / other_design),
        p_value=p_value,
        p_kind=kind if dependent or blocks else PKind.EXACT,
        reference=a / n,
        current=b / m,
        facts=(("difference", b / m - a / n), ("rows", float(b))),
    )
