"""Levels carry each other's names: the same shares, in another order.

Place: a cause; on the path.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from leeboard.incidents.causes._cause import ColumnCause, Found
from leeboard.incidents.causes._levels import Levels, agree, levels_of
from leeboard.incidents.causes._numbers import percent
from leeboard.incidents.causes._view import View

__all__ = ["CAUSE"]

_MOST = 24
_UNCHANGED = 1e-6
_FITS = 0.05
_EXPECTED = 5.0
_LUCK = 0.1
"""Chance that a change which is no swap agrees with one all the same."""
_SHOWN = 3


def _look(view: View) -> Found | None:
    levels = levels_of(view, _MOST)
    if levels is None or agree(levels.usual, levels.current) > _UNCHANGED:
        return None
    order = _order(levels.current)[np.argsort(_order(levels.usual))]
    swapped = levels.current[order]
    fit = agree(levels.usual, swapped)
    places = np.flatnonzero(order != np.arange(len(order)))
    few = min(levels.current[order][places], default=0.0) < _EXPECTED
    if few or fit < _FITS or _moved(levels)[places].sum() < 2:
        return None
    if _luck(levels, places) > _LUCK:
        return None
    p = levels.usual / levels.usual.sum()
    q = levels.current / levels.current.sum()
    places = places[np.argsort(-p[places], kind="stable")]
    names = [repr(levels.names[at]) for at in places[:_SHOWN]]
    facts = [
        f"{name} has {percent(q[at])} of the rows, usually {percent(p[at])}"
        for name, at in zip(names, places[:_SHOWN], strict=True)
    ]
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return Found(
        text=f"has levels that changed names ({', '.join(names)}{more})",
        facts=(*facts, f"in another order the shares agree (p = {fit:.2g})"),
    )


def _order(counts: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    order: np.ndarray[Any, Any] = np.argsort(-counts, kind="stable")
    return order


def _moved(levels: Levels) -> np.ndarray[Any, Any]:
    """Levels whose own share surely changed."""
    p = levels.usual / levels.usual.sum()
    q = levels.current / levels.current.sum()
    pooled = levels.usual + levels.current
    pooled = pooled / pooled.sum()
    rows = 1.0 / levels.usual.sum() + 1.0 / levels.current.sum()
    error = np.sqrt(pooled * (1.0 - pooled) * rows)
    moved: np.ndarray[Any, Any] = np.abs(p - q) > 4.0 * error
    return moved


def _luck(levels: Levels, places: np.ndarray[Any, Any]) -> float:
    """Chance that shares drawn at random agree with the usual ones in some order.

    The volume of what agrees, among all shares of the moved levels, times the number
    of orders.
    """
    p = levels.usual / levels.usual.sum()
    rows = 1.0 / levels.usual.sum() + 1.0 / levels.current.sum()
    within = 4.0 * np.sqrt(p[places] * (1.0 - p[places]) * rows)
    left = float(p[places].sum())
    # shares of k levels that add up to a total have k - 1 of them to choose
    free = np.sort(within)[:-1] / left
    orders = np.arange(2, len(places) + 1)
    # a simplex of k - 1 dimensions has the volume 1 / (k - 1)!
    simplex = np.arange(1, len(places))
    return float(np.prod(free)) * float(np.prod(orders)) * float(np.prod(simplex))


CAUSE = ColumnCause("encoding swap", 45, _look)
