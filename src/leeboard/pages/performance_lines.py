"""What a template may use of performance: as in ``contexts``, which holds the rest."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "DetailRow",
    "DetailTable",
    "DifferenceMark",
    "PerformanceLine",
    "PerformanceTable",
]


@dataclass(frozen=True, slots=True)
class DifferenceMark:
    """A difference and its interval, on a scale with 0 in the middle.

    Parameters
    ----------
    at, low, high : float
        Places on the scale, in [0, 1].
    """

    at: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PerformanceLine:
    """One figure of performance on both sides.

    Parameters
    ----------
    metric, unit : str
    reference, current, difference : str
        With their intervals, in words; a dash where there is none.
    change : str
        ``worse``, ``better`` or ``unsure``; a dash where nothing could be compared.
    mark : DifferenceMark or None
    reason : str
        Why a side has no value, where it has none; else empty.
    """

    metric: str
    unit: str
    reference: str
    current: str
    difference: str
    change: str
    mark: DifferenceMark | None
    reason: str


@dataclass(frozen=True, slots=True)
class DetailRow:
    """One row of a table of details.

    Parameters
    ----------
    label : str
    cells : tuple of str
    """

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DetailTable:
    """What stands behind one figure: cells, bins, deciles or quantiles.

    Parameters
    ----------
    title : str
    head : tuple of str
        Of the cells of each row.
    rows : tuple of DetailRow
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[DetailRow, ...]


@dataclass(frozen=True, slots=True)
class PerformanceTable:
    """Performance on both sides.

    Parameters
    ----------
    sentence : str
        What is surely worse or better.
    caution : str
        What that rests on.
    columns : str
        Which columns it is computed from, and as what.
    lines : tuple of PerformanceLine
    details : tuple of DetailTable
    """

    sentence: str
    caution: str
    columns: str
    lines: tuple[PerformanceLine, ...]
    details: tuple[DetailTable, ...]
