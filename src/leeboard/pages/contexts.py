"""Everything a template may use: values with names, documented, and nothing else.

The lines of performance stand in ``performance_lines``.

Between the findings of a check and every page stands one ``ReportPage``. It holds texts
as they came; the drawing escapes them. A test compares what the templates use with what
is documented here. This module knows nothing about how a page looks.
"""

from __future__ import annotations

from dataclasses import dataclass

from leeboard.pages.performance_lines import PerformanceTable

__all__ = [
    "Apart",
    "Bar",
    "ColumnCard",
    "ConditionLine",
    "DecisionLine",
    "EffectMark",
    "FactLine",
    "FigureLine",
    "Histogram",
    "NoteLine",
    "QualityLine",
    "ReportPage",
    "SampleLine",
    "SkippedLine",
    "Tally",
    "Tick",
]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many columns are in one state.

    Parameters
    ----------
    state : str
        ``moved``, ``failed``, ``unsure`` or ``held``.
    n : int
    """

    state: str
    n: int


@dataclass(frozen=True, slots=True)
class SampleLine:
    """One of the two samples.

    Parameters
    ----------
    role : str
        ``Reference`` or ``Current``.
    name : str
        File or description, as the caller gave it.
    rows : str
        Number of rows, in words.
    """

    role: str
    name: str
    rows: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis.

    Parameters
    ----------
    at : float
        Place on the axis, in [0, 1].
    label : str
    """

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One drawn cell.

    Parameters
    ----------
    left, right : float
        Ends on the value axis, in [0, 1]; equal for a single value.
    reference, current : float
        Heights, in [0, 1] of the tallest drawn one, or above 1 where cut off.
    label : str
        What the cell holds.
    shares : str
        Share of the rows in each sample, in words.
    marked : bool
        True for the cells that moved most.
    """

    left: float
    right: float
    reference: float
    current: float
    label: str
    shares: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Apart:
    """A cell that stands apart: missing, unseen, rare, below, above, infinite.

    Parameters
    ----------
    label : str
    reference, current : float
        Shares of all rows, in [0, 1].
    reference_text, current_text : str
        The same in words.
    marked : bool
        True where the share moved much.
    """

    label: str
    reference: float
    current: float
    reference_text: str
    current_text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Histogram:
    """How one column is spread in the reference and now.

    Parameters
    ----------
    form : str
        ``density`` for numbers, ``levels`` for categories.
    bars : tuple of Bar
        In axis order for numbers, most frequent first for categories.
    ticks : tuple of Tick
        Of the value axis; empty for categories.
    heights : tuple of Tick
        Of the axis of rows.
    value_axis, row_axis : str
        What the axes show, with units.
    apart : tuple of Apart
    remark : str
        What was clipped, merged or rescaled; empty if nothing was.
    sides : tuple of Bar
        Rows that have no place among the bars: beyond an end of the axis, or of levels
        that are not drawn. Their heights are shares of all rows.
    """

    form: str
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    heights: tuple[Tick, ...]
    value_axis: str
    row_axis: str
    apart: tuple[Apart, ...]
    remark: str
    sides: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True)
class EffectMark:
    """The size of a change, its interval and the two lines, on one common scale.

    Parameters
    ----------
    at, low, high : float
        Places on the scale, in [0, 1].
    negligible, large : float
        Places of the two lines.
    beyond : bool
        True if the interval or size goes on past the scale's end.
    says : str
        The same in words.
    """

    at: float
    low: float
    high: float
    negligible: float
    large: float
    beyond: bool
    says: str


@dataclass(frozen=True, slots=True)
class FactLine:
    """One summary number in both samples.

    Parameters
    ----------
    label, reference, current, change : str
    """

    label: str
    reference: str
    current: str
    change: str


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One measurement of a column.

    Parameters
    ----------
    metric : str
    value, interval, p_value, noise_floor, reference, current : str
        In words; a dash where there is none.
    basis : str
        What the figures rest on: rows or bounds, and the kind of p-value.
    reason : str
        Why there is no value, where there is none; else empty.
    """

    metric: str
    value: str
    interval: str
    p_value: str
    noise_floor: str
    reference: str
    current: str
    basis: str
    reason: str


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A warning.

    Parameters
    ----------
    code, where, text : str
    """

    code: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class ColumnCard:
    """All that is told about one column of one segment.

    Parameters
    ----------
    key : str
        Name of the card within the page, made from its place, never from the data.
    name : str
    segment : str
        Level of the segment column; empty for all rows.
    kind, role : str
    state : str
        ``moved``, ``failed``, ``unsure`` or ``held``.
    size : str
        Size of the change in words a reader can feel.
    psi : str
        The same as debiased PSI with its interval, in nats.
    effect : EffectMark or None
    reason, code : str
        Why the state is what it is, and the stable name of that.
    rows_needed : str
        For *unsure*: how many would settle it; else empty.
    rule : str
        By which rule the state was reached.
    p_value : str
        Of no change at all, and what it rests on.
    p_beyond : str
        Of a size that is at most negligible.
    histogram : Histogram or None
    drawn : bool
        True if the full distribution is drawn as well as the small one.
    facts : tuple of FactLine
    figures : tuple of FigureLine
        Empty where nothing is drawn in full.
    notes : tuple of NoteLine
    """

    key: str
    name: str
    segment: str
    kind: str
    role: str
    state: str
    size: str
    psi: str
    effect: EffectMark | None
    reason: str
    code: str
    rows_needed: str
    rule: str
    p_value: str
    p_beyond: str
    histogram: Histogram | None
    drawn: bool
    facts: tuple[FactLine, ...]
    figures: tuple[FigureLine, ...]
    notes: tuple[NoteLine, ...]


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """One condition of a suite.

    Parameters
    ----------
    condition, subject, segment, severity : str
    outcome : str
        ``passed``, ``failed`` or ``undecided``.
    value : str
    reason : str
    """

    condition: str
    subject: str
    segment: str
    severity: str
    outcome: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class SkippedLine:
    """A column that was not compared.

    Parameters
    ----------
    name, role, kind, code, reason : str
    """

    name: str
    role: str
    kind: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class QualityLine:
    """Rows of one column without a usable or expected value.

    Parameters
    ----------
    column : str
    what : str
        ``missing``, ``unseen``, ``below``, ``above`` or ``infinite``, in words.
    reference, current : str
        Shares of all rows.
    grew : bool
        True where the share is larger now.
    """

    column: str
    what: str
    reference: str
    current: str
    grew: bool


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One part of how the verdicts were reached.

    Parameters
    ----------
    term, text : str
    """

    term: str
    text: str


@dataclass(frozen=True, slots=True)
class ReportPage:
    """The whole report.

    Parameters
    ----------
    title : str
    headline : str
        What moved, in one sentence.
    certainty : str
        How sure that is, and what is left open.
    mood : str
        The state that colours the headline.
    tallies : tuple of Tally
    columns : int
        Number of compared columns; the tallies add up to it.
    samples : tuple of SampleLine
        Reference, then current.
    performance : PerformanceTable or None
        None where no label was named.
    cards : tuple of ColumnCard
        Moved first, then failed, unsure and held; larger sizes first.
    segments : tuple of str
        Levels of the segment column that have cards.
    segment_column : str
        Empty where there are no segments.
    conditions : tuple of ConditionLine
    quality : tuple of QualityLine
    table : tuple of FigureLine
        Measurements of the whole table.
    notes : tuple of NoteLine
    skipped : tuple of SkippedLine
    decisions : tuple of DecisionLine
    negligible, large : str
        The two lines, as numbers.
    version : str
        Of Leeboard.
    """

    title: str
    headline: str
    certainty: str
    mood: str
    tallies: tuple[Tally, ...]
    columns: int
    samples: tuple[SampleLine, ...]
    performance: PerformanceTable | None
    cards: tuple[ColumnCard, ...]
    segments: tuple[str, ...]
    segment_column: str
    conditions: tuple[ConditionLine, ...]
    quality: tuple[QualityLine, ...]
    table: tuple[FigureLine, ...]
    notes: tuple[NoteLine, ...]
    skipped: tuple[SkippedLine, ...]
    decisions: tuple[DecisionLine, ...]
    negligible: str
    large: str
    version: str
