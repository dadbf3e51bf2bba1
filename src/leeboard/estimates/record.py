"""An estimator's own record: what it said, and what labels said later.

Place: on the path, above the estimates; figures in, figures out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["ENOUGH_WINDOWS", "Pair", "Record", "record"]

ENOUGH_WINDOWS = 5
"""Windows below which the record says nothing of how good the estimates are."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One window, estimated first and labelled later.

    Parameters
    ----------
    estimated, low, high : float
        The estimate and its 95 % bounds.
    realised : float
        The figure from labels.
    interval : (float, float) or None
        95 % interval of the realised figure.
    n : int
        Labelled rows of the window.
    """

    estimated: float
    low: float
    high: float
    realised: float
    interval: tuple[float, float] | None
    n: int

    def __post_init__(self) -> None:
        figures = (self.estimated, self.low, self.high, self.realised)
        if not all(math.isfinite(figure) for figure in figures):
            msg = f"an estimate and what came of it are finite, not {figures}"
            raise ValueError(msg)

    @property
    def miss(self) -> float:
        """Estimated less realised: above 0 the estimate was the larger."""
        return self.estimated - self.realised

    @property
    def held(self) -> bool:
        """True if the realised figure fell within the bounds."""
        return self.low <= self.realised <= self.high


@dataclass(frozen=True, slots=True)
class Record:
    """How the estimates of one figure have done so far.

    Parameters
    ----------
    metric : str
    windows : int
    bias : float or None
        Mean miss, estimated less realised, in units of the figure. None, like the
        others, below five windows.
    coverage : float or None
        Share of windows whose realised figure fell within the 95 % bounds.
    largest_miss : float or None
        Largest distance of estimated and realised; at least 0.
    """

    metric: str
    windows: int
    bias: float | None
    coverage: float | None
    largest_miss: float | None

    @property
    def enough(self) -> bool:
        """True from five windows on."""
        return self.windows >= ENOUGH_WINDOWS

    def range(self, estimated: float) -> tuple[float, float] | None:
        """Estimate less and plus the largest miss so far; None below five windows.

        A range, not an interval: the next miss may be the largest yet. With k windows
        that behave alike that happens in one case of k + 1.
        """
        if self.largest_miss is None:
            return None
        return estimated - self.largest_miss, estimated + self.largest_miss

    def sentence(self) -> str:
        """Say it in words."""
        if self.bias is None or self.coverage is None or self.largest_miss is None:
            seen = f"{self.windows} window{'' if self.windows == 1 else 's'}"
            return (
                f"Estimated {self.metric} could be compared with labels in {seen}; "
                f"from {ENOUGH_WINDOWS} on this says how good the estimates are."
            )
        held = round(self.coverage * self.windows)
        way = "above" if self.bias > 0.0 else "below"
        lean = f"{abs(self.bias):.3g} {way} it" if self.bias else "equal to it"
        return (
            f"Estimated {self.metric} held the labelled figure within its 95 % bounds "
            f"in {held} of {self.windows} windows; it was on average {lean}, and never "
            f"further away than {self.largest_miss:.3g}."
        )


def record(metric: str, pairs: Sequence[Pair]) -> Record:
    """Sum up what is known of the estimates of one figure.

    Parameters
    ----------
    metric : str
    pairs : sequence of Pair
        Windows whose labels are mature.

    Notes
    -----
    A realised figure is itself uncertain; the bounds of an estimate are made for it,
    on as many rows. Where few rows of a window were labelled, misses are larger.
    """
    if len(pairs) < ENOUGH_WINDOWS:
        return Record(metric, len(pairs), None, None, None)
    return Record(
        metric,
        len(pairs),
        bias=math.fsum(pair.miss for pair in pairs) / len(pairs),
        coverage=sum(pair.held for pair in pairs) / len(pairs),
        largest_miss=max(abs(pair.miss) for pair in pairs),
    )
