"""One card per column and segment: all that is told about it, in words and marks."""

from __future__ import annotations

import math

from leeboard.errors import Note
from leeboard.metrics._metric import Measurement
from leeboard.pages.contexts import (
    ColumnCard,
    EffectMark,
    FactLine,
    FigureLine,
    Histogram,
    NoteLine,
)
from leeboard.pages.histograms import COARSE, FINE, histogram
from leeboard.pages.words import (
    DASH,
    ORDER,
    count,
    interval_in_words,
    moment,
    number,
    p_in_words,
    psi_in_words,
    share,
    size_in_words,
)
from leeboard.profiles.cells import NumericCells
from leeboard.profiles.counts import CategoryCounts, Counts, NumericCounts
from leeboard.schema import Column, Kind
from leeboard.verdicts.report import ColumnResult, Findings
from leeboard.verdicts.verdict import Lines, State, Verdict

__all__ = [
    "cards",
    "effect_mark",
    "facts",
    "figure_line",
    "in_order",
    "note_line",
    "size_mark",
]

_MAX_DRAWN = 240
"""So many cards have all distributions and measurements: a file must stay small."""

_MAX_SMALL = 2000
_MANY = 60
"""From so many cards on, distributions are drawn with fewer cells."""

_SCALE_END = 2.0


def in_order(findings: Findings) -> list[ColumnResult]:
    """Columns as they are shown: moved first, then by size, then in schema order."""
    order = {state: i for i, state in enumerate(ORDER)}
    return sorted(
        findings.columns,
        key=lambda c: (order[c.state], -(c.verdict.value or 0.0)),
    )


def cards(findings: Findings) -> tuple[ColumnCard, ...]:
    """Make the cards, in the order they are shown."""
    shown = in_order(findings)
    return tuple(
        _card(findings, column, at=i, drawn=i < _MAX_DRAWN)
        for i, column in enumerate(shown)
    )


def _card(
    findings: Findings, result: ColumnResult, *, at: int, drawn: bool
) -> ColumnCard:
    verdict = result.verdict
    name = result.name
    pair = _counts(findings, result)
    column = _column(findings, result)
    cells = findings.reference.cells.get(name)
    drawing: Histogram | None = None
    told: tuple[FactLine, ...] = ()
    if pair is not None and cells is not None:
        if at < _MAX_SMALL:
            pieces = COARSE if len(findings.columns) > _MANY else FINE
            drawing = histogram(column, cells, *pair, pieces=pieces)
        told = facts(column, cells, *pair)
    return ColumnCard(
        key=f"c{at}",
        name=name,
        segment=result.segment or "",
        kind=verdict.kind,
        role=verdict.role,
        state=str(verdict.state),
        size=size_in_words(verdict),
        psi=psi_in_words(verdict),
        effect=effect_mark(verdict),
        reason=verdict.reason.text,
        code=verdict.reason.code,
        rows_needed=_rows_needed(verdict),
        rule=verdict.rule,
        p_value=_p_value(verdict),
        p_beyond=p_in_words(verdict.p_beyond),
        histogram=drawing,
        drawn=drawn and drawing is not None,
        facts=told,
        figures=tuple(map(figure_line, result.measurements.values())) if drawn else (),
        notes=tuple(note_line(n) for n in result.notes),
    )


def _counts(findings: Findings, result: ColumnResult) -> tuple[Counts, Counts] | None:
    pair = []
    for profile in (findings.reference, findings.current):
        part = profile.parts.get(result.segment)
        counts = part.counts.get(result.name) if part else None
        if counts is None:
            return None
        pair.append(counts)
    return pair[0], pair[1]


def _column(findings: Findings, result: ColumnResult) -> Column:
    if result.name in findings.reference.schema:
        return findings.reference.schema[result.name]
    return Column(result.name, Kind(result.verdict.kind))


def _rows_needed(verdict: Verdict) -> str:
    if verdict.state is not State.UNSURE or verdict.rows_needed is None:
        return ""
    return f"about {count(verdict.rows_needed)} current rows"


def _p_value(verdict: Verdict) -> str:
    if verdict.p_value is None:
        return DASH
    rests = f" ({verdict.p_kind})" if verdict.p_kind else ""
    return f"{p_in_words(verdict.p_value)}{rests}"


def effect_mark(verdict: Verdict) -> EffectMark | None:
    """Place size, interval and lines of a verdict on the common scale."""
    return size_mark(
        verdict.value, verdict.interval, verdict.lines, psi_in_words(verdict)
    )


def size_mark(
    value: float | None, interval: tuple[float, float] | None, lines: Lines, says: str
) -> EffectMark | None:
    """Place size, interval and lines on a scale that all columns share.

    The scale is log(1 + PSI / 0.02), from 0 to a PSI of 2: small sizes keep their room,
    and a shift of three standard deviations still fits.
    """
    if value is None or not math.isfinite(value):
        return None
    low, high = interval or (value, value)
    end = max(_SCALE_END, 2.0 * lines.large)

    def place(psi: float) -> float:
        if psi >= end:
            return 1.0
        return math.log1p(max(psi, 0.0) / 0.02) / math.log1p(end / 0.02)

    return EffectMark(
        at=place(value),
        low=place(low),
        high=place(high),
        negligible=place(lines.negligible),
        large=place(lines.large),
        beyond=high > end or value > end,
        says=says,
    )


def figure_line(figure: Measurement) -> FigureLine:
    """Write one measurement."""
    basis = "rows" if figure.exact else "bounds from counts"
    if figure.p_kind is not None:
        basis += f"; p {figure.p_kind}"
    return FigureLine(
        metric=figure.metric,
        value=number(figure.value),
        interval=interval_in_words(figure.interval),
        p_value=p_in_words(figure.p_value),
        noise_floor=number(figure.noise_floor, 3),
        reference=number(figure.reference),
        current=number(figure.current),
        basis=basis,
        reason=figure.reason.text if figure.reason and figure.value is None else "",
    )


def note_line(note: Note) -> NoteLine:
    """Write one note."""
    return NoteLine(note.code, note.where, note.text)


def facts(
    column: Column, cells: object, reference: Counts, current: Counts
) -> tuple[FactLine, ...]:
    """Write the summary numbers of a column, reference before current."""
    n, m = reference.rows, current.rows
    lines = [FactLine("rows", count(n), count(m), "")]
    gone = [c.missing / c.rows if c.rows else 0.0 for c in (reference, current)]
    lines.append(FactLine("missing", share(gone[0]), share(gone[1]), ""))
    if isinstance(reference, CategoryCounts) and isinstance(current, CategoryCounts):
        fresh = [c.unseen / c.rows if c.rows else 0.0 for c in (reference, current)]
        lines.append(FactLine("unseen levels", share(fresh[0]), share(fresh[1]), ""))
        used = [str(int((c.cells[:-2] > 0).sum())) for c in (reference, current)]
        lines.append(FactLine("frequent levels in use", used[0], used[1], ""))
    if (
        isinstance(cells, NumericCells)
        and isinstance(reference, NumericCounts)
        and isinstance(current, NumericCounts)
    ):
        lines += _number_facts(column, cells, reference, current)
    return tuple(lines)


def _number_facts(
    column: Column,
    cells: NumericCells,
    reference: NumericCounts,
    current: NumericCounts,
) -> list[FactLine]:
    time = column.kind is Kind.DATETIME
    told = [
        ("mean", reference.mean(), current.mean()),
        ("standard deviation", reference.sd(cells), current.sd(cells)),
        ("minimum", reference.minimum, current.minimum),
        ("maximum", reference.maximum, current.maximum),
    ]
    lines = []
    for label, a, b in told:
        spread = label == "standard deviation"
        if time and spread:
            pair = [
                DASH if x is None else f"{number(x / 8.64e10, 3)} days" for x in (a, b)
            ]
        elif time:
            pair = [DASH if x is None else moment(x) for x in (a, b)]
        else:
            pair = [number(a), number(b)]
        lines.append(FactLine(label, pair[0], pair[1], _change(label, a, b, cells)))
    return lines


def _change(label: str, a: float | None, b: float | None, cells: NumericCells) -> str:
    if a is None or b is None:
        return ""
    if label == "mean" and cells.spread > 0:
        return f"{_signed((b - a) / cells.spread)} sd"
    if label == "standard deviation" and a > 0 and math.isfinite(b / a):
        return f"× {number(b / a, 3)}"
    return ""


def _signed(value: float) -> str:
    text = number(round(value, 3), 3)
    return f"+{text}" if value > 0 and not text.startswith("+") else text
