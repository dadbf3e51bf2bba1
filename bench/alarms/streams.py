"""Streams of windows with and without a change, all from one seeded generator.

A stream draws the rows of its windows; a change says what becomes of them. Windows are
numbered; those before 0 belong to the reference and to the history in control.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.signal import lfilter
from scipy.special import ndtri

__all__ = ["CELLS", "Change", "Stream", "strength"]

Array = np.ndarray[Any, Any]
CELLS = 10
RAMP = 20  # windows that a slow change takes to come in full
SEASON = 7  # windows in a season


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to a stream.

    Parameters
    ----------
    label : str
    size : float
        In the stream's own unit.
    pattern : str
        ``sudden``, ``ramp`` (its size grows over 20 windows), ``mixture`` (the share of
        rows that it concerns grows over 20 windows), ``recurring`` (10 windows with it,
        10 without).
    kl : float or None
        Kullback–Leibler divergence a row, after from before, in nats; None: unknown.
    ratio : callable or None
        Sum of ln(after / before) over the rows of a window.
    """

    label: str
    size: float
    pattern: str = "sudden"
    kl: float | None = None
    ratio: Callable[[Array], float] | None = None


def strength(pattern: str, windows: int) -> Array:
    """How much of a change is there in each window after it began, in [0, 1]."""
    t = np.arange(windows)
    if pattern == "sudden":
        return np.ones(windows)
    if pattern == "recurring":
        return np.asarray(t % 20 < 10, np.float64)
    return np.minimum(1.0, (t + 1.0) / RAMP)


Draw = Callable[[np.random.Generator, int, Array, int], Array]


@dataclass(frozen=True, slots=True)
class Stream:
    """One scenario.

    Parameters
    ----------
    code, title : str
    kind : str
        ``number``, ``category``, ``share`` (0/1 rows) or ``table`` (30 columns).
    draw : callable
        ``draw(rng, t, amount, rows)``: the rows of window t, where ``amount``, shape
        (rows,), is the size of the change in each row.
    rows : int or callable
        In a window; a callable takes the window's number.
    reference, history : int
        Windows that make up the reference, and windows in control after it.
    changes : tuple of Change
    meets : frozenset of str
        Names of the rules whose stated assumptions it meets.
    season : int
        Windows of the same season are compared with one another.
    """

    code: str
    title: str
    kind: str
    draw: Draw
    rows: int | Callable[[int], int]
    changes: tuple[Change, ...]
    meets: frozenset[str] = frozenset()
    reference: int = 20
    history: int = 60
    season: int = 1
    levels: int = 2

    def size(self, t: int) -> int:
        """Rows in window t."""
        return self.rows if isinstance(self.rows, int) else self.rows(t)

    def quiet(self, rng: np.random.Generator, start: int, stop: int) -> list[Array]:
        """Draw the rows of windows without a change."""
        sizes = [self.size(t) for t in range(start, stop)]
        return [
            self.draw(rng, t, np.zeros(m), m)
            for t, m in zip(range(start, stop), sizes, strict=True)
        ]

    def changed(
        self, rng: np.random.Generator, change: Change, start: int, windows: int
    ) -> list[Array]:
        """Draw the rows of windows from the moment of a change on."""
        out = []
        for k, share in enumerate(strength(change.pattern, windows)):
            rows = self.size(start + k)
            if change.pattern == "mixture":
                amount = change.size * (rng.random(rows) < share)
            else:
                amount = np.full(rows, change.size * share)
            out.append(self.draw(rng, start + k, amount, rows))
        return out


def uniform(rng: np.random.Generator, rows: int, wobble: float) -> Array:
    """Draw from (0, 1); with a wobble, the shares of its ten tenths are a window's own.

    The shares are Dirichlet with concentration ``wobble``; infinity is none.
    """
    if np.isinf(wobble):
        return rng.random(rows)
    shares = rng.dirichlet(np.full(CELLS, wobble / CELLS))
    cells = rng.choice(CELLS, rows, p=shares)
    return np.asarray((cells + rng.random(rows)) / CELLS)


def mean(wobble: float = np.inf, season: float = 0.0) -> Draw:
    """Normal rows whose mean moves by the amount; it may have a season."""

    def draw(rng: np.random.Generator, t: int, amount: Array, rows: int) -> Array:
        inside = np.clip(uniform(rng, rows, wobble), 1e-12, 1 - 1e-12)
        swing = season * np.sin(2 * np.pi * t / SEASON)
        return np.asarray(ndtri(inside) + swing + amount)

    return draw


def scale(rng: np.random.Generator, _t: int, amount: Array, rows: int) -> Array:
    """Normal rows whose standard deviation grows by the amount."""
    return np.asarray(rng.normal(size=rows) * (1.0 + amount))


def tail(rng: np.random.Generator, _t: int, amount: Array, rows: int) -> Array:
    """Normal rows of which a share, the amount, is five times as far out."""
    far = rng.random(rows) < amount
    return np.asarray(rng.normal(size=rows) * np.where(far, 5.0, 1.0))


def sticky(rho: float) -> Draw:
    """Normal rows, each correlated with the one before it in its window."""

    def draw(rng: np.random.Generator, _t: int, amount: Array, rows: int) -> Array:
        first = rng.normal()
        shocks = rng.normal(size=rows) * np.sqrt(1 - rho**2)
        shocks[0] = first
        return np.asarray(lfilter([1.0], [1.0, -rho], shocks) + amount)

    return draw


def shares(base: Array, wobble: float = np.inf) -> Draw:
    """Draw categories; the amount is the share that moves from first to last."""

    def draw(rng: np.random.Generator, _t: int, amount: Array, rows: int) -> Array:
        p = base if np.isinf(wobble) else rng.dirichlet(wobble * base)
        out = rng.choice(len(base), rows, p=p)
        leaves = (out == 0) & (rng.random(rows) < amount / base[0])
        return np.asarray(np.where(leaves, len(base) - 1, out))

    return draw


def hits(p: float, wobble: float = np.inf) -> Draw:
    """Rows that are 1 with probability p plus the amount."""

    def draw(rng: np.random.Generator, _t: int, amount: Array, rows: int) -> Array:
        own = p if np.isinf(wobble) else rng.beta(wobble * p, wobble * (1 - p))
        return np.asarray(rng.random(rows) < np.clip(own + amount, 0, 1), np.float64)

    return draw


def table(columns: int, rho: float) -> Draw:
    """Equally correlated normal columns, of which the first moves."""

    def draw(rng: np.random.Generator, _t: int, amount: Array, rows: int) -> Array:
        common = rng.normal(size=(rows, 1)) * np.sqrt(rho)
        own = rng.normal(size=(rows, columns)) * np.sqrt(1 - rho)
        out = common + own
        out[:, 0] += amount
        return np.asarray(out)

    return draw
