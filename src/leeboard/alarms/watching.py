"""Which watches a model has: everything the reference tells how to judge.

| what | group | detector |
|---|---|---|
| error of labelled rows | performance | bounded mean |
| missing, beyond the reference, unknown level | quality | bounded mean |
| one value in all rows | quality | constant |
| distribution of predictions and scores | predictions | tolerant, then conformal |
| distribution of a feature or label | features | the same |
| distribution of latency and metadata | system | the same |
"""

from __future__ import annotations

from collections.abc import Iterator

from leeboard.alarms.distribution import distribution_watches
from leeboard.alarms.error import error_watches
from leeboard.alarms.look import Standard
from leeboard.alarms.share import share_watches
from leeboard.alarms.still import still_watches
from leeboard.alarms.watch import Watch

__all__ = ["watches_of"]

_ASPECTS = 5
"""Watches of one column, at most."""


def watches_of(standard: Standard, delta: float = 0.01) -> list[Watch]:
    """All watches of a model.

    Parameters
    ----------
    standard : Standard
    delta : float
        Probability that the reference misleads any of them.
    """
    each = delta / (1 + _ASPECTS * max(1, len(standard.columns())))
    return list(_all(standard, each))


def _all(standard: Standard, delta: float) -> Iterator[Watch]:
    yield from error_watches(standard, delta)
    yield from share_watches(standard, delta)
    yield from still_watches(standard, delta)
    yield from distribution_watches(standard, delta)
