"""Watches of shares: rows without a value, beyond the reference, of unknown level."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from leeboard.alarms._alone import Alone
from leeboard.alarms.judged import Group, Subject
from leeboard.alarms.look import Look, Standard
from leeboard.alarms.watch import Reading
from leeboard.detectors._detector import Rows
from leeboard.detectors.bounded_mean import BoundedMean
from leeboard.profiles.cells import CategoryCells, NumericCells
from leeboard.profiles.counts import CategoryCounts, Counts
from leeboard.schema import Role

__all__ = ["ShareWatch", "share_watches"]

_TOLERANCE = 0.02
"""A rise of a share by two points is not worth a person's time."""

_Count = Callable[[Counts], tuple[int, int]]
"""Rows that have it, and rows in all."""


@dataclass(frozen=True, slots=True)
class ShareWatch(Alone):
    """Watches the share of rows that have something wrong.

    Parameters
    ----------
    subject : Subject
    group : Group
    labelled : bool
    detector : BoundedMean
    count : callable
    reference : float
        Share of the reference's rows.
    words : str
        What those rows are.
    """

    subject: Subject
    group: Group
    labelled: bool
    detector: BoundedMean
    count: _Count
    reference: float
    words: str

    def read(self, look: Look) -> Reading | None:
        """Read a window; None if the column was not counted."""
        one = look.part.counts.get(self.subject.name)
        if one is None:
            return None
        k, n = self.count(one)
        if n == 0:
            return None
        seen = Rows(float(n), float(k))
        text = (
            f"{k:,} of {n:,} rows of {self.subject.name} {self.words}; the"
            f" reference has {self.reference:.3g}"
        )
        inside = self.detector.inside(seen)
        return Reading(seen, inside, k / n, self.reference, n, text)


def share_watches(standard: Standard, delta: float) -> Iterator[ShareWatch]:
    """Watch missing values, values beyond the reference's, and unknown levels.

    Parameters
    ----------
    standard : Standard
    delta : float
        Probability that a reference misleads one watch.
    """
    for column, cells, counts in standard.columns():
        # of a label or residual that has not come nothing is missing
        waits = column.role is Role.LABEL or column.name in standard.extra
        wanted: list[tuple[str, str, _Count, int]] = []
        if not waits:
            wanted.append(("missing", "have no value", _missing, counts.missing))
        if isinstance(cells, NumericCells) and not waits:
            # a new row lies outside n earlier ones with probability 2 / (n + 1)
            words = "lie beyond all of the reference's"
            wanted.append(("range", words, _beyond(cells), 2))
        if isinstance(cells, CategoryCells):
            # rows whose level occurs once tell the mass of what was never seen
            words = "have a level that the reference never had"
            wanted.append(("unseen", words, _unseen, cells.singletons))
        for aspect, words, count, at_least in wanted:
            n = counts.rows if aspect == "missing" else counts.rows - counts.missing
            # where people accepted other counts, these have such rows themselves
            k = max(at_least, count(counts)[0])
            if n > 0:
                yield ShareWatch(
                    Subject("", column.name, aspect),
                    Group.QUALITY,
                    waits,
                    _detector(min(k, n), n, delta),
                    count,
                    k / n,
                    words,
                )


def _detector(k: int, n: int, delta: float) -> BoundedMean:
    reference = Rows(float(n), float(k))
    return BoundedMean(reference, tolerance=_TOLERANCE, delta=delta)


def _missing(one: Counts) -> tuple[int, int]:
    return one.missing, one.rows


def _unseen(one: Counts) -> tuple[int, int]:
    unseen = one.unseen if isinstance(one, CategoryCounts) else 0
    return unseen, one.rows - one.missing


def _beyond(cells: NumericCells) -> _Count:
    places = [cells.below, cells.above, cells.minus_inf, cells.plus_inf]

    def count(one: Counts) -> tuple[int, int]:
        return int(one.cells[places].sum()), one.rows - one.missing

    return count
