"""What one column of one set of rows is counted into; counts add.

Integers add exactly. Sums are floating point: adding pieces equals counting at once to
1e-12 relative, and sums stay out of a profile's hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from leeboard.profiles.cells import CategoryCells, NumericCells

__all__ = ["SCALE", "CategoryCounts", "Counts", "NumericCounts"]

SCALE = 2.0**-64
"""Sums are kept times this power of two, so that rows of 1e308 add without overflow."""


@dataclass(frozen=True, eq=False)
class NumericCounts:
    """Counts of a numeric column.

    Parameters
    ----------
    cells : array, shape (inner + 5,), int64
        Rows per cell: below, inner …, above, -inf, +inf, missing.
    sums : array, shape (inner + 2,), float64
        Sum of the values in below, inner …, above, times ``SCALE``.
    norm : float
        Square root of the sum of squared distances from the cells' centre, times
        ``SCALE``, over finite values.
    minimum, maximum : float or int or None
        Smallest and largest finite value; None where there is none.
    """

    cells: np.ndarray[Any, Any]
    sums: np.ndarray[Any, Any]
    norm: float
    minimum: float | int | None
    maximum: float | int | None

    def __post_init__(self) -> None:
        self.cells.setflags(write=False)
        self.sums.setflags(write=False)

    @classmethod
    def zero(cls, cells: NumericCells) -> NumericCounts:
        """Return the counts of no rows at all."""
        size, inner = cells.size, cells.inner
        return cls(np.zeros(size, np.int64), np.zeros(inner + 2), 0.0, None, None)

    def __add__(self, other: NumericCounts) -> NumericCounts:
        return NumericCounts(
            self.cells + other.cells,
            self.sums + other.sums,
            float(np.hypot(self.norm, other.norm)),
            _pick(min, self.minimum, other.minimum),
            _pick(max, self.maximum, other.maximum),
        )

    @cached_property
    def rows(self) -> int:
        """All rows, missing ones included."""
        return int(self.cells.sum())

    @property
    def missing(self) -> int:
        """Rows that are NULL or NaN."""
        return int(self.cells[-1])

    @cached_property
    def finite(self) -> int:
        """Rows with a finite value."""
        return int(self.cells[:-3].sum())

    def mean(self) -> float | None:
        """Mean of the finite values; None if there are none."""
        if self.finite == 0:
            return None
        return float(self.sums.sum() / self.finite / SCALE)

    def sd(self, cells: NumericCells) -> float | None:
        """Sample standard deviation of the finite values; None below two of them."""
        n, mean = self.finite, self.mean()
        if n < 2 or mean is None:
            return None
        # all in units of 1 / SCALE, so that squares of 1e308 stay finite
        about_centre = self.norm / np.sqrt(n)
        shift = (mean - cells.centre) * SCALE
        largest = max(about_centre, abs(shift))
        if largest == 0.0:
            return 0.0
        variance = (about_centre / largest) ** 2 - (shift / largest) ** 2
        scale = largest * np.sqrt(max(variance, 0.0) * n / (n - 1))
        return float(scale / SCALE)


@dataclass(frozen=True, eq=False)
class CategoryCounts:
    """Counts of a categorical column.

    Parameters
    ----------
    cells : array, shape (levels + 2,), int64
        Rows per cell: each level …, rare, missing.
    unseen : int
        Rows (a part of *rare*) whose level the reference never had.
    """

    cells: np.ndarray[Any, Any]
    unseen: int

    def __post_init__(self) -> None:
        self.cells.setflags(write=False)

    @classmethod
    def zero(cls, cells: CategoryCells) -> CategoryCounts:
        """Return the counts of no rows at all."""
        return cls(np.zeros(cells.size, np.int64), 0)

    def __add__(self, other: CategoryCounts) -> CategoryCounts:
        return CategoryCounts(self.cells + other.cells, self.unseen + other.unseen)

    @cached_property
    def rows(self) -> int:
        """All rows, missing ones included."""
        return int(self.cells.sum())

    @property
    def missing(self) -> int:
        """Rows without a value."""
        return int(self.cells[-1])


Counts = NumericCounts | CategoryCounts


def _pick(choose: Any, one: float | None, other: float | None) -> float | int | None:
    present = [value for value in (one, other) if value is not None]
    return choose(present) if present else None
