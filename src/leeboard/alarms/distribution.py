"""Watches of distributions: the shares of a column's values.

The cells of a profile are many and small; a watch joins them into about ten, so that
evidence does not drown in them. Values beyond the reference's count with its outermost.
Until twenty ordinary windows of a stratum are known, a window's rows are judged against
the reference with a tolerance; from then on whole windows are compared with earlier
ones, which needs no assumption about rows within a window.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.alarms.judged import Group, Subject
from leeboard.alarms.look import RESIDUAL, Look, Standard
from leeboard.alarms.watch import Reading
from leeboard.detectors._detector import Evidence, Memory, Score
from leeboard.detectors.conformal import Conformal
from leeboard.detectors.tolerant import Tolerant, errors_of
from leeboard.profiles.blocks import BlockSums
from leeboard.profiles.cells import CategoryCells, Cells, NumericCells
from leeboard.profiles.counts import Counts
from leeboard.schema import Column, Role
from leeboard.stats.size import noise_floor, psi, shares

__all__ = [
    "ENOUGH",
    "DistributionWatch",
    "Seen",
    "distribution_watches",
    "joined",
    "joined_cells",
]

ENOUGH = 20
"""Windows of a stratum from which on they are compared with one another."""

_KEPT = 60
"""Highest scores that are kept of a stratum: those of a year of hours would take 70 kB
a column, and be read and written each hour."""

_CELLS = 10
_TOLERANCE = {Group.PREDICTIONS: 0.01}
_USUAL_TOLERANCE = 0.02
"""Sizes (PSI) that are not worth a person's time; 0.02 is a shift by 0.14 sd."""

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Counts of a window, for the one detector, and its score, for the other."""

    counts: _Array
    score: Score


@dataclass(frozen=True, slots=True, eq=False)
class DistributionWatch:
    """Watches the distribution of one column.

    Parameters
    ----------
    subject : Subject
    group : Group
    labelled : bool
    rows : float
        Rows of the reference, its design effect taken off.
    shares : array, shape (K,)
        Of the reference's joined cells, smoothed.
    places : array, shape (size,)
        Joined cell of each counted cell; -1: not looked at.
    tolerant : Tolerant
    conformal : Conformal
    correlation : float
        Of rows of one block, in [0, 1].
    block_rows : float
        Rows of a window that are of one block at most.
    """

    subject: Subject
    group: Group
    labelled: bool
    rows: float
    shares: _Array
    places: _Array
    tolerant: Tolerant
    conformal: Conformal
    correlation: float
    block_rows: float

    def rule(self, memory: Memory, seen: Seen) -> str:
        """Name of the detector that speaks."""
        late = self.conformal.bets(_split(memory)[2], seen.score.stratum)
        return self.conformal.name if late else self.tolerant.name

    def read(self, look: Look) -> Reading | None:
        """Read a window; None if the column has no value in it."""
        cells = look.counts(self.subject.name)
        if cells is None:
            return None
        counts = joined(cells, self.places)
        n = int(counts.sum())
        if n == 0:
            return None
        effect = 1.0 + (min(float(n), self.block_rows) - 1.0) * self.correlation
        counts = counts / effect
        before, now = self.rows, n / effect
        observed = float(psi(self.shares, shares(counts)))
        floor = noise_floor(len(counts), before, now)
        # seven digits rank windows as well, and are kept in half the room
        value = float(np.float32(observed - floor))
        score = Score(value, self._u(look), look.stratum)
        size = max(0.0, observed - floor)
        text = (
            f"the distribution of {self.subject.name} is {size:.2g} away from"
            f" the reference's (PSI without noise; {n:,} rows)"
        )
        inside = self.tolerant.inside(counts)
        return Reading(Seen(counts, score), inside, size, 0.0, n, text)

    def _u(self, look: Look) -> float:
        """A number in [0, 1) that is the window's own, whenever it is judged."""
        text = f"{look.window.start.isoformat()}\x1f{self.subject}"
        data = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=7)
        return int.from_bytes(data.digest(), "big") / 2.0**56

    def start(self) -> Memory:
        """Return the memory before the first window: windows, and both detectors'."""
        first = self.tolerant.start()
        return (0.0, float(len(first)), *first, *self.conformal.start())

    def restart(self, memory: Memory) -> Memory:
        """Return the memory after an alarm."""
        windows, first, second = _split(memory)
        if first:
            first = self.tolerant.restart(first)
        return _together(windows, first, self.conformal.restart(second))

    def step(self, memory: Memory, seen: Seen) -> Evidence:
        """Take in one window.

        Each detector's evidence moves in its own windows alone, and a window asks one
        of them: false alarms of both together are no more frequent than of one.
        """
        windows, first, second = _split(memory)
        speaks = self.conformal.bets(second, seen.score.stratum)
        late = self.conformal.step(second, seen.score)
        if speaks:
            kept = () if self.conformal.ready(late.memory) else first
            after = _together(windows + 1.0, kept, late.memory)
            return Evidence(after, late.log_e, late.log_m)
        if len(first) != len(self.tolerant.start()):
            first = self.tolerant.start()  # none is kept, or one with other bets
        early = self.tolerant.step(first, seen.counts)
        after = _together(windows + 1.0, early.memory, late.memory)
        return Evidence(after, early.log_e, early.log_m)


def _split(memory: Memory) -> tuple[float, Memory, Memory]:
    stop = 2 + int(memory[1])
    return memory[0], memory[2:stop], memory[stop:]


def _together(windows: float, first: Memory, second: Memory) -> Memory:
    return (windows, float(len(first)), *first, *second)


def distribution_watches(
    standard: Standard, delta: float
) -> Iterator[DistributionWatch]:
    """Watch every column that has at least two cells."""
    usual = [one for one in map(_usual(standard), standard.columns()) if one]
    errors = errors_of([one.rows for one in usual], delta)
    for one, error in zip(usual, errors, strict=True):
        group = _group(one.column.role, extra=one.column.name in standard.extra)
        tolerance = _TOLERANCE.get(group, _USUAL_TOLERANCE)
        yield DistributionWatch(
            Subject("", one.column.name, "distribution"),
            group,
            one.column.role is Role.LABEL,
            float(one.rows.sum()),
            shares(one.rows),
            one.places,
            Tolerant(
                one.rows,
                tolerance=tolerance,
                delta=delta,
                error=error,
                ordered=one.ordered,
            ),
            Conformal(minimum=ENOUGH, keep=_KEPT),
            one.correlation,
            one.block_rows,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Usual:
    """A column of the reference in joined cells, its design effect taken off."""

    column: Column
    rows: _Array
    places: _Array
    correlation: float
    block_rows: float
    ordered: bool


def _usual(
    standard: Standard,
) -> Callable[[tuple[Column, Cells, Counts]], _Usual | None]:
    blocks = standard.reference.parts[None].blocks
    entity = standard.reference.schema.first(Role.ENTITY) is not None

    def usual(counted: tuple[Column, Cells, Counts]) -> _Usual | None:
        column, cells, counts = counted
        if column.name == RESIDUAL or column.role is Role.SEGMENT:
            return None
        places = joined_cells(cells, counts)
        rows = joined(counts.cells, places)
        if len(rows) < 2 or rows.sum() == 0:
            return None
        sums = blocks.get(column.name)
        correlation = _correlation(sums)
        effect = 1.0 if sums is None else 1.0 + (sums.block_rows - 1) * correlation
        most = sums.block_rows if sums is not None and entity else math.inf
        ordered = isinstance(cells, NumericCells)
        return _Usual(column, rows / effect, places, correlation, most, ordered)

    return usual


def _correlation(blocks: BlockSums | None) -> float:
    return 0.0 if blocks is None else blocks.correlation or 0.0


def _group(role: Role, *, extra: bool) -> Group:
    if extra:
        return Group.SYSTEM
    if role in {Role.PREDICTION, Role.SCORE}:
        return Group.PREDICTIONS
    return Group.FEATURES


def joined(cells: _Array, places: _Array) -> _Array:
    """Rows by joined cell, shape (K,)."""
    # what is not looked at comes first, and is left out
    return np.bincount(places + 1, weights=cells)[1:]


def joined_cells(cells: Cells, counts: Counts) -> _Array:
    """Joined cell of each counted cell, about ten of equal mass.

    Returns
    -------
    array, shape (cells.size,), of int
        -1 for missing values, which are a matter of quality.
    """
    if isinstance(cells, CategoryCells):
        return _joined_levels(cells, counts)
    return _joined_numbers(cells, counts)


def _joined_numbers(cells: NumericCells, counts: Counts) -> _Array:
    inner = counts.cells[1 : cells.inner + 1].astype(np.float64)
    total = inner.sum()
    places = np.full(cells.size, -1, np.intp)
    if total == 0:
        return places
    # a cell belongs where the middle of its mass lies, so that a heavy one is alone
    middle = (np.cumsum(inner) - inner / 2.0) / total
    groups = np.minimum((middle * _CELLS).astype(np.intp), _CELLS - 1)
    places[1 : cells.inner + 1] = np.unique(groups, return_inverse=True)[1]
    places[[cells.below, cells.minus_inf]] = 0
    places[[cells.above, cells.plus_inf]] = places.max()
    return places


def _joined_levels(cells: CategoryCells, counts: Counts) -> _Array:
    total = counts.rows - counts.missing
    places = np.full(cells.size, -1, np.intp)
    if total == 0:
        return places
    own = [i for i in range(cells.inner) if counts.cells[i] * 100 >= total][:_CELLS]
    places[: cells.rare + 1] = len(own)
    places[own] = np.arange(len(own))
    return places
