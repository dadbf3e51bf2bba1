"""Did anything change at all? Pearson's test of two samples over the same cells.

The reference is a sample like the current one: taking it for the truth inflates the
statistic by 1 + m/n, the common fault of one-sample chi-square tests used for drift.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from leeboard.stats.tables import chi_square_p

__all__ = ["DRAWS", "chi_square", "dirichlet_null"]

DRAWS = 1999
"""Monte Carlo draws of an exact null; one less than a round number, as 1 is added."""

_Array = np.ndarray[Any, Any]
_FEW = 10


def chi_square(reference: _Array, current: _Array) -> Any:
    """Pearson's X² of the 2 × K table; shapes (…, K), zero columns ignored."""
    n = reference.sum(axis=-1, keepdims=True)
    m = current.sum(axis=-1, keepdims=True)
    pooled = reference + current
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = (reference / n - current / m) ** 2 / pooled
    apart = np.where(pooled > 0, apart, 0.0)
    return (apart.sum(axis=-1, keepdims=True) * n * m)[..., 0]


def dirichlet_null(reference: _Array, current: _Array, spacings: _Array) -> float:
    """p-value of X² when the reference rows themselves fixed the cells.

    For continuous independent rows the true masses of cells bounded by order statistics
    follow Dirichlet(spacings) exactly, whatever the distribution (Boracchi et al., ICML
    2018, QuantTree). Draw masses, then counts, then the statistic. Tails below 10 hits
    come from the chi-square law, scaled to meet the draws there.

    Parameters
    ----------
    reference, current : int arrays, shape (K,)
    spacings : int array, shape (K,)
        Reference spacings per cell; their sum is n + 1.
    """
    rows = int(current.sum())
    null = _null(tuple(reference.tolist()), tuple(spacings.tolist()), rows)
    observed = float(chi_square(reference, current))
    hits = DRAWS - int(np.searchsorted(null, observed * (1 - 1e-12), side="left"))
    if hits >= _FEW:
        return (1 + hits) / (1 + DRAWS)
    joint = (
        (1 + _FEW) / (1 + DRAWS) / chi_square_p(float(null[-_FEW]), len(reference) - 1)
    )
    return min(1.0, chi_square_p(observed, len(reference) - 1) * joint)


@lru_cache(maxsize=64)
def _null(reference: tuple[int, ...], spacings: tuple[int, ...], rows: int) -> _Array:
    """Statistics of DRAWS pairs of equal distributions, ascending.

    Columns with as many rows and no ties have the same law, so it is drawn once.
    """
    # the seed is a function of the data's sizes alone: same input, same p-value
    rng = np.random.default_rng([sum(reference), rows, len(reference)])
    masses = rng.standard_gamma(np.array(spacings, float), (DRAWS, len(spacings)))
    masses /= masses.sum(axis=1, keepdims=True)
    drawn = rng.multinomial(rows, masses)
    before = np.broadcast_to(np.array(reference), drawn.shape)
    return np.sort(np.asarray(chi_square(before, drawn)))
