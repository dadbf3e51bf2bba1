"""What a metric is, and what it gives: declarations and measurements, no computing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from leeboard.profiles.cells import Cells
from leeboard.profiles.counts import Counts
from leeboard.schema import Kind

__all__ = [
    "ANY",
    "CATEGORIES",
    "NUMBERS",
    "Measurement",
    "Metric",
    "Needs",
    "PKind",
    "Pair",
    "Reason",
    "Rows",
    "undefined",
]

ANY = frozenset({Kind.NUMERIC, Kind.CATEGORICAL, Kind.BOOLEAN, Kind.DATETIME})
NUMBERS = frozenset({Kind.NUMERIC, Kind.DATETIME})
CATEGORIES = frozenset({Kind.CATEGORICAL, Kind.BOOLEAN})


class Needs(StrEnum):
    """What a metric must be given."""

    COUNTS = "counts"
    MOMENTS = "moments"
    SKETCH = "sketch"
    ROWS = "rows"


class PKind(StrEnum):
    """What a p-value rests on.

    EXACT: the null law holds for every n, for independent rows. APPROXIMATE: a
    large-sample law, with rows that hang together (by day or entity) allowed for.
    INDEPENDENT: a large-sample law that assumes independent rows, unchecked.
    """

    EXACT = "exact"
    APPROXIMATE = "approximate"
    INDEPENDENT = "assumes independent rows"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a figure is what it is, or why there is none."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """One metric on one subject.

    Parameters
    ----------
    metric : str
    value : float or None
        None if undefined; then ``reason`` says why.
    n_reference, n_current : int
        Rows that entered.
    exact : bool
        True if the value is that of the rows, not a bound from counts.
    interval : (float, float) or None
        Of the value: 95 % where it measures uncertainty; for bounds from counts
        (``exact`` false) it holds the exact value for certain.
    p_value : float or None
        Of "nothing changed at all".
    p_kind : PKind or None
    noise_floor : float or None
        What the value is on average when nothing changed.
    reference, current : float or None
        The figure in each sample, where the metric has one.
    reason : Reason or None
    subject : str
        Column, pair of columns, or ``table``; filled in by the check.
    segment : str or None
    facts : tuple of (str, float)
        Figures beside the value, by name, such as ``("z", 1.7)``.
    """

    metric: str
    value: float | None
    n_reference: int
    n_current: int
    exact: bool = True
    interval: tuple[float, float] | None = None
    p_value: float | None = None
    p_kind: PKind | None = None
    noise_floor: float | None = None
    reference: float | None = None
    current: float | None = None
    reason: Reason | None = None
    subject: str = ""
    segment: str | None = None
    facts: tuple[tuple[str, float], ...] = ()

    def fact(self, name: str) -> float | None:
        """Figure of that name beside the value; None if there is none."""
        return next((figure for key, figure in self.facts if key == name), None)


def undefined(
    metric: str, n_reference: int, n_current: int, *, code: str, text: str
) -> Measurement:
    """Say that a metric has no value here, and why."""
    return Measurement(metric, None, n_reference, n_current, reason=Reason(code, text))


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Reference and current counts of one column, in the same cells.

    Parameters
    ----------
    cells : Cells
    reference, current : Counts
    fixed : bool
        The reference counts are those of the very rows that fixed the cells.
    design_reference, design_current : float
        Design effects, at least 1; rows count as rows / design effect.
    blocks : bool
        The design effects were estimated; False: rows are assumed independent.
    """

    cells: Cells
    reference: Counts
    current: Counts
    fixed: bool = False
    design_reference: float = 1.0
    design_current: float = 1.0
    blocks: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The values of one column.

    Parameters
    ----------
    values : array, shape (n,)
        Present values: float64 or int64 for numbers, str objects for categories.
    missing : int
        Rows without a value (NULL, NaN).
    kind : Kind
    infinite : int
        Among ``values``, how many are infinite.
    present : array of bool, shape (n + missing,), or None
        Which rows have a value, for metrics that look at several columns; None where
        no row is missing.
    ascending : bool
        The values are in ascending order, and no longer in that of the rows.
    """

    values: Any
    missing: int
    kind: Kind
    infinite: int = 0
    present: Any = None
    ascending: bool = False

    @property
    def rows(self) -> int:
        """All rows, missing ones included."""
        return len(self.values) + self.missing


@dataclass(frozen=True, slots=True)
class Metric:
    """The declaration of a metric; docs, help and checks read it.

    Parameters
    ----------
    name : str
    answers : str
        The question it answers, in one line.
    needs : Needs
        The least it works on.
    kinds : frozenset of Kind
    unit : str
    direction : str
        Which way is change, such as "larger is more change".
    source : str
        Paper or book, with section or equation.
    on_counts : callable (Pair, **options) -> Measurement, or None
    on_rows : callable (Rows, Rows, **options) -> Measurement, or None
        Reference first.
    on_table : callable or None
        For metrics of a whole table: (mapping of column to Rows, likewise, **options).
    on_types : callable (str, str) -> Measurement, or None
        For metrics of a column's type: names of the reference and the current type.
    options : mapping of option name to default
    routine : bool
        A check measures it unasked, where it has the counts; false for what is slow.
    """

    name: str
    answers: str
    needs: Needs
    kinds: frozenset[Kind]
    unit: str
    direction: str
    source: str
    on_counts: Callable[..., Measurement] | None = None
    on_rows: Callable[..., Measurement] | None = None
    on_table: Callable[..., Measurement] | None = None
    on_types: Callable[..., Measurement] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    routine: bool = True
