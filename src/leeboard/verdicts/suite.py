"""Suites: conditions on any metric, judged one by one on the columns they name.

Place: after the verdicts, which stand whether or not there is a suite. A condition
that cannot be computed has not passed: it says why, and counts as failed. Knows
nothing of files; ``config`` reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any, NoReturn, Protocol

from leeboard.errors import ConfigError
from leeboard.metrics import metrics
from leeboard.metrics._metric import Measurement, Metric, Reason
from leeboard.schema import Column, Role
from leeboard.verdicts.report import ConditionResult
from leeboard.verdicts.rule import Rule, parse
from leeboard.verdicts.verdict import State, Verdict

__all__ = ["SEVERITIES", "Condition", "Subjects", "evaluate", "refuse_twins"]

SEVERITIES = ("error", "warning")

_TABLE = ("share_moved", "rows")
_REGEX = re.compile(r"^\^|\$$|\.\*|\.\+|\\[dwsDWSb.]|\(\?|\)[*+]")
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must not be true of the data.

    Parameters
    ----------
    fail : str
        The rule that makes it fail: ``psi > 0.2``, ``ks p < 0.05``,
        ``quantile(0.99) > 1000``, ``missing > 5%``, ``share_moved > 0.5``, ``moved``.
    columns : sequence of str, optional
        On these columns. None: on all compared columns that the metric is for.
    role : Role or str, optional
        Of these, only columns of that role.
    pattern : str, optional
        Of these, only columns whose name fits: ``*`` stands for anything, ``?`` for
        one character, ``[ab]`` for one of several.
    severity : {"error", "warning"}
        A failed warning is shown and leaves the exit code alone.
    name : str, optional
        Name to show; no two conditions of a suite may share one.

    Raises
    ------
    ConfigError
        If the rule, role, pattern or severity cannot be understood.

    Examples
    --------
    >>> Condition("share_moved > 50%", severity="warning").rule.number
    0.5
    """

    fail: str
    columns: Sequence[str] | None = field(default=None, kw_only=True)
    role: Role | str | None = field(default=None, kw_only=True)
    pattern: str | None = field(default=None, kw_only=True)
    severity: str = field(default="error", kw_only=True)
    name: str | None = field(default=None, kw_only=True)
    rule: Rule = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rule", parse(self.fail))
        if self.columns is not None:
            object.__setattr__(self, "columns", self._names())
        if self.role is not None:
            object.__setattr__(self, "role", self._role())
        if self.severity not in SEVERITIES:
            self._refuse("bad_severity", f"severity {self.severity!r}", SEVERITIES)
        if self.pattern is not None:
            self._check_pattern(self.pattern)
        if self.table and self.selective:
            self._refuse(
                "not_of_columns",
                "columns for a rule about the whole table",
                ("no columns, role or pattern",),
            )

    @property
    def label(self) -> str:
        """Name to show: its own, else the rule as written."""
        return self.name or self.fail.strip()

    @property
    def table(self) -> bool:
        """True if the rule is about the whole table."""
        metric = _declared(self.rule.metric)
        on_table = metric is not None and metric.on_table is not None
        return on_table or self.rule.metric in _TABLE

    @property
    def selective(self) -> bool:
        """True if it names columns in any way."""
        return any(x is not None for x in (self.columns, self.role, self.pattern))

    def _names(self) -> tuple[str, ...]:
        given = self.columns
        if isinstance(given, str):
            self._refuse("bad_columns", f"columns={given!r}", ("a list of names",))
        return tuple(given or ())

    def _role(self) -> Role:
        try:
            return Role(str(self.role))
        except ValueError:
            self._refuse("bad_role", f"role {self.role!r}", [r.value for r in Role])

    def _check_pattern(self, pattern: str) -> None:
        if not 0 < len(pattern) <= _LONGEST:
            found = f"a pattern of {len(pattern)} characters"
            self._refuse("bad_pattern", found, (f"1 to {_LONGEST}",))
        if _REGEX.search(pattern):
            self._refuse(
                "regex", f"a regular expression, {pattern!r}", ("such as 'user_*'",)
            )

    def _refuse(self, code: str, found: str, expected: Sequence[str]) -> NoReturn:
        given = found.rpartition(" ")[2].strip("'")
        close = get_close_matches(given, list(expected), n=1)
        raise ConfigError(
            code=code,
            where=f"condition {self.fail.strip()!r}",
            found=found,
            expected=" or ".join(expected),
            fix=f"Did you mean {close[0]!r}?" if close else "Mend the condition.",
        )


class Subjects(Protocol):
    """What conditions may ask of a check."""

    def columns(self) -> Sequence[Column]:
        """Columns that were compared."""
        ...

    def names(self) -> Sequence[str]:
        """Every column of the reference, compared or not."""
        ...

    def verdict(self, column: str) -> Verdict:
        """Verdict of a compared column over all rows."""
        ...

    def measure(
        self, metric: str, column: str | None, options: dict[str, Any]
    ) -> Measurement:
        """One metric on one column, or on the table (None); from counts if it can."""
        ...

    def exactly(self, metric: str, column: str, options: dict[str, Any]) -> Measurement:
        """One metric on the rows of one column; undefined where there are none."""
        ...

    def share_moved(self) -> Measurement:
        """Share of the compared columns that moved."""
        ...


def refuse_twins(conditions: Sequence[Condition]) -> None:
    """Refuse two conditions of one name.

    Raises
    ------
    ConfigError
    """
    seen: dict[str, int] = {}
    for number, condition in enumerate(conditions, 1):
        if condition.name is None:
            continue
        if condition.name in seen:
            raise ConfigError(
                code="duplicate_condition",
                where=f"conditions {seen[condition.name]} and {number}",
                found=f"the name {condition.name!r} twice",
                expected="each name once",
                fix="Rename one of them, or leave the name out.",
            )
        seen[condition.name] = number


def evaluate(
    conditions: Sequence[Condition], subjects: Subjects
) -> Iterator[ConditionResult]:
    """Evaluate all conditions, each on each of its columns, in order.

    Raises
    ------
    ConfigError
        If a condition names a column that the reference does not have; before any
        metric is computed.
    """
    names = dict.fromkeys(subjects.names())
    for condition in conditions:
        _refuse_unknown(condition, names)
    compared = {column.name: column for column in subjects.columns()}
    for condition in conditions:
        if condition.table:
            yield _result(condition, "table", _of_table(condition, subjects))
            continue
        chosen = list(_choose(condition, compared))
        if not chosen:
            yield _unmet(condition, condition.pattern or "table", _NO_COLUMN)
        for name in chosen:
            yield _on_column(condition, (name, compared.get(name)), subjects)


_NO_COLUMN = Reason(
    "no_columns", "no compared column fits its role, pattern and metric"
)


def _refuse_unknown(condition: Condition, known: Mapping[str, None]) -> None:
    for name in condition.columns or ():
        if name in known:
            continue
        close = get_close_matches(name, list(known), n=3)
        raise ConfigError(
            code="unknown_column",
            where=f"condition {condition.label!r}",
            found=f"column {name!r}, which the reference does not have",
            expected="one of " + ", ".join(map(repr, list(known)[:20])),
            fix=f"Did you mean {' or '.join(map(repr, close))}?"
            if close
            else "Name a column of the reference.",
        )


def _declared(name: str) -> Metric | None:
    known = metrics()
    if name not in known:
        return None
    return known[name]


def _choose(condition: Condition, compared: Mapping[str, Column]) -> Iterator[str]:
    """Names of the columns that a condition is about."""
    metric = _declared(condition.rule.metric)
    for name in compared if condition.columns is None else condition.columns:
        column = compared.get(name)
        if condition.pattern is not None and not fnmatchcase(name, condition.pattern):
            continue
        if condition.role is not None and column and column.role != condition.role:
            continue
        # a column named outright is answered for, even if only to say why not
        fits = column is None or metric is None or column.kind in metric.kinds
        if fits or condition.columns is not None:
            yield name


def _on_column(
    condition: Condition, place: tuple[str, Column | None], subjects: Subjects
) -> ConditionResult:
    rule, (name, column) = condition.rule, place
    if column is None:
        text = "the column is not compared in this check"
        return _unmet(condition, name, Reason("not_compared", text))
    metric = _declared(rule.metric)
    if metric is not None and column.kind not in metric.kinds:
        kinds = ", ".join(sorted(metric.kinds))
        text = f"{rule.metric} is for {kinds} columns; this one is {column.kind}"
        return _unmet(condition, name, Reason("unsupported_kind", text))
    if rule.state is not None:
        return _on_state(condition, subjects.verdict(name))
    if rule.metric == "size":
        return _result(condition, name, _size(subjects.verdict(name)))
    verdict = subjects.verdict(name)
    of_types = metric is not None and metric.on_types is not None
    if verdict.state is State.FAILED and not of_types:
        return _unmet(condition, name, verdict.reason)
    measured = subjects.measure(rule.metric, name, dict(rule.options))
    wants_rows = measured.reason is not None and measured.reason.code == "needs_rows"
    if wants_rows if measured.value is None else not rule.decided(measured):
        measured = subjects.exactly(rule.metric, name, dict(rule.options))
    return _result(condition, name, measured)


def _on_state(condition: Condition, verdict: Verdict) -> ConditionResult:
    if verdict.state is State.FAILED and condition.rule.state is not State.FAILED:
        # nobody knows whether a column that cannot be computed has moved
        return _unmet(condition, verdict.subject, verdict.reason)
    bad = verdict.state is condition.rule.state
    text = f"the verdict is {verdict.state}: {verdict.reason.text}"
    return ConditionResult(
        condition=condition.label,
        subject=verdict.subject,
        segment=None,
        severity=condition.severity,
        passed=not bad,
        measurement=_size(verdict),
        state=verdict.state,
        reason=Reason("condition_failed" if bad else "condition_passed", text),
    )


def _size(verdict: Verdict) -> Measurement:
    return Measurement(
        "size",
        verdict.value,
        verdict.n_reference,
        verdict.n_current,
        exact=verdict.exact,
        interval=verdict.interval,
        p_value=verdict.p_value,
        p_kind=verdict.p_kind,
        noise_floor=verdict.noise_floor,
        reason=verdict.reason if verdict.value is None else None,
        subject=verdict.subject,
    )


def _of_table(condition: Condition, subjects: Subjects) -> Measurement:
    rule = condition.rule
    if rule.metric == "share_moved":
        return subjects.share_moved()
    if rule.metric == "rows":
        share = subjects.share_moved()
        return Measurement(
            "rows",
            float(share.n_current),
            share.n_reference,
            share.n_current,
            reference=float(share.n_reference),
            current=float(share.n_current),
        )
    return subjects.measure(rule.metric, None, dict(rule.options))


def _result(
    condition: Condition, subject: str, measured: Measurement
) -> ConditionResult:
    rule = condition.rule
    figure = rule.figure_of(measured)
    measured = replace(measured, subject=subject)
    passed = None
    if figure is None:
        have = measured.reason
        missing = f"{rule.metric} gives no {rule.figure} here"
        reason = have or Reason("no_figure", missing)
    else:
        passed = not rule.holds(figure)
        shown = f"|{rule.figure}|" if rule.absolute else rule.figure
        what = rule.metric if shown == "value" else f"{rule.metric} {shown}"
        word = "not " if passed else ""
        text = f"{what} is {figure:.4g}, {word}{rule.relation} {rule.number:g}"
        reason = Reason("condition_passed" if passed else "condition_failed", text)
    return ConditionResult(
        condition=condition.label,
        subject=subject,
        segment=None,
        severity=condition.severity,
        passed=passed,
        measurement=measured,
        figure=figure,
        reason=reason,
    )


def _unmet(condition: Condition, subject: str, reason: Reason) -> ConditionResult:
    nothing = Measurement(
        condition.rule.metric, None, 0, 0, reason=reason, subject=subject
    )
    return ConditionResult(
        condition=condition.label,
        subject=subject,
        segment=None,
        severity=condition.severity,
        passed=None,
        measurement=nothing,
        reason=reason,
    )
