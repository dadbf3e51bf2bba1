"""Figures of a rule: how far apart its false alarms are, and how late its true ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import beta

from leeboard.stats.survival import kaplan_meier

__all__ = [
    "Delay",
    "MeanTime",
    "breaks",
    "delay",
    "first",
    "lorden",
    "mean_time",
    "restricted_mean",
    "spans",
    "tuned",
]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class MeanTime:
    """Mean number of windows between alarms.

    Parameters
    ----------
    value : float or None
        Windows watched a false alarm; None: there was no alarm.
    low, high : float
        Two-sided 95 % interval; ``high`` is infinite without alarms.
    upper : float
        One-sided 99 % upper limit.
    windows, alarms : int
    """

    value: float | None
    low: float
    high: float
    upper: float
    windows: int
    alarms: int


def mean_time(windows: int, alarms: int) -> MeanTime:
    """Mean time between alarms, with exact limits where each window is alike.

    With a constant chance p of an alarm in a window, alarms in a fixed number of
    windows are binomial, however they are cut into runs: what has not ended yet counts
    as watched. The limits are those of Clopper and Pearson (Biometrika 26, 1934) for p.
    """
    rest = windows - alarms

    def longest(level: float) -> float:
        if alarms == 0:
            return math.inf
        return 1.0 / max(float(beta.ppf(1.0 - level, alarms, rest + 1)), 1e-300)

    most = float(beta.ppf(0.975, alarms + 1, rest)) if rest else 1.0
    value = windows / alarms if alarms else None
    return MeanTime(value, 1.0 / most, longest(0.975), longest(0.99), windows, alarms)


def breaks(time: MeanTime, promise: float) -> bool:
    """Whether the mean time is surely below a promise: one-sided, 99 %."""
    return time.upper < promise


def restricted_mean(durations: Array, ended: Array) -> float:
    """Mean of min(time to the alarm, longest time watched): the area under the curve.

    Kaplan and Meier's estimate, in whole windows: the sum of S(0), S(1) … before the
    longest time watched. A lower bound of the mean where some were never alarmed.
    """
    last = int(durations.max())
    if not ended.any():
        return float(last)
    curve = kaplan_meier(durations, ended)
    times = np.concatenate([[0], curve.times, [last]])
    shares = np.concatenate([[1.0], curve.shares])
    return float(np.diff(times) @ shares)


def spans(alarms: Array, windows: int) -> tuple[Array, Array]:
    """Cut windows at their alarms: lengths, and whether an alarm ended each.

    ``alarms``: numbers of the windows with an alarm, from 0, ascending.
    """
    stops = np.asarray(alarms, np.int64) + 1
    ends = np.append(stops, windows)
    lengths = np.diff(ends, prepend=0)
    ended = np.append(np.ones(len(stops), bool), [False])
    keep = lengths > 0
    return lengths[keep], ended[keep]


@dataclass(frozen=True, slots=True)
class Delay:
    """How late a change was told: 1 is its first window.

    Parameters
    ----------
    median, most : float or None
        Half and 90 % of the runs were told by then; None: fewer were told.
    missed, runs : int
    """

    median: float | None
    most: float | None
    missed: int
    runs: int


def delay(found: Sequence[int | None]) -> Delay:
    """Sum up delays; one that was missed is later than all."""
    values = np.sort([math.inf if one is None else float(one) for one in found])

    def at(share: float) -> float | None:
        place = max(0, math.ceil(share * len(values)) - 1)
        value = float(values[place])
        return value if math.isfinite(value) else None

    return Delay(at(0.5), at(0.9), int(np.isinf(values).sum()), len(values))


def lorden(promise: float, kl: float) -> float:
    """Least windows to tell a known change: ln(promise) / KL a window, at least 1.

    Lorden (Annals of Mathematical Statistics 42, 1971), theorem 3: to first order no
    rule with that mean time between false alarms is faster in the worst case.
    """
    return max(1.0, math.log(promise) / kl)


def first(scores: Array, threshold: float) -> int | None:
    """Number of the first window, from 0, that reaches a threshold."""
    reached = np.flatnonzero(scores >= threshold)
    return int(reached[0]) if len(reached) else None


def tuned(paths: Sequence[Array], promise: float, *, remembers: bool) -> float | None:
    """Threshold with ``promise`` windows between alarms on these paths of scores.

    Without a memory each window is a trial. With one, a path counts up to its first
    crossing. None if the paths have too few values to tell.
    """
    if not remembers:
        values = np.sort(np.concatenate(paths))
        wanted = int(len(values) / promise)
        if wanted < 1:
            return None
        threshold = float(values[-wanted])
        crowd = int((values >= threshold).sum())
        return threshold if crowd <= 2 * wanted else None
    tops = [np.maximum.accumulate(path) for path in paths]
    levels = np.unique(np.concatenate(tops))
    low, high = 0, len(levels)
    while low < high:  # the time between alarms grows with the threshold
        middle = (low + high) // 2
        if _rate(tops, float(levels[middle])) >= promise:
            high = middle
        else:
            low = middle + 1
    return float(levels[low]) if low < len(levels) else None


def _rate(tops: Sequence[Array], threshold: float) -> float:
    found = [first(top, threshold) for top in tops]
    watched = sum(
        len(top) if at is None else at + 1 for top, at in zip(tops, found, strict=True)
    )
    alarms = sum(at is not None for at in found)
    return watched / alarms if alarms else math.inf
