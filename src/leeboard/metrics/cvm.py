"""Cramér-von Mises: the mean squared difference of two distribution functions.

Often more power than the largest difference for a shift of all values.
"""

from __future__ import annotations

import numpy as np

from leeboard.metrics._cells import lacking_rows, sorted_numbers
from leeboard.metrics._metric import NUMBERS, Measurement, Metric, Needs, PKind, Rows
from leeboard.metrics._options import one_of
from leeboard.stats.rank import midranks

__all__ = ["METRIC"]

_EXACT_UP_TO = 20


def _on_rows(reference: Rows, current: Rows, *, method: str = "auto") -> Measurement:
    one_of("cvm", "method", method, ("auto", "exact", "asymptotic"))
    lacking = lacking_rows("cvm", reference, current, least=2)
    if lacking is not None:
        return lacking
    from scipy.stats import cramervonmises_2samp

    n, m = len(reference.values), len(current.values)
    exact = method == "exact" or (method == "auto" and max(n, m) <= _EXACT_UP_TO)
    # by ranks, so that infinities are values like any other
    ranks = midranks(
        np.concatenate([sorted_numbers(reference), sorted_numbers(current)])
    )
    result = cramervonmises_2samp(
        ranks[:n], ranks[n:], method="exact" if exact else "asymptotic"
    )
    return Measurement(
        "cvm",
        float(result.statistic),
        n,
        m,
        p_value=min(max(float(result.pvalue), 0.0), 1.0),
        p_kind=PKind.EXACT if exact else PKind.INDEPENDENT,
        noise_floor=(1.0 + 1.0 / (n + m)) / 6.0,
    )


METRIC = Metric(
    name="cvm",
    answers="How large is the mean squared difference of the distribution functions?",
    needs=Needs.ROWS,
    kinds=NUMBERS,
    unit="statistic T",
    direction="larger is more change",
    source="Anderson, Annals of Mathematical Statistics 33, 1962, equations 9 and 10",
    on_rows=_on_rows,
    options={"method": "auto"},
)
