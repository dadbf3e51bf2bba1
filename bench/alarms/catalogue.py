"""The streams of the bench, with what is known of their changes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from bench.alarms import streams
from bench.alarms.streams import Change, Stream
from scipy.integrate import quad
from scipy.stats import norm

__all__ = ["STREAMS"]

Array = np.ndarray[Any, Any]
FOUR = ("sudden", "ramp", "mixture", "recurring")

D1, D2, D3 = "Leeboard D1", "Leeboard D2", "Leeboard D3"
NUMBER = frozenset({D2, f"{D2}, no tolerance", D3})
SHARE = frozenset({D1, f"{D1}, 2 points", D3})


def moves(d: float, pattern: str = "sudden", *, factor: float | None = 1.0) -> Change:
    """A mean that moves by d standard deviations; KL is ``factor · d²/2``."""
    plain = factor == 1.0 and pattern == "sudden"
    kl = factor * d * d / 2 if factor and pattern == "sudden" else None
    ratio = (lambda x: float(d * x.sum() - len(x) * d * d / 2)) if plain else None
    name = f"mean +{d:g} sd" + ("" if pattern == "sudden" else f", {pattern}")
    return Change(name, d, pattern, kl, ratio)


def grows(s: float) -> Change:
    """A standard deviation that grows by the share s."""
    q = (1 + s) ** 2
    kl = (q - 1) / 2 - math.log(1 + s)

    def ratio(x: Array) -> float:
        return float((x @ x) * (1 - 1 / q) / 2 - len(x) * math.log(1 + s))

    return Change(f"sd ×{1 + s:g}", s, "sudden", kl, ratio)


def fattens(e: float) -> Change:
    """A share e of the rows goes five times as far out."""

    def log(x: Any) -> Any:
        return np.log1p(-e + e * norm.pdf(x, scale=5.0) / norm.pdf(x))

    def after(x: float) -> float:
        return float((1 - e) * norm.pdf(x) + e * norm.pdf(x, scale=5.0))

    kl = 2 * quad(lambda x: after(x) * float(log(x)), 0, 30, limit=200)[0]
    return Change(f"{e:.0%} of rows ×5", e, "sudden", kl, lambda x: float(log(x).sum()))


def trades(base: Array, share: float) -> Change:
    """A share that moves from the first category to the last."""
    p = base.copy()
    p[0], p[-1] = p[0] - share, p[-1] + share
    logs = np.log(p / base)
    return Change(
        f"{share:.0%} change category",
        share,
        "sudden",
        float(p @ logs),
        lambda x: float(logs[x.astype(int)].sum()),
    )


def rises(p: float, d: float, *, known: bool = True) -> Change:
    """A share that rises from p by d."""
    q = p + d
    one, zero = math.log(q / p), math.log((1 - q) / (1 - p))

    def ratio(x: Array) -> float:
        return float(x.sum() * one + (len(x) - x.sum()) * zero)

    kl = q * one + (1 - q) * zero
    label = f"{p:.0%} → {q:.0%}"
    return Change(label, d, "sudden", kl if known else None, ratio if known else None)


def growing(t: int) -> int:
    """Rows of a product that takes off: 100 a window, 5,000 after 400 windows."""
    return round(100 * 50 ** min(1.0, max(0, t) / 400))


def conditional(columns: int, rho: float) -> float:
    """1 / variance of one column given the others, all equally correlated."""
    matrix = np.full((columns, columns), rho) + (1 - rho) * np.eye(columns)
    return float(np.linalg.inv(matrix)[0, 0])


def _numbers() -> list[Stream]:
    mean: Callable[..., streams.Draw] = streams.mean
    four = tuple(moves(0.3, pattern) for pattern in FOUR)
    return [
        Stream(
            "S1 mean",
            "normal rows, 500 a window",
            "number",
            mean(),
            500,
            (moves(0.1), moves(0.2), *four, moves(0.5)),
            NUMBER,
        ),
        Stream(
            "S1 small reference",
            "the same against 1,000 reference rows",
            "number",
            mean(),
            100,
            (moves(0.3), moves(0.5)),
            NUMBER,
            reference=10,
        ),
        Stream(
            "S1 scale",
            "normal rows",
            "number",
            streams.scale,
            500,
            (grows(0.25),),
            NUMBER,
        ),
        Stream(
            "S1 tail",
            "normal rows",
            "number",
            streams.tail,
            500,
            (fattens(0.05),),
            NUMBER,
        ),
        Stream(
            "S4 AR(1)",
            "rows correlated with the one before, 0.5",
            "number",
            streams.sticky(0.5),
            500,
            (moves(0.3, factor=1 / 3),),
            frozenset({D3}),
        ),
    ]


def _wobbling() -> list[Stream]:
    return [
        Stream(
            f"S5 wobble {wobble}",
            f"each window has shares of its own, Dirichlet({wobble} p)",
            "number",
            streams.mean(wobble),
            500,
            (moves(0.3, factor=None), moves(0.5, factor=None)),
            # that wobble is a PSI of some 0.0045: within what D2 leaves alone
            frozenset({D2, D3}) if wobble == 2000 else frozenset({D3}),
        )
        for wobble in (2000, 500, 100)
    ]


def _others() -> list[Stream]:
    base = np.array([0.3, 0.2, 0.15, 0.1, 0.1, 0.08, 0.05, 0.02])
    return [
        Stream(
            "S2 category",
            "eight categories",
            "category",
            streams.shares(base),
            500,
            (trades(base, 0.03), trades(base, 0.06)),
            NUMBER,
            levels=8,
        ),
        Stream(
            "S3 error",
            "errors of a model, 10 %, 100 rows a window",
            "share",
            streams.hits(0.10),
            100,
            (rises(0.10, 0.05), rises(0.10, 0.10)),
            SHARE,
            reference=100,
        ),
        Stream(
            "S3 error, wobbling",
            "each window has an error of its own, Beta of concentration 500",
            "share",
            streams.hits(0.10, 500),
            100,
            (rises(0.10, 0.05, known=False), rises(0.10, 0.10, known=False)),
            frozenset({D3}),
            reference=100,
        ),
        Stream(
            "S6 season",
            "the mean swings by 0.3 sd over seven windows",
            "number",
            streams.mean(season=0.3),
            500,
            (moves(0.3, factor=None), moves(0.5, factor=None)),
            frozenset({D3}),
            reference=21,
            history=175,
            season=7,
        ),
        Stream(
            "S7 table",
            "30 columns, correlated 0.5, of which one moves",
            "table",
            streams.table(30, 0.5),
            500,
            (moves(0.3, factor=conditional(30, 0.5)), moves(0.5, factor=None)),
            NUMBER,
        ),
        Stream(
            "S8 growth",
            "100 rows a window that become 5,000",
            "number",
            streams.mean(),
            growing,
            (moves(0.3, factor=None),),
            NUMBER - {D3},
            reference=100,
        ),
        Stream(
            "S8 missing",
            "missing values, 2 %, 500 rows a window",
            "share",
            streams.hits(0.02),
            500,
            (rises(0.02, 0.03),),
            SHARE,
        ),
    ]


STREAMS: tuple[Stream, ...] = (*_numbers(), *_others(), *_wobbling())
