"""Rules that users write themselves: a threshold, or a chart known by its name.

They promise no rate of false alarms, and are counted apart from the budget.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from leeboard.alarms._charted import LEARN, chart_step, check_charted
from leeboard.alarms.judged import Severity
from leeboard.detectors._detector import Memory, Rows
from leeboard.detectors.charts import Setting
from leeboard.errors import AlarmError

__all__ = ["Figure", "Rule", "RuleStep", "step"]

# Shares of rows, which a chart of rows can see; accuracy is turned into mistakes.
_SHARES = frozenset({"accuracy", "missing", "out_of_range", "unseen"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric in one window.

    Parameters
    ----------
    value, low, high : float or None
        The metric with its 95 % interval; None: it could not be measured.
    reference : float or None
        The same metric of the reference.
    n : int
        Rows of the window.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    reference: float | None = None
    n: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a user.

    Parameters
    ----------
    name, metric : str
    column : str
        Empty: a metric of performance.
    segment : str
        ``column=level``; empty: all rows.
    above, below : float or None
        It holds where the metric is beyond one of them; equal to it does not count.
    rises_by, falls_by : float or None
        The same, in parts of the reference's absolute value: 0.2 is 20 %. At least 0.
    chart : str
        Name of a chart, in place of thresholds.
    settings : mapping of str to float or str
        Parameters of the chart. ``learn``: windows (20) from which a missing centre
        and spread are learnt.
    for_windows : int
        Consecutive windows that have a figure, at least 1.
    severity : Severity

    Raises
    ------
    AlarmError
        If it asks for nothing, for what cannot be, or for what is always so.
    """

    name: str
    metric: str
    column: str = ""
    segment: str = ""
    above: float | None = None
    below: float | None = None
    rises_by: float | None = None
    falls_by: float | None = None
    chart: str = ""
    settings: Mapping[str, Setting] = field(default_factory=dict, hash=False)
    for_windows: int = 1
    severity: Severity = Severity.PAGE

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", dict(self.settings))
        if self.severity not in set(Severity):
            raise self._bad("severity", self.severity, "note, warn or page")
        object.__setattr__(self, "severity", Severity(self.severity))
        for name in ("above", "below", "rises_by", "falls_by"):
            value = getattr(self, name)
            if value is not None and not math.isfinite(value):
                raise self._bad(name, value, "a finite number")
            if value is not None and value < 0 and name.endswith("_by"):
                raise self._bad(name, value, "a part of the reference, at least 0")
        if self.for_windows < 1 or self.for_windows != int(self.for_windows):
            raise self._bad("for_windows", self.for_windows, "a whole number from 1 on")
        if not self.name or not self.metric:
            raise self._bad("name and metric", (self.name, self.metric), "both")
        self._check_what()

    def _check_what(self) -> None:
        limits = (self.above, self.below, self.rises_by, self.falls_by)
        some = any(limit is not None for limit in limits)
        if bool(self.chart) == some:
            found = "both" if some else "neither"
            raise self._bad("what fires", found, "thresholds or a chart")
        if self.settings and not self.chart:
            raise self._bad("settings", sorted(self.settings), "none without a chart")
        above, below = self.above, self.below
        if above is not None and below is not None and above < below:
            raise self._bad("above", above, f"at least below, {below:g}")
        if not self.chart:
            return
        chart = check_charted(self.chart, self.settings)
        if chart.restarts and self.for_windows > 1:
            expected = f"1, since {self.chart} begins anew after it fired"
            raise self._bad("for_windows", self.for_windows, expected)
        if chart.seen is Rows and self.metric not in _SHARES:
            raise self._bad(
                "metric", self.metric, "one of " + ", ".join(sorted(_SHARES))
            )

    def _bad(self, what: str, found: object, expected: str) -> AlarmError:
        return AlarmError(
            code="bad_rule",
            where=f"rule {self.name!r}, {what}",
            found=repr(found),
            expected=expected,
            fix="Mend the rule.",
        )

    def __str__(self) -> str:
        of = f" of {self.column}" if self.column else ""
        return f"{self.metric}{of}{f' where {self.segment}' if self.segment else ''}"


@dataclass(frozen=True, slots=True)
class RuleStep:
    """What a rule says of one window.

    Parameters
    ----------
    memory : Memory
        To be given to the next window.
    fired : bool
        The condition held in this window and in enough before it.
    value : float or None
        The metric, or the chart's statistic; None: nothing to judge.
    limit : float or None
        On the same scale: what was crossed, or the nearest; None: there is none.
    text : str
        One sentence.
    """

    memory: Memory
    fired: bool
    value: float | None
    limit: float | None
    text: str


def step(rule: Rule, memory: Memory, seen: Figure | None) -> RuleStep:
    """Take in one window.

    A window without a figure neither counts for nor resets ``for_windows``, and no
    chart sees it. A relative threshold needs the reference's figure, and a chart needs
    a finite one.

    Parameters
    ----------
    rule : Rule
    memory : Memory
        Empty before the first window.
    seen : Figure or None
        None: the window is missing.

    Raises
    ------
    AlarmError
        If a chart of rows is given what is no share.

    Examples
    --------
    >>> rule = Rule("low f1", "f1", below=0.75, for_windows=2)
    >>> one = step(rule, (), Figure(0.71))
    >>> step(rule, one.memory, Figure(0.7)).text
    'f1 0.7 was below 0.75 in 2 windows in a row'
    """
    value = None if seen is None else seen.value
    if seen is None or value is None or math.isnan(value):
        text = f"{rule} has no figure in this window"
        return RuleStep(memory, False, None, None, text)
    if rule.chart:
        return _by_chart(rule, memory, value, seen.n)
    limits = _limits(rule, seen.reference)
    if not limits:
        text = f"{rule} has no figure of the reference to be compared with"
        return RuleStep(memory, False, None, None, text)
    word, limit, beyond = _nearest(value, limits)
    count = (memory[0] if memory else 0.0) + 1 if beyond else 0.0
    fired = count >= rule.for_windows
    text = f"{rule} {_say(value)} {_said(word, limit, count, rule.for_windows)}"
    return RuleStep((count,), fired, value, limit, text)


def _by_chart(rule: Rule, memory: Memory, value: float, n: int) -> RuleStep:
    empty = n <= 0 and rule.chart == "ddm"  # it alone counts rows
    if math.isinf(value) or empty:
        text = f"{rule} has no figure in this window that {rule.chart} can take in"
        return RuleStep(memory, False, None, None, text)
    count, *rest = memory or (0.0,)
    figure = 1 - value if rule.chart == "ddm" and rule.metric == "accuracy" else value
    said = chart_step(rule.chart, rule.settings, tuple(rest), figure, n)
    signal = said.signal
    if signal is None:
        learn = rule.settings.get("learn", LEARN)
        text = f"{rule} is learnt: {said.learnt} of {int(float(learn))} windows"
        return RuleStep((count, *said.memory), False, value, None, text)
    limits = [("below", signal.low), ("above", signal.high)]
    word, limit, _ = _nearest(
        signal.value, [(w, x) for w, x in limits if x is not None]
    )
    count = count + 1 if signal.fired else 0.0
    text = f"{rule} {_say(value)}: {rule.chart} {_say(signal.value)} "
    if limit is None:
        text += "found a change" if signal.fired else "found no change"
    else:
        text += _said(word, limit, count, rule.for_windows)
    fired = count >= rule.for_windows
    return RuleStep((count, *said.memory), fired, signal.value, limit, text)


def _limits(rule: Rule, reference: float | None) -> list[tuple[str, float]]:
    limits = [("above", rule.above), ("below", rule.below)]
    if reference is not None and math.isfinite(reference):
        for word, part, sign in (
            ("above", rule.rises_by, 1),
            ("below", rule.falls_by, -1),
        ):
            if part is not None:
                limits.append((word, reference + sign * part * abs(reference)))
    return [(word, limit) for word, limit in limits if limit is not None]


def _nearest(
    value: float, limits: list[tuple[str, float]]
) -> tuple[str, float | None, bool]:
    """Return the limit that was crossed, else the nearest, and whether it was."""
    for word, limit in limits:
        if (value > limit) if word == "above" else (value < limit):
            return word, limit, True
    if not limits:
        return "", None, False
    word, limit = min(limits, key=lambda pair: abs(value - pair[1]))
    return word, limit, False


def _said(word: str, limit: float | None, count: float, wanted: int) -> str:
    at = f"{word} {_say(limit or 0.0)}"
    if count == 0:
        return f"is not {at}"
    if count < wanted:
        return f"is {at} in {count:.0f} of {wanted} windows in a row"
    row = "this window" if count == 1 else f"{count:.0f} windows in a row"
    return f"was {at} in {row}"


def _say(number: float) -> str:
    return f"{number:.4g}"
