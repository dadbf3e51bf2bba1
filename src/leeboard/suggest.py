"""A suite that a reference suggests, with a false-alarm rate that it keeps.

Place: beside the command line, above the check. Every limit comes from
``stats.prediction``, which assumes nothing of a column's distribution; the stated rate
is shared evenly among the limits (Bonferroni), so that it is that of the whole suite.
Knows nothing of how conditions are judged.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np

from leeboard.check import profile
from leeboard.config import is_profile, quoted
from leeboard.errors import ConfigError
from leeboard.profiles.cells import CategoryCells, NumericCells
from leeboard.profiles.counts import CategoryCounts, NumericCounts
from leeboard.profiles.profile import Profile
from leeboard.schema import Column, Kind, Schema
from leeboard.stats.prediction import (
    all_alike,
    median_rank,
    outside_limit,
    share_limit,
    unseen_limit,
)
from leeboard.verdicts.suite import Condition

__all__ = ["suggest", "suggested_conditions"]

_ROWS = 1000
"""Current rows that a suite is made for, if the reference has as many."""

_FOR_MOVED = 0.2
"""Part of the false-alarm rate that is left for the verdicts."""


@dataclass(frozen=True, slots=True)
class _Limit:
    """One condition of one column, and where its number comes from."""

    fail: str
    column: str
    source: str


def suggest(
    reference: Any,
    *,
    schema: Schema | str | PathLike[str] | None = None,
    rows: int | None = None,
    false_alarms: float = 0.05,
) -> str:
    """Write the suite that a reference suggests.

    Parameters
    ----------
    reference : frame, table, relation, path, glob, Profile or path of a saved profile
    schema : Schema or path of a schema file, optional
        None: inferred from the reference.
    rows : int, optional
        Least number of current rows of a check. None: 1,000, or the reference's if it
        has fewer.
    false_alarms : float, in (0, 1)
        In how many checks some condition may fail though nothing changed.

    Returns
    -------
    str
        TOML that ``load_suite`` reads; comments tell where each number comes from.

    Raises
    ------
    LeeboardError
        If the reference cannot be read, or a number is out of its range.

    Notes
    -----
    Rows are taken for independent, or, where the schema has a time or entity column,
    for as many fewer as their resemblance within a day or entity makes them.
    """
    known = _profile(reference, schema)
    least = min(known.rows, _ROWS) if rows is None else rows
    limits, each = _all_limits(known, least, false_alarms)
    head = _head(known, least, false_alarms, each)
    return "\n".join([*head, *_written(limits, least)]) + "\n"


def suggested_conditions(
    reference: Profile, rows: int, false_alarms: float = 0.05
) -> tuple[Condition, ...]:
    """Limits on the columns of a profile, as ``suggest`` writes them; no verdicts.

    Parameters
    ----------
    reference : Profile
    rows : int, at least 1
        Least number of current rows.
    false_alarms : float, in (0, 1)
    """
    limits, _ = _all_limits(reference, rows, false_alarms)
    return tuple(
        Condition(fail, columns=[limit.column for limit in group])
        for fail, group in _grouped(limits).items()
    )


def _all_limits(
    known: Profile, rows: int, false_alarms: float
) -> tuple[list[_Limit], float]:
    """Every limit, and the part of the rate that each one has."""
    _refuse_odd(rows, false_alarms)
    columns = [c for c in known.schema.columns if c.name in known.cells]
    places = sum(_places(column) for column in columns)
    each = (1.0 - _FOR_MOVED) * false_alarms / max(places, 1)
    found = [
        limit for column in columns for limit in _limits(known, column, rows, each)
    ]
    return found, each


def _refuse_odd(rows: int, false_alarms: float) -> None:
    if 0.0 < false_alarms < 1.0 and rows >= 1:
        return
    raise ConfigError(
        code="out_of_range",
        where="rows and false_alarms",
        found=f"rows={rows}, false_alarms={false_alarms}",
        expected="at least one row, and a rate between 0 and 1",
        fix="Leave them out: 1,000 rows, 0.05.",
    )


def _profile(reference: Any, schema: Schema | str | PathLike[str] | None) -> Profile:
    if isinstance(reference, Profile):
        return reference
    if isinstance(reference, str | PathLike) and is_profile(reference):
        return Profile.load(str(reference))
    return profile(reference, schema=schema)


def _places(column: Column) -> int:
    """How many limits a column may get: as many share the rate, found or not."""
    return 5 if column.kind is Kind.NUMERIC else 3


def _limits(
    known: Profile, column: Column, rows: int, alpha: float
) -> Iterator[_Limit]:
    cells = known.cells[column.name]
    counts = known.parts[None].counts[column.name]
    name, design = column.name, _design(known, column.name)
    missing = share_limit(
        counts.missing / design, counts.rows / design, _fewer(rows, design), alpha
    )
    present = rows
    if missing is not None:
        limit = _upward(missing)
        present = math.floor(rows * (1.0 - limit))
        shown = f"{counts.missing:,} of {counts.rows:,} reference rows are missing"
        yield _Limit(f"missing > {_percent(limit)}", name, shown)
    sizes = (counts.rows - counts.missing) / design, _fewer(present, design)
    if missing is None or min(sizes) < 1:
        return
    if isinstance(cells, CategoryCells) and isinstance(counts, CategoryCounts):
        yield from _of_levels(column, cells, counts, (*sizes, alpha, design))
    elif isinstance(counts, NumericCounts) and column.kind is Kind.NUMERIC:
        assert isinstance(cells, NumericCells)  # noqa: S101  # narrows the type
        yield from _of_numbers(column, cells, counts, (*sizes, alpha, design))


_Law = tuple[float, int, float, float]
"""Effective rows of the reference and the current data, alpha, design effect."""


def _of_levels(
    column: Column, cells: CategoryCells, counts: CategoryCounts, law: _Law
) -> Iterator[_Limit]:
    n, m, alpha, design = law
    times: dict[int, int] = {1: cells.singletons}
    for count in counts.cells[: cells.inner].tolist():
        if count > 1:
            times[count] = times.get(count, 0) + 1
    # rare levels that occur more than once are taken to occur twice: the worst case
    own_singles = int((counts.cells[: cells.inner] == 1).sum())
    twice = len(cells.rare_keys) - (cells.singletons - own_singles)
    times[2] = times.get(2, 0) + max(twice, 0)
    limit = unseen_limit(times, n, m, alpha)
    if limit is not None:
        shown = f"{cells.singletons:,} levels occur once in the reference"
        yield _Limit(f"unseen > {_percent(_upward(limit))}", column.name, shown)
    most = int(counts.cells[: cells.inner].max(initial=0))
    # several rare levels cannot be told from one by counts
    told = counts.cells[cells.rare] < 0.5 * (counts.rows - counts.missing)
    if told and all_alike(most / design, n, m) <= alpha:
        yield _Limit("constant == 1", column.name, _share(most, counts))


def _of_numbers(
    column: Column, cells: NumericCells, counts: NumericCounts, law: _Law
) -> Iterator[_Limit]:
    n, m, alpha, design = law
    limit = outside_limit(n, m, alpha)
    if limit is not None and not counts.cells[[cells.minus_inf, cells.plus_inf]].any():
        shown = f"from {counts.minimum:g} to {counts.maximum:g} in the reference"
        fail = f"out_of_range > {_percent(_upward(limit))}"
        yield _Limit(fail, column.name, shown)
    rank = median_rank(n, m, alpha)
    if rank is not None:
        for sign, value, inside in _median_ends(cells, counts, rank * design):
            shown = f"{inside:.3g} % of the reference's values lie {_SIDES[sign]} it"
            yield _Limit(f"quantile(0.5) {sign} {value!r}", column.name, shown)
    own = counts.cells[1 : cells.inner + 1]
    most = int(own[cells.atoms].max(initial=0))
    rest = int(own[~cells.atoms].max(initial=0))
    if all_alike(max(most, rest) / design, n, m) <= alpha:
        yield _Limit("constant == 1", column.name, _share(max(most, rest), counts))


_SIDES = {"<": "below", ">": "above"}


def _median_ends(
    cells: NumericCells, counts: NumericCounts, rank: float
) -> Iterator[tuple[str, float, float]]:
    """Edges with at most ``rank`` reference values at or beyond them, nearest first."""
    inner = counts.cells[1 : cells.inner + 1]
    below = np.concatenate([[0], np.cumsum(inner)])
    total = max(int(below[-1]), 1)
    # an edge is itself a reference value: it counts as one of those at or beyond it
    low = np.flatnonzero(below[:-1] + 1 <= rank)
    high = np.flatnonzero(total - below[:-1] <= rank)
    if len(low):
        k = int(low[-1])
        yield "<", cells.edges[k].item(), 100.0 * below[k] / total
    if len(high):
        k = int(high[0])
        above = total - below[k + 1] if cells.atoms[k] else total - below[k]
        edge = cells.edges[k].item()
        if (
            k
            and cells.atoms[k - 1]
            and edge == math.nextafter(cells.edges[k - 1], edge)
        ):
            # the next number after a frequent value: to be above either is the same
            edge = cells.edges[k - 1].item()
        yield ">", edge, 100.0 * above / total


def _share(most: int, counts: NumericCounts | CategoryCounts) -> str:
    values = max(counts.rows - counts.missing, 1)
    return f"no value holds more than {100.0 * most / values:.2g} % of the reference"


def _design(known: Profile, name: str) -> float:
    blocks = known.parts[None].blocks.get(name)
    effect = blocks.design_effect() if blocks is not None else None
    return max(1.0, effect or 1.0)


def _fewer(rows: int, design: float) -> int:
    return max(math.floor(rows / design), 1)


def _upward(share: float) -> float:
    """Round up to two digits of per cent: a larger limit is exceeded more seldom."""
    unit = 10.0 ** (math.floor(math.log10(share)) - 1)
    return min(math.ceil(share / unit - 1e-9) * unit, 1.0)


def _percent(share: float) -> str:
    return f"{100.0 * share:.6g}%"


def _head(known: Profile, rows: int, rate: float, each: float) -> Iterator[str]:
    columns = len(known.cells)
    yield f"# Suggested by a reference of {known.rows:,} rows, {columns} columns."
    yield "#"
    yield "# Promise: if nothing has changed, some condition fails in at most"
    yield f"# {_percent(rate)} of checks of {rows:,} or more rows."
    yield f"# Of this, each limit below has {100.0 * each:.2g}%,"
    yield f"# and the verdicts {_percent(_FOR_MOVED * rate)}."
    yield "# No limit assumes a shape of the distribution; rows are taken to be"
    yield "# independent, within a day or entity where the schema names one."
    yield "#"
    yield "# What you know and the data cannot tell is worth more. Add, for example:"
    yield "#     [[condition]]"
    yield '#     fail = "min < 0"'
    yield '#     columns = ["price"]'


def _grouped(limits: list[_Limit]) -> dict[str, list[_Limit]]:
    """Limits of the same number together; the order is that of the columns."""
    groups: dict[str, list[_Limit]] = {}
    for limit in limits:
        groups.setdefault(limit.fail, []).append(limit)
    return groups


def _written(limits: list[_Limit], rows: int) -> Iterator[str]:
    yield ""
    yield "[[condition]]"
    yield 'fail = "moved"'
    yield ""
    yield "# With fewer rows the promise does not hold."
    yield "[[condition]]"
    yield f'fail = "rows < {rows}"'
    yield 'severity = "warning"'
    for fail, group in _grouped(limits).items():
        yield ""
        yield "[[condition]]"
        yield f"fail = {quoted(fail)}"
        yield "columns = ["
        for limit in group:
            yield f"    {quoted(limit.column)},  # {limit.source}"
        yield "]"
