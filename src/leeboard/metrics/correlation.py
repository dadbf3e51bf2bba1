"""Which correlation of two numeric columns changed most, and by how much.

The p-value is Fisher's, times the number of pairs that were looked at (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np

from leeboard.errors import MetricError
from leeboard.metrics._metric import (
    Measurement,
    Metric,
    Needs,
    PKind,
    Rows,
    undefined,
)
from leeboard.metrics._options import one_of
from leeboard.schema import Kind
from leeboard.stats.intervals import correlation_p
from leeboard.stats.rank import midranks

__all__ = ["METRIC"]

_Array = np.ndarray[Any, Any]
_Table = Mapping[str, Rows]


def _on_table(
    reference: _Table,
    current: _Table,
    *,
    method: str = "spearman",
    pair: tuple[str, str] | None = None,
) -> Measurement:
    one_of("correlation", "method", method, ("spearman", "pearson"))
    names = [n for n in reference if n in current and _usable(reference[n], current[n])]
    pairs = [_known(tuple(pair), names)] if pair else list(combinations(names, 2))
    sizes = tuple(
        max((r.rows for r in t.values()), default=0) for t in (reference, current)
    )
    ranks = method == "spearman"
    used = sorted({name for both in pairs for name in both})
    ours = {name: _full(reference[name]) for name in used}
    theirs = {name: _full(current[name]) for name in used}
    found = []
    for one, other in pairs:
        r, n = _correlation(ours[one], ours[other], ranks=ranks)
        s, m = _correlation(theirs[one], theirs[other], ranks=ranks)
        if r is not None and s is not None:
            found.append((abs(s - r), one, other, r, s, n, m))
    if not found:
        text = "no two numeric columns that vary in both, with 4 complete rows"
        return undefined("correlation", *sizes, code="insufficient_data", text=text)
    change, one, other, r, s, n, m = max(found, key=lambda item: item[0])
    p_value = min(correlation_p(r, s, (n, m), ranks=ranks) * len(found), 1.0)
    return Measurement(
        "correlation",
        change,
        n,
        m,
        p_value=p_value,
        p_kind=PKind.INDEPENDENT,
        reference=r,
        current=s,
        subject=f"{one} × {other}",
        facts=(("pairs", float(len(found))), ("difference", s - r)),
    )


def _usable(reference: Rows, current: Rows) -> bool:
    return reference.kind is Kind.NUMERIC and current.kind is Kind.NUMERIC


def _known(pair: tuple[str, ...], names: list[str]) -> tuple[str, str]:
    if len(pair) != 2 or pair[0] == pair[1] or not set(pair) <= set(names):
        raise MetricError(
            code="bad_option",
            where="metric 'correlation', option 'pair'",
            found=repr(pair),
            expected="two different numeric columns of both tables: "
            + ", ".join(names),
            fix="Name two of them, or leave it out to look at all pairs.",
        )
    return pair[0], pair[1]


def _full(rows: Rows) -> _Array:
    """Values with NaN where there is none or an infinite one; shape (rows,)."""
    if rows.present is None:
        values = np.asarray(rows.values, np.float64)
    else:
        values = np.full(rows.rows, np.nan)
        values[rows.present] = rows.values
    if rows.infinite:
        values = np.where(np.isfinite(values), values, np.nan)
    return values


def _correlation(x: _Array, y: _Array, *, ranks: bool) -> tuple[float | None, int]:
    """Coefficient over complete rows; None if a column is constant or rows are few."""
    complete = ~(np.isnan(x) | np.isnan(y))
    n = int(complete.sum())
    if n < 4:
        return None, n
    if n < len(x):
        x, y = x[complete], y[complete]
    x, y = (midranks(x), midranks(y)) if ranks else (_unit(x), _unit(y))
    x, y = x - x.mean(), y - y.mean()
    spread = float(np.sqrt((x @ x) * (y @ y)))
    if spread == 0.0 or not np.isfinite(spread):
        return None, n
    return float(np.clip(x @ y / spread, -1.0, 1.0)), n


def _unit(values: _Array) -> _Array:
    """Values over a power of two, so that no digit is lost and no square overflows."""
    _, exponent = np.frexp(np.abs(values).max())
    unit: _Array = np.ldexp(values, -int(exponent))
    return unit


METRIC = Metric(
    name="correlation",
    answers="Which correlation of two columns changed most, and by how much?",
    needs=Needs.ROWS,
    kinds=frozenset({Kind.NUMERIC}),
    unit="difference of coefficients, 0 to 2",
    direction="larger is more change",
    source="Fisher, Metron 1, 1921; Bonett and Wright, Psychometrika 65, 2000",
    on_table=_on_table,
    options={"method": "spearman", "pair": None},
)
