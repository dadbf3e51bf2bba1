"""From counts to what is drawn: which cells, on which axis, how tall, which marked.

Numbers are drawn as density, so that a wide cell of a long tail is not taller than
what it holds; single values that many rows share stand as stems. Long tails get a
logarithmic axis where all values are positive, else an axis that ends early and says
so. Shares are of all rows, so that what is drawn and what stands apart add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.pages import axes
from leeboard.pages.contexts import Apart, Bar, Histogram, Tick
from leeboard.pages.printable import shorten
from leeboard.pages.sides import Sides, side
from leeboard.pages.words import moment, number, share
from leeboard.profiles.cells import CategoryCells, Cells, NumericCells
from leeboard.profiles.counts import CategoryCounts, Counts, NumericCounts
from leeboard.schema import Column, Kind

__all__ = ["COARSE", "FINE", "histogram"]

_Array = np.ndarray[Any, Any]

FINE = 32
"""Cells drawn of a column of numbers, in a small report."""

COARSE = 20
"""The same in a large report."""

_LEVELS, _FEW_LEVELS = 14, 9
"""The same for categories."""

_MARKS = 4
_SURE = 3.0
_WORTH = 0.05
_MANY_DAYS_US = 60 * 86_400_000_000


@dataclass(frozen=True, slots=True)
class _Piece:
    """Neighbouring cells drawn as one; shares of all rows, whether marked, its name."""

    low: float
    high: float
    point: bool
    reference: float
    current: float
    marked: bool = False
    label: str = ""


def histogram(
    column: Column,
    cells: Cells,
    reference: Counts,
    current: Counts,
    *,
    pieces: int = FINE,
) -> Histogram | None:
    """Lay out the two distributions of a column; None where there are no rows.

    Parameters
    ----------
    column : Column
        For its kind and unit.
    cells : Cells
    reference, current : Counts
        In these cells.
    pieces : int
        At most so many cells of numbers are drawn, single values not counted.
    """
    if not reference.rows or not current.rows:
        return None
    if isinstance(cells, CategoryCells):
        if isinstance(reference, CategoryCounts) and isinstance(
            current, CategoryCounts
        ):
            most = _LEVELS if pieces >= FINE else _FEW_LEVELS
            return _levels(cells, reference, current, most)
    elif isinstance(reference, NumericCounts) and isinstance(current, NumericCounts):
        return _density(column, cells, (reference, current), pieces)
    return None


def _marked(reference: _Array, current: _Array) -> _Array:
    """Tell which cells moved most: surely, and worth a share of the whole size."""
    n, m, k = reference.sum(), current.sum(), len(reference)
    p, q = (reference + 0.5) / (n + 0.5 * k), (current + 0.5) / (m + 0.5 * k)
    part = (q - p) * np.log(q / p)
    pooled = (reference + current) / (n + m)
    spread = np.sqrt(np.maximum(pooled * (1 - pooled) * (1 / n + 1 / m), 1e-300))
    sure = np.abs(current / m - reference / n) > _SURE * spread
    worth = part >= _WORTH * max(float(part.sum()), 1e-300)
    most = part >= np.sort(part)[-min(_MARKS, k)]
    return np.asarray(sure & worth & most)


# ── numbers ──────────────────────────────────────────────────────────────────────────


def _density(
    column: Column,
    cells: NumericCells,
    counts: tuple[NumericCounts, NumericCounts],
    most: int,
) -> Histogram:
    reference, current = counts
    write = _Writer.of(column, cells)
    pieces = _pieces(cells, reference, current, most)
    outside = _outside(cells, reference, current, write)
    axis = axes.choose([(p.low, p.high, p.reference) for p in pieces])
    drawn = [p for p in pieces if axis.holds(p.low, p.high)]
    beyond = [p for p in pieces if not axis.holds(p.low, p.high)]
    # rows just outside are drawn where they lie; rows far away only stand apart
    drawn += [p for p in outside if axis.borders(p.low, p.high)]
    drawn.sort(key=lambda p: (p.low, p.high))
    axis = axis.stretched([(p.low, p.high) for p in drawn])
    bars, heights, row_axis = _bars(drawn, axis, column, write)
    special = _special_names(cells, write)
    tails = [(p.low, _tail(p, write)) for p in beyond]
    apart = [row for _, row in tails]
    apart += _apart(special, reference, current)
    told = {p.label for p in drawn}
    hidden = tuple((cell, name) for cell, name in special if name not in told)
    sides = _sides(cells, counts, hidden, tails, axis)
    remark = []
    if axis.log:
        remark.append("logarithmic axis, because the values have a long tail")
    if beyond:
        early = "what does not fit it" if axis.log else "the axis ends early; the rest"
        remark.append(f"{early} is told apart")
    return Histogram(
        form="density",
        bars=sides.moved(bars),
        ticks=sides.ticks(axis.ticks(write if column.kind is Kind.DATETIME else None)),
        heights=heights,
        value_axis=_axis_name(column),
        row_axis=row_axis,
        apart=tuple(apart),
        remark="; ".join(remark),
        sides=sides.bars,
    )


def _sides(
    cells: NumericCells,
    counts: tuple[NumericCounts, NumericCounts],
    hidden: tuple[tuple[int, str], ...],
    tails: list[tuple[float, Apart]],
    axis: axes.Axis,
) -> Sides:
    """Rows to the left and right of the axis that are not drawn where they lie."""
    low, high = (
        _apart(tuple(one for one in hidden if one[0] in ends), *counts)
        for ends in ((cells.below, cells.minus_inf), (cells.above, cells.plus_inf))
    )
    low += [row for start, row in tails if start < axis.low]
    high += [row for start, row in tails if start >= axis.low]
    return Sides(low, high)


def _axis_name(column: Column) -> str:
    if column.kind is Kind.DATETIME:
        return f"{shorten(column.name, 40)} (UTC)"
    unit = f" ({shorten(column.unit, 20)})" if column.unit else ""
    return f"{shorten(column.name, 40)}{unit}"


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes values of one column: numbers or moments, and the unit after them."""

    time: bool
    days: bool
    unit: str

    @classmethod
    def of(cls, column: Column, cells: NumericCells) -> _Writer:
        time = column.kind is Kind.DATETIME
        width = float(cells.edges[-1]) - float(cells.edges[0])
        unit = f" {shorten(column.unit, 20)}" if column.unit else ""
        return cls(time, time and width > _MANY_DAYS_US, unit)

    def __call__(self, value: float) -> str:
        return moment(value, whole_days=self.days) if self.time else number(value)


def _pieces(
    cells: NumericCells, reference: NumericCounts, current: NumericCounts, most: int
) -> list[_Piece]:
    r, c = reference.cells[1 : cells.above], current.cells[1 : cells.above]
    edges = cells.edges.astype(np.float64)
    whole = cells.edges.dtype.kind == "i"
    # a cell as narrow as its type allows holds one value, called an atom or not
    following = edges[:-1] + 1 if whole else np.nextafter(edges[:-1], np.inf)
    points = cells.atoms | (following == edges[1:])
    starts = _starts(points, most)
    points = points[starts]
    r, c = np.add.reduceat(r, starts), np.add.reduceat(c, starts)
    lows, highs = edges[starts], edges[[*starts[1:], len(edges) - 1]]
    n, m = reference.rows, current.rows
    outside = [
        counts.cells[[cells.below, cells.above, -3, -2, -1]]
        for counts in (reference, current)
    ]
    marks = _marked(
        np.concatenate([r, outside[0]]).astype(np.float64),
        np.concatenate([c, outside[1]]).astype(np.float64),
    )
    return [
        _Piece(low, low if point else high, bool(point), a / n, b / m, bool(mark))
        for low, high, point, a, b, mark in zip(
            lows.tolist(),
            highs.tolist(),
            points,
            r.tolist(),
            c.tolist(),
            marks,
            strict=False,
        )
        if not (point and a == 0 and b == 0)
    ]


def _starts(points: _Array, most: int) -> list[int]:
    """First cell of each piece: single values alone, others in pairs or more."""
    open_cells = int(np.count_nonzero(~points))
    together = max(1, -(-open_cells // most))
    starts, held = [], together
    for i, point in enumerate(points):
        # an open cell without a row between two single values is drawn with the next
        if point or held >= together or points[i - 1]:
            starts.append(i)
            held = 0
        held += 1
    return starts


def _outside(
    cells: NumericCells,
    reference: NumericCounts,
    current: NumericCounts,
    write: _Writer,
) -> list[_Piece]:
    """Pieces from the reference's ends to the farthest finite values."""
    both = (reference, current)
    low = min((x.minimum for x in both if x.minimum is not None), default=None)
    high = max((x.maximum for x in both if x.maximum is not None), default=None)
    if low is None or high is None:
        return []
    n, m = reference.rows, current.rows
    names = dict(_special_names(cells, write))
    pieces = []
    for cell, start, end in (
        (cells.below, float(low), float(cells.edges[0])),
        (cells.above, float(cells.edges[-1]), float(high)),
    ):
        a, b = int(reference.cells[cell]), int(current.cells[cell])
        if a + b:
            mark = _one_apart("", (a, n), (b, m)).marked
            point, told = end <= start, names[cell]
            pieces.append(_Piece(start, end, point, a / n, b / m, mark, told))
    return pieces


def _bars(
    pieces: list[_Piece], axis: axes.Axis, column: Column, write: _Writer
) -> tuple[tuple[Bar, ...], tuple[Tick, ...], str]:
    grid = None if axis.log or column.kind is Kind.DATETIME else _grid(pieces)
    step = grid or axis.step()
    tall: list[tuple[float, float]] = []
    for p in pieces:
        # on a grid one value is as wide as a step of it, beside cells of many
        width = 1.0 if p.point else max(axis.span(p.low, p.high) / step, 1e-12)
        tall.append((p.reference / width, p.current / width))
    spread = [max(t) for p, t in zip(pieces, tall, strict=True) if not p.point]
    stems = [max(t) for p, t in zip(pieces, tall, strict=True) if p.point]
    rest = [*spread, *sorted(stems)[:-2]] if grid else spread
    top = max(rest, default=0.0)
    # a stem or two far taller than all else are cut off, and told in numbers
    if not spread or sum(stem > 3 * top for stem in stems) not in (1, 2):
        top = max([top, *stems])
    top = top or 1.0
    bars = tuple(
        Bar(
            left=axis.at(p.low),
            right=axis.at(p.high),
            reference=t[0] / top,
            current=t[1] / top,
            label=_piece_label(p, write),
            shares=_shares(p.reference, p.current),
            marked=p.marked,
        )
        for p, t in zip(pieces, tall, strict=True)
    )
    per = _per(axis, column, write, all_points=not spread)
    if spread and grid:
        per = f"rows per {number(grid)}{write.unit}"
    elif spread and stems:
        per += "; stems: at exactly that value"
    return bars, axes.share_ticks(top), per


_FEWEST = 5
"""Single values that may tell a grid, such as whole numbers or tenths."""


def _grid(pieces: list[_Piece]) -> float | None:
    """Step between single values that follow each other evenly; None without one.

    Ages or prices in tenths have cells of one value where rows are many and of several
    where they are few. By a step of its own for the latter the middle looked hollow.
    """
    lows = [p.low for p in pieces if p.point]
    if len(lows) < _FEWEST:
        return None
    # halves: the distance of far ends need not be finite
    gaps = 2.0 * np.diff(np.sort(lows) / 2.0)
    step = float(np.median(gaps))
    even = np.abs(gaps - step) <= 1e-6 * step
    return float(f"{step:.6g}") if step > 0 and 2 * even.sum() > len(lows) else None


def _per(axis: axes.Axis, column: Column, write: _Writer, *, all_points: bool) -> str:
    if all_points:
        return "rows at each value"
    if axis.log:
        return "rows per doubling"
    if column.kind is Kind.DATETIME:
        return f"rows per {axes.duration(axis.step())}"
    return f"rows per {number(axis.step())}{write.unit}"


def _piece_label(piece: _Piece, write: _Writer) -> str:
    if piece.label:
        return piece.label
    if piece.point:
        return f"{write(piece.low)}{write.unit}"
    return f"{write(piece.low)} to {write(piece.high)}{write.unit}"


def _shares(reference: float, current: float) -> str:
    return f"reference {share(reference)}, current {share(current)}"


def _tail(piece: _Piece, write: _Writer) -> Apart:
    return Apart(
        label=_piece_label(piece, write),
        reference=piece.reference,
        current=piece.current,
        reference_text=share(piece.reference),
        current_text=share(piece.current),
        marked=piece.marked,
    )


def _special_names(cells: NumericCells, write: _Writer) -> tuple[tuple[int, str], ...]:
    whole = cells.edges.dtype.kind == "i"
    end = cells.edges[-1]
    last = int(end) - 1 if whole else float(np.nextafter(end, -np.inf))
    low, high = write(float(cells.edges[0])), write(float(last))
    return (
        (cells.below, f"below {low}, the reference minimum"),
        (cells.above, f"above {high}, the reference maximum"),
        (cells.minus_inf, "−∞"),
        (cells.plus_inf, "+∞"),
        (cells.missing, "missing"),
    )


def _apart(
    named: tuple[tuple[int, str], ...], reference: Counts, current: Counts
) -> list[Apart]:
    n, m = reference.rows, current.rows
    pairs = [
        (label, int(reference.cells[cell]), int(current.cells[cell]))
        for cell, label in named
    ]
    return [
        _one_apart(label, (a, n), (b, m))
        for label, a, b in pairs
        if a + b or label == "missing"
    ]


def _one_apart(
    label: str, reference: tuple[int, int], current: tuple[int, int]
) -> Apart:
    (a, n), (b, m) = reference, current
    marks = _marked(np.array([a, n - a], float), np.array([b, m - b], float))
    return Apart(label, a / n, b / m, share(a / n), share(b / m), bool(marks[0]))


# ── categories ───────────────────────────────────────────────────────────────────────


def _levels(
    cells: CategoryCells, reference: CategoryCounts, current: CategoryCounts, most: int
) -> Histogram:
    n, m, inner = reference.rows, current.rows, cells.inner
    r, c = reference.cells[:inner], current.cells[:inner]
    marks = _marked(reference.cells.astype(float), current.cells.astype(float))
    weight = np.maximum(r / n, c / m) + 2.0 * marks[:inner]
    kept = np.sort(np.argsort(-weight, kind="stable")[:most])
    top = float(max((r / n)[kept].max(), (c / m)[kept].max())) if len(kept) else 1.0
    top = top or 1.0
    bars = tuple(
        Bar(
            left=0.0,
            right=0.0,
            reference=float(r[i] / n / top),
            current=float(c[i] / m / top),
            label=shorten(cells.levels[i], 60) or "(empty text)",
            shares=_shares(r[i] / n, c[i] / m),
            marked=bool(marks[i]),
        )
        for i in kept.tolist()
    )
    apart: list[Apart] = []
    if inner > len(kept):
        rest = int(r.sum() - r[kept].sum()), int(c.sum() - c[kept].sum())
        others = f"{inner - len(kept):,} other levels"
        apart.append(_one_apart(others, (rest[0], n), (rest[1], m)))
    rare = (cells.rare, "rare: all further levels together")
    apart += _apart((rare,), reference, current)
    sides = side("rare or new levels", apart, 0.0, 0.0)
    if reference.unseen + current.unseen:
        unseen = "of these, levels the reference never had"
        apart.append(_one_apart(unseen, (reference.unseen, n), (current.unseen, m)))
    apart += _apart(((cells.missing, "missing"),), reference, current)
    return Histogram(
        form="levels",
        bars=bars,
        ticks=(),
        heights=axes.share_ticks(top),
        value_axis="level",
        row_axis="share of rows",
        apart=tuple(apart),
        remark="",
        sides=tuple(sides),
    )
