"""Seeded samples of unchanged and changed columns, and what a check calls them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from leeboard.engines.arrays import NumberCounter, count_ordered
from leeboard.engines.cut import cut_levels, cut_numbers
from leeboard.metrics._metric import Pair
from leeboard.profiles.counts import CategoryCounts
from leeboard.schema import Column, Kind
from leeboard.verdicts.evidence import weigh
from leeboard.verdicts.judge import Case, judge
from leeboard.verdicts.verdict import Evidence, Lines

Array = np.ndarray[Any, Any]
Maker = Callable[[np.random.Generator], Pair]
LINES = Lines()
COLUMN = Column("x", Kind.NUMERIC)


def numbers(reference: Array, current: Array) -> Pair:
    """Two samples of numbers, counted in the reference's cells."""
    ordered = np.sort(reference)
    cells = cut_numbers(ordered)
    before = count_ordered(cells, ordered, (0, 0, 0))
    return Pair(cells, before, NumberCounter(cells).count(current, 0), fixed=True)


def levels(reference: Array, current: Array) -> Pair:
    """Two samples of categories, given as counts per level."""
    names = [f"level {i}" for i in range(len(reference))]
    present = {n: int(c) for n, c in zip(names, reference, strict=True) if c}
    cells = cut_levels(present)
    at = cells.locate(names)

    def count(rows: Array) -> CategoryCounts:
        table = np.bincount(at, weights=rows, minlength=cells.size).astype(np.int64)
        return CategoryCounts(table, 0)

    return Pair(cells, count(reference), count(current), fixed=True)


def zipf(size: int) -> Array:
    """Shares of a long-tailed category."""
    shares = 1.0 / (np.arange(size) + 2.0)
    return np.asarray(shares / shares.sum())


def unchanged(kind: str, n: int, m: int) -> Maker:
    """Both samples from one distribution."""
    if kind.startswith("zipf"):
        p = zipf(int(kind[4:]))
        return lambda r: levels(r.multinomial(n, p), r.multinomial(m, p))
    draw: dict[str, Callable[[np.random.Generator, int], Array]] = {
        "normal": lambda r, k: r.normal(size=k),
        "lognormal": lambda r, k: r.lognormal(0, 2, k),
        "rounded": lambda r, k: np.round(r.normal(50, 10, k), 1),
        "poisson": lambda r, k: r.poisson(4, k),
        "small ints": lambda r, k: r.integers(0, 10, k),
        "zeros": lambda r, k: np.where(r.random(k) < 0.6, 0.0, r.exponential(1, k)),
    }
    one = draw[kind]
    return lambda r: numbers(one(r, n), one(r, m))


def shifted(sd: float, n: int, m: int) -> Maker:
    """Normal columns whose mean moved by so many standard deviations."""
    return lambda r: numbers(r.normal(size=n), r.normal(sd, 1, m))


def sized(kind: str, size: float, n: int, m: int) -> Maker:
    """Columns whose true PSI, over the cells that are compared, is exactly ``size``."""
    if kind == "normal":
        edges = ndtri(np.arange(1, 10) / 10)
        even = np.full(10, 0.1)

        def apart(sd: float) -> float:
            q = np.diff(np.r_[0.0, ndtr(edges - sd), 1.0])
            return _psi(even, q) - size

        return shifted(brentq(apart, 1e-6, 5.0), n, m)
    count, direction = kind.split()
    p = zipf(int(count[4:]))
    steps = np.arange(len(p))
    tilt = {
        "tilt": np.linspace(1.0, -1.0, len(p)),
        "head": (steps == 0) * 1.0,
        "middle": -1.0 * (steps == len(p) // 2),
    }[direction]
    q = _tilted(p, tilt, brentq(lambda t: _psi(p, _tilted(p, tilt, t)) - size, 0, 60))
    return lambda r: levels(r.multinomial(n, p), r.multinomial(m, q))


def _psi(p: Array, q: Array) -> float:
    return float(((p - q) * np.log(p / q)).sum())


def _tilted(p: Array, direction: Array, by: float) -> Array:
    q = p * np.exp(by * direction)
    return np.asarray(q / q.sum())


def checks(
    make: Maker, times: int, columns: int, seed: int
) -> tuple[int, Counter[str]]:
    """Checks in which any column moved, and the states of all columns."""
    rng = np.random.default_rng(seed)
    any_moved, states = 0, Counter[str]()
    for _ in range(times):
        cases = [Case(COLUMN, None, make(rng), LINES) for _ in range(columns)]
        found = Counter(verdict.state.value for verdict in judge(cases))
        any_moved += found["moved"] > 0
        states += found
    return any_moved, states


def p_values(make: Maker, times: int, seed: int) -> Array:
    """p-values of "nothing changed at all"."""
    rng = np.random.default_rng(seed)
    found = (weigh(make(rng), LINES) for _ in range(times))
    return np.array([one.p_value for one in found if isinstance(one, Evidence)])
