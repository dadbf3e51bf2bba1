"""How long labels take, kind by kind of predictions.

Place: on the path, above delays and strata. Where early labels differ from late ones
because some kinds are labelled sooner, the kinds must be told apart.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from leeboard.errors import MetricError, ProfileError
from leeboard.estimates.delay_curve import DelayCurve
from leeboard.estimates.delays import DelayCounts, count_delays
from leeboard.estimates.strata import Strata

__all__ = ["Completeness", "DelayTable", "count_delays_by"]

_Array = np.ndarray[Any, Any]
_VERSION = 1


@dataclass(frozen=True, slots=True, eq=False)
class Completeness:
    """Chance that a label which ever comes has come by now, for each prediction.

    Parameters
    ----------
    share : array, shape (n,), in [0, 1]
        NaN where it is not known.
    error : array, shape (n,)
        Standard error of log share.
    group : int array, shape (n,)
        Rows of one group err together; groups err apart.
    """

    share: _Array
    error: _Array
    group: _Array

    def __getitem__(self, rows: _Array) -> Completeness:
        """Take some rows, by a mask or by positions."""
        return Completeness(self.share[rows], self.error[rows], self.group[rows])


@dataclass(frozen=True, slots=True, eq=False)
class DelayTable:
    """Counts of delays of each kind of predictions; tables of one cut add.

    Parameters
    ----------
    strata : Strata
    counts : tuple of DelayCounts, one of each kind
    """

    strata: Strata
    counts: tuple[DelayCounts, ...]

    @classmethod
    def zero(cls, strata: Strata, horizon: timedelta) -> DelayTable:
        """Counts of no predictions."""
        return cls(strata, (DelayCounts.zero(horizon),) * strata.size)

    def __add__(self, other: DelayTable) -> DelayTable:
        if self.strata != other.strata:
            raise MetricError(
                code="other_strata",
                where="delays of labels",
                found="kinds of predictions cut at different places",
                expected="one cut",
                fix="Count the delays of all windows anew with one cut.",
            )
        pairs = zip(self.counts, other.counts, strict=True)
        return DelayTable(self.strata, tuple(a + b for a, b in pairs))

    def pooled(self) -> DelayCounts:
        """Counts of all kinds together."""
        first, *rest = self.counts
        return sum(rest, start=first)

    def completeness(self, codes: _Array, ages_s: _Array) -> Completeness:
        """Say how complete the labels of predictions are, each by its kind and age.

        Parameters
        ----------
        codes : int array, shape (n,)
            Kinds, as ``strata.codes`` gives them.
        ages_s : array, shape (n,), seconds

        Notes
        -----
        A kind with fewer predictions past the horizon than a curve takes has the curve
        of all kinds together; so the correction for it is that of the average.
        """
        share = np.full(len(codes), np.nan)
        error, group = np.zeros(len(codes)), np.full(len(codes), -1, np.int64)
        pooled = self.pooled().curve()
        for code in np.unique(codes).tolist():
            rows = codes == code
            own = self.counts[code].curve()
            curve, name = (own, code) if own.ultimate is not None else (pooled, -1)
            group[rows] = name
            share[rows], error[rows] = _relative(curve, ages_s[rows])
        return Completeness(share, error, group)

    def to_text(self) -> str:
        """Write as JSON."""
        return json.dumps(
            {
                "version": _VERSION,
                "strata": json.loads(self.strata.to_text()),
                "counts": [json.loads(counts.to_text()) for counts in self.counts],
            }
        )

    @classmethod
    def from_text(cls, text: str) -> DelayTable:
        """Read what ``to_text`` wrote.

        Raises
        ------
        ProfileError
            If it is damaged or newer.
        """
        try:
            given = json.loads(text)
            version = int(given["version"])
            kinds = json.dumps(given["strata"])
            texts = [json.dumps(counts) for counts in given["counts"]]
        except (ValueError, TypeError, KeyError) as error:
            raise _damaged(type(error).__name__) from error
        if version != _VERSION:
            raise ProfileError(
                code="newer_format",
                where="delays of labels",
                found=f"version {version}",
                expected=f"version {_VERSION}",
                fix="Update Leeboard.",
            )
        strata = Strata.from_text(kinds)
        if len(texts) != strata.size:
            raise _damaged(f"{len(texts)} counts of {strata.size} kinds")
        return cls(strata, tuple(DelayCounts.from_text(each) for each in texts))


def count_delays_by(
    codes: _Array,
    times: tuple[_Array, _Array],
    strata: Strata,
    *,
    now: datetime,
    horizon: timedelta,
) -> DelayTable:
    """Count the delays of each kind of predictions, as known at a moment.

    Parameters
    ----------
    codes : int array, shape (n,)
        Kinds, as ``strata.codes`` gives them.
    times : (array, array)
        When predictions were made and labels known, as in ``count_delays``.
    strata : Strata
    now : datetime
        Aware.
    horizon : timedelta
        Above 0.
    """
    made_at, known_at = (np.asarray(each) for each in times)
    counts = []
    for code in range(strata.size):
        rows = codes == code
        counts.append(count_delays(made_at[rows], known_at[rows], now, horizon))
    return DelayTable(strata, tuple(counts))


def _relative(curve: DelayCurve, ages_s: _Array) -> tuple[_Array, _Array]:
    """Share of the labels that ever come which came by each age, and its log's error.

    With F = 1 - S and Greenwood's sum V, ``Cov(F(a), F(H)) = S(a) S(H) V(a)``.
    """
    final = curve.ultimate
    if final is None or final <= 0:
        return np.full(len(ages_s), np.nan), np.zeros(len(ages_s))
    came = curve.came_by(ages_s)
    place = np.searchsorted(curve.life.times, np.minimum(ages_s, curve.horizon_s))
    spread = np.where(curve.life.shares > 0, curve.life.spread, 0.0)[place]
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.where(came > 0, (1.0 - came) / came, 0.0)
    rest = (1.0 - final) / final
    last = float(curve.life.spread[-1]) if rest > 0 else 0.0
    variance = odds**2 * spread + rest**2 * last - 2.0 * odds * rest * spread
    return came / final, np.sqrt(np.maximum(variance, 0.0))


def _damaged(found: str) -> ProfileError:
    return ProfileError(
        code="damaged_profile",
        where="delays of labels",
        found=f"text that is not what was written ({found})",
        expected="counts of delays as JSON",
        fix="Count the delays anew from the log.",
    )
