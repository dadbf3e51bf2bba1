"""One budget of false alarms for a whole model, shared out by weights.

A detector whose evidence must reach A / w sounds falsely at most once in A / w windows
on average; with weights that add up to 1 all detectors together do so at most once in
A windows, however they depend on one another. (Shin, Ramdas, Rinaldo, arXiv 2203.03532,
for one; rates add for many.)
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from leeboard.alarms.judged import Group, Severity, Subject
from leeboard.errors import AlarmError

__all__ = ["Budget", "Threshold"]

_PAGE_ON = (Group.PERFORMANCE, Group.QUALITY, Group.PREDICTIONS)


@dataclass(frozen=True, slots=True)
class Threshold:
    """What the evidence ln M of one watch must reach.

    Parameters
    ----------
    page : float or None
        None: it never pages.
    warn : float
        To warn, or to be noted where the group does not page.
    weight : float
        Its share of the budget.
    """

    page: float | None
    warn: float
    weight: float

    def grown(self, growth: float) -> Threshold:
        """Return it with a page that needs so much more, in nats."""
        if self.page is None or growth == 0.0:
            return self
        return Threshold(self.page + growth, self.warn, self.weight)

    def severity(self, log_m: float) -> Severity | None:
        """What evidence so strong asks for."""
        if self.page is None:
            return Severity.NOTE if log_m >= self.warn else None
        if log_m >= self.page:
            return Severity.PAGE
        return Severity.WARN if log_m >= self.warn else None


@dataclass(frozen=True, slots=True)
class Budget:
    """How often a model may cry wolf, on average.

    Parameters
    ----------
    page_every, warn_every : timedelta
        At most one false page, or warning, in so long on average.
    page_on : tuple of Group
        What may page; the other groups annotate.
    importance : mapping of column to float
        Weight of a column beside the others of its group, above 0; 1 if not named.
    delta : float
        Probability that the reference misleads, for the whole model.
    page_ever : float or None
        In place of ``page_every``: probability of any false page, ever, in (0, 1).

    Raises
    ------
    AlarmError
        If a span is not above 0, an importance is not above 0 and finite, or a
        probability is none.
    """

    page_every: timedelta = timedelta(days=90)
    warn_every: timedelta = timedelta(days=14)
    page_on: tuple[Group, ...] = _PAGE_ON
    importance: Mapping[str, float] = field(default_factory=dict)
    delta: float = 0.01
    page_ever: float | None = None

    def __post_init__(self) -> None:
        if self.page_ever is not None and not 0.0 < self.page_ever < 1.0:
            raise AlarmError(
                code="out_of_range",
                where="false_page_ever",
                found=str(self.page_ever),
                expected="a probability between 0 and 1, such as 0.05",
                fix="Leave it out to have a rate, as false_page_every gives.",
            )
        for name, span in (("page", self.page_every), ("warn", self.warn_every)):
            if span <= timedelta(0):
                raise AlarmError(
                    code="out_of_range",
                    where=f"false_{name}_every",
                    found=str(span),
                    expected="a span above 0, such as 90d",
                    fix="Leave it out to use the default.",
                )
        for column, weight in self.importance.items():
            if not 0.0 < weight < math.inf:
                raise AlarmError(
                    code="out_of_range",
                    where=f"importance of {column!r}",
                    found=str(weight),
                    expected="a finite number above 0",
                    fix="1 is that of a column that is not named.",
                )

    def thresholds(
        self, watched: Sequence[tuple[Subject, Group]], window: timedelta
    ) -> dict[Subject, Threshold]:
        """Share the budget out.

        Groups that page share it equally, and within a group each subject by its
        column's importance; the other groups do the same with the budget of warnings.
        Where segments are watched, half of a column's part is theirs, shared equally:
        the parts add up to one whatever their number.

        Parameters
        ----------
        watched : sequence of (Subject, Group)
        window : timedelta
            Length of a window.
        """
        page_windows = max(1.0, self.page_every / window)
        if self.page_ever is not None:
            page_windows = 1.0 / self.page_ever
        warn_windows = max(1.0, min(self.warn_every, self.page_every) / window)
        total: defaultdict[Group, float] = defaultdict(float)
        segments = len({subject.segment for subject, _ in watched if subject.segment})
        for subject, group in watched:
            total[group] += self._weight(subject, segments)
        tiers = {
            pages: [g for g in total if (g in self.page_on) is pages]
            for pages in (True, False)
        }
        found = {}
        for subject, group in watched:
            pages = group in self.page_on
            weight = self._weight(subject, segments) / total[group] / len(tiers[pages])
            found[subject] = Threshold(
                math.log(page_windows / weight) if pages else None,
                math.log(warn_windows / weight),
                weight,
            )
        return found

    def growth(self, windows: int) -> float:
        """By how much thresholds of pages grow until a window, in nats.

        Parameters
        ----------
        windows : int
            Which window it is since the model is watched, from 1.

        Notes
        -----
        0 for a rate. For *ever*, ln t(t + 1): with evidence of a start at window j
        weighed by 1 / j(j + 1), which adds up to 1, M becomes a martingale that starts
        at 1 at most, and exceeds 1 / a with probability a or less (Ville, 1939). That
        sum is at least M / t(t + 1). Starting anew after a page leaves out starts.
        """
        if self.page_ever is None:
            return 0.0
        at = max(1, windows)
        return math.log(at * (at + 1))

    def _weight(self, subject: Subject, segments: int) -> float:
        part = 1.0 / segments if subject.segment else 1.0
        return self.importance.get(subject.name, 1.0) * part
