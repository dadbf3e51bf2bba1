"""Whether the labels of a window are there: provisional, or mature.

Place: on the path, above the delay curve; numbers and a curve in, a value out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from leeboard.estimates.delay_curve import GROWN, DelayCurve
from leeboard.windows import duration_in_words

__all__ = ["COMPLETE", "Maturity", "mature"]

COMPLETE = 0.95
"""Share of the labels that ever come at which a window is mature."""

# labels are behind once below the usual by as many standard errors, and by a tenth
_BEHIND = 4.0
_TENTH_LESS = 0.9


@dataclass(frozen=True, slots=True)
class Maturity:
    """How far the labels of a window have come.

    Parameters
    ----------
    completeness : float, in [0, 1]
        Labels that came, of those that ever will. While it is not known how many ever
        will: of all predictions, a lower bound.
    expected : float or None
        Labels that predictions of this age usually have; None while unknown.
    ultimate : float
        Labels that the window will have at the horizon; all predictions while unknown.
    provisional : bool
    why : str
        One sentence for people.
    """

    completeness: float
    expected: float | None
    ultimate: float
    provisional: bool
    why: str


def mature(
    labels: int,
    rows: int,
    *,
    age: timedelta,
    curve: DelayCurve,
    complete: float = COMPLETE,
) -> Maturity:
    """Judge whether figures of a window are final, but for chance.

    Parameters
    ----------
    labels, rows : int
        Predictions of the window that have a label, and all of them.
    age : timedelta
        Of the youngest prediction, or since the window's end.
    curve : DelayCurve
        Of predictions like these.
    complete : float, in (0, 1]

    Notes
    -----
    With F the curve, a the age and H the horizon, a prediction that still waits gets
    its label with probability ``(F(H) - F(a)) / (1 - F(a))``. A window is mature once
    the labels that came are ``complete`` of these and those still to come, or at the
    horizon. So labels that never come do not hold a window back. Where far fewer came
    than by F, by four standard errors and a tenth, delivery rather than chance is taken
    to be the cause: then ``F(H)`` of all rows are still expected. All rows are taken to
    be as young as the youngest.
    """
    horizon = timedelta(seconds=curve.horizon_s)
    usual = float(curve.came_by(np.array(age.total_seconds())))
    expected = None if math.isnan(usual) else usual * rows
    if rows == 0:
        return Maturity(1.0, expected, 0.0, False, "mature: no predictions to label")
    behind = _behind(labels, rows, usual)
    look = ", far fewer than usual: look at what delivers them" if behind else ""
    if age >= horizon:
        why = (
            f"mature: the youngest prediction is older than the horizon of "
            f"{duration_in_words(horizon)}; {labels:,} of {rows:,} labels came{look}"
        )
        whole = 1.0 if labels else 0.0
        return Maturity(whole, expected, float(labels), False, why)
    final = curve.ultimate
    coming = 1.0 if final is None or usual >= 1.0 else (final - usual) / (1.0 - usual)
    ultimate = labels + (rows - labels) * coming
    if behind and final is not None:
        ultimate = max(ultimate, final * rows)
    share = labels / ultimate if ultimate > 0 else 0.0
    if share >= complete:
        why = (
            f"mature: {labels:,} of {rows:,} predictions have their label, "
            f"{_percent(share)} of those that ever will"
        )
        return Maturity(share, expected, ultimate, False, why)
    if final is None:
        why = (
            f"provisional: {labels:,} of {rows:,} predictions have a label; how many "
            f"more will come is not known while fewer than {GROWN} predictions are "
            f"older than the horizon of {duration_in_words(horizon)}{look}"
        )
    else:
        why = (
            f"provisional: {labels:,} of about {ultimate:,.0f} labels have come "
            f"({_percent(share)}); predictions of this age usually have "
            f"{usual * rows:,.0f}{look}"
        )
    return Maturity(share, expected, ultimate, True, why)


def _behind(labels: int, rows: int, usual: float) -> bool:
    """Tell whether far fewer labels came than predictions of this age usually have."""
    expected = usual * rows
    chance = math.sqrt(expected * (1.0 - usual))
    return labels < min(expected - _BEHIND * chance, _TENTH_LESS * expected)


def _percent(share: float) -> str:
    """Percentage rounded down: 94.97 % is not 95 %."""
    return f"{int(share * 1000) / 10:g} %"
