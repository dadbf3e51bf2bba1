"""What a measurement means: the four answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from leeboard.metrics._metric import PKind, Reason
from leeboard.stats.size import Size

__all__ = ["Evidence", "Lines", "State", "Verdict"]


class State(StrEnum):
    """The four answers."""

    MOVED = "moved"
    HELD = "held"
    UNSURE = "unsure"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Lines:
    """The two lines on the size of a change (debiased PSI, nats)."""

    negligible: float = 0.02
    large: float = 0.1


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one subject and segment.

    Parameters
    ----------
    subject : str
        Column.
    segment : str or None
        Level of the segment column; None: all rows.
    role, kind : str
    metric : str
        What the size is measured with.
    rule : str
        By which rule the state was reached.
    state : State
    value : float or None
        Size of the change: debiased PSI in nats, at least 0.
    interval : (float, float) or None
        Of the size; false-coverage adjusted where the column was selected.
    p_value : float or None
        Of "nothing changed at all"; ``p_kind`` says what it rests on.
    p_beyond : float or None
        Of "the size is at most negligible", the one that decides *moved*.
    noise_floor : float or None
        What the raw value would be on average if nothing had changed.
    n_reference, n_current : int
    exact : bool
    reason : Reason
    lines : Lines
    shift : float or None
        For numbers: the size as an equally large shift, in standard deviations.
    rows_needed : int or None
        For *unsure*: the current rows that would settle it, if any number would.
    """

    subject: str
    segment: str | None
    role: str
    kind: str
    metric: str
    rule: str
    state: State
    value: float | None
    interval: tuple[float, float] | None
    p_value: float | None
    p_kind: PKind | None
    p_beyond: float | None
    noise_floor: float | None
    n_reference: int
    n_current: int
    exact: bool
    reason: Reason
    lines: Lines
    shift: float | None = None
    rows_needed: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The size of one change and how sure it is, before columns are weighed together.

    Parameters
    ----------
    size : Size
        Observed PSI over the merged cells, and its law.
    p_value : float
        Of no change at all.
    p_kind : PKind
    p_beyond : float
        Of size at most negligible.
    upper : float
        One-sided 95 % upper bound of the size.
    """

    size: Size
    p_value: float
    p_kind: PKind
    p_beyond: float
    upper: float
