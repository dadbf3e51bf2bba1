"""Frames that go wrong in practice: thirty-three pairs of reference and current.

Each pair has a healthy column ``steady`` and, mostly, one column ``odd`` that is the
trouble. A tool does well if it answers for ``odd`` or says by name why not, and still
answers for ``steady``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

ROWS = 400
SCRIPT = "</script><script>alert(1)</script>"


@dataclass(frozen=True, slots=True)
class Pair:
    """One frame that goes wrong.

    Parameters
    ----------
    code, title : str
        Short name, and what is wrong.
    reference, current : pandas.DataFrame
    odd : str or None
        Column that is the trouble; None if the whole frame is.
    words : tuple of str
        An error that holds any of these, or the name of the column, is clear.
    """

    code: str
    title: str
    reference: pd.DataFrame
    current: pd.DataFrame
    odd: str | None = "odd"
    words: tuple[str, ...] = ()


def normal(rows: int = ROWS, seed: int = 1) -> np.ndarray:
    """Draw normal numbers."""
    return np.random.default_rng(seed).normal(size=rows)


def letters(rows: int = ROWS, seed: int = 2, among: str = "abc") -> np.ndarray:
    """Draw letters."""
    return np.random.default_rng(seed).choice(list(among), rows)


def frame(odd: Any, rows: int = ROWS, seed: int = 3) -> pd.DataFrame:
    """Return a healthy column and the one that is the trouble."""
    return pd.DataFrame({"steady": normal(rows, seed), "odd": odd})


def both(make: Callable[[int], Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a pair whose odd columns are made with two seeds."""
    return frame(make(1), seed=3), frame(make(2), seed=4)


def holed(values: np.ndarray, hole: Any, share: float = 0.1) -> list[Any]:
    """Put a value at the first rows."""
    out = list(values)
    out[: int(len(out) * share)] = [hole] * int(len(out) * share)
    return out


def sizes() -> list[Pair]:
    """Frames with too little in them."""
    plain, other = both(lambda seed: normal(seed=seed))
    empty = ("empty", "no rows", "0 rows", "insufficient")
    none = ("no columns", "0 columns", "no_columns", "at least one column")
    return [
        Pair("A1", "no rows in current", plain, other.head(0), None, empty),
        Pair("A2", "no rows in reference", plain.head(0), other, None, empty),
        Pair(
            "A3",
            "one row in current",
            plain,
            other.head(1),
            None,
            ("insufficient", "too few"),
        ),
        Pair("A4", "no columns", plain[[]], other[[]], None, none),
    ]


def gaps() -> list[Pair]:
    """Missing and infinite values, constants."""
    plain, other = both(lambda seed: normal(seed=seed))
    text, more = both(lambda seed: letters(seed=seed))
    nothing = np.full(ROWS, np.nan)
    infinite = frame(holed(normal(seed=2), np.inf, 0.02), seed=4)
    same = frame(np.full(ROWS, 5.0))
    return [
        Pair("A5", "numbers all missing in current", plain, frame(nothing)),
        Pair("A6", "numbers all missing in reference", frame(nothing), other),
        Pair("A7", "categories all missing in current", text, frame([None] * ROWS)),
        Pair("A8", "infinities in current", plain, infinite),
        Pair("A9", "infinities in reference", infinite, plain),
        Pair("A10", "the same constant twice", same, frame(np.full(ROWS, 5.0))),
        Pair("A11", "a constant that changed", same, frame(np.full(ROWS, 6.0))),
        Pair("A48", "a new category", text, frame(letters(seed=5, among="abcd"))),
        Pair("A49", "a category that vanished", more, frame(letters(among="ab"))),
    ]


def columns() -> list[Pair]:
    """Columns that are missing, extra, doubled or strangely named."""
    plain, other = both(lambda seed: normal(seed=seed))
    texts = frame([f"{value:.3f}" for value in normal(seed=2)])
    twice = [p.set_axis(["steady", "steady"], axis=1) for p in (plain, other)]
    counted = [p.set_axis(["steady", 7041], axis=1) for p in (plain, other)]
    quoted = [p.rename(columns={"odd": 'o"d;d--'}) for p in (plain, other)]
    wild = [p.rename(columns={"odd": SCRIPT}) for p in (plain, other)]
    return [
        Pair("A13", "a column is missing in current", plain, other[["steady"]]),
        Pair("A14", "an extra column in current", plain[["steady"]], other),
        Pair("A15", "numbers became text", plain, texts),
        Pair(
            "A39",
            "the same name twice",
            *twice,
            None,
            ("duplicate", "unique", "steady"),
        ),
        Pair("A41", "a number as a name", *counted, "7041"),
        Pair("A43", "quotes and semicolons in a name", *quoted, 'o"d;d--'),
        Pair("A44", "a name that closes a script", *wild, SCRIPT),
    ]


def types() -> list[Pair]:
    """Types of columns that are not plain floats or texts."""
    many = [f"v{k}" for k in range(3)]
    start = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - naive times are the case

    def mixed(seed: int) -> list[Any]:
        return [1 if k == "a" else str(k) for k in letters(seed=seed)]

    def days(seed: int) -> Any:
        hours = np.random.default_rng(seed).integers(0, 2000, ROWS)
        return pd.Series([start + dt.timedelta(hours=int(h)) for h in hours])

    def whole(seed: int) -> Any:
        drawn = pd.Series(
            np.random.default_rng(seed).integers(0, 9, ROWS), dtype="Int64"
        )
        return drawn.mask(drawn == 0)

    def flags(seed: int) -> Any:
        drawn = pd.Series(normal(seed=seed) > 0, dtype="boolean")
        return drawn.mask(pd.Series(normal(seed=seed + 9) > 1))

    def kept(seed: int) -> Any:
        return pd.Categorical(letters(seed=seed), categories=list("abcdefg"))

    def long(seed: int) -> Any:
        return np.random.default_rng(seed).integers(2**62, 2**63 - 1, ROWS)

    def far(seed: int) -> Any:
        years = np.random.default_rng(seed).integers(2000, 9999, ROWS)
        return pd.Series([dt.date(int(year), 1, 1) for year in years], dtype=object)

    naive = frame(days(1))
    aware = frame(days(2).dt.tz_localize("UTC"), seed=4)
    halting = [frame(holed(np.array(days(k)), pd.NaT), seed=k) for k in (1, 2)]
    return [
        Pair("A16", "numbers and texts in one column", *both(mixed)),
        Pair("A17", "lists in the cells", *both(lambda _: [many] * ROWS)),
        Pair("A18", "an embedding in the cells", *both(lambda k: list(vectors(k)))),
        Pair("A20", "nullable integers", *both(whole)),
        Pair("A21", "nullable booleans", *both(flags)),
        Pair("A23", "categories that do not occur", *both(kept)),
        Pair(
            "A25",
            "decimals",
            *both(lambda k: [Decimal(str(v)) for v in normal(seed=k)]),
        ),
        Pair("A26", "integers near 2**63", *both(long)),
        Pair("A28", "complex numbers", *both(lambda k: normal(seed=k) + 1j)),
        Pair("A30", "values near 1e308", *both(lambda k: normal(seed=k) * 5e307)),
        Pair("A34", "dates with gaps", *halting),
        Pair("A35", "dates up to the year 9998", *both(far)),
        Pair("A36", "time zone on one side only", naive, aware),
    ]


def vectors(seed: int) -> np.ndarray:
    """Draw embeddings of four numbers."""
    return np.random.default_rng(seed).normal(size=(ROWS, 4))


def pairs() -> list[Pair]:
    """Return all thirty-three, by code."""
    found = [*sizes(), *gaps(), *columns(), *types()]
    return sorted(found, key=lambda pair: int(pair.code[1:]))
