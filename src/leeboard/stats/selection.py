"""Many columns at once: which to select, and how wide their intervals must then be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["benjamini_hochberg", "coverage"]


def benjamini_hochberg(p_values: Sequence[float], level: float) -> list[bool]:
    """Select hypotheses at a false-discovery rate (Benjamini and Hochberg, 1995).

    Parameters
    ----------
    p_values : sequence of float in [0, 1], shape (k,)
    level : float
        Expected share of false selections; the chance of any if all are null.

    Returns
    -------
    list of bool, shape (k,)
    """
    p = np.asarray(p_values, float)
    if p.size == 0:
        return []
    order = np.argsort(p, kind="stable")
    below = p[order] <= level * np.arange(1, p.size + 1) / p.size
    if not below.any():
        return [False] * p.size
    cut = p[order][np.flatnonzero(below)[-1]]
    return [bool(x) for x in p <= cut]


def coverage(selected: int, of: int, level: float = 0.05) -> float:
    """Coverage of the intervals of selected columns (Benjamini and Yekutieli, 2005).

    With R of k selected, intervals at 1 - R·level/k keep the expected share of selected
    intervals that miss their target at ``level``.
    """
    if selected == 0 or of == 0:
        return 1.0 - level
    return 1.0 - selected * level / of
