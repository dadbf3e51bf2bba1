"""Which predictions to have labelled, under a budget.

Place: on the path, above strata; arrays in, a sample out. Rows are chosen by chance, at
a known rate, so that a handful of labels speaks for all of them.
"""

from __future__ import annotations

import hashlib
import heapq
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.errors import MetricError
from leeboard.estimates.corrected import fill
from leeboard.estimates.strata import Strata, cut_strata

__all__ = ["Sample", "allocate", "choose"]

_Array = np.ndarray[Any, Any]

_FLOOR = 2
_PER_STRATUM = 5
_PARTS = 10
_DEFENSIVE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Predictions to have labelled.

    Parameters
    ----------
    ids : tuple of str
    probability : array, shape (n,), in (0, 1]
        With which each was chosen: to be stored beside it.
    stratum : int array, shape (n,)
        Kind of each, as ``strata.codes`` gives it.
    strata : Strata
        How kinds were cut: to be stored as well.
    place : int array, shape (n,)
        Position of each among the rows that were given.
    """

    ids: tuple[str, ...]
    probability: _Array
    stratum: _Array
    strata: Strata
    place: _Array


def choose(
    ids: list[str],
    expected_loss: _Array,
    sigma: _Array,
    *,
    segments: _Array | None = None,
    budget: int,
    seed: int,
    strata: Strata | None = None,
) -> Sample:
    """Choose rows to label.

    Parameters
    ----------
    ids : list of str, length n
        All predictions of the windows in question, each once.
    expected_loss, sigma : array, shape (n,)
        Estimated loss of each row, and its standard deviation given the row; where one
        is missing, the mean of the others stands in.
    segments : array of str, shape (n,), or None
    budget : int, at least 2
        Rows to choose in all; at most n are.
    seed : int
    strata : Strata or None
        Those of an earlier sample that this one goes on with; None cuts them.

    Notes
    -----
    Strata are tenths of the expected loss within segments, fewer where the budget gives
    a stratum less than five rows. A stratum of N rows whose losses spread by σ gets a
    share of the budget in proportion to N σ (Neyman, 1934), and at least two rows, that
    its own spread can be seen; σ is never taken for less than a tenth of the overall
    one, because a model that is sure of itself may be wrong.

    Every id has a number of its own, drawn by a keyed hash; within a stratum the rows
    with the smallest numbers are chosen (Ohlsson, in Business Survey Methods, 1995,
    chapter 9). That is simple random sampling, so a row's probability is its stratum's
    rows chosen over its rows, exactly. The same call gives the same sample; the same
    rows and strata with a larger budget give all of the smaller sample and more. So a
    second call asks for the sum of both budgets, ids known already are left out of what
    is sent to people, and the probabilities of the second call hold for all its ids.
    Where rows were added since, ids of the first call that the second does not choose
    are labelled but belong to no sample, and stay out of the estimate.
    """
    loss, spread = fill(expected_loss), fill(sigma)
    _check(ids, loss, spread, segments, budget)
    strata = strata or _cut(loss, segments, budget)
    codes = strata.codes(loss, segments)
    rows = np.bincount(codes, minlength=strata.size)
    within = np.bincount(codes, weights=spread**2, minlength=strata.size)
    sd = np.sqrt(within / np.maximum(rows, 1))
    least = _DEFENSIVE * float(np.sqrt(np.mean(spread**2)))
    share = allocate(rows, np.maximum(sd, least) if least > 0 else sd + 1.0, budget)
    numbers = _numbers(ids, seed)
    order = np.lexsort((numbers, codes))
    start = np.concatenate(([0], np.cumsum(rows)[:-1]))
    rank = np.empty(len(ids), np.int64)
    rank[order] = np.arange(len(ids)) - start[codes[order]]
    place = np.flatnonzero(rank < share[codes])
    rate = share / np.maximum(rows, 1)
    return Sample(
        tuple(ids[i] for i in place),
        rate[codes[place]],
        codes[place],
        strata,
        place,
    )


def allocate(rows: _Array, sd: _Array, budget: int) -> _Array:
    """Rows to choose in each stratum, shape (k,).

    Parameters
    ----------
    rows : int array, shape (k,)
    sd : array, shape (k,)
        Spread of the loss in each stratum.
    budget : int

    Notes
    -----
    Two rows of each, or all where there are fewer; then one by one where the variance
    of the mean falls most, that is where ``N σ / √(n (n + 1))`` is largest. This is the
    best whole allocation, not a rounded one (Wright, The American Statistician 66,
    2012), and a larger budget takes nothing away from anyone.
    """
    given = np.minimum(rows, _FLOOR)
    left = min(budget, int(rows.sum())) - int(given.sum())

    def urge(place: int) -> float:
        n = int(given[place])
        return float(rows[place] * sd[place]) / math.sqrt(n * (n + 1))

    waiting = [(-urge(i), i) for i in np.flatnonzero(given < rows).tolist()]
    heapq.heapify(waiting)
    while left > 0:
        _, place = heapq.heappop(waiting)
        given[place] += 1
        left -= 1
        if given[place] < rows[place]:
            heapq.heappush(waiting, (-urge(place), place))
    return given


def _cut(loss: _Array, segments: _Array | None, budget: int) -> Strata:
    """Cut as finely as the budget allows; segments go first where it is very small."""
    if segments is None:
        return cut_strata(loss, parts=max(1, min(_PARTS, budget // _PER_STRATUM)))
    many = len(np.unique(np.asarray(segments, np.str_)))
    if budget < _FLOOR * many:
        return _cut(loss, None, budget)
    parts = max(1, min(_PARTS, budget // (_PER_STRATUM * many)))
    return cut_strata(loss, segments, parts=parts)


def _numbers(ids: list[str], seed: int) -> _Array:
    """Number of each id: 64 bits of a hash that the seed is the key of."""
    key = str(seed).encode()
    digests = (
        hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8, key=key)
        for name in ids
    )
    joined = b"".join(digest.digest() for digest in digests)
    return np.frombuffer(joined, np.uint64)


def _check(
    ids: list[str],
    loss: _Array,
    sigma: _Array,
    segments: _Array | None,
    budget: int,
) -> None:
    sizes = {
        len(ids),
        len(loss),
        len(sigma),
        len(ids if segments is None else segments),
    }
    if len(sizes) > 1:
        raise MetricError(
            code="lengths_differ",
            where="rows to choose from",
            found=f"arrays of lengths {sorted(sizes)}",
            expected="one expected loss, sigma and segment an id",
            fix="Give arrays of one length.",
        )
    if len(set(ids)) < len(ids):
        raise MetricError(
            code="duplicate_ids",
            where="rows to choose from",
            found=f"{len(ids) - len(set(ids))} ids that occur before",
            expected="each prediction once",
            fix="Give the rows of the log after duplicates are taken out.",
        )
    if not (
        np.isfinite(loss).all() and np.isfinite(sigma).all() and (sigma >= 0).all()
    ):
        raise MetricError(
            code="bad_losses",
            where="rows to choose from",
            found="an expected loss that is infinite, or a sigma below 0",
            expected="finite numbers",
            fix="Look at what estimated them.",
        )
    if budget < _FLOOR:
        raise MetricError(
            code="bad_budget",
            where="budget",
            found=str(budget),
            expected=f"at least {_FLOOR}",
            fix="Ask for more labels.",
        )
