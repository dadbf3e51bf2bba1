"""The judge: all columns weighed together, one answer each.

*Moved*: selected by Benjamini-Hochberg over the p-values for "the size is at most
negligible", or by the exact rule where cells cannot be compared. Else *held*: the
one-sided 95 % upper bound of the size is below large. Else *unsure*, with the rows that
would settle it. *Failed* columns come from the check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.metrics._metric import Pair, Reason
from leeboard.profiles.cells import NumericCells
from leeboard.schema import Column
from leeboard.stats.selection import benjamini_hochberg, coverage
from leeboard.stats.size import Size
from leeboard.verdicts.dominant import bound, vanished
from leeboard.verdicts.evidence import weigh
from leeboard.verdicts.exact import Outside, outside
from leeboard.verdicts.verdict import Evidence, Lines, State, Verdict

__all__ = ["LEVEL", "RULE", "Case", "failed", "judge"]

LEVEL = 0.05
"""False-discovery rate of *moved*; also one minus the coverage of intervals."""

_SURE = 0.001
"""Largest p-value of an exact rule that stands beside a size."""

RULE = "size"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One column of one segment, before the judge."""

    column: Column
    segment: str | None
    pair: Pair
    lines: Lines


def judge(cases: list[Case], level: float = LEVEL) -> list[Verdict]:
    """Judge all cases together; one verdict each, in order."""
    weighed = [
        (case, weigh(case.pair, case.lines), outside(case.pair, case.lines))
        for case in cases
    ]
    p_values = [
        one.p_beyond if isinstance(one, Evidence) else left.p_value
        for _, one, left in weighed
    ]
    chosen = benjamini_hochberg(p_values, level)
    cover = coverage(sum(chosen), len(chosen), level)
    verdicts = []
    for (case, one, left), moved in zip(weighed, chosen, strict=True):
        if isinstance(one, Reason):
            verdicts.append(
                _without_size(case, left.reason if moved else one, moved=moved)
            )
        else:
            wide = cover if moved else 1.0 - level
            sure = left.reason if _surely(left, moved=moved) else None
            verdicts.append(_with_size(case, one, moved=moved, cover=wide, sure=sure))
    return verdicts


def _surely(left: Outside, *, moved: bool) -> bool:
    """Whether an exact rule names the change better than, or instead of, a size.

    New levels share a cell with rare ones, so they count where the size saw nothing.
    """
    codes = {"all_missing", "left_constant"} if moved else {"unseen_levels"}
    return left.reason.code in codes and left.p_value < _SURE


def _with_size(
    case: Case, evidence: Evidence, *, moved: bool, cover: float, sure: Reason | None
) -> Verdict:
    size, lines = evidence.size, case.lines
    if moved or sure is not None:
        state = State.MOVED
    else:
        upper = max(evidence.upper, vanished(case.pair))
        state = State.HELD if upper < lines.large else State.UNSURE
    numeric = isinstance(case.pair.cells, NumericCells)
    # values that are gone, or left a constant, have no distance in standard deviations
    shift = float(np.sqrt(size.debiased)) if numeric and sure is None else None
    rows = _rows_needed(case, size) if state is State.UNSURE else None
    facts = _facts(case)
    return Verdict(
        **facts,
        state=state,
        value=size.debiased,
        interval=size.interval(cover),
        p_value=evidence.p_value,
        p_kind=evidence.p_kind,
        p_beyond=evidence.p_beyond,
        noise_floor=size.noise_floor,
        exact=True,
        reason=sure or _reason(case, state, evidence, rows),
        shift=shift,
        rows_needed=rows,
    )


def _without_size(case: Case, reason: Reason, *, moved: bool) -> Verdict:
    """A column in one cell, or with too few rows: the exact rules decide."""
    state, value, interval = State.UNSURE, None, None
    if moved:
        state = State.MOVED
    elif reason.code == "constant":
        state, value = State.HELD, 0.0
    else:
        known = bound(case.pair)
        if known is not None and known.upper < case.lines.large:
            state, value, interval = State.HELD, known.size, (0.0, known.upper)
            reason = _held(known.upper, case.lines)
    return Verdict(
        **_facts(case),
        state=state,
        value=value,
        interval=interval,
        p_value=None,
        p_kind=None,
        p_beyond=None,
        noise_floor=None,
        exact=True,
        reason=reason,
    )


def _held(upper: float, lines: Lines) -> Reason:
    text = f"size at most {upper:.2g}, below large ({lines.large:g})"
    if upper < lines.large / 1000:
        text = "no more apart than chance alone"
    return Reason("below_large", text)


def _facts(case: Case) -> dict[str, Any]:
    return {
        "subject": case.column.name,
        "segment": case.segment,
        "role": case.column.role.value,
        "kind": case.column.kind.value,
        "metric": "psi",
        "rule": RULE,
        "n_reference": case.pair.reference.rows,
        "n_current": case.pair.current.rows,
        "lines": case.lines,
    }


def _reason(case: Case, state: State, evidence: Evidence, rows: int | None) -> Reason:
    size, lines = evidence.size, case.lines
    if state is State.MOVED:
        text = f"size {size.debiased:.2g}, surely beyond negligible"
        return Reason("beyond_negligible", f"{text} ({lines.negligible:g})")
    if state is State.HELD:
        return _held(evidence.upper, lines)
    if evidence.upper < lines.large:
        text = "a level all but vanished, of which there were too few rows to be sure"
        return Reason("too_few_rows", text)
    between = f"size between {size.interval(1 - LEVEL)[0]:.2g} and {evidence.upper:.2g}"
    if rows is None:
        text = f"{between}; so near a line that no practical number of rows settles it"
        return Reason("between_lines", text)
    both = " and as many reference rows" if rows > case.pair.reference.rows else ""
    text = f"{between}; about {rows:,} current rows{both} would settle it"
    return Reason("too_few_rows", text)


def _rows_needed(case: Case, size: Size) -> int | None:
    """Current rows at which the answer is likely sure, if the size is as it seems.

    The reference is taken to have as many, if it has fewer now.
    Normal approximation to the law of the size: the distance to the line must be 1.645
    standard errors (2.5 to be selected among columns) and one more for 84 % power.
    """
    pair, lines, true = case.pair, case.lines, size.debiased
    n = pair.reference.rows / pair.design_reference
    m = pair.current.rows / pair.design_current * np.geomspace(1.1, 1e4, 200)
    scale = 1.0 / np.maximum(n, m) + 1.0 / m
    noise = 2.0 * (size.cells - 1) * scale**2

    def error(at: float) -> np.ndarray[Any, Any]:
        spread: np.ndarray[Any, Any] = np.sqrt(noise + 4.0 * at * size.stretch * scale)
        return spread

    held = lines.large - true >= 1.645 * error(lines.large) + error(true)
    moved = true - lines.negligible >= 2.5 * error(lines.negligible) + error(true)
    enough = np.flatnonzero(held | moved)
    if not enough.size:
        return None
    return _two_digits(float(m[enough[0]]) * pair.design_current)


def _two_digits(rows: float) -> int:
    """Round up to two significant digits."""
    unit: int = 10 ** max(0, int(np.floor(np.log10(rows))) - 1)
    return int(np.ceil(rows / unit)) * unit


def failed(
    column: Column,
    segment: str | None,
    lines: Lines,
    reason: Reason,
    rows: Mapping[str, int],
) -> Verdict:
    """Verdict for a column that cannot be computed."""
    return Verdict(
        subject=column.name,
        segment=segment,
        role=column.role.value,
        kind=column.kind.value,
        metric="psi",
        rule=RULE,
        state=State.FAILED,
        value=None,
        interval=None,
        p_value=None,
        p_kind=None,
        p_beyond=None,
        noise_floor=None,
        n_reference=rows["reference"],
        n_current=rows["current"],
        exact=False,
        reason=reason,
        lines=lines,
    )
